import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { planServerIdentity } from "../../../../admission/webhook-certificate/policy.ts";
import {
  holdAuthority,
  inspectIdentity,
  isSound,
  renewIdentity,
  withPublished,
} from "../../../../admission/webhook-certificate/renew.ts";
import { type IdentityTexts, identityTexts } from "../../../../admission/webhook-certificate/secret.ts";
import { readChain } from "../../../../certificates/read-family.ts";

const now = new Date("2026-07-31T12:00:00Z");
const afterLife = new Date("2026-09-30T12:00:00Z");
const dnsNames = ["admission.garden", "10.0.0.7", "fd00::7"];
const empty = identityTexts(undefined);

/** What one step makes of texts. */
function step(texts: IdentityTexts, forSeconds?: number, at = now): Promise<IdentityTexts> {
  const published = { anything: forSeconds !== undefined, forSeconds };
  const plan = planServerIdentity({ family: inspectIdentity(texts), dnsNames, published, now: at });
  return renewIdentity(texts, plan, { dnsNames, now: at });
}

const count = (texts: IdentityTexts): number | undefined => readChain(texts.bundle)?.length;

describe("admission/webhook-certificate/renew", () => {
  let first: IdentityTexts;
  let other: IdentityTexts;

  before(async () => {
    first = await step(empty);
    other = await step(empty);
  });

  it("makes a CA for 30 days and a certificate that ends with it, for all names", () => {
    const ca = new X509Certificate(first.bundle);
    const leaf = new X509Certificate(first.certificate);
    expect(ca.subject).to.match(/^CN=ca-admission-shoot-falco-service-webhook-[0-9a-f]{8}$/);
    expect(leaf.subject).to.equal("CN=admission-shoot-falco-service-webhook-server");
    expect(ca.validToDate).to.deep.equal(new Date("2026-08-30T12:00:00Z"));
    expect(leaf.validToDate).to.deep.equal(ca.validToDate);
    expect(leaf.publicKey.asymmetricKeyDetails).to.deep.equal({ namedCurve: "prime256v1" });
    expect(leaf.checkHost("admission.garden")).to.equal("admission.garden");
    expect(leaf.checkIP("fd00::7")).to.equal("fd00::7");
    expect(leaf.keyUsage).to.deep.equal(["1.3.6.1.5.5.7.3.1"]);
    expect(inspectIdentity(first)).to.have.nested.property("leaf.certificates[0].dnsNames").deep.equal(dnsNames);
  });

  it("leaves everything as it is when nothing is due", async () => {
    expect(await step(first, 60)).to.deep.equal(first);
  });

  it("puts a new CA before the one that it follows, and keeps the certificate", async () => {
    const due = new Date("2026-08-24T12:00:00Z");
    const second = await step(first, 60, due);
    expect(second.bundle.endsWith(first.bundle)).to.equal(true);
    expect(count(second)).to.equal(2);
    expect(second).to.include({ certificate: first.certificate, key: first.key });
    expect(second.authorityKey).to.not.equal(first.authorityKey);
    const third = await step(second, 600, due);
    expect(third).to.include({ bundle: second.bundle, authorityKey: second.authorityKey });
    expect(inspectIdentity(third).signedBy).to.equal(0);
  });

  it("takes published CAs over when there is none of its own", async () => {
    const found = withPublished(empty, [first.bundle, first.bundle, ""], now);
    expect(found.bundle).to.equal(first.bundle);
    const made = await step(found, 60);
    expect(made.bundle.endsWith(first.bundle)).to.equal(true);
    expect(made.certificate).to.equal("");
  });

  it("puts a lost CA back where its key is left", async () => {
    const damaged = { ...first, bundle: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" };
    const found = withPublished(damaged, [other.bundle, first.bundle], now);
    const mended = await step(found, 60);
    expect(mended.bundle).to.equal(`${first.bundle}${other.bundle}`);
    expect(mended).to.include({ authorityKey: first.authorityKey, certificate: first.certificate });
  });

  it("does not trust what is published beside a CA of its own", () => {
    expect(withPublished(first, [other.bundle], now)).to.equal(first);
  });

  const texts: readonly (readonly [string, (good: IdentityTexts) => IdentityTexts, boolean])[] = [
    ["good", (good) => good, true],
    ["without a certificate", (good) => ({ ...good, certificate: "", key: "" }), true],
    ["without anything", () => empty, false],
    ["without the CA's key", (good) => ({ ...good, authorityKey: "" }), false],
    ["with more than CAs", (good) => ({ ...good, bundle: `${good.bundle}${good.key}` }), false],
  ];
  for (const [name, change, sound] of texts) {
    it(`${sound ? "publishes" : "does not publish"} a Secret ${name}`, () => {
      expect(isSound(change(first), now)).to.equal(sound);
    });
  }

  it("does not publish a CA that has ended", () => {
    expect(isSound(first, afterLife)).to.equal(false);
  });

  it("knows whether anything is published that could vouch for a server", () => {
    expect(holdAuthority(["", first.bundle], now)).to.equal(true);
    expect(holdAuthority([first.bundle], afterLife)).to.equal(false);
    expect(holdAuthority(["", "garbage", first.certificate], now)).to.equal(false);
  });
});

describe("identityTexts", () => {
  for (const data of [undefined, null, "x", [], { "tls.crt": 1 }, { "tls.crt": "%%%" }]) {
    it(`reads a Secret with the data ${JSON.stringify(data)}`, () => {
      const metadata = { name: "x", namespace: "garden" };
      expect(identityTexts({ apiVersion: "v1", kind: "Secret", metadata, data })).to.deep.equal(empty);
    });
  }
});
