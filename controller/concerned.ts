import type { Extension } from "../falco/api/gardener.ts";
import { readServiceConfig } from "../falco/api/read-service-config.ts";
import { canonicalJson } from "../falco/base/json.ts";
import type { Catalogue } from "../falco/catalog/catalogue.ts";
import { chooseFalcosidekick, findFalcoVersion, findRuleSet } from "../falco/catalog/choose.ts";
import { defaultVersion } from "../falco/desired/release.ts";

/** What the catalogue means for one Extension: as long as this is the same, a change of FalcoProfiles does not concern it. */
export function releaseFor(extension: Extension, catalogue: Catalogue, now: Date): string {
  const config = readServiceConfig(extension.spec.providerConfig);
  if (!config.ok) return "";
  const { falcoVersion, rules } = config.value;
  const falco =
    falcoVersion === undefined ? defaultVersion(catalogue, now) : findFalcoVersion(catalogue, falcoVersion, now);
  const sets = rules === undefined ? ["falco-rules"] : (rules.standard ?? []);
  return canonicalJson([
    falco,
    falco.ok ? sets.map((name) => findRuleSet(catalogue, falco.value, name)) : [],
    chooseFalcosidekick(catalogue, now),
  ]);
}
