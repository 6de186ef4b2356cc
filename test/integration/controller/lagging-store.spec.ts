import { expect } from "chai";
import { processExtension } from "../../../controller/process.ts";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { keyOf, type KubeObject } from "../../../kube/objects.ts";
import type { Store } from "../../../kube/store.ts";
import { extensionName, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

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
    list(stores.extensions, await seed.list(resourceTypes.extension));
    list(stores.clusters, await seed.list(resourceTypes.cluster));
    list(stores.identities, [await seed.identity(namespace)]);
    list(profiles, await seed.list(resourceTypes.falcoProfile));
    seed.fault = ({ method, path }) =>
      method === "GET" && path.includes(`/managedresources/${targetName}`) ? { status: 503 } : undefined;
    const failure = await processExtension(name, context, signal).catch((error: unknown) => String(error));
    expect(failure).to.contain("503");
    expect(await seed.state(namespace)).to.equal("Reconcile/Error");
    seed.fault = () => undefined;
    // The store still has the Extension as it was before the error.
    expect((await processExtension(name, context, signal)).kind).to.equal("again");
    expect(await seed.state(namespace)).to.equal("Reconcile/Succeeded");
    expect((await seed.extension(namespace)).status).to.not.have.property("lastError");
  });
});
