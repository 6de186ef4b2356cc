import { inspectFamily } from "../../certificates/read-family.ts";
import { identitySecretKeys } from "../../falco/desired/identity.ts";
import type { BundleView } from "./bundle-view.ts";

/** The texts of a Secret by their keys. */
export type SecretTexts = Readonly<Record<string, string>>;

/**
 * What policies need to know of the certificates and keys that a Secret holds. Reads and verifies, so it takes about a
 * millisecond; anything that cannot be read is a finding, never an error.
 */
export function inspectBundle(texts: SecretTexts): BundleView {
  const keys = identitySecretKeys;
  return {
    server: inspectFamily(
      { certificate: texts[keys.serverCa], key: texts[keys.serverCaKey] },
      { certificate: texts[keys.server], key: texts[keys.serverKey] },
    ),
    client: inspectFamily(
      { certificate: texts[keys.clientCa], key: texts[keys.clientCaKey] },
      { certificate: texts[keys.client], key: texts[keys.clientKey] },
    ),
  };
}
