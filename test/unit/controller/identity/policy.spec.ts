import { expect } from "chai";
import type { CertificateView, FamilyView, PairView } from "../../../../certificates/family.ts";
import type { BundleView } from "../../../../controller/identity/bundle-view.ts";
import { nextRenewal, planRenewals } from "../../../../controller/identity/policy.ts";
import { changesIn, day, later } from "./support.ts";

const now = new Date("2026-07-31T12:00:00Z");
const lifetimes = { certificateLifetimeSeconds: 180 * day, certificateRenewAfterSeconds: 150 * day };
const dnsNames = ["falcosidekick", "falcosidekick.kube-system"];

/** A certificate that was made `age` days ago and lives for `life` days. */
function certificate(age: number, life: number, change: Partial<CertificateView> = {}): CertificateView {
  const notBefore = later(now, -age * day);
  const notAfter = later(notBefore, life * day);
  return { subject: "CN=a", notBefore, notAfter, isCA: false, dnsNames, purposes: ["server", "client"], ...change };
}

function authority(age: number, life = 730): CertificateView {
  return certificate(age, life, { isCA: true, dnsNames: [] });
}

function pair(...certificates: readonly CertificateView[]): PairView {
  return { certificates, key: "matches" };
}

const healthy: FamilyView = {
  ca: pair(authority(100)),
  leaf: pair(certificate(10, 180)),
  signedBy: 0,
  untidy: false,
};
const introducing: FamilyView = {
  ca: pair(authority(3), authority(673)),
  leaf: pair(certificate(73, 180)),
  signedBy: 1,
  untidy: false,
};
const switched: FamilyView = {
  ca: pair(authority(10), authority(680)),
  leaf: pair(certificate(3, 180)),
  signedBy: 0,
  untidy: false,
};

function without({ ca, leaf, untidy }: FamilyView): FamilyView {
  return { ca, leaf, untidy };
}

interface Circumstances {
  readonly at?: Date;
  readonly rolledOut?: boolean;
}

function plan(bundle: Partial<BundleView>, { at = now, rolledOut }: Circumstances = {}): readonly string[] {
  const input = { bundle: { server: healthy, client: healthy, ...bundle }, dnsNames, lifetimes, rolledOut, now: at };
  return changesIn(planRenewals(input));
}

