import { createServer } from "node:net";
import { expect } from "chai";
import { falcoProfiles } from "../../admission/garden.ts";
import { configurationTypes } from "../../admission/webhook-certificate/publish.ts";
import { identitySecretName, identityTexts, secretType } from "../../admission/webhook-certificate/secret.ts";
import { configurationName } from "../../admission/webhook-certificate/webhook-configurations.ts";
import { readChain } from "../../certificates/read-family.ts";
import { build } from "../../hack/control-plane/build.ts";
import { type ControlPlane, startControlPlane } from "../../hack/control-plane/start.ts";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import type { Client } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { type Replica, startReplica } from "../integration/admission/webhook-certificate/replica.ts";
import { connectWithFaults } from "../support/faulty-client.ts";
import { JumpingClock } from "../support/jumping-clock.ts";
import { type LogLine, recordingLogger } from "../support/recording-logger.ts";
import { namespaceOf, profileOf } from "../support/seed-objects.ts";
import { serveKinds } from "../support/serve-kinds.ts";
import { putObject } from "../support/object-writes.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** A port that nobody has at the moment. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  });
}

describe("real: the webhooks' certificates", () => {
  let plane: ControlPlane;
  let client: Client;
  let replica: Replica;
  let changes = 0;
  const log: LogLine[] = [];
  // As TLS goes by the machine's clock, the days of this clock are over for it.
  const clock = new JumpingClock(new Date(Date.now() - 26 * day).toISOString());

  const change = async (): Promise<void> => {
    const labels = { change: String((changes += 1)) };
    await client.patch(falcoProfiles, { name: "falco" }, { body: { metadata: { labels } } });
  };
  const configurations = (): Promise<readonly (KubeObject | undefined)[]> =>
    Promise.all(configurationTypes.map((type) => client.get(type, { name: configurationName })));
  const untilPublished = (authorities: number): Promise<true> =>
    waitFor(`${String(authorities)} published CAs`, async () => {
      // Whoever is awake when the clock jumps goes to sleep afterwards, so one jump would not do.
      clock.jump(minute / 2);
      const { bundle } = identityTexts(await client.get(secretType, { namespace: "garden", name: identitySecretName }));
      const text = JSON.stringify(await configurations());
      const count = text.split(Buffer.from(bundle).toString("base64")).length - 1;
      return count === 3 && readChain(bundle)?.length === authorities ? true : undefined;
    });
  /** Minutes pass, each with a change in it, until the replica has served with so many certificates. */
  async function untilServed(times: number): Promise<void> {
    for (let minutes = 0; minutes < 60 && replica.pairs.length < times; minutes++) {
      clock.jump(minute);
      await change();
    }
    expect(replica.pairs).to.have.length(times);
  }

  before(async () => {
    plane = await startControlPlane(await build({ names: ["etcd", "kube-apiserver"] }));
    const server = await plane.startKubeApiserver("garden");
    client = await connectWithFaults(server, "specs");
    await serveKinds(client);
    await putObject(client, namespaceOf("garden", "garden"));
    await putObject(client, profileOf());
    const port = await freePort();
    const address = { kind: "url", url: `https://localhost:${String(port)}` } as const;
    const logger = recordingLogger(log, () => undefined);
    const own = await connectWithFaults(server, "admission");
    replica = await startReplica({ client: own, address, port, leads: () => true, clock, logger });
    await untilPublished(1);
  });
  after(async () => {
    await replica.stop();
    await plane.stop();
  });

  it("are taken by kube-apiserver, which finds the configurations complete", async () => {
    const replicaServes = await waitFor("the webhook", async () => {
      await change();
      return replica.pairs.length;
    });
    expect(replicaServes).to.equal(1);
    const before = (await configurations()).map((each) => each?.metadata.resourceVersion);
    const lines = log.length;
    for (let look = 0; look < 3; look++) {
      clock.jump(5 * minute);
      await change();
    }
    expect((await configurations()).map((each) => each?.metadata.resourceVersion)).to.deep.equal(before);
    expect(log.slice(lines).filter(({ message }) => message.includes("written"))).to.deep.equal([]);
  });

  it("are rotated without a refused request", async () => {
    clock.jump(24 * day);
    await untilPublished(2);
    await change();
    await untilServed(2);
    await change();
    clock.jump(day);
    await untilPublished(1);
    await change();
  });

  it("are made anew when the Secret was deleted, without a refused request", async () => {
    await client.delete(secretType, { namespace: "garden", name: identitySecretName });
    await untilPublished(2);
    await change();
    await untilServed(3);
    clock.jump(day);
    await untilPublished(1);
    await change();
  });
});
