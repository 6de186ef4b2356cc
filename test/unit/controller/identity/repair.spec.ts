import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { identityFromSecret, identitySecretKeys as keys } from "../../../../falco/desired/identity.ts";
import { ensureIdentity, type EnsuredIdentity } from "../../../../controller/identity/identity.ts";
import { readChain } from "../../../../certificates/read-family.ts";
import type { SecretTexts } from "../../../../controller/identity/inspect.ts";
import type { IdentityMaker } from "../../../../controller/identity/maker.ts";
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
import { Verifier } from "./tls-support.ts";

const now = new Date("2026-07-31T12:00:00Z");
const allKeys = Object.values(keys);

/** What somebody may have done to one text of a Secret. */
interface Damage {
  readonly key: string;
  readonly kind: (typeof kinds)[number];
  readonly other: string;
}

const kinds = [
  "delete",
  "empty",
  "garbage",
  "PEM garbage",
  "truncate",
  "twice",
  "garbage before",
  "text of another key",
  "of another cluster",
  "expired",
  "of the Go extension",
  "weak key",
] as const;

const damage = (among: readonly string[]): fc.Arbitrary<Damage> =>
  fc.record({
    key: fc.constantFrom(...among),
    kind: fc.constantFrom(...kinds),
    other: fc.constantFrom(...allKeys),
  });

describe("controller/identity repairs", () => {
  let maker: IdentityMaker;
  let good: SecretTexts;
  let other: SecretTexts;
  let expired: SecretTexts;
  let goTexts: SecretTexts;
  const edwards = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

  const ensure = (texts: SecretTexts | undefined, at: Date): Promise<EnsuredIdentity> =>
    ensureIdentity(
      { ...plainRequest(texts && secretOf(texts), at), needs: { central: true, clusterIdentity: true } },
      maker,
    );

  before(async () => {
    const issuer = { tokenIssuerPrivateKey: pkcs1(rsaKey()), tokenLifetimeSeconds: 7 * day };
    const centralStorage = { ...issuer, url: "https://central.example" };
    maker = makerFor({ ...landscape, centralStorage, clusterIdentityToken: issuer });
    good = present((await ensure(undefined, later(now, -10 * day))).secretData);
    // its tokens are past half of their life
    good = present((await ensure(good, now)).secretData);
    other = present((await ensure(undefined, now)).secretData);
    expired = present((await ensure(undefined, later(now, -1000 * day))).secretData);
    goTexts = goBundle(now, "serverAuth");
  });

  function damaged(texts: SecretTexts, { key, kind, other: otherKey }: Damage): SecretTexts {
    const text = texts[key] ?? "";
    const values: Readonly<Record<Damage["kind"], string | undefined>> = {
      delete: undefined,
      empty: "",
      garbage: "hunter2",
      "PEM garbage": "-----BEGIN CERTIFICATE-----\nZ2FyYmFnZQ==\n-----END CERTIFICATE-----\n",
      truncate: text.slice(0, Math.floor(text.length / 2)),
      twice: text + text,
      "garbage before": `-----BEGIN X-----\noops\n${text}`,
      "text of another key": texts[otherKey],
      "of another cluster": other[key],
      expired: expired[key],
      "of the Go extension": goTexts[key],
      "weak key": edwards,
    };
    const value = values[kind];
    return value === undefined ? without(texts, key) : { ...texts, [key]: value };
  }

  it("ends in an identity that works, whatever a Secret holds and whenever that is, and then changes nothing", async () => {
    const verifier = new Verifier();
    const days = fc.oneof(fc.constant(0), fc.integer({ min: -800, max: 1500 }));
    await fc.assert(
      fc.asyncProperty(fc.array(damage(allKeys), { maxLength: 4 }), days, async (damages, age) => {
        const at = later(now, age * day);
        const repaired = await ensure(damages.reduce(damaged, good), at);
        const { identity, inspected, secretData, reasons, renewAt } = repaired;
        expect(verifier.accepts(identity, identity, at)).equal(true);
        expect(renewAt > at).equal(true);
        expect(reasons.join()).not.match(/hunter2|BEGIN|MI[IGH]|eyJ/);
        if (secretData === undefined) return;
        expect(await ensure(secretData, at)).deep.equal({ identity, inspected, renewAt, reasons: [] });
      }),
      { numRuns: 150, seed: 4 },
    );
  }).timeout(20_000);

  it("goes through jumps of the clock, forwards and backwards, with an identity that works at each moment", async () => {
    const verifier = new Verifier();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 6 }),
        async (days) => {
          let texts = good;
          for (const each of [...days, 0]) {
            const at = later(now, each * day);
            const { identity, secretData } = await ensure(texts, at);
            expect(verifier.accepts(identity, identity, at)).equal(true);
            texts = secretData ?? texts;
          }
        },
      ),
      { numRuns: 25, seed: 4 },
    );
  }).timeout(20_000);

  it("keeps CAs through a jump forwards and back again, and pods that know them", async () => {
    const verifier = new Verifier();
    const jumped = await ensure(good, later(now, 200 * day));
    const back = await ensure(present(jumped.secretData), now);
    expect(jumped.reasons).include.members(["server has expired", "client has expired"]);
    expect(back.reasons).include.members(["server is not valid yet", "client is not valid yet"]);
    const running = present(identityFromSecret(secretOf(good)));
    for (const [falco, falcosidekick] of [
      [running, back.identity],
      [back.identity, running],
    ] as const) {
      expect(verifier.accepts(falco, falcosidekick, now)).equal(true);
    }
    expect(back.identity.serverCa).equal(good[keys.serverCa]);
  });

  describe("cut no running pod off", () => {
    // A lost CA key together with a lost certificate cannot be repaired without a new CA that no pod knows.
    const repairable: readonly (readonly string[])[] = [
      [keys.serverCaKey],
      [keys.clientCaKey],
      [keys.server, keys.serverKey],
      [keys.client, keys.clientKey],
    ];
    for (const among of repairable) {
      it(`when ${among.join(" and ")} ${among.length > 1 ? "are" : "is"} damaged`, async () => {
        const verifier = new Verifier();
        const running = present(identityFromSecret(secretOf(good)));
        await fc.assert(
          fc.asyncProperty(fc.array(damage(among), { minLength: 1, maxLength: 3 }), async (damages) => {
            const { identity } = await ensure(damages.reduce(damaged, good), now);
            expect(verifier.accepts(running, identity, now)).equal(true);
            expect(verifier.accepts(identity, running, now)).equal(true);
            for (const ca of ["serverCa", "clientCa"] as const) {
              const kept = readChain(good[keys[ca]])?.[0]?.fingerprint256;
              expect(readChain(identity[ca])?.map(({ fingerprint256 }) => fingerprint256)).include(kept);
            }
          }),
          { numRuns: 40, seed: 4 },
        );
      });
    }
  });
});