describe("controller/identity/policy", () => {
  const cases: readonly (readonly [string, FamilyView, readonly string[]])[] = [
    ["nothing to do", healthy, []],
    [
      "nothing at all",
      {
        ca: { certificates: "missing", key: "missing" },
        leaf: { certificates: "missing", key: "missing" },
        untidy: false,
      },
      ["server-ca missing", "server missing"],
    ],
    [
      "an unreadable leaf",
      { ...without(healthy), leaf: { certificates: "unreadable", key: "matches" } },
      ["server unreadable"],
    ],
    ["a missing leaf key", { ...healthy, leaf: { ...healthy.leaf, key: "missing" } }, ["server missing"]],
    ["an unreadable leaf key", { ...healthy, leaf: { ...healthy.leaf, key: "unreadable" } }, ["server unreadable"]],
    [
      "a leaf key of another certificate",
      { ...healthy, leaf: { ...healthy.leaf, key: "differs" } },
      ["server key-mismatch"],
    ],
    ["a leaf of another CA", without(healthy), ["server not-signed-by-ca"]],
    [
      "a leaf for other names",
      { ...healthy, leaf: pair(certificate(10, 180, { dnsNames: ["falcosidekick"] })) },
      ["server wrong-names"],
    ],
    [
      "a leaf for more names",
      { ...healthy, leaf: pair(certificate(10, 180, { dnsNames: ["more", ...dnsNames] })) },
      [],
    ],
    ["an expired leaf", { ...healthy, leaf: pair(certificate(181, 180)) }, ["server expired"]],
    ["a leaf of the future", { ...healthy, leaf: pair(certificate(-1, 180)) }, ["server not-yet-valid"]],
    ["a leaf a second before it is due", { ...healthy, leaf: pair(certificate(150 - 1 / day, 180)) }, []],
    ["a leaf that is due", { ...healthy, leaf: pair(certificate(150, 180)) }, ["server due"]],
    ["a leaf too short for the configuration, before", { ...healthy, leaf: pair(certificate(24.9, 30)) }, []],
    ["a leaf too short for the configuration, then", { ...healthy, leaf: pair(certificate(25, 30)) }, ["server due"]],
    [
      "an unreadable CA: its leaf cannot be trusted either",
      { ...without(healthy), ca: { certificates: "unreadable", key: "matches" } },
      ["server-ca unreadable", "server not-signed-by-ca"],
    ],
    [
      "an unreadable CA key: rotation",
      { ...healthy, ca: { ...healthy.ca, key: "unreadable" } },
      ["server-ca unreadable"],
    ],
    ["a missing CA key: rotation", { ...healthy, ca: { ...healthy.ca, key: "missing" } }, ["server-ca missing"]],
    ["another CA's key: rotation", { ...healthy, ca: { ...healthy.ca, key: "differs" } }, ["server-ca key-mismatch"]],
    [
      "a CA that is none",
      { ...without(healthy), ca: pair(certificate(100, 730)) },
      ["server-ca not-a-ca", "server not-signed-by-ca"],
    ],
    ["an expired CA", { ...healthy, ca: pair(authority(731)) }, ["server-ca expired", "server expired"]],
    [
      "a CA of the future",
      { ...healthy, ca: pair(authority(-1)) },
      ["server-ca not-yet-valid", "server not-yet-valid"],
    ],
    ["a CA a second before it is due", { ...healthy, ca: pair(authority(670 - 1 / day)) }, []],
    ["a CA that is due: rotation", { ...healthy, ca: pair(authority(670)) }, ["server-ca due"]],
    [
      "a CA that is due, and a leaf that ends before it: one that lasts as long as the CA",
      { ...healthy, ca: pair(authority(670)), leaf: pair(certificate(121, 180)) },
      ["server-ca due", "server due"],
    ],
    [
      "a CA that is due, and a leaf that ends with it",
      { ...healthy, ca: pair(authority(670)), leaf: pair(certificate(120, 180)) },
      ["server-ca due"],
    ],
    [
      "a lost CA key, which cannot sign a new leaf",
      { ...healthy, ca: { ...pair(authority(670)), key: "missing" }, leaf: pair(certificate(170, 180)) },
      ["server-ca missing"],
    ],
    [
      "a new CA whose key is lost when the switch is due: another introduction",
      { ...introducing, ca: { ...pair(authority(8), authority(678)), key: "missing" } },
      ["server-ca missing"],
    ],
    [
      "a leaf for another purpose",
      { ...healthy, leaf: pair(certificate(10, 180, { purposes: [] })) },
      ["server wrong-purpose"],
    ],
    ["CAs among other things", { ...healthy, untidy: true }, ["server-bundle untidy"]],
    [
      "a lost CA key among other things",
      { ...healthy, ca: { ...healthy.ca, key: "missing" }, untidy: true },
      ["server-ca missing"],
    ],
    [
      "a leaf that was made for a shorter life than is configured now, before",
      { ...healthy, leaf: pair(certificate(143.9, 174)) },
      [],
    ],
    ["such a leaf, then", { ...healthy, leaf: pair(certificate(145, 174)) }, ["server due"]],
    [
      "a leaf that was made for a longer life than is configured now",
      { ...healthy, leaf: pair(certificate(150, 365)) },
      ["server due"],
    ],
    ["a new CA that pods do not know yet", introducing, []],
    ["a new CA, and the leaf is due: it waits", { ...introducing, leaf: pair(certificate(152, 180)) }, []],
    [
      "a new CA, and the leaf cannot wait: half of the time that it had is gone",
      { ...introducing, leaf: pair(certificate(177, 180)) },
      ["server ca-replaced"],
    ],
    [
      "a new CA, and the leaf is damaged",
      { ...introducing, leaf: { ...introducing.leaf, key: "differs" } },
      ["server key-mismatch"],
    ],
    [
      "a new CA a second before every pod knows it",
      { ...introducing, ca: pair(authority(7 - 1 / day), authority(677)) },
      [],
    ],
    [
      "a new CA that every pod knows",
      { ...introducing, ca: pair(authority(7), authority(677)) },
      ["server ca-replaced"],
    ],
    ["a leaf of the new CA", switched, []],
    [
      "a leaf of the old CA that has expired",
      { ...introducing, ca: pair(authority(3), authority(800)) },
      ["server expired"],
    ],
    ["an expired CA beside the present one", { ...switched, ca: pair(authority(100), authority(800)) }, []],
  ];
  for (const [name, family, expected] of cases) {
    it(`finds ${name}`, () => {
      expect(plan({ server: family })).deep.equal(expected);
      // the client's certificate has no names to be wrong
      const asClient = expected
        .filter((each) => !each.endsWith("wrong-names"))
        .map((each) => each.replace("server", "client"));
      expect(plan({ client: family })).deep.equal(asClient);
    });
  }

  describe("a new CA that not every pod trusts yet", () => {
    // 60 days before its end the CA has been replaced, so half of the leaf's time is 30 days.
    const cases: readonly (readonly [string, number, boolean | undefined, readonly string[]])[] = [
      ["waits 7 days, even if all pods are said to trust it", 6.9, true, []],
      ["is used after 7 days when all pods are known to trust it", 7, true, ["server ca-replaced"]],
      ["is used after 7 days when nothing is known", 7, undefined, ["server ca-replaced"]],
      ["waits longer while pods are known not to trust it", 29.9, false, []],
      ["is used at last when half of the time is gone", 30, false, ["server ca-replaced"]],
    ];
    for (const [name, age, rolledOut, expected] of cases) {
      it(name, () => {
        const family = {
          ...introducing,
          ca: pair(authority(age), authority(670 + age)),
          leaf: pair(certificate(10 + age, 180)),
        };
        expect(plan({ server: family }, rolledOut === undefined ? {} : { rolledOut })).deep.equal(expected);
      });
    }
  });

  const untilNext = (bundle: BundleView, rolledOut?: boolean): Date =>
    nextRenewal({ bundle, lifetimes, rolledOut, now });

  it("tells the next moment at which it will find something: not a millisecond too early or too late", () => {
    const settled = { ...healthy, leaf: pair(certificate(10, 180)) };
    const families = [
      settled,
      introducing,
      switched,
      { ...introducing, leaf: pair(certificate(170, 180)) },
      { ...introducing, ca: pair(authority(0), authority(729)) },
      { ...healthy, ca: pair(authority(600)) },
      { ...healthy, ca: pair(authority(660)), leaf: pair(certificate(149, 365)) },
      { ...healthy, leaf: pair(certificate(10, 30)) },
    ];
    for (const family of families) {
      for (const bundle of [
        { server: family, client: healthy },
        { server: healthy, client: family },
      ]) {
        const moment = untilNext(bundle);
        expect(plan(bundle)).deep.equal([]);
        expect(plan(bundle, { at: new Date(moment.getTime() - 1) })).deep.equal([]);
        expect(plan(bundle, { at: moment })).not.deep.equal([]);
      }
    }
  });

  it("looks again every hour while a roll-out is late, and at the last moment", () => {
    const late = { ...introducing, ca: pair(authority(8), authority(678)), leaf: pair(certificate(18, 180)) };
    expect(untilNext({ server: late, client: healthy }, false)).deep.equal(later(now, 3600));
    const almost = { ...late, ca: pair(authority(30 - 0.5 / 24), authority(700 - 0.5 / 24)) };
    expect(plan({ server: almost }, { rolledOut: false })).deep.equal([]);
    expect(untilNext({ server: almost, client: healthy }, false)).deep.equal(later(now, 1800));
  });

  it("says at once for what cannot be used", () => {
    expect(untilNext({ server: without(healthy), client: healthy }) < now).equal(true);
  });

  it("lets a CA that is due sign the leaf that it is replaced with, and no other", () => {
    const signerFor = (family: FamilyView): string =>
      planRenewals({ bundle: { server: family, client: healthy }, dnsNames, lifetimes, rolledOut: true, now }).server
        .leafSigner;
    expect(signerFor(healthy)).equal("present");
    expect(signerFor({ ...healthy, ca: pair(authority(670)) })).equal("present");
    expect(signerFor({ ...healthy, ca: pair(authority(731)) })).equal("new");
    expect(signerFor({ ...healthy, ca: { ...healthy.ca, key: "missing" } })).equal("new");
  });

  describe("trust", () => {
    const lost = (family: FamilyView): FamilyView => ({ ...family, ca: { ...family.ca, key: "missing" } });
    const old = { ...switched, leaf: pair(certificate(150, 180)) };
    const ended = { ...switched, ca: pair(authority(600), authority(1300)) };
    const unknown = without({ ...switched, leaf: { certificates: "missing", key: "missing" } });
    const three = { ...switched, ca: pair(authority(1), authority(2), authority(3), authority(4)) };
    const trust: readonly (readonly [string, FamilyView, readonly number[], boolean?])[] = [
      ["a CA that is replaced", lost(healthy), [0]],
      ["the CA of the leaf when the new CA is replaced before its time", lost(introducing), [1]],
      ["no expired CA", lost({ ...healthy, ca: pair(authority(731)) }), []],
      ["no certificate that is no CA", lost({ ...healthy, ca: pair(certificate(1, 730)) }), []],
      ["nothing when there is nothing", { ...healthy, ca: { certificates: "unreadable", key: "missing" } }, []],
      ["the old CA when its last leaf goes", introducing, [1]],
      ["the old CA while pods may have its last leaf", switched, [1]],
      ["both while pods may have either's leaf, when there is a third", lost(switched), [0, 1]],
      ["no old CA when its last leaf is long gone", old, []],
      ["the old CA when pods are known to have its last leaf still", old, [1], false],
      ["no old CA that has ended", ended, []],
      ["whatever a lost leaf may have been signed by", unknown, [1]],
      ["no more than two beside the one that signs", three, [1, 2]],
      ["only itself when it is alone", healthy, []],
    ];
    for (const [name, family, expected, rolledOut] of trust) {
      it(`keeps ${name}`, () => {
        const bundle = { server: healthy, client: family };
        const { client } = planRenewals({ bundle, dnsNames, lifetimes, rolledOut, now });
        expect(client.trusted).deep.equal(expected);
      });
    }
  });
});
