import { createPrivateKey, X509Certificate } from "node:crypto";
import { expect } from "chai";
import type { Secret } from "../../../../falco/api/gardener.ts";
import { identityFromSecret, identitySecretKeys as keys } from "../../../../falco/desired/identity.ts";
import type { Landscape } from "../../../../falco/desired/landscape.ts";
import {
  ensureIdentity,
  type EnsuredIdentity,
  type IdentityRequest,
} from "../../../../controller/identity/identity.ts";
import type { SecretTexts } from "../../../../controller/identity/inspect.ts";
import { type IdentityMaker, identityMaker } from "../../../../controller/identity/maker.ts";
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
    expect(Object.keys(texts).sort()).deep.equal(Object.values(keys).sort());
    expect(first.identity).deep.equal(identityFromSecret(secretOf(texts)));
    expect(first.identity.accessTokenReadAt).equal("2026-07-31T12:00:00Z");
    expect(first.renewAt).deep.equal(later(now, 3.5 * day));
    expect(first.reasons).deep.equal([
      "server-ca is missing",
      "server is missing",
      "client-ca is missing",
      "client is missing",
      "central.token is missing",
      "cluster-identity.token is missing",
      "access token is to be read again",
    ]);
  });

  it("gives out no key of a CA", () => {
    const given = JSON.stringify(first.identity);
    for (const key of [keys.serverCaKey, keys.clientCaKey])
      expect(given).not.include(JSON.stringify(texts[key]).slice(1, -1));
  });

  it("keeps everything, byte for byte, when nothing is to do", async () => {
    const again = await ensure(texts, later(now, 3 * day));
    expect(again).deep.equal({ identity: first.identity, renewAt: first.renewAt, reasons: [] });
  });

  it("finds something to do at the moment it told, and not a millisecond before", async () => {
    let [data, { renewAt }] = [texts, first];
    const end = later(now, 800 * day);
    let steps = 0;
    while (renewAt < end) {
      expect((await ensure(data, new Date(renewAt.getTime() - 1))).reasons).deep.equal([]);
      const next = await ensure(data, renewAt);
      expect(next.reasons).not.deep.equal([]);
      expect(next.renewAt > renewAt).equal(true);
      [data, { renewAt }] = [present(next.secretData), next];
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
        expect(changed.identity).deep.equal(identityFromSecret(secretOf(present(changed.secretData))));
      });
    }

    it("both leaves after 150 days, signed by the same CAs", async () => {
      const changed = await ensure(texts, later(now, 150 * day - 300));
      expect(changedKeys(changed)).deep.equal(
        [
          keys.server,
          keys.serverKey,
          keys.client,
          keys.clientKey,
          keys.centralToken,
          keys.clusterIdentityToken,
          keys.accessTokenReadAt,
        ].sort(),
      );
      const ca = new X509Certificate(present(texts[keys.serverCa]));
      expect(new X509Certificate(changed.identity.server.certificate).verify(ca.publicKey)).equal(true);
    });

    it("a key that was damaged by hand, with its certificate", async () => {
      const changed = await ensure({ ...texts, [keys.clientKey]: "oops" });
      expect(changedKeys(changed)).deep.equal([keys.client, keys.clientKey].sort());
      expect(changed.reasons).deep.equal(["client cannot be read"]);
    });

    it("the moment to read the access token, after 15 days", async () => {
      const at = later(now, 15 * day);
      const plain = { needs: { central: false, clusterIdentity: false } };
      const data = without(texts, keys.centralToken, keys.clusterIdentityToken);
      expect((await ensure(data, new Date(at.getTime() - 1), plain)).reasons).deep.equal([]);
      const changed = await ensure(data, at, plain);
      expect(changed.secretData).deep.equal({ ...data, [keys.accessTokenReadAt]: "2026-08-15T12:00:00Z" });
    });

    for (const readAt of ["", "yesterday", "2026-08-01T12:00:00Z"]) {
      it(`the moment to read the access token when it is ${JSON.stringify(readAt)}`, async () => {
        const changed = await ensure({ ...texts, [keys.accessTokenReadAt]: readAt });
        expect(changed.secretData).deep.equal(texts);
        expect(changed.reasons).deep.equal(["access token is to be read again"]);
      });
    }
  });

  it("makes no token without a cluster identity, or without a key in the landscape", async () => {
    const early = await ensureIdentity(request(undefined, now, { clusterIdentity: undefined }), maker);
    const bare = await ensureIdentity(request(undefined), makerFor(landscape));
    for (const { identity, secretData } of [early, bare]) {
      expect(identity).not.have.any.keys("centralToken", "clusterIdentityToken");
      expect(secretData).not.have.any.keys(keys.centralToken, keys.clusterIdentityToken);
    }
  });

  it("repairs whatever is damaged, and never tells what was there", async () => {
    for (const key of Object.values(keys)) {
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

    it("is kept as it is", async () => {
      const taken = await plain(goTexts, later(now, 100 * day));
      expect(taken.reasons).deep.equal(["access token is to be read again"]);
      expect(taken.secretData).deep.equal({ ...goTexts, [keys.accessTokenReadAt]: "2026-11-08T12:00:00Z" });
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
      expect(rotated.reasons.filter((reason) => !reason.startsWith("access"))).deep.equal([
        "server-ca is due for renewal",
        "client-ca is due for renewal",
      ]);
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
