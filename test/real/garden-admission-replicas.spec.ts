import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configurationTypes } from "../../admission/webhook-certificate/publish.ts";
import { identitySecretName, secretType } from "../../admission/webhook-certificate/secret.ts";
import { webhookConfigurations } from "../../admission/webhook-certificate/webhook-configurations.ts";
import { readChain } from "../../certificates/read-family.ts";
import type { KeyPair } from "../../falco/base/key-pair.ts";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import type { KubeObject } from "../../kube/objects.ts";
import type { AdmissionProgram } from "../integration/admission/admission-program.ts";
import { makePair, type TestPair } from "../integration/admission/certificate.ts";
import { call } from "../integration/admission/client.ts";
import { configOf } from "../support/seed-objects.ts";
import { review, shoot } from "../unit/admission/samples.ts";
import { entryOf, gardenShoot } from "./garden-objects.ts";
import { profile } from "./garden-profiles.ts";
import { messageOf, RealGarden } from "./real-garden.ts";
import { patience } from "./seed-and-shoot.ts";
import { type LoadResult, type Question, underLoad } from "./steady-load.ts";

const config = configOf({ falcoVersion: "0.44.1", destinations: [{ name: "stdout" }] });
const question = JSON.stringify(review(shoot(config)));

const takenOver = ({ output }: AdmissionProgram): number =>
  output.split("the webhooks' certificate was taken over").length - 1;
const leads = ({ output }: AdmissionProgram): boolean => output.includes("this replica leads");

