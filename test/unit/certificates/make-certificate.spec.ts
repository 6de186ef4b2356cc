import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { expect } from "chai";
import { isStrongKey, type LeafPurpose, makeAuthority, makeLeaf } from "../../../certificates/make-certificate.ts";
import type { KeyPair } from "../../../falco/base/key-pair.ts";
import { identitySecretKeys as keys } from "../../../falco/desired/identity.ts";
import { day, goBundle, later, present, rsaKey } from "../controller/identity/support.ts";

const now = new Date("2026-07-31T12:00:00.750Z");
const server: LeafPurpose = {
  commonName: "falcosidekick",
  usage: "serverAuth",
  dnsNames: ["falcosidekick", "falcosidekick.kube-system.svc.cluster.local"],
};
const client: LeafPurpose = { commonName: "falco", usage: "clientAuth", dnsNames: [] };
const validity = { now, lifetimeSeconds: 180 * day };

describe("certificates/make-certificate", () => {
  let authority: KeyPair;
  let ca: X509Certificate;

  before(async () => {
    authority = await makeAuthority("ca-falco-server", { now, lifetimeSeconds: 730 * day });
    ca = new X509Certificate(authority.certificate);
  });

  it("makes a CA that signs itself", () => {
    expect(ca.ca).equal(true);
    expect(ca.checkIssued(ca)).equal(true);
    expect(ca.verify(ca.publicKey)).equal(true);
    expect(ca.subject).match(/^CN=ca-falco-server-[0-9a-f]{8}$/);
    expect(ca.publicKey.asymmetricKeyDetails).deep.equal({ namedCurve: "prime256v1" });
  });

  it("begins a little earlier and ends after the lifetime, in whole seconds", () => {
    expect(ca.validFromDate).deep.equal(new Date("2026-07-31T11:55:00Z"));
    expect(ca.validToDate).deep.equal(new Date("2028-07-30T12:00:00Z"));
  });

  it("makes certificates that the CA has signed, for their purpose and names only", async () => {
    const [first, second] = [await makeLeaf(authority, server, validity), await makeLeaf(authority, client, validity)];
    const [serverLeaf, clientLeaf] = [new X509Certificate(first.certificate), new X509Certificate(second.certificate)];
    for (const leaf of [serverLeaf, clientLeaf]) {
      expect(leaf.ca).equal(false);
      expect(leaf.checkIssued(ca)).equal(true);
      expect(leaf.verify(ca.publicKey)).equal(true);
      expect(leaf.validToDate).deep.equal(new Date("2027-01-27T12:00:00Z"));
    }
    expect(serverLeaf.keyUsage).deep.equal(["1.3.6.1.5.5.7.3.1"]);
    expect(clientLeaf.keyUsage).deep.equal(["1.3.6.1.5.5.7.3.2"]);
    expect(serverLeaf.checkHost("falcosidekick.kube-system.svc.cluster.local")).not.equal(undefined);
    expect(serverLeaf.checkHost("falcosidekick.other.svc.cluster.local")).equal(undefined);
    expect(clientLeaf.subjectAltName).equal(undefined);
    expect(serverLeaf.checkPrivateKey(createPrivateKey(first.key))).equal(true);
    expect(serverLeaf.checkPrivateKey(createPrivateKey(second.key))).equal(false);
  });

  it("writes PEM that begins and ends as it should", async () => {
    const { certificate, key } = await makeLeaf(authority, server, validity);
    expect(certificate).equal(new X509Certificate(certificate).toString());
    expect(key).match(/^-----BEGIN PRIVATE KEY-----\n[^]*\n-----END PRIVATE KEY-----\n$/);
  });

  it("gives every certificate another positive serial number and every CA another name", async () => {
    const others = await Promise.all(Array.from({ length: 20 }, () => makeAuthority("ca-falco-server", validity)));
    const certificates = others.map(({ certificate }) => new X509Certificate(certificate));
    expect(new Set(certificates.map(({ serialNumber }) => serialNumber)).size).equal(20);
    expect(certificates.every(({ serialNumber }) => /^[4-7][0-9A-F]{31}$/.test(serialNumber))).equal(true);
    expect(new Set(certificates.map(({ subject }) => subject)).size).equal(20);
  });

  it("does not let one CA pass for another of the same name", async () => {
    const other = new X509Certificate((await makeAuthority("ca-falco-server", validity)).certificate);
    const leaf = new X509Certificate((await makeLeaf(authority, server, validity)).certificate);
    expect(leaf.checkIssued(other)).equal(false);
    expect(leaf.verify(other.publicKey)).equal(false);
  });

  it("signs with the RSA key of a CA that the Go extension made", async () => {
    const texts = goBundle(now);
    const goAuthority = { certificate: present(texts[keys.serverCa]), key: present(texts[keys.serverCaKey]) };
    const leaf = new X509Certificate((await makeLeaf(goAuthority, server, validity)).certificate);
    const goCa = new X509Certificate(goAuthority.certificate);
    // checkIssued compares the key identifiers, too
    expect(leaf.checkIssued(goCa)).equal(true);
    expect(leaf.verify(goCa.publicKey)).equal(true);
    expect(leaf.issuer).equal("CN=ca-falco-falcosidekick-a");
    expect(leaf.publicKey.asymmetricKeyType).equal("ec");
  });

  it("lives past 2049", async () => {
    const far = await makeAuthority("ca-falco-server", {
      now: new Date("2049-06-01T00:00:00Z"),
      lifetimeSeconds: 730 * day,
    });
    const certificate = new X509Certificate(far.certificate);
    expect(certificate.validToDate).deep.equal(later(new Date("2049-06-01T00:00:00Z"), 730 * day));
    expect(certificate.verify(certificate.publicKey)).equal(true);
  });

  it("signs with ECDSA and strong RSA keys alone", async () => {
    const edwards = generateKeyPairSync("ed25519").privateKey;
    const all = [createPrivateKey(authority.key), rsaKey(), rsaKey(1024), edwards, ca.publicKey];
    expect(all.map(isStrongKey)).deep.equal([true, true, false, false, false]);
    const pem = edwards.export({ type: "pkcs8", format: "pem" }).toString();
    let error: unknown;
    await makeLeaf({ ...authority, key: pem }, server, validity).catch((thrown: unknown) => (error = thrown));
    expect(error).instanceOf(TypeError);
  });
});
