import { extensionType, readConfigMap } from "../falco/api/gardener.ts";
import type { ControllerContext } from "./context.ts";
import type { Observation } from "./observe.ts";
import { keepObjects, removeManagedResource } from "./remove-managed-resource.ts";
import { resourceTypes } from "./resource-types.ts";

/**
 * One cluster may be several things to Gardener: a seed can be a shoot of another seed, and the garden's cluster can be a seed. Two Falcos of the
 * same name in one namespace would overwrite each other for ever, so the more particular one wins: a shoot's before a seed's, and a seed's
 * before the garden's. Where another Extension brings Falco already, this one only lets go of what it had brought.
 */
export async function isServedElsewhere(
  { class: kind, cluster: { namespace } }: Observation,
  context: ControllerContext,
  signal: AbortSignal,
): Promise<boolean> {
  if (kind === "shoot") return false;
  const { client, names } = context;
  const isServed = kind === "seed" ? await hasShootFalco(context, signal) : await hasSeedFalco(context, signal);
  if (!isServed) return false;
  const own = { namespace, name: names.target };
  await keepObjects(own, client, signal);
  await removeManagedResource(own, client, signal);
  return true;
}

/** Gardener writes into every shoot which extensions it has, as a list with commas. */
async function hasShootFalco({ client }: ControllerContext, signal: AbortSignal): Promise<boolean> {
  const info = await client.get(resourceTypes.configMap, { namespace: "kube-system", name: "shoot-info" }, { signal });
  const read = info === undefined ? undefined : readConfigMap(info);
  const extensions = read?.ok === true ? read.value.data?.["extensions"] : undefined;
  return extensions?.split(",").includes(extensionType) === true;
}

async function hasSeedFalco({ client }: ControllerContext, signal: AbortSignal): Promise<boolean> {
  const name = { namespace: "garden", name: extensionType };
  const extension = await client.get(resourceTypes.extension, name, { signal });
  return extension !== undefined && extension.metadata.deletionTimestamp === undefined;
}
