import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { loadTemplates } from "../../charts/load.ts";
import { assemble, type Assembly } from "../../controller/assemble.ts";
import { processExtension } from "../../controller/process.ts";
import { resourceTypes } from "../../controller/resource-types.ts";
import { namedStores } from "../../controller/self-check.ts";
import { runStores } from "../../controller/stores.ts";
import { defaultLandscape } from "../../falco/desired/landscape.ts";
import { connect } from "../../kube/client.ts";
import { systemClock } from "../../kube/clock.ts";
import type { Logger } from "../../kube/logger.ts";
import { createClient } from "../../kube/rest-client.ts";
import { runWatch } from "../../kube/watch.ts";
import { loadRuleFiles } from "../../profiles/load.ts";
import { cpuMilliseconds, type Figures, summarize } from "./measure.ts";
import { namespaceOf } from "./seed-objects.ts";

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
const batch = 20;
const batches = 15;
/** Not measured: what comes first pays for compilation. */
const warmUp = 3;

/**
 * A first reconcile with certificates, and a reconcile of the same clusters with nothing to do: CPU time of the controller's process, the API
 * server is another one. The watches run, and what they bring counts in.
 */
export async function benchReconcile(): Promise<readonly Figures[]> {
  const count = batch * (batches + warmUp);
  const { assembly, writes, stop } = await startSeed(count);
  const first: number[] = [];
  for (let index = 0; index < count; index += batch) {
    const before = process.cpuUsage();
    for (let each = index; each < index + batch; each += 1) await reconcile(each, assembly);
    const { user, system } = process.cpuUsage(before);
    first.push((user + system) / 1000 / batch);
  }
  await untilKnown(count, assembly);
  for (let each = 0; each < batch; each += 1) await reconcile(each, assembly);
  const written = writes();
  let next = 0;
  const unchanged = await cpuMilliseconds(() => reconcile(next++ % batch, assembly), { samples: batches, repeat: 200 });
  if (writes() !== written)
    throw new Error(`an unchanged reconcile wrote something: ${String(writes() - written)} writes`);
  await stop();
  return [
    summarize("first reconcile with certificates", "ms CPU", first.slice(warmUp), 20),
    summarize("unchanged reconcile (zero writes)", "ms CPU", unchanged, 1),
  ];
}

async function reconcile(index: number, { context }: Assembly): Promise<void> {
  const name = { namespace: namespaceOf(index), name: "shoot-falco-service" };
  const outcome = await processExtension(name, context, AbortSignal.timeout(60_000));
  if (outcome.kind !== "again") throw new Error(`${name.namespace}: ${JSON.stringify(outcome)}`);
}

/** Waits until the watches have brought what was written: a reconcile goes by what is known. */
async function untilKnown(count: number, { stores }: Assembly): Promise<void> {
  const isKnown = (): boolean =>
    stores.controlPlanes.size === count &&
    stores.identities.size === count &&
    stores.extensions.values().every((each) => each?.status?.lastOperation?.state === "Succeeded");
  while (!isKnown()) await systemClock.sleep(20);
}

interface Seed {
  readonly assembly: Assembly;
  readonly writes: () => number;
  readonly stop: () => Promise<void>;
}

async function startSeed(count: number): Promise<Seed> {
  const program = fileURLToPath(new URL("api-server.ts", import.meta.url));
  const server = spawn(process.execPath, [program, String(count)], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface(server.stdout), "line")) as [string];
  let writes = 0;
  const { url, caPem, token } = JSON.parse(line) as { readonly [key in "url" | "caPem" | "token"]: string };
  const client = createClient({
    connection: await connect({ server: url, caPem, token }),
    userAgent: "bench",
    limits: { perSecond: 1e6, burst: 1e6 },
    observe: ({ method }) => {
      if (method !== "GET") writes += 1;
    },
  });
  const options = {
    landscape: defaultLandscape,
    templates: loadTemplates(),
    loadRuleFiles,
    classes: ["shoot"] as const,
    workers: 1,
    clock: systemClock,
    random: Math.random,
  };
  const assembly = assemble({ seed: client, garden: client }, options, silent);
  if (!assembly.ok) throw new Error("the bench's landscape has problems");
  const end = new AbortController();
  const ports = { client, clock: systemClock, random: Math.random };
  const { stores, profiles } = assembly.value;
  const watches = Promise.all([
    runStores(stores, ports, end.signal),
    runWatch({ type: resourceTypes.falcoProfile, store: profiles, signal: end.signal }, ports),
  ]);
  await Promise.all(namedStores(stores, profiles).map(({ store }) => store.whenSynced()));
  return {
    assembly: assembly.value,
    writes: () => writes,
    stop: async () => {
      end.abort();
      await watches;
      server.stdin.end();
      await once(server, "exit");
    },
  };
}
