import { expect } from "chai";
import { type KnownUses, watchUses } from "../../../admission/known-uses.ts";
import { shoots } from "../../../admission/garden.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { Changes } from "../../support/changes.ts";
import { connectWithFaults, type FaultyClient } from "../../support/faulty-client.ts";
import { JumpingClock } from "../../support/jumping-clock.ts";
import { putObject, removeObject } from "../../support/object-writes.ts";
import { type LogLine, recordingLogger } from "../../support/recording-logger.ts";
import { type SeedServer, startSeedServer } from "../../support/seed-server.ts";

const label = { "extensions.extensions.gardener.cloud/shoot-falco-service": "true" };
const config = { apiVersion: "falco.extensions.gardener.cloud/v1alpha1", kind: "FalcoServiceConfig" };

interface Fields {
  readonly labels?: Readonly<Record<string, string>>;
  readonly extension?: object;
  readonly status?: object;
}

const spec = (falcoVersion: string, extension: object = {}) => ({
  extensions: [{ type: "shoot-falco-service", providerConfig: { ...config, falcoVersion }, ...extension }],
});

function shootOf(name: string, falcoVersion: string, { labels = label, extension, status }: Fields = {}): KubeObject {
  return {
    apiVersion: "core.gardener.cloud/v1beta1",
    kind: "Shoot",
    metadata: { name, namespace: "garden-dev", labels },
    spec: spec(falcoVersion, extension),
    ...(status !== undefined && { status }),
  };
}

const seedOf = (falcoVersion: string): KubeObject => ({
  apiVersion: "core.gardener.cloud/v1beta1",
  kind: "Seed",
  metadata: { name: "known", labels: label },
  spec: spec(falcoVersion),
});

describe("watchUses", () => {
  let server: SeedServer;
  let gardener: FaultyClient;
  let client: FaultyClient;
  let known: KnownUses;
  let end: AbortController;
  let isDown = false;
  const clock = new JumpingClock();
  const changes = new Changes();
  const log: LogLine[] = [];
  const told: string[] = [];
  const paths: string[] = [];
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    if (!(await changes.until(isSo, 15_000))) expect.fail(`it never came to: ${what}; ${told.join()}`);
  };
  const list = (): readonly string[] =>
    [...known.uses()].map(({ name, falcoVersion = "" }) => `${name} ${falcoVersion}`);

  before(async () => {
    server = await startSeedServer();
    gardener = await connectWithFaults(server, "gardener");
    client = await connectWithFaults(server, "admission", ({ path }) => {
      paths.push(path);
      changes.happened();
      return isDown ? "destroy" : undefined;
    });
    await putObject(gardener, { apiVersion: "v1", kind: "Namespace", metadata: { name: "garden-dev" } });
    for (const object of [
      shootOf("a", "0.43.1"),
      shootOf("unlabelled", "0.43.1", { labels: {} }),
      shootOf("disabled", "0.43.1", { extension: { disabled: true } }),
      seedOf("0.44.1"),
    ]) {
      await putObject(gardener, object);
    }
    end = new AbortController();
    const logger = recordingLogger(log, changes.happened);
    known = watchUses({ client, clock, random: () => 0.5 }, logger, end.signal);
    known.onChange((key, previous, current) => {
      told.push(`${key} ${previous?.falcoVersion ?? "-"} ${current?.falcoVersion ?? "-"}`);
      changes.happened();
    });
    expect([known.isSynced(), list()]).to.deep.equal([false, []]);
    await known.whenSynced();
  });

  after(async () => {
    end.abort();
    await known.ended;
    await server.stop();
  });

  it("knows the Shoots and Seeds that use Falco, and asks for no others", () => {
    expect(known.isSynced()).to.equal(true);
    expect(list()).to.deep.equal(["a 0.43.1", "known 0.44.1"]);
    expect(known.get("garden-dev/a")?.kind).to.equal("Shoot");
    expect(known.get("known")?.kind).to.equal("Seed");
    expect(known.get("garden-dev/disabled")).to.equal(undefined);
    expect(told.toSorted()).to.deep.equal(["garden-dev/a - 0.43.1", "known - 0.44.1"]);
    const selector = encodeURIComponent(`${Object.keys(label).join("")}=true`);
    expect(paths.filter((path) => !path.includes(`labelSelector=${selector}`))).to.deep.equal([]);
  });

  it("tells what begins, changes and ends, and nothing else", async () => {
    told.length = 0;
    await putObject(gardener, shootOf("a", "0.43.1", { status: { progress: 50 } }));
    await putObject(gardener, shootOf("b", "0.43.1"));
    await until("a new Shoot", () => told.length === 1);
    await putObject(gardener, shootOf("a", "0.44.1"));
    await until("another version", () => told.length === 2);
    await putObject(gardener, shootOf("a", "0.44.1", { extension: { disabled: true }, labels: {} }));
    await until("Falco switched off", () => told.length === 3);
    await removeObject(gardener, shoots, { namespace: "garden-dev", name: "b" });
    await until("a Shoot less", () => told.length === 4);
    expect(told).to.deep.equal([
      "garden-dev/b - 0.43.1",
      "garden-dev/a 0.43.1 0.44.1",
      "garden-dev/a 0.44.1 -",
      "garden-dev/b 0.43.1 -",
    ]);
    expect(list()).to.deep.equal(["known 0.44.1"]);
  });

  it("says since when it has been out of contact, and why, and catches up", async () => {
    expect(known.lostSince()).to.equal(undefined);
    isDown = true;
    client.cutWatches();
    await until("no contact", () => known.lostSince() !== undefined && log.length > 0);
    await putObject(gardener, shootOf("c", "0.44.1"));
    expect(list()).to.deep.equal(["known 0.44.1"]);
    expect(
      log.every(({ message }) => /^the (Shoot|Seed)s with Falco cannot be followed; trying again$/.test(message)),
    ).to.equal(true);
    isDown = false;
    clock.jump(60_000);
    await putObject(gardener, seedOf("0.45.0"));
    await until("both kinds caught up", () => list().join() === "c 0.44.1,known 0.45.0");
    expect(known.lostSince()).to.equal(undefined);
  });
});
