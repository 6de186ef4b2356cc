import { expect } from "chai";
import type { Controller } from "../../controller/start.ts";
import { equalJson, type Json } from "../../falco/base/json.ts";
import { build } from "../../hack/control-plane/build.ts";
import { type ControlPlane, type KubeServer, startControlPlane } from "../../hack/control-plane/start.ts";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import { endState } from "../faults/end-state.ts";
import { dataOf } from "../support/packed-objects.ts";
import { profileOf } from "../support/seed-objects.ts";
import { differences } from "./example-objects.ts";
import { RealSeed } from "./real-seed.ts";
import { patience } from "./seed-and-shoot.ts";

const namespaces = Array.from({ length: 10 }, (_each, index) => `shoot--local--r${String(index)}q`);
const version = "0.44.1";
const isManagedResource = /\/managedresources[/?]/;

describe("real: a restart of the API server in the middle of a profile change", () => {
  let plane: ControlPlane;
  let server: KubeServer;
  let seed: RealSeed;
  let controller: Controller;
  /** Called before each write of a ManagedResource. */
  let onWrite = (): void => undefined;

  before(async () => {
    plane = await startControlPlane(await build({ names: ["etcd", "kube-apiserver"] }));
    server = await plane.startKubeApiserver("seed");
    seed = await RealSeed.open(server, { crds: plane.crds });
    controller = await seed.startController(({ method, path }) => {
      if (method !== "GET" && isManagedResource.test(path)) onWrite();
      return undefined;
    });
    for (const namespace of namespaces) {
      await seed.host(namespace, server);
      await seed.deploy(namespace);
    }
    for (const namespace of namespaces) await seed.untilState(namespace, "Create/Succeeded");
  });
  after(async () => {
    await controller.stop();
    await plane.stop();
  });

  /** What there is of a shoot, with the tag of its image put in words; it may still be on its way. */
  async function stateWith(tag: string, namespace: string): Promise<Json> {
    const text = JSON.stringify(await endState(seed, namespace));
    if (!text.includes(tag)) throw new Error(`${namespace} has nothing to do with ${tag}`);
    return JSON.parse(text.replaceAll(tag, "TAG")) as Json;
  }
  /** Waits until all shoots have come to the same state, which is `expected` if that is given, and returns it. */
  async function untilAll(tag: string, expected?: Json): Promise<Json> {
    return waitFor(
      `${tag} to be everywhere`,
      async () => {
        const states = await Promise.all(namespaces.map((each) => stateWith(tag, each)));
        const end = expected ?? states[0];
        const different = states.flatMap((each, index) => differences(each, end, `${namespaces[index] ?? ""} `));
        if (end !== undefined && states.every((each) => equalJson(each, end))) return end;
        throw new Error(different.join("\n"));
      },
      patience,
    );
  }
  const change = (tag: string): Promise<void> => seed.put(profileOf({ tags: { [version]: tag } }));
  const identities = (): Promise<readonly object[]> =>
    Promise.all(namespaces.map(async (each) => dataOf(await seed.identity(each))));

  it("changes nothing about where it ends, and loses nothing", async () => {
    const certificates = await identities();
    await change("undisturbed");
    const expected = await untilAll("undisturbed");
    const { pid } = server.process;
    const restarts: Promise<void>[] = [];
    let writes = 0;
    onWrite = () => {
      if (++writes === 5) restarts.push(server.process.restart("SIGKILL"));
    };
    await change("disturbed");
    await untilAll("disturbed", expected);
    await Promise.all(restarts);
    expect(restarts, "restarts").to.have.lengthOf(1);
    expect(server.process.pid).not.to.equal(pid);
    expect(await identities(), "certificates").to.deep.equal(certificates);
  });
});
