import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { expect } from "chai";
import {
  inspectToken,
  makeToken,
  tokenReason,
  tokenRenewal,
  type TokenSigner,
  tokenSigner,
} from "../../../../controller/identity/tokens.ts";
import { day, later, pkcs1, rsaKey } from "./support.ts";

const now = new Date("2026-07-31T12:00:00.900Z");
const week = 7 * day;
const path = "falco.centralStorage.tokenIssuerPrivateKey";

function signerOf(key: KeyObject, tokenLifetimeSeconds = week): TokenSigner {
  const read = tokenSigner({ tokenIssuerPrivateKey: pkcs1(key), tokenLifetimeSeconds }, path);
  if (!read.ok) throw new Error("the key should be usable");
  return read.value;
}

function part(token: string, index: number): unknown {
  return JSON.parse(Buffer.from(token.split(".")[index] ?? "", "base64url").toString("utf8"));
}

describe("controller/identity/tokens", () => {
  let key: KeyObject;
  let signer: TokenSigner;
  let central: string;
  let clusterIdentity: string;

  before(async () => {
    key = rsaKey();
    signer = signerOf(key);
    central = await makeToken("central", "cluster-1", signer, now);
    clusterIdentity = await makeToken("clusterIdentity", "cluster-1", signer, now);
  });

  it("makes exactly the claims of the contract", () => {
    const [iat, exp] = [1785499200, 1785499200 + week];
    const iss = "urn:gardener:gardener-falco-extension";
    expect(part(central, 0)).deep.equal({ alg: "RS256", typ: "JWT" });
    expect(part(central, 1)).deep.equal({
      iss,
      aud: "falco-db",
      exp,
      "gardener-falco": { "cluster-identity": "cluster-1" },
    });
    expect(part(clusterIdentity, 0)).deep.equal({ alg: "RS256", typ: "JWT" });
    expect(part(clusterIdentity, 1)).deep.equal({ iss, sub: "cluster-1", iat, exp });
  });

  it("signs them", () => {
    for (const token of [central, clusterIdentity]) {
      const [header, payload, signature = ""] = token.split(".");
      const content = Buffer.from(`${header ?? ""}.${payload ?? ""}`);
      expect(verify("sha256", content, createPublicKey(key), Buffer.from(signature, "base64url"))).equal(true);
    }
  });

  describe("keys", () => {
    const usable: readonly (readonly [string, () => string])[] = [
      ["PKCS#1", () => pkcs1(key)],
      ["PKCS#8", () => key.export({ type: "pkcs8", format: "pem" }).toString()],
      ["PKCS#1 with 4096 bits", () => pkcs1(rsaKey(4096))],
    ];
    for (const [name, text] of usable) {
      it(`takes ${name}`, () => {
        expect(tokenSigner({ tokenIssuerPrivateKey: text(), tokenLifetimeSeconds: week }, path).ok).equal(true);
      }).timeout(20_000);
    }
    const unusable: readonly (readonly [string, () => string])[] = [
      ["nothing", () => ""],
      ["a text", () => "hunter2"],
      ["a truncated key", () => pkcs1(key).slice(0, 400)],
      ["a public key", () => createPublicKey(key).export({ type: "spki", format: "pem" }).toString()],
      [
        "an ECDSA key",
        () =>
          generateKeyPairSync("ec", { namedCurve: "P-256" })
            .privateKey.export({ type: "pkcs8", format: "pem" })
            .toString(),
      ],
      ["an RSA key that is too short", () => pkcs1(rsaKey(1024))],
      [
        "an encrypted key",
        () => key.export({ type: "pkcs8", format: "pem", cipher: "aes-128-cbc", passphrase: "hunter2" }).toString(),
      ],
    ];
    for (const [name, text] of unusable) {
      it(`refuses ${name} without telling it`, () => {
        const tokenIssuerPrivateKey = text();
        const read = tokenSigner({ tokenIssuerPrivateKey, tokenLifetimeSeconds: week }, path);
        const message =
          "The key must be an unencrypted RSA private key of at least 2048 bits in PEM (PKCS#1 or PKCS#8).";
        expect(read).deep.equal({ ok: false, problems: [{ code: "FIELD_VALUE", path, message }] });
      });
    }
  });

  describe("keeping", () => {
    const reason = (
      token: string,
      change: Partial<Parameters<typeof tokenReason>[0]> = {},
      by = signer,
    ): string | undefined =>
      tokenReason({
        kind: "central",
        view: inspectToken(token, by),
        clusterIdentity: "cluster-1",
        lifetimeSeconds: week,
        now,
        ...change,
      });

    it("keeps a token until half of its life is gone", () => {
      const made = new Date("2026-07-31T12:00:00Z");
      const half = later(made, week / 2);
      expect(reason(central)).equal(undefined);
      expect(reason(central, { now: new Date(half.getTime() - 1) })).equal(undefined);
      expect(reason(central, { now: half })).equal("due");
      expect(reason(clusterIdentity, { kind: "clusterIdentity", now: half })).equal("due");
      expect(tokenRenewal(later(made, week), week)).deep.equal(half);
    });

    it("counts a lifetime that was configured anew", () => {
      expect(reason(central, { lifetimeSeconds: 2 * week })).equal("due");
      expect(reason(central, { lifetimeSeconds: week / 7 })).equal("too-long");
    });

    it("forgives clocks a little", () => {
      expect(reason(central, { now: later(now, -299) })).equal(undefined);
      expect(reason(central, { now: later(now, -600) })).equal("too-long");
    });

    it("replaces tokens that make other claims", () => {
      expect(reason(central, { clusterIdentity: "cluster-2" })).equal("other-claims");
      expect(reason(central, { kind: "clusterIdentity" })).equal("other-claims");
      expect(reason(clusterIdentity)).equal("other-claims");
    });

    it("replaces tokens of another key", () => {
      expect(reason(central, {}, signerOf(rsaKey()))).equal("other-key");
      expect(inspectToken(central, undefined)).deep.equal({ kind: "other-key" });
    });

    it("replaces tokens that were tampered with", () => {
      const [header = "", , signature = ""] = central.split(".");
      const claims = { ...(part(central, 1) as object), exp: 9999999999 };
      const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
      expect(reason(forged)).equal("other-key");
    });

    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    const broken = ["", "a", "a.b.c", "..", `${none}.e30.AA`, "e30.e30.e30", "bnVsbA.bnVsbA.AA", "W10.W10.AA"];
    for (const token of broken) {
      it(`cannot read ${JSON.stringify(token)}`, () => {
        expect(inspectToken(token, signer)).deep.equal({ kind: "unreadable" });
      });
    }

    it("cannot read tokens without an end, or with more parts", () => {
      const [header = "", , signature = ""] = central.split(".");
      expect(reason(`${header}.${Buffer.from("{}").toString("base64url")}.${signature}`)).equal("unreadable");
      expect(reason(`${central}.a`)).equal("unreadable");
    });
  });
});
