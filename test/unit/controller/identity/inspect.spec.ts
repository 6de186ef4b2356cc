import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { identitySecretKeys as keys } from "../../../../falco/desired/identity.ts";
import { ensureIdentity } from "../../../../controller/identity/identity.ts";
import { readChain } from "../../../../certificates/read-family.ts";
import { inspectBundle, type SecretTexts } from "../../../../controller/identity/inspect.ts";
import { planRenewals } from "../../../../controller/identity/policy.ts";
import { changesIn, day, goBundle, landscape, later, makerFor, plainRequest, present } from "./support.ts";

const now = new Date("2026-07-31T12:00:00Z");
const dnsNames = ["falcosidekick", "falcosidekick.kube-system.svc.cluster.local"];

describe("controller/identity/inspect", () => {
  let good: SecretTexts;
  let other: SecretTexts;
  const maker = makerFor(landscape);
  const made = async (): Promise<SecretTexts> =>
    present((await ensureIdentity(plainRequest(undefined, now), maker)).secretData);
  const plan = (texts: SecretTexts, at = now): readonly string[] =>
    changesIn(
      planRenewals({ bundle: inspectBundle(texts), dnsNames, lifetimes: landscape, rolledOut: undefined, now: at }),
    );

  before(async () => {
    good = await made();
    other = await made();
  });

  it("sees what is in a bundle", () => {
    const { server, client } = inspectBundle(good);
    expect(server.ca).deep.include({ key: "matches" });
    expect(server.signedBy).equal(0);
    expect(server.leaf.certificates).deep.equal([
      {
        subject: "CN=falcosidekick",
        notBefore: later(now, -300),
        notAfter: later(now, 180 * day),
        isCA: false,
        dnsNames: [
          "falcosidekick",
          "falcosidekick.kube-system",
          "falcosidekick.kube-system.svc",
          "falcosidekick.kube-system.svc.cluster.local",
        ],
        purposes: ["server"],
      },
    ]);
    expect(client.leaf.certificates).deep.include({
      subject: "CN=falco",
      notBefore: later(now, -300),
      notAfter: later(now, 180 * day),
      isCA: false,
      dnsNames: [],
      purposes: ["client"],
    });
    expect(server.ca.certificates).to.have.nested.property("[0].purposes").deep.equal(["server", "client"]);
    expect(plan(good)).deep.equal([]);
  });

  it("never holds a key", () => {
    expect(JSON.stringify(inspectBundle(good))).not.include("PRIVATE");
  });

  const truncated = (text: string | undefined): string => (text ?? "").slice(0, 200);
  const edwards = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const broken: readonly (readonly [string, () => SecretTexts, readonly string[]])[] = [
    ["an empty Secret", () => ({}), ["server-ca missing", "server missing", "client-ca missing", "client missing"]],
    ["an empty certificate", () => ({ [keys.server]: "" }), ["server missing"]],
    ["garbage for a certificate", () => ({ [keys.server]: "garbage" }), ["server unreadable"]],
    [
      "garbage in PEM",
      () => ({ [keys.server]: "-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----\n" }),
      ["server unreadable"],
    ],
    ["a truncated certificate", () => ({ [keys.server]: truncated(good[keys.server]) }), ["server unreadable"]],
    [
      "a truncated second CA",
      () => ({ [keys.serverCa]: `${good[keys.serverCa] ?? ""}${truncated(other[keys.serverCa])}` }),
      ["server-bundle untidy"],
    ],
    [
      "a key among the CAs",
      () => ({ [keys.serverCa]: `${good[keys.serverCaKey] ?? ""}${good[keys.serverCa] ?? ""}` }),
      ["server-bundle untidy"],
    ],
    [
      "CAs in another order: the key tells which one signs",
      () => ({ [keys.serverCa]: `${other[keys.serverCa] ?? ""}${good[keys.serverCa] ?? ""}` }),
      ["server-bundle untidy"],
    ],
    [
      "something behind a leaf",
      () => ({ [keys.server]: `${good[keys.server] ?? ""}-----BEGIN ` }),
      ["server unreadable"],
    ],
    ["garbage for a key", () => ({ [keys.clientKey]: "garbage" }), ["client unreadable"]],
    ["a truncated key", () => ({ [keys.clientKey]: truncated(good[keys.clientKey]) }), ["client unreadable"]],
    ["an empty key", () => ({ [keys.clientKey]: "" }), ["client missing"]],
    [
      "the key of another certificate",
      () => ({ [keys.clientKey]: good[keys.serverKey] ?? "" }),
      ["client key-mismatch"],
    ],
    [
      "the pair of another CA",
      () => ({ [keys.server]: other[keys.server] ?? "", [keys.serverKey]: other[keys.serverKey] ?? "" }),
      ["server not-signed-by-ca"],
    ],
    [
      "the other CA",
      () => ({ [keys.serverCa]: good[keys.clientCa] ?? "", [keys.serverCaKey]: good[keys.clientCaKey] ?? "" }),
      ["server not-signed-by-ca"],
    ],
    [
      "a leaf for a CA",
      () => ({ [keys.serverCa]: good[keys.server] ?? "", [keys.serverCaKey]: good[keys.serverKey] ?? "" }),
      ["server-ca not-a-ca", "server not-signed-by-ca"],
    ],
    ["garbage for a CA's key", () => ({ [keys.serverCaKey]: "garbage" }), ["server-ca unreadable"]],
    ["a CA's key that signs nothing of ours", () => ({ [keys.serverCaKey]: edwards }), ["server-ca unreadable"]],
    [
      "swapped leaves",
      () => ({ [keys.server]: good[keys.client] ?? "", [keys.serverKey]: good[keys.clientKey] ?? "" }),
      ["server not-signed-by-ca"],
    ],
  ];
  for (const [name, change, expected] of broken) {
    it(`finds ${name}`, () => {
      const changed = change();
      expect(plan(Object.keys(changed).length === 0 ? {} : { ...good, ...changed })).deep.equal(expected);
    });
  }

  it("finds expired certificates", () => {
    expect(plan(good, later(now, 180 * day))).deep.equal(["server expired", "client expired"]);
  });

  it("finds which of two CAs signed", () => {
    const bundle = `${other[keys.serverCa] ?? ""}${good[keys.serverCa] ?? ""}`;
    const { server } = inspectBundle({
      ...good,
      [keys.serverCa]: bundle,
      [keys.serverCaKey]: other[keys.serverCaKey] ?? "",
    });
    expect(server.signedBy).equal(1);
    expect(server.untidy).equal(false);
    expect(server.ca.key).equal("matches");
    expect(readChain(`a comment\n${bundle}`)?.length).equal(2);
  });

  it("reads a bundle of the Go extension", () => {
    const texts = goBundle(now);
    expect(plan(texts)).deep.equal([]);
    expect(plan(texts, later(now, 150 * day - 301))).deep.equal([]);
    expect(plan(texts, later(now, 150 * day))).deep.equal(["server due", "client due"]);
    expect(plan(goBundle(now, "serverAuth"))).deep.equal(["client wrong-purpose"]);
  });
});
