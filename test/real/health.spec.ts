import { expect } from "chai";
import type { Controller } from "../../controller/start.ts";
import type { Condition } from "../../falco/api/gardener.ts";
import { installCrds } from "../../hack/control-plane/install-crds.ts";
import { systemClock } from "../../kube/clock.ts";
import { type KubeObject, resource } from "../../kube/objects.ts";
import { stateOf } from "../support/seed-access.ts";
import { JumpingClock } from "../support/jumping-clock.ts";
import { controlPlaneName, finalizer, targetName } from "../support/seed-objects.ts";
import { brokenOutput } from "../unit/controller/shoot/falco-logs.ts";
import { putCrashingPod, removePod } from "./crashing-pod.ts";
import { RealSeed } from "./real-seed.ts";
import { present, SeedAndShoot, untilLeft } from "./seed-and-shoot.ts";
import { setDaemonSetStatus, setDeploymentStatus } from "./workload-status.ts";

const namespace = "shoot--local--health";
const falco = { namespace: "kube-system", name: "falco" };
const falcosidekick = { namespace: "kube-system", name: "falcosidekick" };
const crdType = resource("apiextensions.k8s.io/v1", "CustomResourceDefinition", { namespaced: false });
const configMaps = resource("v1", "ConfigMap");
const system = "SystemComponentsHealthy";
const well = { status: "True", message: "All health checks successful" };
const asleep = { status: "True", message: "Shoot is hibernated" };

describe("real: the health of a shoot, as our controller says it", () => {
  let world: SeedAndShoot;
  let seed: RealSeed;
  let clock: JumpingClock;
  let controller: Controller;

  before(async () => {
    world = await SeedAndShoot.start();
    // The times that gardener-resource-manager writes are the machine's.
    clock = new JumpingClock(systemClock.now().toISOString());
    seed = await RealSeed.open(world.seed, { crds: world.plane.crds, clock });
    controller = await seed.startController();
    await seed.host(namespace, world.shoot);
    await seed.deploy(namespace);
    await seed.untilState(namespace, "Create/Succeeded");
    await seed.untilApplied(namespace);
  });
  after(async () => {
    await controller.stop();
    await world.stop();
  });

  const until = (type: string, expected: Partial<Condition>): Promise<void> =>
    seed.untilCondition(namespace, type, ({ status, message }) => {
      return status === expected.status && (expected.message === undefined || message === expected.message);
    });
  const untilSystem = (expected: Partial<Condition>): Promise<void> => until(system, expected);
  const untilObservability = (expected: Partial<Condition>): Promise<void> =>
    until("ObservabilityComponentsHealthy", expected);
  /** The shoot is looked into every half minute while it is not well. */
  const letTimePass = (isSo: (condition: Condition) => boolean): Promise<void> =>
    seed.untilCondition(namespace, system, (condition) => {
      clock.jump(1_000);
      return isSo(condition);
    });
  const report = async (ready: number): Promise<void> => {
    await setDeploymentStatus(world.shootClient, falcosidekick, ready > 0);
    await setDaemonSetStatus(world.shootClient, falco, ready);
  };

  it("is on its way while no pod is ready, though all is well beside the control plane", async () => {
    await untilSystem({ status: "Progressing" });
    await untilObservability(well);
  });

  it("is good when all pods are ready", async () => {
    await report(2);
    await untilSystem(well);
  });

  it("is bad when the pods have been failing for longer than a start takes", async () => {
    await setDaemonSetStatus(world.shootClient, falco, 0);
    await untilSystem({ status: "Progressing" });
    clock.jump(301_000);
    await seed.untilCondition(namespace, system, ({ status, message = "" }) => {
      return status === "False" && message.startsWith(`ManagedResource ${targetName}: `);
    });
  });

  it("says what a pod that ends again and again says of itself", async () => {
    await putCrashingPod(world.shootClient, "falco-a");
    const message = "DaemonSet falco: the container falco ends again and again with exit code 1.";
    await letTimePass((condition) => condition.message === message);
  });

  it("says it in Falco's words where the pod has them", async () => {
    await putCrashingPod(world.shootClient, "falco-a", brokenOutput);
    await letTimePass(({ message = "" }) => message.includes("LOAD_ERR_COMPILE_OUTPUT"));
    // Without its log, nobody knows that it is the user's fault.
    await seed.untilCondition(namespace, system, ({ status, codes }) => status === "False" && codes === undefined);
  });

  it("is good again when the pods are", async () => {
    await removePod(world.shootClient, "falco-a");
    await report(2);
    await untilSystem(well);
  });

  it("is bad beside the control plane when its objects cannot be there, and good when they can", async () => {
    const name = { name: "scrapeconfigs.monitoring.coreos.com" };
    await seed.client.delete(crdType, name);
    await untilObservability({ status: "False" });
    await untilSystem(well);
    await installCrds(world.plane.crds, seed.client);
    await untilObservability(well);
  });

  it("is good while the shoot sleeps, whatever its pods are, and theirs again when it wakes up", async () => {
    const hibernation = { enabled: true };
    await seed.setShoot(namespace, { spec: { hibernation }, status: { hibernated: true } });
    await untilSystem(asleep);
    await untilObservability(asleep);
    await setDaemonSetStatus(world.shootClient, falco, 0);
    await world.until({ namespace, name: targetName }, "ResourcesHealthy", "False");
    await untilSystem(asleep);
    await seed.setShoot(namespace, {});
    await untilSystem({ status: "False" });
    await report(2);
    await untilSystem(well);
    await untilObservability(well);
  });

  it("ends with the Extension, which goes when everything in the shoot and in the seed is gone", async () => {
    const inShoot = await seed.packedObjects(namespace);
    const inSeed = await seed.packedObjects(namespace, controlPlaneName);
    expect(await present(inShoot, world.shootClient)).to.have.lengthOf(inShoot.length);
    const hold = (finalizers: readonly string[] | null): Promise<KubeObject> =>
      world.shootClient.patch(configMaps, falco, { body: { metadata: { finalizers } } });
    await hold(["example.org/hold"]);
    await seed.delete(namespace);
    await seed.until(namespace, "it waits", (live) => stateOf(live) === "Delete/Processing");
    await untilLeft(1, inShoot, world.shootClient);
    expect((await seed.extension(namespace)).metadata.finalizers).to.deep.equal([finalizer]);
    expect((await seed.extension(namespace)).status.lastOperation).to.include({ state: "Processing" });
    await hold(null);
    await seed.untilGone(namespace);
    expect(await present(inShoot, world.shootClient), "in the shoot").to.be.empty;
    expect(await present(inSeed, world.seedClient), "in the seed").to.be.empty;
    expect(await seed.identity(namespace)).to.equal(undefined);
  });
});
