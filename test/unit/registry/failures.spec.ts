import { expect } from "chai";
import type { EmbeddedRegistry, Instead, SeenRequest } from "../../support/registry.ts";
import { content, limit, type Pulling, pullingInEach } from "./pulling.ts";

describe("registry/request", () => {
  let pulling: Pulling;
  let server: EmbeddedRegistry;
  pullingInEach((started) => {
    pulling = started;
    server = started.server;
  });

  describe("tells what a user must set right", () => {
    const answers: readonly (readonly [number, string, string])[] = [
      [404, "ARTIFACT_MISSING", "has no chart/manifests/1"],
      [403, "ARTIFACT_DENIED", "It answers 403"],
      [401, "ARTIFACT_DENIED", "does not say how to authenticate"],
      [400, "ARTIFACT_INVALID", "answers 400"],
    ];
    for (const [status, code, message] of answers) {
      it(`on ${String(status)}, at once`, async () => {
        server.fault = () => ({ status });
        expect(await pulling.pull(`${server.host}/chart:1`))
          .to.include(code)
          .and.include(message);
        expect(pulling.clock.pauses).to.deep.equal([]);
      });
    }

    it("on a layer of another kind", async () => {
      server.putArtifact("chart", content, { tag: "1", mediaType: "application/x" });
      expect(await pulling.pull(`${server.host}/chart:1`))
        .to.include("ARTIFACT_INVALID")
        .and.include("it has application/x");
    });

    it("on a layer that is too large, without asking for it", async () => {
      server.putArtifact("chart", Buffer.alloc(limit + 1), { tag: "1" });
      expect(await pulling.pull(`${server.host}/chart:1`))
        .to.include("INPUT_TOO_LARGE")
        .and.include("1000 bytes");
      expect(server.paths).to.not.satisfy((paths: string[]) => paths.some((path) => path.includes("blobs")));
    });

    it("on a manifest that is too large", async () => {
      server.fault = () => ({ status: 200, body: Buffer.alloc(4 * 1024 * 1024 + 1) });
      expect(await pulling.pull(`${server.host}/chart:1`))
        .to.include("INPUT_TOO_LARGE")
        .and.include("The manifest");
    });

    it("on an index in an index, and on one without a match", async () => {
      const inner = server.putManifest("chart", { manifests: [] });
      server.putManifest("chart", { manifests: [{ mediaType: "m", ...inner }] }, "1");
      expect(await pulling.pull(`${server.host}/chart:1`)).to.include("another index");
      server.putManifest("chart", { manifests: [] }, "2");
      expect(await pulling.pull(`${server.host}/chart:2`)).to.include("it has none");
    });

    it("on something that is no manifest, alone or in an index", async () => {
      server.putManifest("chart", { errors: [] }, "1");
      expect(await pulling.pull(`${server.host}/chart:1`)).to.include("neither layers nor manifests");
      const inner = server.putManifest("chart", { errors: [] });
      server.putManifest("chart", { manifests: [{ mediaType: "m", ...inner }] }, "2");
      expect(await pulling.pull(`${server.host}/chart:2`)).to.include("neither layers nor manifests");
    });

    const forgeries: readonly (readonly [string, "blobs" | "manifests", Buffer])[] = [
      ["another manifest", "manifests", Buffer.from("{}")],
      ["another layer of the same size", "blobs", Buffer.from("the CHART")],
      ["a longer layer", "blobs", Buffer.from("the chart and more")],
    ];
    for (const [what, kind, forged] of forgeries) {
      it(`on ${what} under the same digest`, async () => {
        const { digest, layer } = server.putArtifact("chart", content);
        server.falsify("chart", kind, kind === "blobs" ? layer : digest, forged);
        expect(await pulling.pull(`${server.host}/chart@${digest}`)).to.include("ARTIFACT_DIGEST");
      });
    }
  });

  describe("tries again", () => {
    const failOnce = (instead: Instead, isMeant: (request: SeenRequest) => boolean = () => true): void => {
      let failed = false;
      server.fault = (request) => {
        if (failed || !isMeant(request)) return undefined;
        failed = true;
        return instead;
      };
    };
    beforeEach(() => server.putArtifact("chart", content, { tag: "1" }));

    const passing: readonly (readonly [string, Instead, readonly number[]])[] = [
      ["a 503", { status: 503 }, [1000]],
      ["a 429 that says how long", { status: 429, headers: { "retry-after": "20" } }, [20_000]],
      [
        "a 429 that says until when",
        { status: 429, headers: { "retry-after": "Thu, 01 Jan 2026 00:00:05 GMT" } },
        [5000],
      ],
      ["a connection that breaks", { status: 200, body: "{", cut: true }, [1000]],
    ];
    for (const [what, instead, pauses] of passing) {
      it(`after ${what}`, async () => {
        failOnce(instead);
        expect(await pulling.pull(`${server.host}/chart:1`)).to.equal("the chart");
        expect(pulling.clock.pauses).to.deep.equal(pauses);
      });
    }

    it("after a layer that broke off, and after an error of the token's place", async () => {
      failOnce({ status: 200, body: "the", cut: true }, ({ path }) => path.includes("/blobs/"));
      expect(await pulling.pull(`${server.host}/chart:1`)).to.equal("the chart");
      server.access = { kind: "bearer" };
      failOnce({ status: 500 }, ({ path }) => path === "/token");
      expect(await pulling.pull(`${server.host}/chart:1`)).to.equal("the chart");
      expect(pulling.clock.pauses).to.deep.equal([1000, 1000]);
    });

    const lasting: readonly (readonly [string, Instead, string, number])[] = [
      ["a registry that stays broken", { status: 500 }, "answers 500", 4],
      ["a pause that is too long", { status: 429, headers: { "retry-after": "3600" } }, "answers 429", 1],
    ];
    for (const [what, instead, message, tries] of lasting) {
      it(`later after ${what}`, async () => {
        server.fault = () => instead;
        expect(await pulling.pull(`${server.host}/chart:1`))
          .to.include("TransientError")
          .and.include(message);
        expect(server.seen).to.have.length(tries);
      });
    }

    it("later after a layer that is shorter than its manifest says, as one that broke off without a word", async () => {
      const { layer } = server.putArtifact("chart", content, { tag: "1" });
      server.falsify("chart", "blobs", layer, Buffer.from("the"));
      expect(await pulling.pull(`${server.host}/chart:1`)).to.include("came incompletely");
    });

    it("later after a registry that does not answer in time", async () => {
      server.fault = () => "hang";
      pulling.clock.isLate = true;
      expect(await pulling.pull(`${server.host}/chart:1`)).to.match(
        /TransientError: GET .*manifests\/1 took longer than 30 s/,
      );
    });
  });
});
