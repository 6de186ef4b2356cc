import { expect } from "chai";
import { processExtension } from "../../../controller/process.ts";
import { keyOf, type KubeObject } from "../../../kube/objects.ts";
import type { Store } from "../../../kube/store.ts";
import { extensionName, targetName } from "../../support/seed-objects.ts";
import { extensionResource, SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--lagging";
const name = { namespace, name: extensionName };
const { signal } = new AbortController();

/** What a watch would have told until now. */
function list<T>(store: Store<T>, objects: readonly (object | undefined)[]): void {
  const items = (objects as readonly KubeObject[]).map((object) => ({
    key: keyOf(object.metadata),
    resourceVersion: object.metadata.resourceVersion ?? "",
    value: store.project(object),
  }));
  store.apply({ kind: "replaced", items });
}

describe("a store that lags behind our own writes", () => {
  let seed: SeedCluster;
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    await seed.bringUp(namespace);
    await seed.stopControllers();
  });
  afterEach(() => seed.stop());

  it("does not keep an error in the status that is over", async () => {
    const { stores, profiles, context } = await seed.assemble();
    const { store } = seed.server;
    list(stores.extensions, store.list(extensionResource));
    list(stores.clusters, store.list("clusters.extensions.gardener.cloud"));
    list(stores.identities, [seed.identity(namespace)]);
    list(profiles, store.list("falcoprofiles.falco.gardener.cloud"));
    seed.fault = ({ method, path }) =>
      method === "GET" && path.includes(`/managedresources/${targetName}`) ? { status: 503 } : undefined;
    const failure = await processExtension(name, context, signal).catch((error: unknown) => String(error));
    expect(failure).to.contain("503");
    expect(seed.state(namespace)).to.equal("Reconcile/Error");
    seed.fault = () => undefined;
    // The store still has the Extension as it was before the error.
    expect((await processExtension(name, context, signal)).kind).to.equal("again");
    expect(seed.state(namespace)).to.equal("Reconcile/Succeeded");
    expect(seed.extension(namespace).status).to.not.have.property("lastError");
  });
});
