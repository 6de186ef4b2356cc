import { expect } from "chai";
import { EmbeddedRegistry, type Instead } from "../../support/registry.ts";
import { content, type Pulling, pullingInEach } from "./pulling.ts";

describe("registry/authenticate", () => {
  let pulling: Pulling;
  let server: EmbeddedRegistry;
  pullingInEach((started) => {
    pulling = started;
    server = started.server;
  });

  describe("authenticates", () => {
    const docker = (host: string, entry: object): string => JSON.stringify({ auths: { [host]: entry } });
    const password = { auth: Buffer.from("user:hunter2").toString("base64") };
    beforeEach(() => server.putArtifact("chart", content, { tag: "1" }));

    it("with a token for anybody", async () => {
      server.access = { kind: "bearer" };
      expect(await pulling.pull(`${server.host}/chart:1`)).to.equal("the chart");
      expect(
        server.seen.map(({ path, authorization }) => [path.split("/").at(-2), authorization.split(" ")[0]]),
      ).to.deep.equal([
        ["manifests", ""],
        ["", ""],
        ["manifests", "Bearer"],
        ["manifests", "Bearer"],
        ["blobs", "Bearer"],
      ]);
    });

    it("with a token for user and password, or with these themselves", async () => {
      for (const kind of ["bearer", "basic"] as const) {
        server.access = { kind, credential: "user:hunter2" };
        expect(
          await pulling.pull(`${server.host}/chart:1`, pulling.registryWith({}, docker(server.host, password))),
        ).to.equal("the chart");
      }
    });

    it("with a token that has been given out already", async () => {
      server.access = { kind: "bearer", credential: "x:y" };
      const entry = { registrytoken: "token-of-the-registry" };
      expect(
        await pulling.pull(`${server.host}/chart:1`, pulling.registryWith({}, docker(server.host, entry))),
      ).to.equal("the chart");
    });

    it("with an identity token, which goes to the token's place in a form", async () => {
      server.access = { kind: "bearer" };
      const entry = { identitytoken: "refresh" };
      expect(
        await pulling.pull(`${server.host}/chart:1`, pulling.registryWith({}, docker(server.host, entry))),
      ).to.equal("the chart");
      expect(server.seen.find(({ path }) => path === "/token")?.method).to.equal("POST");
    });

    it("anew when a token is not taken any more", async () => {
      server.access = { kind: "bearer" };
      const registry = pulling.registryWith();
      await pulling.pull(`${server.host}/chart:1`, registry);
      let refused = false;
      server.fault = ({ path }) => {
        if (refused || path === "/token") return undefined;
        refused = true;
        return { status: 401, headers: { "www-authenticate": `Bearer realm="http://${server.host}/token"` } };
      };
      expect(await pulling.pull(`${server.host}/chart:1`, registry)).to.equal("the chart");
    });

    const refusals: readonly (readonly [string, EmbeddedRegistry["access"], string, string])[] = [
      ["without credentials", { kind: "basic", credential: "user:hunter2" }, "{}", "none are configured"],
      ["with wrong ones", { kind: "basic", credential: "user:other" }, "password", "It answers 401"],
      ["with wrong ones for a token", { kind: "bearer", credential: "user:other" }, "password", "gives no token (401)"],
    ];
    for (const [what, access, config, message] of refusals) {
      it(`is refused ${what}, and shows none`, async () => {
        server.access = access;
        const text = await pulling.pull(
          `${server.host}/chart:1`,
          pulling.registryWith({}, config === "password" ? docker(server.host, password) : config),
        );
        expect(text).to.include("ARTIFACT_DENIED").and.include(message);
        expect(text).to.not.match(/hunter2|dXNlcjpodW50ZXIy/);
      });
    }

    it("gives no password to a place without TLS", async () => {
      const headers = { "www-authenticate": 'Bearer realm="http://tokens.example.org/token"' };
      server.fault = () => ({ status: 401, headers });
      const text = await pulling.pull(
        `${server.host}/chart:1`,
        pulling.registryWith({}, docker(server.host, password)),
      );
      expect(text).to.include("tokens.example.org for a token, which has no TLS");
    });

    it("tells when the credentials cannot be read", async () => {
      server.access = { kind: "bearer" };
      expect(await pulling.pull(`${server.host}/chart:1`, pulling.registryWith({}, "nonsense"))).to.include(
        "FIELD_TYPE",
      );
    });

    for (const body of ["no JSON", "[]", "{}"]) {
      it(`takes ${body} for no token`, async () => {
        server.access = { kind: "bearer" };
        server.fault = ({ path }) => (path === "/token" ? { status: 200, body } : undefined);
        expect(await pulling.pull(`${server.host}/chart:1`)).to.include("gives no token (200)");
      });
    }
  });

  describe("follows redirects", () => {
    const redirect = (location: string): Instead => ({ status: 307, headers: { location } });

    it("to a blob store, which does not learn who we are", async () => {
      const store = await EmbeddedRegistry.start();
      const { layer } = server.putArtifact("chart", content, { tag: "1" });
      store.putBlob("chart", content);
      server.access = { kind: "bearer" };
      server.fault = ({ path }) =>
        path.includes("/blobs/")
          ? redirect(`http://${store.host}/v2/chart/blobs/${layer}?signature=hunter2`)
          : undefined;
      expect(await pulling.pull(`${server.host}/chart:1`)).to.equal("the chart");
      expect(store.seen.map(({ authorization }) => authorization)).to.deep.equal([""]);
      store.fault = () => ({ status: 401, headers: { "www-authenticate": "Basic" } });
      expect(await pulling.pull(`${server.host}/chart:1`)).to.include("which answers 401");
      const { host } = store;
      server.fault = ({ path }) =>
        path.includes("/blobs/") ? redirect(`http://${host}/?signature=hunter2`) : undefined;
      await store.stop();
      const text = await pulling.pull(`${server.host}/chart:1`);
      expect(text).to.include(`${host} cannot be reached`).and.not.include("hunter2");
    });

    it("within the registry, as the same user", async () => {
      server.putArtifact("chart", content, { tag: "1" });
      server.access = { kind: "bearer" };
      server.fault = ({ path }) => (path.endsWith("/old") ? redirect("/v2/chart/manifests/1") : undefined);
      expect(await pulling.pull(`${server.host}/chart:old`)).to.equal("the chart");
    });

    const lost: readonly (readonly [string, string])[] = [
      ["http://blobs.example.org/x", "redirects to a place without TLS"],
      ["http://[", "redirects to a place without TLS"],
      ["/v2/chart/manifests/1", "redirects again and again"],
    ];
    for (const [location, message] of lost) {
      it(`not to ${location}`, async () => {
        server.fault = () => redirect(location);
        expect(await pulling.pull(`${server.host}/chart:1`))
          .to.include("ARTIFACT_INVALID")
          .and.include(message);
      });
    }
  });
});
