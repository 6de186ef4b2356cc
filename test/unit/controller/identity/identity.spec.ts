import { createPrivateKey, X509Certificate } from "node:crypto";
import { expect } from "chai";
import type { Secret } from "../../../../falco/api/gardener.ts";
import { type Identity, identityFromSecret, identitySecretKeys as keys } from "../../../../falco/desired/identity.ts";
import type { Landscape } from "../../../../falco/desired/landscape.ts";
import {
  ensureIdentity,
  type EnsuredIdentity,
  type IdentityRequest,
} from "../../../../controller/identity/identity.ts";
import type { SecretTexts } from "../../../../controller/identity/inspect.ts";
import { type IdentityMaker, identityMaker, rememberInspected } from "../../../../controller/identity/maker.ts";
import {
  day,
  goBundle,
  landscape,
  later,
  makerFor,
  pkcs1,
  plainRequest,
  present,
  rsaKey,
  secretOf,
  without,
} from "./support.ts";

const now = new Date("2026-07-31T12:00:00Z");

describe("controller/identity/identity", () => {
  let full: Landscape;
  let maker: IdentityMaker;
  let first: EnsuredIdentity;
  let texts: SecretTexts;

  const request = (secret: Secret | undefined, at = now, change: Partial<IdentityRequest> = {}): IdentityRequest => ({
    ...plainRequest(secret, at),
    needs: { central: true, clusterIdentity: true },
    ...change,
  });
  const ensure = (data: SecretTexts, at = now, change: Partial<IdentityRequest> = {}): Promise<EnsuredIdentity> =>
    ensureIdentity(request(secretOf(data), at, change), maker);
  const identityIn = (data: SecretTexts | undefined, accessTokenReadAt: string): Identity => ({
    ...present(identityFromSecret(secretOf(present(data)))),
    accessTokenReadAt,
  });
  const changedKeys = ({ secretData }: EnsuredIdentity): readonly string[] =>
    [...new Set([...Object.keys(texts), ...Object.keys(secretData ?? {})])]
      .filter((key) => present(secretData)[key] !== texts[key])
      .sort();

  before(async () => {
    const issuer = { tokenIssuerPrivateKey: pkcs1(rsaKey()), tokenLifetimeSeconds: 7 * day };
    const clusterIdentityToken = { tokenIssuerPrivateKey: pkcs1(rsaKey()), tokenLifetimeSeconds: 7 * day };
    full = { ...landscape, centralStorage: { ...issuer, url: "https://central.example" }, clusterIdentityToken };
    maker = makerFor(full);
    first = await ensureIdentity(request(undefined), maker);
    texts = present(first.secretData);
  });

  it("makes a whole identity", () => {
    const stored = Object.values(keys).filter((key) => key !== keys.accessTokenReadAt);
    expect(Object.keys(texts).sort()).deep.equal(stored.sort());
    expect(first.identity).deep.equal(identityIn(texts, "2026-07-31T11:55:00Z"));
    expect(first.renewAt).deep.equal(later(now, 3.5 * day));
    expect(first.reasons).deep.equal([
      "server-ca is missing",
      "server is missing",
      "client-ca is missing",
      "client is missing",
      "central.token is missing",
      "cluster-identity.token is missing",
    ]);
  });

  it("gives out no key of a CA", () => {
    const given = JSON.stringify(first.identity);
    for (const key of [keys.serverCaKey, keys.clientCaKey])
      expect(given).not.include(JSON.stringify(texts[key]).slice(1, -1));
  });

  it("keeps everything, byte for byte, when nothing is to do", async () => {
    const again = await ensure(texts, later(now, 3 * day));
    const { identity, inspected, renewAt } = first;
    expect(again).deep.equal({ identity, inspected, renewAt, reasons: [] });
  });

  it("finds something to do at the moment it told, and not a millisecond before", async () => {
    let [data, last] = [texts, first];
    const end = later(now, 800 * day);
    let steps = 0;
    while (last.renewAt < end) {
      const early = await ensure(data, new Date(last.renewAt.getTime() - 1));
      const { identity, inspected, renewAt } = last;
      expect(early).deep.equal({ identity, inspected, renewAt, reasons: [] });
      const next = await ensure(data, last.renewAt);
      expect(next.identity).not.deep.equal(last.identity);
      expect(next.renewAt > last.renewAt).equal(true);
      [data, last] = [next.secretData ?? data, next];
      steps += 1;
    }
    expect(steps).greaterThan(200);
  }).timeout(30_000);

  describe("changes only", () => {
    const cases: readonly (readonly [
      string,
      number,
      Partial<IdentityRequest>,
      readonly string[],
      readonly string[],
    ])[] = [
      [
        "tokens when half of their life is gone",
        3.5,
        {},
        [keys.centralToken, keys.clusterIdentityToken],
        ["central.token is due for renewal", "cluster-identity.token is due for renewal"],
      ],
      [
        "tokens of another cluster",
        0,
        { clusterIdentity: "other" },
        [keys.centralToken, keys.clusterIdentityToken],
        ["central.token makes other claims", "cluster-identity.token makes other claims"],
      ],
      [
        "a token that is not in use any more",
        0,
        { needs: { central: false, clusterIdentity: true } },
        [keys.centralToken],
        ["central.token is not in use any more"],
      ],
      [
        "the server's pair for another namespace",
        0,
        { namespace: "garden" },
        [keys.server, keys.serverKey],
        ["server is for other names"],
      ],
    ];
    for (const [name, days, change, expectedKeys, reasons] of cases) {
      it(name, async () => {
        const changed = await ensure(texts, later(now, days * day), change);
        expect(changedKeys(changed)).deep.equal([...expectedKeys].sort());
        expect(changed.reasons).deep.equal(reasons);
        expect(changed.identity).deep.equal(identityIn(changed.secretData, changed.identity.accessTokenReadAt));
      });
    }

    it("both leaves after 150 days, signed by the same CAs", async () => {
      const changed = await ensure(texts, later(now, 150 * day - 300));
      expect(changedKeys(changed)).deep.equal(
        [keys.server, keys.serverKey, keys.client, keys.clientKey, keys.centralToken, keys.clusterIdentityToken].sort(),
      );
      const ca = new X509Certificate(present(texts[keys.serverCa]));
      expect(new X509Certificate(changed.identity.server.certificate).verify(ca.publicKey)).equal(true);
    });

    it("a key that was damaged by hand, with its certificate", async () => {
      const changed = await ensure({ ...texts, [keys.clientKey]: "oops" });
      expect(changedKeys(changed)).deep.equal([keys.client, keys.clientKey].sort());
      expect(changed.reasons).deep.equal(["client cannot be read"]);
    });
  });

  it("lets falcosidekick read its own token anew every 15 days, without storing anything", async () => {
    const plain = { needs: { central: false, clusterIdentity: false } };
    const data = without(texts, keys.centralToken, keys.clusterIdentityToken);
    const at = later(now, 15 * day - 300);
    const before = await ensure(data, new Date(at.getTime() - 1), plain);
    expect(before).deep.include({ reasons: [], renewAt: at });
    expect(before.identity.accessTokenReadAt).equal("2026-07-31T11:55:00Z");
    const after = await ensure(data, at, plain);
    expect(after).deep.include({ reasons: [], renewAt: later(at, 15 * day) });
    expect(after.identity.accessTokenReadAt).equal("2026-08-15T11:55:00Z");
    expect(after).not.have.property("secretData");
    // a clock that goes behind
    expect((await ensure(data, later(now, -200), plain)).identity.accessTokenReadAt).equal("2026-07-31T11:55:00Z");
  });

  it("keeps a leaf whose CAs were edited by hand, and tidies them up", async () => {
    const edited = `-----BEGIN CERTIFICATE-----\noops\n-----END CERTIFICATE-----\n${present(texts[keys.serverCa])}`;
    const repaired = await ensure({ ...texts, [keys.serverCa]: edited });
    expect(repaired.reasons).deep.equal(["server-ca bundle holds more than certificates of CAs in their order"]);
    expect(repaired.secretData).deep.equal(texts);
  });

  it("makes no token without a cluster identity, or without a key in the landscape", async () => {
    const early = await ensureIdentity(request(undefined, now, { clusterIdentity: undefined }), maker);
    const bare = await ensureIdentity(request(undefined), makerFor(landscape));
    for (const { identity, secretData } of [early, bare]) {
      expect(identity).not.have.any.keys("centralToken", "clusterIdentityToken");
      expect(secretData).not.have.any.keys(keys.centralToken, keys.clusterIdentityToken);
    }
  });

  it("keeps the tokens while the cluster's identity is not known", async () => {
    const kept = await ensure(texts, now, { clusterIdentity: undefined });
    expect(kept.reasons).deep.equal([]);
    expect(kept.identity).deep.equal(first.identity);
  });

  it("repairs whatever is damaged, and never tells what was there", async () => {
    for (const key of Object.keys(texts)) {
      for (const damaged of ["", "hunter2", present(texts[key]).slice(0, -50), undefined]) {
        const rest = without(texts, key);
        const repaired = await ensure(damaged === undefined ? rest : { ...rest, [key]: damaged });
        expect(repaired.reasons.length, key).greaterThan(0);
        expect(repaired.reasons.join()).not.match(/hunter2|BEGIN|MI[IGH]|eyJ/);
        expect((await ensure(present(repaired.secretData))).reasons, key).deep.equal([]);
      }
    }
  });

  it("refuses a landscape with unusable keys, telling all of them at once and none of their text", () => {
    const broken = { tokenIssuerPrivateKey: "hunter2", tokenLifetimeSeconds: day };
    const result = identityMaker({
      ...landscape,
      centralStorage: { ...broken, url: "" },
      clusterIdentityToken: broken,
    });
    expect(result.ok ? [] : result.problems.map(({ path }) => path)).deep.equal([
      "falco.centralStorage.tokenIssuerPrivateKey",
      "falco.clusterIdentityToken.tokenIssuerPrivateKey",
    ]);
    expect(JSON.stringify(result)).not.include("hunter2");
  });

  describe("a bundle of the Go extension", () => {
    const plain = (data: SecretTexts, at: Date): Promise<EnsuredIdentity> =>
      ensureIdentity(plainRequest(secretOf(data), at), makerFor(landscape));
    let goTexts: SecretTexts;

    before(() => {
      goTexts = goBundle(now);
    });

    it("is kept as it is, without a write", async () => {
      const taken = await plain(goTexts, later(now, 100 * day));
      expect(taken.reasons).deep.equal([]);
      expect(taken).not.have.property("secretData");
      expect(taken.identity).deep.equal(identityIn(goTexts, "2026-10-29T11:55:00Z"));
    });

    it("keeps all but Falco's certificate when that is for servers, which falcosidekick refuses", async () => {
      const earlier = goBundle(now, "serverAuth");
      const taken = await plain(earlier, later(now, 100 * day));
      expect(taken.reasons).deep.equal(["client may not be used for its purpose"]);
      expect(taken.secretData).deep.include(without(earlier, keys.client, keys.clientKey));
      expect(new X509Certificate(taken.identity.client.certificate).keyUsage).deep.equal(["1.3.6.1.5.5.7.3.2"]);
    });

    it("gets leaves of ours when they are due, below its own CAs", async () => {
      const taken = await plain(goTexts, later(now, 150 * day));
      expect(taken.reasons.slice(0, 2)).deep.equal(["server is due for renewal", "client is due for renewal"]);
      expect(taken.identity.serverCa).equal(goTexts[keys.serverCa]);
      expect(createPrivateKey(taken.identity.server.key).asymmetricKeyType).equal("ec");
      const ca = new X509Certificate(taken.identity.serverCa);
      expect(new X509Certificate(taken.identity.server.certificate).checkIssued(ca)).equal(true);
    });

    it("is replaced with overlap when its CAs are due", async () => {
      const leaves = await plain(goTexts, later(now, 600 * day));
      const rotated = await plain(present(leaves.secretData), later(now, 671 * day));
      expect(rotated.reasons).deep.equal(["server-ca is due for renewal", "client-ca is due for renewal"]);
      expect(rotated.identity.serverCa.endsWith(present(goTexts[keys.serverCa]))).equal(true);
      expect(rotated.identity.server).deep.equal(leaves.identity.server);
    });
  });

  describe("memory", () => {
    it("reads a Secret once for each resourceVersion", async () => {
      const metadata = { uid: "1", resourceVersion: "7" };
      const own = makerFor(full);
      await ensureIdentity(request(secretOf(texts, metadata)), own);
      // the same version cannot hold anything else: what is damaged here is not looked at
      const damaged = { ...texts, [keys.clientKey]: "oops" };
      expect((await ensureIdentity(request(secretOf(damaged, metadata)), own)).reasons).deep.equal([]);
      expect(
        (await ensureIdentity(request(secretOf(damaged, { ...metadata, resourceVersion: "8" })), own)).reasons,
      ).deep.equal(["client cannot be read"]);
      // time goes on for remembered Secrets, too
      const due = request(secretOf(texts, { uid: "1", resourceVersion: "9" }));
      expect((await ensureIdentity(due, own)).reasons).deep.equal([]);
      expect((await ensureIdentity({ ...due, now: later(now, 4 * day) }, own)).reasons.length).equal(2);
    });

    it("does not read at all what has just been stored", async () => {
      const metadata = { uid: "1", resourceVersion: "7" };
      const own = makerFor(full);
      const { secretData, inspected } = await ensureIdentity(request(undefined), own);
      expect(secretData).to.include.keys(keys.clientKey);
      rememberInspected(metadata, inspected, own);
      const damaged = secretOf({ ...secretData, [keys.clientKey]: "oops" }, metadata);
      expect((await ensureIdentity(request(damaged), own)).reasons).deep.equal([]);
    });

    it("forgets the Secret that was not asked for the longest", async () => {
      const made = identityMaker(full, 2);
      const own = made.ok ? made.value : makerFor(full);
      for (const uid of ["1", "2", "1", "3"])
        await ensureIdentity(request(secretOf(texts, { uid, resourceVersion: "1" })), own);
      expect([...own.remembered.keys()]).deep.equal(["1", "3"]);
    });

    it("remembers no credential", async () => {
      const own = makerFor(full);
      await ensureIdentity(request(secretOf(texts, { uid: "1", resourceVersion: "1" })), own);
      const kept = JSON.stringify([...own.remembered.values()]);
      expect(kept).not.match(/BEGIN|eyJ/);
    });
  });
});
