import { makeAuthority, makeLeaf } from "../../../certificates/make-certificate.ts";
import type { KeyPair } from "../../../falco/base/key-pair.ts";

export interface TestPair extends KeyPair {
  /** What clients trust it by. */
  readonly ca: string;
}

/** A certificate for `localhost` by a CA of its own; its common name tells one from another. */
export async function makePair(commonName: string): Promise<TestPair> {
  const validity = { now: new Date(), lifetimeSeconds: 3600 };
  const authority = await makeAuthority("ca", validity);
  const pair = await makeLeaf(authority, { commonName, usage: "serverAuth", dnsNames: ["localhost"] }, validity);
  return { ...pair, ca: authority.certificate };
}
