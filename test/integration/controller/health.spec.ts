import { expect } from "chai";
import type { Condition } from "../../../falco/api/gardener.ts";
import { configOf, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";
import { ShootServer, SilentServer } from "../../support/shoot-server.ts";
import { beginning } from "../../unit/controller/shoot/falco-logs.ts";

const namespace = "shoot--local--health";
const other = "shoot--local--other";
const providerConfig = configOf({ rules: { standard: ["falco-rules"], custom: [{ shootConfigMap: "mine" }] } });
const log = `${beginning}Error: /etc/falco/shoot-custom-rules/mine/a.yaml: Invalid
1 Errors:
In rules content: (/etc/falco/shoot-custom-rules/mine/a.yaml:0:0)
    rule 'Mine': (/etc/falco/shoot-custom-rules/mine/a.yaml:3:2)
    rule output: (/etc/falco/shoot-custom-rules/mine/a.yaml:6:10)
------
  output: secret-of-the-log %container.nme
          ^
------
LOAD_ERR_COMPILE_OUTPUT (Error compiling output): invalid formatting token container.nme
`;
const words =
  'DaemonSet falco: Falco refuses the rules file "a.yaml" of the ConfigMap "mine" in the shoot: LOAD_ERR_COMPILE_OUTPUT (Error compiling output): invalid formatting token container.nme (rule output, line 7).';

describe("the health of a shoot", () => {
  let seed: SeedCluster;
  let shoot: ShootServer;
  beforeEach(async () => {
    [seed, shoot] = await Promise.all([SeedCluster.start(), ShootServer.start()]);
    await seed.startController();
    await seed.bringUp(namespace, { providerConfig });
    await seed.put(shoot.kubeconfigIn(namespace));
  });
  afterEach(async () => {
    await seed.stop();
    await shoot.stop();
  });

  const ago = (seconds: number): string => new Date(seed.clock.now().getTime() - seconds * 1000).toISOString();

  async function system(of = namespace): Promise<Partial<Condition>> {
    const { conditions = [] } = (await seed.extension(of)).status;
    return conditions.find(({ type }) => type === "SystemComponentsHealthy") ?? {};
  }

  /** What gardener-resource-manager says once the DaemonSet has been ill for `seconds`. */
  async function fallIll(of: string, seconds: number, type = "ResourcesHealthy"): Promise<void> {
    const lastTransitionTime = ago(seconds).replace(/\.\d+/, "");
    const ill =
      type === "ResourcesHealthy"
        ? { type, status: "False", reason: "DaemonSetUnhealthy", message: "DaemonSet falco is ill", lastTransitionTime }
        : { type, status: "True", reason: "DaemonSetProgressing", message: "1 of 3 nodes", lastTransitionTime };
    const healthy = { type: "ResourcesHealthy", status: "True", reason: "ResourcesHealthy", message: "" };
    await seed.report(of, targetName, [
      { type: "ResourcesApplied", status: "True", reason: "ApplySucceeded", message: "All is applied." },
      ...(type === "ResourcesHealthy" ? [] : [healthy]),
      ill,
    ]);
  }

  function crashLoop(): void {
    const lastState = { terminated: { exitCode: 1, reason: "Error", finishedAt: ago(20) } };
    const state = { waiting: { reason: "CrashLoopBackOff", message: "back-off" } };
    const status = { name: "falco", image: "falco:1", imageID: "", ready: false, restartCount: 5, state, lastState };
    const ready = { type: "Ready", status: "False", lastTransitionTime: ago(900) };
    for (const name of ["falco-a", "falco-b", "falco-c"]) {
      shoot.putPod(name, { phase: "Running", conditions: [ready], containerStatuses: [status] });
    }
  }

  /** Lets time pass until something is so. Each step asks the server, so that everybody else has a turn, too. */
  async function letTimePass(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let step = 0; step < 1_000; step++) {
      await seed.rawExtension(namespace);
      if (await isSo()) return;
      seed.clock.jump(5_000);
    }
    throw new Error("it never came");
  }

  it("is the user's fault when Falco refuses custom rules, in Falco's words, until it heals", async () => {
    crashLoop();
    shoot.log = log;
    await fallIll(namespace, 900);
    await seed.until("the condition says why", async () => (await system()).message === words);
    expect(await system()).to.include({ status: "False", reason: "HealthCheckUnsuccessful" });
    expect((await system()).codes).to.deep.equal(["ERR_CONFIGURATION_PROBLEM"]);
    // Of three pods; a second look may have begun meanwhile.
    expect(new Set(shoot.requests.filter((path) => path.includes("/log?"))), "logs").to.have.property("size", 2);
    expect(JSON.stringify(seed.log)).to.not.contain("LOAD_ERR").and.not.contain("secret-of-the-log");
    await seed.accept(namespace, targetName);
    await seed.until("it is healthy", async () => (await system()).status === "True");
    expect(await system()).to.not.have.property("codes");
    // A look that was under way comes to its end meanwhile.
    await seed.bringUp(other);
    const asked = shoot.requests.length;
    seed.clock.jump(600_000);
    await seed.bringUp("shoot--local--third");
    expect(shoot.requests).to.have.lengthOf(asked);
  });

  it("is found out where a rollout is stuck, though all that is not being replaced is healthy", async () => {
    crashLoop();
    shoot.log = log;
    await fallIll(namespace, 3_000, "ResourcesProgressing");
    await seed.until("the condition says why", async () => (await system()).message === words);
  });

  it("is not asked about for the first minute, and is on its way for five", async () => {
    await fallIll(namespace, 0);
    await seed.until("it is on its way", async () => (await system()).status === "Progressing");
    expect(await system()).to.include({
      reason: "HealthCheckProgressing",
      message: `ManagedResource ${targetName}: DaemonSet falco is ill.`,
    });
    expect(shoot.requests).to.deep.equal([]);
    seed.clock.jump(60_000);
    await shoot.untilAsked(2);
    expect(await system()).to.include({ status: "Progressing" });
    seed.clock.jump(240_000);
    await seed.until("that was too long", async () => (await system()).status === "False");
  });

  it("is not doubted while a change is being taken in, unless that takes long", async () => {
    const changed = configOf({ heartbeatEvent: true });
    await seed.deploy(namespace, { providerConfig: changed });
    await seed.untilState(namespace, "Reconcile/Succeeded");
    // There is one worker for health, too: had it been looked at before the other shoot, it would say so now.
    await seed.bringUp(other);
    expect(await system()).to.include({ status: "True" });
    seed.clock.jump(15_000);
    await seed.until("there is doubt", async () => (await system()).status === "Progressing");
    await seed.accept(namespace, targetName);
    await seed.until("it is healthy", async () => (await system()).status === "True");
  });

  it("stays what it was over a restart, without a write", async () => {
    crashLoop();
    shoot.log = log;
    await fallIll(namespace, 900);
    await seed.until("the condition says why", async () => (await system()).message === words);
    await seed.stopControllers();
    const before = await seed.extension(namespace);
    const asked = shoot.requests.length;
    await seed.startController();
    await shoot.untilAsked(asked + 4);
    await seed.bringUp(other);
    expect((await seed.extension(namespace)).metadata.resourceVersion).to.equal(before.metadata.resourceVersion);
  });

  it("is unknown only when the shoot has been silent for minutes, and no other shoot waits for that", async () => {
    const silent = await SilentServer.start();
    try {
      await seed.put(silent.kubeconfigIn(namespace));
      await fallIll(namespace, 900);
      await seed.until("the ManagedResource is believed", async () => (await system()).status === "False");
      const begun = seed.clock.monotonic();
      await letTimePass(() => silent.connections > 0);
      await seed.bringUp(other);
      expect(await system(other)).to.include({ status: "True" });
      await letTimePass(async () => (await system()).status === "Unknown");
      expect(seed.clock.monotonic() - begun).to.be.at.least(180_000);
      expect(await system()).to.include({
        reason: "ConditionCheckError",
        message: `failed to execute 1 health check: Unable to execute check: The shoot's API server cannot be asked what is wrong: it took longer than 10 s. Failed check: ManagedResource ${targetName}: DaemonSet falco is ill.`,
      });
      expect(JSON.stringify(seed.log)).to.not.contain("secret-token");
    } finally {
      silent.stop();
    }
  });

  it("of a shoot that answers rubbish is unknown, too", async () => {
    shoot.fault = { status: 200, body: "<html>no</html>" };
    await fallIll(namespace, 900);
    for (let looks = 1; (await system()).status !== "Unknown"; looks++) {
      await shoot.untilAsked(looks);
      seed.clock.jump(35_000);
    }
    expect((await system()).message).to.contain("cannot be asked what is wrong");
    shoot.fault = undefined;
    seed.clock.jump(35_000);
    await seed.until("it is known again", async () => (await system()).status === "False");
  });
});
