import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createBlobCache } from "../../../registry/cache.ts";
import { createHttp } from "../../../registry/http.ts";
import { parseMirrors } from "../../../registry/mirrors.ts";
import type { Registry } from "../../../registry/registry.ts";
import { makeServingIdentity } from "../../support/apiserver/tls.ts";
import { chartType, EmbeddedRegistry } from "../../support/registry.ts";
import { content, limit, never, type Pulling, pullingInEach, referenceOf, valueOf } from "./pulling.ts";

describe("registry", () => {
  let pulling: Pulling;
  let server: EmbeddedRegistry;
  pullingInEach((started) => {
    pulling = started;
    server = started.server;
  });

  describe("pulls", () => {
    it("an artifact by its digest, and tells the digests", async () => {
      const { digest, layer } = server.putArtifact("a/chart", content);
      const reference = referenceOf(`${server.host}/a/chart@${digest}`);
      const pulled = valueOf(await pulling.registryWith().pull({ reference, mediaTypes: [chartType], limit }, never));
      expect(pulled).to.deep.equal({
        digest,
        layer: { mediaType: chartType, digest: layer, size: content.length },
        bytes: content,
      });
      expect(server.paths).to.deep.equal([`a/chart/manifests/${digest}`, `a/chart/blobs/${layer}`]);
    });

    it("an artifact by its tag, and says what the tag stands for", async () => {
      const { digest } = server.putArtifact("chart", content, { tag: "1.0.0" });
      expect(await pulling.pull(`oci://${server.host}/chart:1.0.0`)).to.equal("the chart");
      const registry = pulling.registryWith();
      expect(valueOf(await registry.resolve(referenceOf(`${server.host}/chart:1.0.0`), never))).to.equal(digest);
      server.seen.length = 0;
      expect(valueOf(await registry.resolve(referenceOf(`${server.host}/chart:x@${digest}`), never))).to.equal(digest);
      expect(server.seen).to.deep.equal([]);
    });

    it("from an index what is for any machine, or for the one that is asked for", async () => {
      const any = server.putArtifact("chart", content);
      const arm = server.putArtifact("chart", Buffer.from("for arm"));
      const platform = { os: "linux", architecture: "arm64" };
      const manifests = [
        { mediaType: "m", digest: arm.digest, size: arm.size, platform },
        { mediaType: "m", digest: any.digest, size: any.size },
      ];
      server.putManifest("chart", { manifests }, "index");
      expect(await pulling.pull(`${server.host}/chart:index`)).to.equal("the chart");
      const request = {
        reference: referenceOf(`${server.host}/chart:index`),
        mediaTypes: [chartType],
        limit,
        platform,
      };
      expect(Buffer.from(valueOf(await pulling.registryWith().pull(request, never)).bytes).toString()).to.equal(
        "for arm",
      );
    });

    it("the same content at the same time once", async () => {
      const { digest } = server.putArtifact("chart", content);
      const registry = pulling.registryWith();
      const reference = `${server.host}/chart@${digest}`;
      expect(await Promise.all([pulling.pull(reference, registry), pulling.pull(reference, registry)])).to.deep.equal([
        "the chart",
        "the chart",
      ]);
      expect(server.seen).to.have.length(2);
    });

    it("from a mirror, with the mirror's prefix", async () => {
      server.putArtifact("ghcr/a/chart", content, { tag: "1" });
      const mirrors = valueOf(parseMirrors(`ghcr.io=${server.host}/ghcr`));
      expect(await pulling.pull("ghcr.io/a/chart:1", pulling.registryWith({ mirrors }))).to.equal("the chart");
    });

    it("through a proxy, unless a host is exempt", async () => {
      server.putArtifact("chart", content, { tag: "1" });
      const mirrors = valueOf(parseMirrors("registry.example=http://registry.example"));
      const proxy = { HTTP_PROXY: `http://${server.host}` };
      const through = pulling.registryWith({ mirrors, http: createHttp({ environment: proxy }) });
      expect(await pulling.pull("registry.example/chart:1", through)).to.equal("the chart");
      const exempt = { ...proxy, no_proxy: "registry.example" };
      const direct = pulling.registryWith({ mirrors, http: createHttp({ environment: exempt }) });
      expect(await pulling.pull("registry.example/chart:1", direct)).to.include("registry.example cannot be reached");
    });

    it("over TLS, when it trusts the registry", async () => {
      const identity = makeServingIdentity("registry");
      const secure = await EmbeddedRegistry.start(identity);
      secure.putArtifact("chart", content, { tag: "1" });
      const mirrors = valueOf(parseMirrors(`registry.example=https://${secure.host}`));
      const trusting = pulling.registryWith({ mirrors, http: createHttp({ ca: identity.caPem, environment: {} }) });
      expect(await pulling.pull("registry.example/chart:1", trusting)).to.equal("the chart");
      expect(await pulling.pull("registry.example/chart:1", pulling.registryWith({ mirrors }))).to.match(
        /TransientError.*(VERIFY|CERT)/,
      );
      await secure.stop();
    });
  });

  describe("keeps what it has pulled", () => {
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), "registry-"));
    });
    afterEach(() => rm(directory, { recursive: true }));
    const caching = (): Registry =>
      pulling.registryWith({
        cache: createBlobCache({ directory, limit: 100_000, now: pulling.clock.now, onTrouble: () => undefined }),
      });

    it("so that the same digest needs no registry", async () => {
      const { digest } = server.putArtifact("chart", content, { tag: "1" });
      expect(await pulling.pull(`${server.host}/chart@${digest}`, caching())).to.equal("the chart");
      server.seen.length = 0;
      expect(await pulling.pull(`${server.host}/chart@${digest}`, caching())).to.equal("the chart");
      expect(server.seen).to.deep.equal([]);
      expect(await pulling.pull(`${server.host}/chart:1`, caching())).to.equal("the chart");
      expect(server.paths).to.deep.equal(["chart/manifests/1"]);
    });

    it("and pulls it anew when it is damaged", async () => {
      const { digest } = server.putArtifact("chart", content);
      await pulling.pull(`${server.host}/chart@${digest}`, caching());
      for (const name of await readdir(directory)) await writeFile(join(directory, name), "damaged");
      server.seen.length = 0;
      expect(await pulling.pull(`${server.host}/chart@${digest}`, caching())).to.equal("the chart");
      expect(server.seen).to.have.length(2);
    });

    it("but nothing that has the wrong digest", async () => {
      const { digest, layer } = server.putArtifact("chart", content);
      server.falsify("chart", "blobs", layer, Buffer.from("the CHART"));
      await pulling.pull(`${server.host}/chart@${digest}`, caching());
      expect(await readdir(directory)).to.deep.equal([digest.replace(":", "-")]);
    });
  });
});
