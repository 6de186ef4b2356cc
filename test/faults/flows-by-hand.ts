import { resourceTypes } from "../../controller/resource-types.ts";
import { equalJson } from "../../falco/base/json.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { secretsOf } from "../support/packed-objects.ts";
import { identityName, targetName } from "../support/seed-objects.ts";
import type { Flow } from "./flow.ts";
import { createAll } from "./prepared.ts";
import type { Stage } from "./stage.ts";

const { managedResource, secret } = resourceTypes;

/** Somebody does something by hand to an object of ours; it is over when `isMended` says so of what is there, compared with what was. */
interface Damage {
  readonly name: string;
  readonly act: (stage: Stage, namespace: string) => Promise<void>;
  readonly read: (stage: Stage, namespace: string) => Promise<KubeObject | undefined>;
  readonly isMended: (live: KubeObject, before: KubeObject) => boolean;
}

function damage({ name, act, read, isMended }: Damage): Flow {
  return {
    name,
    prepare: createAll,
    begin: async (stage, namespace) => {
      const before = await read(stage, namespace);
      if (before === undefined) throw new Error(`there is nothing to damage in ${namespace}`);
      const isOver = async (): Promise<boolean> => {
        const live = await read(stage, namespace);
        return live !== undefined && isMended(live, before);
      };
      return [{ act: () => act(stage, namespace), isOver }];
    },
  };
}

const target = ({ seed }: Stage, namespace: string): Promise<KubeObject | undefined> => seed.managedResource(namespace);

function isAnother(live: KubeObject, before: KubeObject): boolean {
  return live.metadata.uid !== before.metadata.uid;
}

const identity = damage({
  name: "hand-edited certificates",
  act: ({ seed }, namespace) =>
    seed.edit(secret, { namespace, name: identityName }, (live) => ({
      ...live,
      data: { ...(live["data"] as object), "server.crt": Buffer.from("of no use").toString("base64") },
    })),
  read: target,
  isMended: (live, before) => live.metadata.generation !== before.metadata.generation,
});

const deleted = damage({
  name: "deleted ManagedResource",
  act: ({ seed }, namespace) => seed.remove(managedResource, { namespace, name: targetName }),
  read: target,
  isMended: isAnother,
});

const edited = damage({
  name: "hand-edited ManagedResource",
  act: ({ seed }, namespace) =>
    seed.edit(managedResource, { namespace, name: targetName }, (live) => ({
      ...live,
      spec: { ...(live["spec"] as object), keepObjects: true },
    })),
  read: target,
  isMended: (live, before) =>
    live.metadata.generation !== before.metadata.generation && equalJson(live["spec"], before["spec"]),
});

const deletedSecret = damage({
  name: "deleted Secret of a ManagedResource",
  act: async (stage, namespace) => {
    const packed = await packedSecret(stage, namespace);
    await stage.seed.remove(secret, { namespace, name: packed?.metadata.name ?? "" });
    await stage.seed.report(namespace, targetName, [
      { type: "ResourcesApplied", status: "False", reason: "CannotReadSecret", message: "there is no such Secret" },
    ]);
  },
  read: async (stage, namespace) => packedSecret(stage, namespace).catch(() => undefined),
  isMended: isAnother,
});

/** Throws while it is not there. */
async function packedSecret({ seed }: Stage, namespace: string): Promise<KubeObject | undefined> {
  const [found] = await secretsOf(await seed.managedResource(namespace), seed.client);
  return found;
}

/** What people do to the objects of the extension by hand. */
export const flowsByHand: readonly Flow[] = [identity, deleted, edited, deletedSecret];
