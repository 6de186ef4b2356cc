import type { Destination } from "../../api/falco-service-config.ts";
import { readShoot } from "../../api/gardener.ts";
import { readSubject } from "../admission-subject.ts";
import { isHibernated } from "../cluster-facts.ts";
import { isStandardDestination } from "../destination-names.ts";
import { defaultDestinations, isEnabled, needsFalcosidekick } from "../destinations.ts";
import { type FalcoUse, useOf } from "../falco-use.ts";
import type { Landscape } from "../landscape.ts";

/** What a plan needs to know of a Shoot or a Seed with Falco: a few hundred bytes, so that a whole landscape fits. */
export interface PlannedCluster extends FalcoUse {
  /** Where its configuration stands in the manifest. */
  readonly configPath: string;
  /** Whether the configuration can be read. If not, the controller does nothing for the cluster until it is mended. */
  readonly readable: boolean;
  /** Whether some destination of it needs falcosidekick. */
  readonly falcosidekick: boolean;
  /** The controller leaves a hibernated shoot alone until it wakes up. */
  readonly hibernated: boolean;
}

/** The Shoot or Seed as a plan sees it; undefined when Falco is not switched on there (see `falcoUseOf`). */
export function plannedClusterOf(object: unknown, landscape: Landscape): PlannedCluster | undefined {
  const read = readSubject(object);
  const subject = read.ok ? read.value : undefined;
  if (subject === undefined) return undefined;
  const use = useOf(subject, object);
  const { place, configPath, config } = subject;
  const { destinations = defaultDestinations(place, landscape) } = config.ok ? config.value : {};
  return {
    ...use,
    configPath,
    readable: config.ok,
    falcosidekick: usesFalcosidekick(destinations, landscape),
    hibernated: use.kind === "Shoot" && sleeps(object),
  };
}

/** A name that is not known here is a destination of a landscape whose configuration was not given: those go through falcosidekick. */
function usesFalcosidekick(destinations: readonly Destination[], landscape: Landscape): boolean {
  const isForeign = destinations.some((each) => isEnabled(each) && !isStandardDestination(each.name));
  return isForeign || needsFalcosidekick(destinations, landscape);
}

function sleeps(object: unknown): boolean {
  const shoot = readShoot(object);
  return shoot.ok && isHibernated({ metadata: {}, spec: { shoot: shoot.value } });
}
