import type { Extension } from "../falco/api/gardener.ts";
import type { Outcome } from "../falco/base/outcome.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";
import { keyOf } from "../kube/objects.ts";
import type { ControllerContext } from "./context.ts";
import { nameOfExtension } from "./extension-writes.ts";
import { deleting } from "./remove.ts";
import { keepObjects, removeManagedResource } from "./remove-managed-resource.ts";

/**
 * Lets go of a shoot that moves to another seed: its ManagedResources go, what runs in the shoot stays. The Secret with the certificates stays
 * as well: Gardener carries it over (see `status.resources`), so that Falco and falcosidekick go on trusting each other.
 */
export async function migrate(extension: Extension, context: ControllerContext, signal: AbortSignal): Promise<Outcome> {
  const name = nameOfExtension(extension);
  const { namespace } = name;
  const { client, memory, names } = context;
  memory.delete(keyOf(name));
  await keepObjects({ namespace, name: names.target }, client, signal);
  for (const each of [names.target, managedResourceNames["control-plane"]]) {
    const removal = await removeManagedResource({ namespace, name: each }, client, signal);
    if (!removal.gone) return deleting(each, removal);
  }
  return { kind: "done" };
}
