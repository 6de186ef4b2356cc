import type { KubeObject } from "../../kube/objects.ts";
import { configOf, identityName, profileOf } from "../support/seed-objects.ts";
import type { Flow, Step } from "./flow.ts";
import { createAll, first, isIn, second } from "./prepared.ts";
import type { Stage } from "./stage.ts";

/** Certificates are renewed after 150 days: `certificateRenewAfterSeconds` of a landscape that says nothing. */
const renewalMs = 151 * 24 * 3600 * 1000;

type Ask = (stage: Stage, namespace: string) => Promise<void>;

/** One request, and the state that it comes to. */
function asking(ask: Ask, state: string): Flow["begin"] {
  return (stage, namespace) =>
    Promise.resolve([{ act: () => ask(stage, namespace), isOver: () => isIn(stage, namespace, state) }]);
}

const creation: Flow = {
  name: "create",
  prepare: () => Promise.resolve(),
  begin: asking(async ({ seed }, namespace) => {
    await seed.addShoot(namespace);
    await seed.deploy(namespace, { providerConfig: first });
  }, "Create/Succeeded"),
};

const change: Flow = {
  name: "change",
  prepare: createAll,
  begin: asking(({ seed }, namespace) => seed.deploy(namespace, { providerConfig: second }), "Reconcile/Succeeded"),
};

const migration: Flow = {
  name: "migrate",
  prepare: createAll,
  begin: asking(({ seed }, namespace) => seed.deploy(namespace, { operation: "migrate" }), "Migrate/Succeeded"),
};

const restoration: Flow = {
  name: "restore",
  prepare: async (stage, namespaces) => {
    const source = "shoot--local--source";
    await createAll(stage, [source]);
    const { data } = { ...(await stage.seed.identity(source)) };
    for (const namespace of namespaces) {
      await stage.seed.addShoot(namespace);
      await stage.seed.put(secretOf(namespace, identityName, { data }));
      await stage.seed.deploy(namespace, { operation: "wait-for-state", providerConfig: first });
    }
  },
  begin: (stage, namespace) =>
    Promise.resolve([
      {
        act: () => stage.seed.deploy(namespace, { operation: "restore" }),
        // Done once more after an error, it may be called a reconciliation.
        isOver: async () =>
          (await isIn(stage, namespace, "Restore/Succeeded")) || (await isIn(stage, namespace, "Reconcile/Succeeded")),
      },
    ]),
};

const deletion: Flow = {
  name: "delete",
  prepare: createAll,
  begin: ({ seed }, namespace) =>
    Promise.resolve([
      {
        act: () => seed.delete(namespace),
        isOver: async () => (await seed.rawExtension(namespace)) === undefined,
      },
    ]),
};

const seedClass: Flow = {
  name: "seed class",
  onlyIn: "garden",
  prepare: () => Promise.resolve(),
  begin: asking(({ seed }, namespace) => {
    const providerConfig = configOf({ destinations: [{ name: "stdout" }] });
    return seed.deploy(namespace, { class: "seed", providerConfig });
  }, "Create/Succeeded"),
};

const reference: Flow = {
  name: "wait for a Secret",
  prepare: () => Promise.resolve(),
  begin: (stage, namespace) => {
    const { seed } = stage;
    const resources = [{ name: "hook", resourceRef: { apiVersion: "v1", kind: "Secret", name: "address" } }];
    const providerConfig = configOf({ destinations: [{ name: "custom", resourceSecretName: "hook" }] });
    const ask: Step = {
      act: async () => {
        await seed.addShoot(namespace, { spec: { resources } });
        await seed.deploy(namespace, { providerConfig });
      },
      isOver: () => isIn(stage, namespace, "Create/Processing"),
    };
    const bring: Step = {
      act: () => seed.put(secretOf(namespace, "ref-address", { stringData: { address: "https://hook.example.org" } })),
      isOver: () => isIn(stage, namespace, "Create/Succeeded"),
    };
    return Promise.resolve([ask, bring]);
  },
};

/** What runs in a shoot is another one, and nothing has been asked. */
function replaced(forAll: NonNullable<Flow["forAll"]>): Pick<Flow, "prepare" | "begin" | "forAll"> {
  return {
    prepare: createAll,
    begin: async ({ seed }, namespace) => {
      const before = (await seed.managedResource(namespace))?.metadata.generation;
      const isOver = async (): Promise<boolean> =>
        (await seed.managedResource(namespace))?.metadata.generation !== before;
      return [{ act: () => Promise.resolve(), isOver }];
    },
    forAll,
  };
}

const profileChange: Flow = {
  name: "profile change",
  ...replaced(({ seed }) => seed.put(profileOf({ tags: { "0.43.1": "0.43.1-patched" } }))),
};

const renewal: Flow = {
  name: "renewal of certificates",
  ...replaced((stage) => {
    stage.jump(renewalMs);
    return Promise.resolve();
  }),
};

function secretOf(namespace: string, name: string, content: object): KubeObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, ...content };
}

/** What Gardener, an operator or the time brings about. */
export const flowsByGardener: readonly Flow[] = [
  creation,
  change,
  profileChange,
  renewal,
  migration,
  restoration,
  deletion,
  seedClass,
  reference,
];

/** The flow of this name; throws if there is none. */
export function flowNamed(name: string): Flow {
  const flow = flowsByGardener.find((each) => each.name === name);
  if (flow === undefined) throw new Error(`there is no flow ${name}`);
  return flow;
}
