import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import type { Replica } from "./replica.ts";
import { WebhookGarden } from "./webhook-garden.ts";

const before = "localhost";
const after = "127.0.0.1";

describe("the webhooks' certificates, when the webhooks get another address", () => {
  let garden: WebhookGarden;
  let old: Replica;

  beforeEach(async () => {
    garden = await WebhookGarden.start();
    old = await garden.startReplica({ leads: () => true });
    await garden.until("it serves", () => garden.isPublished(1) && old.unready() === undefined);
  });
  afterEach(() => garden.stop());

  /** The host that API servers call each of the webhooks by. */
  const hosts = (): readonly string[] => {
    const kinds = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const;
    return kinds
      .flatMap(
        (kind) => garden.configuration(kind)?.["webhooks"] as { readonly clientConfig: { readonly url: string } }[],
      )
      .map(({ clientConfig }) => new URL(clientConfig.url).hostname);
  };
  const said = (words: string): boolean => JSON.stringify(garden.log).includes(words);

  it("let a replica for the new one serve while the old leader leads", async () => {
    const { certificate } = garden.texts;
    const next = await garden.startReplica({ address: garden.addressBy(after) });
    await garden.until("it is ready", () => next.unready() === undefined);
    expect(next.pairs.map((each) => each.certificate)).to.deep.equal([certificate]);
    await garden.change();
  });

  it("are for both addresses before the new one is published, so that no request is refused", async () => {
    const next = await garden.startReplica({ address: garden.addressBy(after) });
    await garden.until("it is ready", () => next.unready() === undefined);
    const { bundle } = garden.texts;
    const { failures } = await garden.underLoad(async () => {
      await old.stop();
      await garden.startReplica({ address: garden.addressBy(after), leads: () => true });
      await garden.until("there is another certificate", () => said("the certificate is for other names"));
      await garden.until("the other replica has it", () => next.pairs.length === 2);
      expect(hosts()).to.deep.equal([before, before, before]);
      await garden.change();
      await garden.passUntil("the new address is published", () => hosts().every((each) => each === after));
      await garden.change();
    });
    // The connections of the replica that ended went with it.
    expect(failures.filter((each) => !/ECONNRESET|ECONNREFUSED|socket hang up/.test(each))).to.deep.equal([]);
    expect(garden.texts.bundle).to.equal(bundle);
  });

  it("are for the new one only after the next rotation, and nothing is called by the old one", async () => {
    await old.stop();
    const next = await garden.startReplica({ address: garden.addressBy(after), leads: () => true });
    await garden.passUntil("the new address is published", () => hosts().every((each) => each === after));
    expect(certificateNames(next)).to.deep.equal([after, before].toSorted());
    garden.clock.jump(24 * 24 * 60 * 60_000);
    await garden.passUntil("it is rotated", () => next.pairs.length === 3);
    expect(certificateNames(next)).to.deep.equal([after]);
    await garden.change();
  });

  it("go back with the address when the rollout is undone", async () => {
    await old.stop();
    const next = await garden.startReplica({ address: garden.addressBy(after), leads: () => true });
    await garden.passUntil("the new address is published", () => hosts().every((each) => each === after));
    await next.stop();
    const last = await garden.startReplica({ leads: () => true });
    await garden.until("it is ready", () => last.unready() === undefined);
    await garden.passUntil("the old address is published", () => hosts().every((each) => each === before));
    await garden.change();
  });
});

/** What the certificate in use is for. */
function certificateNames({ pairs }: Replica): readonly string[] {
  const { subjectAltName = "" } = new X509Certificate(pairs.at(-1)?.certificate ?? "");
  return subjectAltName
    .split(", ")
    .map((each) => each.replace(/^(DNS|IP Address):/, ""))
    .toSorted();
}
