import { expect } from "chai";
import {
  planServerIdentity,
  type ServerIdentityFacts,
  waitForAddress,
} from "../../../../admission/webhook-certificate/policy.ts";
import type { CertificateView, FamilyView, PairView } from "../../../../certificates/family.ts";

const hour = 60 * 60;
const day = 24 * hour;
const now = new Date("2026-07-31T12:00:00Z");
const dnsNames = ["admission.garden"];

function certificate(ageSeconds: number, change: Partial<CertificateView> = {}): CertificateView {
  const notBefore = new Date(now.getTime() - ageSeconds * 1000);
  const notAfter = new Date(notBefore.getTime() + 30 * day * 1000);
  return { subject: "CN=x", notBefore, notAfter, isCA: false, dnsNames, purposes: ["server"], ...change };
}

const ca = (ageSeconds: number, change: Partial<CertificateView> = {}): CertificateView =>
  certificate(ageSeconds, { isCA: true, dnsNames: [], purposes: ["server", "client"], ...change });
const pair = (...certificates: readonly CertificateView[]): PairView => ({ certificates, key: "matches" });
const nothing: PairView = { certificates: "missing", key: "missing" };

/** One CA of ten days and its certificate, unless changed. */
function family(change: Partial<FamilyView> = {}): FamilyView {
  return { ca: pair(ca(10 * day)), leaf: pair(certificate(10 * day)), signedBy: 0, untidy: false, ...change };
}

const unsigned = ({ ca, leaf, untidy }: FamilyView): FamilyView => ({ ca, leaf, untidy });
/** The CA before has signed the certificate in use. */
const introducing = family({ ca: pair(ca(hour), ca(24 * day)), leaf: pair(certificate(24 * day)), signedBy: 1 });
const switched = (ageSeconds: number): FamilyView =>
  family({ ca: pair(ca(ageSeconds + 600), ca(25 * day)), leaf: pair(certificate(ageSeconds)) });

const settled = { anything: true, forSeconds: 10 * day };
const unpublished = { anything: true, forSeconds: undefined };
const fresh = { anything: false, forSeconds: undefined };

interface Case {
  readonly what: string;
  readonly family: FamilyView;
  readonly published?: ServerIdentityFacts["published"];
  readonly dnsNames?: readonly string[];
  /** Absent: nothing. */
  readonly plan?: readonly string[];
  readonly trusted?: readonly number[];
  readonly wait?: number;
}