describe("real: the admission's replicas and certificates, behind real API servers", () => {
  let garden: RealGarden;
  /** At the beginning, the one that leads comes first. */
  let replicas: readonly [AdmissionProgram, AdmissionProgram];

  before(async () => {
    garden = await RealGarden.open([profile]);
    const leader = await garden.startReplica();
    await leader.line("this replica leads");
    replicas = [leader, await garden.startReplica()];
    await garden.untilAsked();
  });
  after(() => garden.stop());

  const askForShoot: Question = async () => {
    const reply = await garden.create(gardenShoot("load"), "?dryRun=All");
    const isFilledIn = entryOf(reply.body)?.providerConfig?.falcoVersion === "0.44.1";
    return reply.code === 201 && isFilledIn ? undefined : `${String(reply.code)} ${messageOf(reply)}`;
  };
  const askForProfile: Question = async () => {
    const reply = await garden.patch(profile, { metadata: { labels: { team: "a" } } }, "?dryRun=All");
    return reply.code === 200 ? undefined : `${String(reply.code)} ${messageOf(reply)}`;
  };
  /** As an API server would that has just read the webhook configurations: on a connection of its own. */
  const askAnew: Question = async () => {
    const [ca = ""] = await garden.bundles();
    const url = `https://localhost:${String(garden.door.port)}/webhooks/validate?timeout=10s`;
    const { status, text } = await call({ url, ca, body: question });
    return status === 200 && text.includes('"allowed":true') ? undefined : `${String(status)} ${text}`;
  };
  const questions = {
    shoots: { askers: 2, ask: askForShoot },
    profiles: { askers: 1, ask: askForProfile },
    connections: { askers: 1, ask: askAnew },
  };
  /** More at the same time than there are open connections, so API servers have to open others. */
  const burst = async (): Promise<readonly string[]> => {
    const answers = await Promise.all(Array.from({ length: 40 }, askForShoot));
    return answers.filter((each) => each !== undefined);
  };
  function expectAllWell({ answers, failures }: LoadResult): void {
    expect(failures.slice(0, 5)).to.deep.equal([]);
    for (const name of Object.keys(questions)) expect(answers[name], name).to.be.above(20);
  }
  const untilTrusted = (authorities: number): Promise<true> =>
    waitFor(
      `${String(authorities)} CAs to be published`,
      async () => {
        const bundles = await garden.bundles();
        const isSo = bundles.every((each) => each === bundles[0] && readChain(each)?.length === authorities);
        return (isSo && bundles.length === 3) || undefined;
      },
      patience,
    );
  it("both answer", async () => {
    const [ca = ""] = await garden.bundles();
    for (const each of replicas) {
      const { status, text } = await each.ask("validate", review(shoot(config)), { ca });
      expect(status).to.equal(200);
      expect(text).to.contain('"allowed":true');
    }
    expect(replicas.map(leads)).to.deep.equal([true, false]);
  });

  it("when the leader is killed the other one goes on with all of it", async () => {
    const [leader, other] = replicas;
    const old = gardenShoot("old", { providerConfig: configOf({ falcoVersion: "0.43.1" }) });
    expect((await garden.create(old)).code).to.equal(201);
    expect(await garden.endReplica(leader, "SIGKILL")).to.equal("SIGKILL");
    // A connection may have broken off in the middle of a request.
    await waitFor("an answer", async () => ((await askForShoot()) === undefined ? true : undefined), patience);
    await other.line("this replica leads");
    const reply = await garden.patch(old, { metadata: { annotations: { "gardener.cloud/operation": "maintain" } } });
    expect(reply.code).to.equal(200);
    await waitFor(
      "the Shoot to be moved",
      async () => entryOf(await garden.live(old))?.providerConfig?.falcoVersion === "0.44.1" || undefined,
      patience,
    );
    replicas = [other, await garden.startReplica()];
  });

  it("new keys, and then new replicas, cost no request", async () => {
    const [before = ""] = await garden.bundles();
    const result = await underLoad(questions, async () => {
      await garden.client.delete(secretType, { namespace: "garden", name: identitySecretName });
      await untilTrusted(2);
      const isTakenOver = (): boolean => replicas.every((each) => takenOver(each) > 1);
      await waitFor("the new certificate to be in use", () => Promise.resolve(isTakenOver() || undefined), patience);
      const [leader, other] = replicas;
      replicas = [other, await garden.startReplica()];
      expect(await garden.endReplica(leader, "SIGTERM")).to.equal(0);
      await waitFor("another leader", () => Promise.resolve(replicas.some(leads) || undefined), patience);
      expect(await burst()).to.deep.equal([]);
    });
    expectAllWell(result);
    for (const each of await garden.bundles()) expect(each).to.contain(before).and.not.equal(before);
  });

  describe("with a certificate in files", () => {
    let pairs: readonly [TestPair, TestPair];
    let program: AdmissionProgram;
    const files = { certificate: "", key: "" };

    function write({ certificate, key }: KeyPair): void {
      writeFileSync(files.certificate, certificate);
      writeFileSync(files.key, key, { mode: 0o600 });
    }

    before(async () => {
      await Promise.all(replicas.map((each) => garden.endReplica(each, "SIGTERM")));
      pairs = [await makePair("first"), await makePair("second")];
      Object.assign(files, { certificate: join(garden.folder, "tls.crt"), key: join(garden.folder, "tls.key") });
      write(pairs[0]);
      const address = { kind: "url", url: `https://localhost:${String(garden.door.port)}` } as const;
      const configurations = webhookConfigurations({ address, caBundle: pairs.map(({ ca }) => ca).join("") });
      for (const [index, type] of configurationTypes.entries()) {
        const options = { fieldManager: "operator", force: true };
        await garden.client.apply(type, configurations[index] as unknown as KubeObject, options);
      }
      program = await garden.startReplica([
        `--tls-cert-file=${files.certificate}`,
        `--tls-private-key-file=${files.key}`,
      ]);
      await garden.untilAsked();
    });

    it("a new one costs no request", async () => {
      const result = await underLoad(questions, async () => {
        const { connections } = garden.door;
        write(pairs[1]);
        await program.line("the webhook's certificate has been reloaded");
        expect(await burst()).to.deep.equal([]);
        expect(garden.door.connections).to.be.above(connections);
      });
      expectAllWell(result);
      const url = `https://localhost:${String(garden.door.port)}/webhooks/validate`;
      expect((await call({ url, ca: pairs[1].ca, body: question })).servedBy).to.equal("second");
    });
  });
});
