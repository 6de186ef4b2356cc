import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { identitySecretKeys as keys } from "../../../falco/desired/identity.ts";
import { dataOf } from "../../support/packed-objects.ts";
import type { ReportedCondition } from "../../support/seed-access.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";
import { targetName } from "../../support/seed-objects.ts";

const namespace = "shoot--local--trusting";
const hour = 3_600_000;
const day = 24 * hour;
/** A CA lives for two years and is replaced 60 days before its end. */
const untilReplaced = (2 * 365 - 60) * day + hour;
/** So long a new CA is given to reach every pod. */
const untilKnown = 7 * day + hour;

const replacing: ReportedCondition = {
  type: "ResourcesProgressing",
  status: "True",
  reason: "DaemonSetProgressing",
  message: "2 of 3 pods of falco are up to date",
};
const rolledOut = { ...replacing, status: "False", reason: "ResourcesRolledOut", message: "All is rolled out." };

describe("a new CA", () => {
  let seed: SeedCluster;
  before(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    await seed.bringUp(namespace);
  });
  after(() => seed.stop());

  /** Whether the newest CA has signed the certificate of falcosidekick, and whether it has signed that of Falco. */
  const signedByNewest = async (): Promise<readonly boolean[]> => {
    const data = dataOf(await seed.identity(namespace));
    const read = (key: string): X509Certificate => new X509Certificate(data[key] ?? "");
    const pairs = [
      { leaf: read(keys.server), ca: read(keys.serverCa) },
      { leaf: read(keys.client), ca: read(keys.clientCa) },
    ];
    return pairs.map(({ leaf, ca }) => leaf.verify(ca.publicKey));
  };
  const report = (progress: ReportedCondition): Promise<void> =>
    seed.report(namespace, targetName, [
      { type: "ResourcesApplied", status: "True", reason: "ApplySucceeded", message: "All is applied." },
      { type: "ResourcesHealthy", status: "True", reason: "ResourcesHealthy", message: "All is healthy." },
      progress,
    ]);
  const untilConditions = (isSo: (status: string | undefined) => boolean): Promise<void> =>
    seed.until("other conditions", async () => {
      const { conditions = [] } = (await seed.extension(namespace)).status;
      return conditions.length > 0 && isSo(conditions.find(({ type }) => type === "SystemComponentsHealthy")?.status);
    });

  it("signs only when every pod is said to trust it", async () => {
    expect(await signedByNewest()).to.deep.equal([true, true]);
    seed.clock.jump(untilReplaced);
    await seed.until("a new CA", async () => (await signedByNewest()).every((each) => !each));
    await seed.afterRun(namespace, () => seed.deploy(namespace));
    await report(replacing);
    seed.clock.jump(untilKnown);
    await seed.afterRun(namespace, () => seed.deploy(namespace));
    await untilConditions((status) => status !== "True");
    expect(await signedByNewest()).to.deep.equal([false, false]);
    await report(rolledOut);
    await untilConditions((status) => status === "True");
    seed.clock.jump(hour);
    await seed.until("certificates of the new CA", async () => (await signedByNewest()).every((each) => each));
  });
});
