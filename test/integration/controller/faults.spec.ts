import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { equalJson, type Json } from "../../../falco/base/json.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { dataOf, plainText } from "../../support/packed-objects.ts";
import { configOf, controlPlaneName } from "../../support/seed-objects.ts";
import type { ClientFault } from "../../support/faulty-client.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const reference = "shoot--local--undisturbed";
const error = (code: number, reason: string): ClientFault => ({
  status: code,
  body: JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message: "by the test" }),
});
const faults: Readonly<Record<string, ClientFault>> = {
  "is refused with 500": error(500, "InternalError"),
  "is refused with 409": error(409, "Conflict"),
  "meets a dropped connection": "destroy",
  "is done, but its answer gets lost": "lost",
};
const flows = ["create", "change", "deletion"] as const;
type Flow = (typeof flows)[number];

/** What differs between two clusters, and from time to time, replaced by a word. */
function normalized(object: KubeObject | undefined, namespace: string): Json {
  const text = JSON.stringify(object ?? null, (key, value: Json) => {
    if (["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"].includes(key)) return undefined;
    if (key.startsWith("last") && key.endsWith("Time")) return "TIME";
    if (key === "gardener.cloud/timestamp") return "TIME";
    return key === "conditions" ? undefined : value;
  });
  const same = text
    .replaceAll(namespace, "NAMESPACE")
    .replaceAll(/-[0-9a-f]{8}"/g, '-HASH"')
    .replaceAll(/secret-[0-9a-f]{8}/g, "secret-HASH");
  return JSON.parse(same) as Json;
}

describe("a fault", () => {
  let seed: SeedCluster;
  before(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    await seed.bringUp(reference, { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    await seed.deploy(reference, { providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    await seed.untilState(reference, "Reconcile/Succeeded");
  });
  after(() => seed.stop());

  const endState = async (namespace: string): Promise<Json> => ({
    extension: normalized(await seed.rawExtension(namespace), namespace),
    resources: (await seed.list(resourceTypes.managedResource, namespace)).map((each) => normalized(each, namespace)),
    secrets: (await seed.list(resourceTypes.secret, namespace)).map(({ metadata }) =>
      metadata.name.replace(/-[0-9a-f]{8}$/, "-HASH"),
    ),
    objects: [...(await seed.packedObjects(namespace)), ...(await seed.packedObjects(namespace, controlPlaneName))].map(
      ({ kind, metadata }) => `${kind} ${metadata.name}`,
    ),
  });
  /** The end may be some way off: a success whose answer was lost is an error first, and a success again. */
  const expectEnd = async (namespace: string, expected: Json, what: string): Promise<void> => {
    let state: Json | undefined;
    const isReached = async (): Promise<boolean> => {
      state = await endState(namespace);
      return equalJson(state, expected);
    };
    await seed.until(what, isReached).catch(() => undefined);
    expect(state, what).to.deep.equal(expected);
  };
  /** Whether Falco and falcosidekick got the certificates that are stored. */
  const hasStoredCertificates = async (namespace: string): Promise<boolean> => {
    const stored = Buffer.from(dataOf(await seed.identity(namespace))["server.crt"] ?? []).toString();
    const text = plainText(await seed.packedObjects(namespace));
    return stored !== "" && text.includes(stored);
  };
  const play = async (flow: Flow, namespace: string, disturb: () => void): Promise<void> => {
    const first = { providerConfig: configOf({ falcoVersion: "0.43.1" }) };
    if (flow === "create") disturb();
    await seed.addShoot(namespace);
    await seed.deploy(namespace, first);
    await seed.untilState(namespace, "Create/Succeeded");
    if (flow === "create") return;
    if (flow === "change") disturb();
    seed.clock.jump(2000);
    await seed.deploy(namespace, { providerConfig: configOf({ falcoVersion: "0.44.1" }) });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    if (flow === "change") return;
    disturb();
    await seed.delete(namespace);
    await seed.untilGone(namespace);
  };
  /** Puts the fault on the n-th write to this namespace; returns whether there was one. */
  const disturbing = (namespace: string, n: number, fault: ClientFault): { hit: () => boolean; arm: () => void } => {
    let writes = 0;
    return {
      hit: () => writes >= n,
      arm: () => {
        seed.fault = ({ method, path, body }) => {
          const isOurs = method !== "GET" && path.includes(`/${namespace}/`) && !body.includes('"conditions"');
          return isOurs && ++writes === n ? fault : undefined;
        };
      },
    };
  };

  for (const [name, fault] of Object.entries(faults)) {
    for (const flow of flows) {
      it(`at any write of a ${flow} that ${name} changes nothing in the end`, async () => {
        const expected = await undisturbed(flow);
        let n = 1;
        for (; ; n++) {
          const namespace = `shoot--local--${flow}-${String(Object.keys(faults).indexOf(name))}-${String(n)}`;
          const { hit, arm } = disturbing(namespace, n, fault);
          await play(flow, namespace, arm);
          seed.fault = () => undefined;
          await expectEnd(namespace, expected, `write ${String(n)}`);
          if (flow !== "deletion") expect(await hasStoredCertificates(namespace), `write ${String(n)}`).to.equal(true);
          if (!hit()) break;
        }
        expect(n, "writes").to.be.greaterThan(3);
      });
    }
  }

  for (const flow of flows) {
    it(`that kills the controller after any write of a ${flow} is made good by the next one`, async () => {
      const expected = await undisturbed(flow);
      let n = 1;
      for (; ; n++) {
        const namespace = `shoot--local--${flow}-killed-${String(n)}`;
        const { killed, arm } = killing(namespace, n);
        const playing = play(flow, namespace, arm).then(() => "over");
        if ((await Promise.race([playing, killed])) === "over") break;
        await seed.stopControllers();
        seed.fault = () => undefined;
        await seed.startController();
        await playing;
        await expectEnd(namespace, expected, `after write ${String(n)}`);
        if (flow !== "deletion") expect(await hasStoredCertificates(namespace), `write ${String(n)}`).to.equal(true);
      }
      seed.fault = () => undefined;
      expect(n, "writes").to.be.greaterThan(3);
    });
  }

  /** Once armed, no request of the controller gets through any more after its n-th write to this namespace. */
  const killing = (namespace: string, n: number): { killed: Promise<"killed">; arm: () => void } => {
    let writes = 0;
    let tell: (word: "killed") => void = () => undefined;
    const killed = new Promise<"killed">((resolve) => {
      tell = resolve;
    });
    const arm = (): void => {
      seed.fault = ({ method, path, body }) => {
        if (writes > n) return "destroy";
        if (method === "GET" || !path.includes(`/${namespace}/`) || body.includes('"conditions"')) return undefined;
        writes++;
        if (writes <= n) return undefined;
        tell("killed");
        return "destroy";
      };
    };
    return { killed, arm };
  };

  const ends = new Map<Flow, Json>();
  const undisturbed = async (flow: Flow): Promise<Json> => {
    const known = ends.get(flow);
    if (known !== undefined) return known;
    const namespace = `shoot--local--calm-${flow}`;
    await play(flow, namespace, () => undefined);
    const state = await endState(namespace);
    ends.set(flow, state);
    return state;
  };

  it("of the watches is made good", async () => {
    const forgotten = new Set<string>();
    // The server has forgotten where each of them was.
    seed.fault = ({ path }) => {
      const [watch = ""] = path.split("&resourceVersion=");
      if (!path.includes("watch=true") || forgotten.has(watch)) return undefined;
      forgotten.add(watch);
      return error(410, "Expired");
    };
    seed.cutWatches();
    const namespace = "shoot--local--cut";
    await play("change", namespace, () => undefined);
    expect(forgotten).to.not.be.empty;
    expect(await seed.rawExtension(namespace)).to.not.equal(undefined);
    seed.fault = () => undefined;
  });

  it("of the API server for a while ends with the answer that Gardener waits for", async () => {
    const namespace = "shoot--local--outage";
    await play("create", namespace, () => undefined);
    seed.clock.jump(2000);
    let failures = 0;
    let isTaken = false;
    seed.fault = ({ method, path, body }) => {
      if (method === "GET" || !path.includes(`/${namespace}/`)) return undefined;
      if (body.includes("gardener.cloud/operation")) isTaken = true;
      else if (isTaken && failures < 4) {
        failures++;
        return error(500, "InternalError");
      }
      return undefined;
    };
    const before = (await seed.extension(namespace)).status.lastOperation?.lastUpdateTime;
    await seed.deploy(namespace);
    await seed.until(
      "an answer",
      async () => (await seed.extension(namespace)).status.lastOperation?.lastUpdateTime !== before,
    );
    await seed.untilState(namespace, "Reconcile/Succeeded");
    seed.fault = () => undefined;
  });
});
