import { loadTemplates } from "../../charts/load.ts";
import { desiredResources } from "../../controller/desired-resources.ts";
import { buildCatalogue } from "../../falco/catalog/catalogue.ts";
import type { Facts } from "../../falco/desired/facts.ts";
import { placeholderIdentity } from "../../falco/desired/identity.ts";
import { defaultLandscape } from "../../falco/desired/landscape.ts";
import { createPackCache } from "../../falco/objects/pack-cache.ts";
import { loadRuleFiles, loadShippedProfiles } from "../../profiles/load.ts";
import { cpuMilliseconds, type Figures, summarize } from "./measure.ts";
import { measuredConfig } from "./seed-objects.ts";

/** Resolve, render and pack one configuration, as a long-running controller does it. */
export async function benchDecide(): Promise<readonly Figures[]> {
  const { catalogue } = buildCatalogue(loadShippedProfiles());
  const files = catalogue.ruleSets.flatMap(({ source }) => (source.kind === "file" ? [source.file] : []));
  const facts: Facts = {
    now: new Date("2026-11-21T00:00:00Z"),
    place: "shoot",
    config: measuredConfig,
    configPath: "spec.providerConfig",
    cluster: {
      namespace: "shoot--bench--a",
      technicalId: "shoot--bench--a",
      clusterIdentity: "identity",
      kubernetesVersion: "1.34.1",
      ipFamilies: ["IPv4"],
      seedIngressDomain: "ingress.example.org",
      resources: [],
      workers: [],
    },
    catalogue,
    landscape: defaultLandscape,
    referenced: { secrets: new Map(), configMaps: new Map() },
    ruleFiles: loadRuleFiles(files),
    identity: placeholderIdentity,
  };
  const rendering = { templates: loadTemplates(), packCache: createPackCache() };
  const run = (): void => {
    if (!desiredResources(facts, rendering).ok) throw new Error("the measured configuration has problems");
  };
  return [summarize("resolve + render + pack", "ms CPU", await cpuMilliseconds(run), 3)];
}