const cases: readonly Case[] = [
  { what: "all is well", family: family() },
  { what: "the CA is due", family: family({ ca: pair(ca(24 * day)) }), plan: ["ca due"], trusted: [0] },
  { what: "the CA is not due yet", family: family({ ca: pair(ca(24 * day - 1)) }) },
  { what: "the new CA is not published", family: introducing, published: unpublished, trusted: [1] },
  {
    what: "the new CA was just published",
    family: introducing,
    published: { anything: true, forSeconds: 0 },
    trusted: [1],
    wait: 600,
  },
  {
    what: "the new CA was published ten minutes ago",
    family: introducing,
    published: { anything: true, forSeconds: 600 },
    plan: ["leaf ca-replaced"],
    trusted: [1],
  },
  { what: "the new certificate is new", family: switched(300), trusted: [1] },
  { what: "the new certificate has been there for 24 h, less a second", family: switched(day + 299), trusted: [1] },
  { what: "the new certificate has been there for 24 h", family: switched(day + 300), plan: ["bundle ca-dropped"] },
  {
    what: "the CA before has ended while its successor was not published",
    family: family({ ca: pair(ca(6 * day), ca(30 * day)), leaf: pair(certificate(30 * day)), signedBy: 1 }),
    published: { anything: true, forSeconds: 15 },
    plan: ["bundle ca-dropped", "leaf expired"],
  },
  {
    what: "there is nothing at all",
    family: unsigned(family({ ca: nothing, leaf: nothing })),
    published: fresh,
    plan: ["ca missing", "leaf missing"],
  },
  {
    what: "the Secret is gone, and its CA is published",
    family: unsigned(family({ ca: { ...pair(ca(10 * day)), key: "missing" }, leaf: nothing })),
    published: unpublished,
    plan: ["ca missing"],
    trusted: [0],
  },
  {
    what: "the CA after that is not published",
    family: unsigned(family({ ca: pair(ca(60), ca(10 * day)), leaf: nothing })),
    published: unpublished,
    trusted: [1],
  },
  {
    what: "the CA after that was published 10 s ago",
    family: unsigned(family({ ca: pair(ca(60), ca(10 * day)), leaf: nothing })),
    published: { anything: true, forSeconds: 10 },
    trusted: [1],
    wait: 5,
  },
  {
    what: "the CA after that was published 15 s ago",
    family: unsigned(family({ ca: pair(ca(60), ca(10 * day)), leaf: nothing })),
    published: { anything: true, forSeconds: 15 },
    plan: ["leaf missing"],
    trusted: [1],
  },
  {
    what: "the CA's key is lost",
    family: family({ ca: { ...pair(ca(10 * day)), key: "missing" } }),
    plan: ["ca missing"],
    trusted: [0],
  },
  {
    what: "the CA's key is another's",
    family: family({ ca: { ...pair(ca(10 * day)), key: "differs" } }),
    plan: ["ca key-mismatch"],
    trusted: [0],
  },
  {
    what: "the CA is none",
    family: family({ ca: pair(certificate(day)) }),
    plan: ["ca not-a-ca"],
  },
  { what: "the certificate is lost", family: unsigned(family({ leaf: nothing })), plan: ["leaf missing"] },
  {
    what: "the certificate is unreadable",
    family: unsigned(family({ leaf: { certificates: "unreadable", key: "matches" } })),
    plan: ["leaf unreadable"],
  },
  {
    what: "the certificate is another CA's",
    family: unsigned(family()),
    plan: ["leaf not-signed-by-ca"],
  },
  {
    what: "the certificate is for other names",
    family: family(),
    dnsNames: ["other.garden"],
    plan: ["leaf wrong-names"],
  },
  {
    what: "the certificate is for other names, and its leader is new",
    family: family(),
    published: { anything: true, forSeconds: 0 },
    dnsNames: ["other.garden"],
    plan: ["leaf wrong-names"],
  },
  {
    what: "the certificate is for other names, and the CA before has signed it",
    family: introducing,
    published: { anything: true, forSeconds: 30 },
    dnsNames: ["other.garden"],
    trusted: [1],
    wait: 570,
  },
  {
    what: "the certificate is for other names, and the CA is due",
    family: family({ ca: pair(ca(24 * day)) }),
    dnsNames: ["other.garden"],
    plan: ["ca due"],
    trusted: [0],
  },
  {
    what: "the certificate is for clients",
    family: family({ leaf: pair(certificate(day, { purposes: ["client"] })) }),
    plan: ["leaf wrong-purpose"],
  },
  {
    what: "the certificate ends before its CA",
    family: family({
      leaf: pair(certificate(9 * day, { notAfter: new Date(now.getTime() + day * 1000) })),
    }),
    plan: ["leaf due"],
  },
  { what: "the bundle holds something else, too", family: family({ untidy: true }), plan: ["bundle untidy"] },
  {
    what: "a certificate that is no CA stands in the bundle",
    family: family({ ca: pair(ca(10 * day), certificate(day)) }),
    plan: ["bundle ca-dropped"],
  },
  {
    what: "six CAs stand in the bundle",
    family: unsigned(family({ ca: pair(...[1, 2, 3, 4, 5, 6].map((age) => ca(age))), leaf: nothing })),
    published: unpublished,
    plan: ["bundle ca-dropped"],
    trusted: [1, 2, 3, 5],
  },
  {
    what: "six CAs stand in the bundle, which may all have signed something",
    family: unsigned(family({ ca: pair(...[1, 2, 3, 4, 5, 6].map((age) => ca(age * 15))), leaf: nothing })),
    published: unpublished,
    plan: ["bundle ca-dropped"],
    trusted: [1, 2, 3, 4],
  },
  {
    what: "the Secret was deleted six times in a minute",
    family: unsigned(
      family({
        ca: { ...pair(...[0, 10, 20, 30, 40, 50].map((age) => ca(age + 300))), key: "missing" },
        leaf: nothing,
      }),
    ),
    published: unpublished,
    plan: ["ca missing"],
    trusted: [0, 1, 2, 5],
  },
];

describe("planServerIdentity", () => {
  for (const {
    what,
    family,
    published = settled,
    dnsNames: names = dnsNames,
    plan = [],
    trusted = [],
    wait,
  } of cases) {
    it(what, () => {
      const made = planServerIdentity({ family, dnsNames: names, published, now });
      const changes = [
        ...(made.newAuthority === undefined ? [] : [`ca ${made.newAuthority}`]),
        ...(made.newBundle === undefined ? [] : [`bundle ${made.newBundle}`]),
        ...(made.newLeaf === undefined ? [] : [`leaf ${made.newLeaf}`]),
      ];
      expect(changes).to.deep.equal(plan);
      expect(made.trusted).to.deep.equal(trusted);
      expect(made.waitSeconds).to.equal(wait);
    });
  }
});

describe("waitForAddress", () => {
  const wait = (leaf: PairView, names = dnsNames): number =>
    waitForAddress({ family: family({ leaf }), dnsNames: names, now });

  it("waits until replicas have had a certificate for its names for five seconds", () => {
    expect(wait(pair(certificate(300)))).to.equal(5);
    expect(wait(pair(certificate(304)))).to.equal(1);
    expect(wait(pair(certificate(305)))).to.equal(0);
    expect(wait(pair(certificate(10 * day)))).to.equal(0);
  });

  it("waits for a certificate for its names", () => {
    expect(wait(nothing)).to.equal(Infinity);
    expect(wait(pair(certificate(10 * day)), ["other.garden"])).to.equal(Infinity);
  });
});
