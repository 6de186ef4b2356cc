import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../falco/base/json.ts";
import { extensionType, readExtension } from "../../falco/api/gardener.ts";
import { toYaml } from "../../falco/base/yaml.ts";
import { managedResourceNames } from "../../falco/objects/managed-resource.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import { errorText } from "../../kube/logger.ts";
import { type KubeObject, type ObjectName, resource } from "../../kube/objects.ts";
import { controlPlaneOf, gardenTypes } from "./gardenlet.ts";
import { unpack } from "./resource-manager.ts";
import { details, indent, objectTable, type Print, step, table } from "./show.ts";

const managedResources = resource("resources.gardener.cloud/v1alpha1", "ManagedResource");

/** What one round needs. */
export interface RoundInput {
  readonly client: Client;
  readonly clock: Clock;
  readonly print: Print;
  /** Manifests are written below this folder. */
  readonly outDirectory: string;
}

/** Applies one Shoot or Seed and shows what becomes of it. Returns whether all went well. */
export async function playRound(object: KubeObject, input: RoundInput): Promise<boolean> {
  const { client, clock, print } = input;
  const { namespace, name } = object.metadata;
  print(`\n${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}\n`);
  const begin = clock.monotonic();
  const applied = await applyObject(object, input);
  if (applied === undefined) return false;
  if (!usesFalco(applied)) {
    step(print, `it does not use the extension ${extensionType}: there is nothing to do`, clock.monotonic() - begin);
    return true;
  }
  step(print, "admission let it in and completed the extension's configuration:", clock.monotonic() - begin);
  details(print, entryOf(applied));
  const reconciling = clock.monotonic();
  const extension = await settledExtension(controlPlaneOf(applied), client, clock);
  step(print, "the Extension has become:", clock.monotonic() - reconciling);
  details(print, statusOf(extension));
  if (!succeeded(extension)) return false;
  await showObjects(applied, input);
  return true;
}

async function applyObject(object: KubeObject, { client, print }: RoundInput): Promise<KubeObject | undefined> {
  const type = object.kind === "Seed" ? gardenTypes.seed : gardenTypes.shoot;
  try {
    return await client.apply(type, object, { fieldManager: "npm-start", force: true });
  } catch (error) {
    // What the request was is clear here; the webhook's own words come after this.
    print(indent(`refused: ${errorText(error).replace(/^.* denied the request: /s, "")}`));
    return undefined;
  }
}

function entryOf({ spec }: KubeObject): unknown {
  const entries: readonly unknown[] = isObject(spec) && Array.isArray(spec["extensions"]) ? spec["extensions"] : [];
  return entries.find((each) => isObject(each) && each["type"] === extensionType);
}

function usesFalco(object: KubeObject): boolean {
  const entry = entryOf(object);
  return isObject(entry) && entry["disabled"] !== true;
}

/** The Extension once the controller has dealt with the request on it and its health is known; after ten seconds as it is then. */
async function settledExtension(namespace: string, client: Client, clock: Clock): Promise<KubeObject | undefined> {
  const deadline = clock.monotonic() + 10_000;
  for (;;) {
    const object = await client.get(gardenTypes.extension, { namespace, name: extensionType });
    if (isSettled(object) || clock.monotonic() > deadline) return object;
    await clock.sleep(20);
  }
}

function isSettled(object: KubeObject | undefined): boolean {
  if (object === undefined) return false;
  const read = readExtension(object);
  const { lastOperation, conditions = [] } = (read.ok ? read.value.status : undefined) ?? {};
  // Nothing reads conditions of a seed's Extension, so there are none.
  const isHealthy = object.metadata.namespace === "garden" || isHealthKnown(conditions);
  return lastOperation?.state === "Error" || (lastOperation?.state === "Succeeded" && isHealthy);
}

function isHealthKnown(conditions: readonly { readonly status: string }[]): boolean {
  return conditions.length > 0 && conditions.every(({ status }) => status === "True");
}

function statusOf(extension: KubeObject | undefined): unknown {
  const status = extension?.["status"];
  if (!isObject(status)) return "nothing yet: it has no status";
  const conditions: readonly unknown[] = Array.isArray(status["conditions"]) ? status["conditions"] : [];
  return {
    lastOperation: status["lastOperation"],
    ...(status["lastError"] !== undefined && { lastError: status["lastError"] }),
    observedGeneration: status["observedGeneration"],
    conditions: conditions.flatMap((each) =>
      isObject(each) ? [`${String(each["type"])}: ${String(each["status"])} (${String(each["message"])})`] : [],
    ),
  };
}

function succeeded(extension: KubeObject | undefined): boolean {
  const read = extension === undefined ? undefined : readExtension(extension);
  return read?.ok === true && read.value.status?.lastOperation?.state === "Succeeded";
}

/** What the ManagedResources hold, as a table. */
async function showObjects(object: KubeObject, { client, clock, print, outDirectory }: RoundInput): Promise<void> {
  const namespace = controlPlaneOf(object);
  for (const name of new Set(Object.values(managedResourceNames))) {
    const begin = clock.monotonic();
    const managedResource = await client.get(managedResources, { namespace, name });
    if (managedResource === undefined) continue;
    const objects = await unpack(managedResource, client);
    step(print, `the ManagedResource ${name} holds:`, clock.monotonic() - begin);
    print(indent(objectTable(objects)));
  }
  step(print, `the manifests are in ${join(outDirectory, folderOf(namespace))}`);
}

/** `shoot--local--minimal` → `minimal`; a Seed's are in `garden`. */
function folderOf(namespace: string): string {
  return namespace.split("--").at(-1) ?? namespace;
}

/** Writes the objects of a ManagedResource below the folder of its cluster, in place of what was there. Returns that folder. */
export function writeManifests(
  { namespace = "", name }: ObjectName,
  objects: readonly KubeObject[],
  out: string,
): string {
  const target = name === managedResourceNames["control-plane"] ? "control-plane" : "shoot";
  const folder = join(out, folderOf(namespace), namespace === "garden" ? "seed" : target);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const object of objects) {
    const file = `${object.kind.toLowerCase()}-${object.metadata.name.replaceAll(/[^\w.-]/g, "_")}.yaml`;
    writeFileSync(join(folder, file), toYaml(object));
  }
  return folder;
}

/** How to go on by hand. */
export function hints(kubeconfig: string): string {
  const command = `kubectl --kubeconfig ${kubeconfig}`;
  return table(
    ["TRY", ""],
    [
      [`${command} get extensions,managedresources,falcoprofiles -A`, "what there is"],
      [`${command} edit falcoprofile falco`, "what a change of the catalogue does"],
      [`${command} apply -f my-shoot.yaml`, "a shoot of your own, in the namespace garden-local"],
      [
        `${command} -n garden-local annotate shoot minimal gardener.cloud/operation=reconcile`,
        "after a change of a Secret or ConfigMap that it refers to",
      ],
      [`${command} -n garden-local delete shoot minimal`, "take it away again"],
    ],
  );
}
