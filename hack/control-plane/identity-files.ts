import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeServingIdentity } from "../../test/support/apiserver/tls.ts";

/** Where a certificate, its key and its authority are. */
export interface IdentityFiles {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
  readonly caPem: string;
}

/** Makes an authority and a certificate of it for 127.0.0.1, localhost and the given names, and writes them into a folder. */
export function writeIdentity(folder: string, name: string, hosts: readonly string[] = []): IdentityFiles {
  const { caPem, certificatePem, keyPem } = makeServingIdentity(name, hosts);
  return {
    ca: writeConfidential(folder, `${name}-ca.crt`, caPem),
    certificate: writeConfidential(folder, `${name}.crt`, certificatePem),
    key: writeConfidential(folder, `${name}.key`, keyPem),
    caPem,
  };
}

/** Makes a key that a kube-apiserver signs the tokens of service accounts with. */
export function writeSigningKey(folder: string): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return writeConfidential(
    folder,
    "service-accounts.key",
    privateKey.export({ type: "sec1", format: "pem" }).toString(),
  );
}

/** Writes a file that only this user can read, and gives its path. */
export function writeConfidential(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}
