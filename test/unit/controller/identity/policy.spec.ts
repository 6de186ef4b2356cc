import { expect } from "chai";
import {
  type BundleView,
  type CertificateView,
  type FamilyView,
  nextRenewal,
  type PairView,
  planRenewals,
  trustedBeside,
} from "../../../../controller/identity/policy.ts";
import { day, later } from "./support.ts";

const now = new Date("2026-07-31T12:00:00Z");
const lifetimes = { certificateLifetimeSeconds: 180 * day, certificateRenewAfterSeconds: 150 * day };
const dnsNames = ["falcosidekick", "falcosidekick.kube-system"];

/** A certificate that was made `age` days ago and lives for `life` days. */
function certificate(age: number, life: number, change: Partial<CertificateView> = {}): CertificateView {
  const notBefore = later(now, -age * day);
  return { subject: "CN=a", notBefore, notAfter: later(notBefore, life * day), isCA: false, dnsNames, ...change };
}

function authority(age: number, life = 730): CertificateView {
  return certificate(age, life, { isCA: true, dnsNames: [] });
}

function pair(...certificates: readonly CertificateView[]): PairView {
  return { certificates, key: "matches" };
}

const healthy: FamilyView = { ca: pair(authority(100)), leaf: pair(certificate(10, 180)), signedBy: 0 };
const introducing: FamilyView = {
  ca: pair(authority(3), authority(673)),
  leaf: pair(certificate(73, 180)),
  signedBy: 1,
};
const switched: FamilyView = { ca: pair(authority(10), authority(680)), leaf: pair(certificate(3, 180)), signedBy: 0 };

function without(family: FamilyView): FamilyView {
  return { ca: family.ca, leaf: family.leaf };
}

function plan(bundle: Partial<BundleView>, at: Date = now): readonly string[] {
  const input = { bundle: { server: healthy, client: healthy, ...bundle }, dnsNames, lifetimes, now: at };
  return planRenewals(input).map(({ part, reason }) => `${part} ${reason}`);
}

describe("controller/identity/policy", () => {
  const cases: readonly (readonly [string, FamilyView, readonly string[]])[] = [
    ["nothing to do", healthy, []],
    [
      "nothing at all",
      { ca: { certificates: "missing", key: "missing" }, leaf: { certificates: "missing", key: "missing" } },
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
      "a CA and a leaf that are due: the leaf waits",
      { ...healthy, ca: pair(authority(670)), leaf: pair(certificate(150, 180)) },
      ["server-ca due"],
    ],
    [
      "a CA and a leaf that cannot wait",
      { ...healthy, ca: pair(authority(670)), leaf: pair(certificate(165, 180)) },
      ["server-ca due", "server due"],
    ],
    ["a new CA that pods do not know yet", introducing, []],
    ["a new CA, and the leaf is due: it waits", { ...introducing, leaf: pair(certificate(152, 180)) }, []],
    [
      "a new CA, and the leaf cannot wait",
      { ...introducing, leaf: pair(certificate(165, 180)) },
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

  it("tells the next moment at which it will find something: not a millisecond too early or too late", () => {
    const settled = { ...healthy, leaf: pair(certificate(10, 180)) };
    const families = [
      settled,
      introducing,
      switched,
      { ...introducing, leaf: pair(certificate(160, 180)) },
      { ...introducing, ca: pair(authority(0), authority(729)) },
      { ...healthy, ca: pair(authority(600)) },
      { ...healthy, leaf: pair(certificate(10, 30)) },
    ];
    for (const family of families) {
      for (const bundle of [
        { server: family, client: healthy },
        { server: healthy, client: family },
      ]) {
        const moment = nextRenewal(bundle, lifetimes);
        expect(plan(bundle)).deep.equal([]);
        expect(plan(bundle, new Date(moment.getTime() - 1))).deep.equal([]);
        expect(plan(bundle, moment)).not.deep.equal([]);
      }
    }
  });

  it("says at once for what cannot be used", () => {
    expect(nextRenewal({ server: without(healthy), client: healthy }, lifetimes) < now).equal(true);
  });

  describe("trust", () => {
    const ended = { ...switched, ca: pair(authority(700), authority(1400)) };
    const trust: readonly (readonly [string, FamilyView, boolean, readonly number[]])[] = [
      ["a CA that is replaced", healthy, true, [0]],
      ["the CA of the leaf when the new CA is replaced before its time", introducing, true, [1]],
      ["no expired CA", { ...healthy, ca: pair(authority(731)) }, true, []],
      ["no certificate that is no CA", { ...healthy, ca: pair(certificate(1, 730)) }, true, []],
      ["nothing when there is nothing", { ...healthy, ca: { certificates: "unreadable", key: "missing" } }, true, []],
      ["the old CA when its last leaf goes", introducing, false, [1]],
      ["the old CA while pods may have its last leaf", switched, false, [1]],
      ["no old CA when its last leaf is long gone", { ...switched, leaf: pair(certificate(150, 180)) }, false, []],
      ["no old CA that has ended", ended, false, []],
      ["only itself when it is alone", healthy, false, []],
    ];
    for (const [name, family, replaced, expected] of trust) {
      it(`keeps ${name}`, () => {
        expect(trustedBeside(family, now, replaced)).deep.equal(expected);
      });
    }
  });
});
