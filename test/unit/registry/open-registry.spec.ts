import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { openRegistry, type RegistrySettings } from "../../../registry/open-registry.ts";
import { makeServingIdentity } from "../../support/apiserver/tls.ts";
import { SteppedClock } from "../../support/clock.ts";
import { chartType, EmbeddedRegistry } from "../../support/registry.ts";
import { content, limit, never, referenceOf, valueOf } from "./pulling.ts";

describe("registry/open-registry", () => {
  let directory: string;
  const trouble: string[] = [];
  const world = { clock: new SteppedClock(), onTrouble: (message: string) => trouble.push(message) };
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "open-registry-"));
  });
  after(() => rm(directory, { recursive: true }));

  const write = async (name: string, text: string): Promise<string> => {
    await writeFile(join(directory, name), text);
    return join(directory, name);
  };

  it("gives registries with mirrors, authorities, credentials and a cache", async () => {
    const identity = makeServingIdentity("registry");
    const server = await EmbeddedRegistry.start(identity);
    server.access = { kind: "basic", credential: "user:hunter2" };
    const { digest } = server.putArtifact("mirrored/chart", content);
    const auth = Buffer.from("user:hunter2").toString("base64");
    const settings: RegistrySettings = {
      mirrors: `ghcr.io=https://${server.host}/mirrored`,
      configFile: await write("config.json", JSON.stringify({ auths: { [server.host]: { auth } } })),
      caFile: await write("ca.pem", identity.caPem),
      cacheDirectory: join(directory, "cache"),
      environment: {},
    };
    const registry = valueOf(await openRegistry(settings, world));
    const reference = referenceOf(`ghcr.io/chart@${digest}`);
    const pulled = valueOf(await registry.pull({ reference, mediaTypes: [chartType], limit }, never));
    expect(Buffer.from(pulled.bytes)).to.deep.equal(content);
    expect(await readdir(join(directory, "cache"))).to.have.length(2);
    expect(trouble).to.deep.equal([]);
    await server.stop();
  });

  it("lists every mistake in the settings", async () => {
    const settings = {
      mirrors: "x",
      configFile: await write("bad.json", "hunter2"),
      caFile: join(directory, "none"),
      cacheDirectory: directory,
      environment: {},
    };
    const opened = await openRegistry(settings, world);
    expect(opened.ok ? [] : opened.problems.map(({ code, path }) => [code, path])).to.deep.equal([
      ["FIELD_VALUE", "--registry-mirror"],
      ["FIELD_TYPE", "--registry-config"],
      ["INPUT_UNREADABLE", "--registry-ca"],
    ]);
    expect(JSON.stringify(opened)).to.not.include("hunter2");
  });

  it("needs no settings", async () => {
    const opened = await openRegistry({ cacheDirectory: directory, environment: {} }, world);
    expect(opened.ok).to.equal(true);
  });
});
