import { expect } from "chai";
import type { KubeObject } from "../../falco/objects/kube-object.ts";
import { type ManagedResource, type Target, toManagedResource } from "../../falco/objects/managed-resource.ts";
import { createPackCache } from "../../falco/objects/pack-cache.ts";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import { type Example, listExamples } from "../../hack/render-examples.ts";
import type { Client } from "../../kube/client.ts";
import type { ObjectName } from "../../kube/objects.ts";
import { differences, objectsOf } from "./example-objects.ts";
import { ensureNamespace, patience, SeedAndShoot, typeOf } from "./seed-and-shoot.ts";
import { strictDryRun } from "./strict-dry-run.ts";
import { setDaemonSetStatus } from "./workload-status.ts";

const cache = createPackCache();
const shootNamespace = "shoot--local--example";
const falco = { namespace: "kube-system", name: "falco" };

function pack(target: Target, objects: readonly KubeObject[]): ManagedResource {
  const own = target === "control-plane" ? namespaceOf(objects) : "garden";
  return toManagedResource({ target, namespace: target === "shoot" ? shootNamespace : own, objects }, cache);
}

function namespaceOf(objects: readonly KubeObject[]): string {
  return objects[0]?.metadata.namespace ?? "";
}

/** What is not there as it was written. */
async function missing(objects: readonly KubeObject[], client: Client): Promise<readonly string[]> {
  const found = objects.map(async (object) => {
    const live = await client.get(typeOf(object), object.metadata);
    return differences(live, object, `${object.kind} ${object.metadata.name} `);
  });
  return (await Promise.all(found)).flat();
}

async function oneOf(input: string): Promise<readonly KubeObject[]> {
  const example = listExamples().find((each) => each.input === input);
  const objects = example === undefined ? undefined : (await objectsOf(example)).get("shoot");
  if (objects === undefined) throw new Error(`There is no example ${input} for a shoot.`);
  return objects;
}

describe("real: gardener-resource-manager", () => {
  let world: SeedAndShoot;

  before(async () => {
    world = await SeedAndShoot.start();
  });
  after(() => world.stop());

  const clientOf = (target: Target): Client => (target === "shoot" ? world.shootClient : world.seedClient);

  describe("what we render, before any of it is there", () => {
    for (const example of listExamples()) {
      it(`${example.input}: the servers have nothing against any object`, async () => {
        const remarks: string[] = [];
        for (const [target, objects] of await objectsOf(example)) {
          const server = target === "shoot" ? world.shoot : world.seed;
          const { managedResource, secrets } = pack(target, objects);
          await ensureNamespace(clientOf(target), namespaceOf(objects));
          await ensureNamespace(world.seedClient, managedResource.metadata.namespace ?? "");
          remarks.push(...(await strictDryRun(objects, server)));
          remarks.push(...(await strictDryRun([managedResource, ...secrets], world.seed)));
        }
        expect(remarks).to.deep.equal([]);
      });
    }

    it("a field that no server knows would be noticed", async () => {
      const written = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "wrong", namespace: "default" },
        dato: {},
      };
      await ensureNamespace(world.shootClient, "default");
      const [remark] = await strictDryRun([written], world.shoot);
      expect(remark).to.match(/ConfigMap wrong: 400 .*unknown field "dato"/);
    });
  });

  describe("unpacks our ManagedResources", () => {
    /** Writes what an example renders to, and says what is missing once all is said to be applied. */
    async function unpack(example: Example): Promise<readonly string[]> {
      const absent: string[] = [];
      for (const [target, objects] of await objectsOf(example)) {
        await world.until(await world.write(pack(target, objects)), "ResourcesApplied", "True");
        absent.push(...(await missing(objects, clientOf(target))));
      }
      return absent;
    }

    // Each follows on the one before, as when a user changes the manifest.
    for (const example of listExamples()) {
      it(`${example.input}: every object is there as it was rendered`, async () => {
        expect(await unpack(example)).to.deep.equal([]);
      });
    }
  });

  describe("says how the objects are", () => {
    let name: ObjectName;

    before(async () => {
      // Falco alone: whether a Deployment has been rolled out depends on pods, which nobody makes here.
      name = await world.write(pack("shoot", await oneOf("examples/all-rules/shoot.yaml")));
      await world.until(name, "ResourcesApplied", "True");
    });

    it("is not healthy while no pod is ready", async () => {
      await setDaemonSetStatus(world.shootClient, falco, 0);
      await world.until(name, "ResourcesHealthy", "False");
    });

    it("is healthy when all pods are ready", async () => {
      await setDaemonSetStatus(world.shootClient, falco, 2);
      await world.until(name, "ResourcesHealthy", "True");
      await world.until(name, "ResourcesProgressing", "False");
    });

    it("is no longer healthy when the pods of all nodes fail", async () => {
      await setDaemonSetStatus(world.shootClient, falco, 0);
      await world.until(name, "ResourcesHealthy", "False");
    });
  });

  describe("keeps and removes the objects", () => {
    it("brings back what somebody deletes in the shoot", async () => {
      const name = await world.write(pack("shoot", await oneOf("examples/all-rules/shoot.yaml")));
      await world.until(name, "ResourcesApplied", "True");
      await setDaemonSetStatus(world.shootClient, falco, 2);
      // It looks again when the state of health changes; otherwise it may take its time.
      await world.until(name, "ResourcesHealthy", "True");
      const type = typeOf({ apiVersion: "apps/v1", kind: "DaemonSet", metadata: falco });
      const before = await world.shootClient.get(type, falco);
      await world.shootClient.delete(type, falco, { propagation: "Background" });
      await waitFor(
        "the DaemonSet to be back",
        async () => {
          const live = await world.shootClient.get(type, falco);
          return live !== undefined && live.metadata.uid !== before?.metadata.uid ? true : undefined;
        },
        patience,
      );
    });

    it("removes all of them with the ManagedResource", async () => {
      const objects = await oneOf("examples/minimal/shoot.yaml");
      const name = await world.write(pack("shoot", objects));
      await world.until(name, "ResourcesApplied", "True");
      await world.remove(name);
      const left = objects.map(async (each) => {
        const live = await world.shootClient.get(typeOf(each), each.metadata);
        return live === undefined ? [] : [`${each.kind} ${each.metadata.name}`];
      });
      expect((await Promise.all(left)).flat()).to.deep.equal([]);
    });
  });
});
