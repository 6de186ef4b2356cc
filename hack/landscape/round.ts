import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../../falco/base/json.ts";
import { extensionType, readExtension } from "../../falco/api/gardener.ts";
import { toYaml } from "../../falco/base/yaml.ts";
import { managedResourceNames } from "../../falco/objects/managed-resource.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import { errorText } from "../../kube/logger.ts";
import { type KubeObject, resource } from "../../kube/objects.ts";
import { gardenTypes, technicalIdOf } from "./gardenlet.ts";
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

/** Applies one Shoot and shows what becomes of it. Returns whether all went well. */
export async function playRound(shoot: KubeObject, input: RoundInput): Promise<boolean> {
  const { client, clock, print } = input;
  print(`\nShoot ${shoot.metadata.namespace ?? ""}/${shoot.metadata.name}\n`);
  const begin = clock.monotonic();
  const applied = await applyShoot(shoot, input);
  if (applied === undefined) return false;
  step(print, "admission let it in and completed the extension's configuration:", clock.monotonic() - begin);
  details(print, entryOf(applied));
  const reconciling = clock.monotonic();
  const extension = await settledExtension(technicalIdOf(applied), client, clock);
  step(print, "the Extension has become:", clock.monotonic() - reconciling);
  details(print, statusOf(extension));
  if (!succeeded(extension)) return false;
  await showObjects(applied, input);
  return true;
}

async function applyShoot(shoot: KubeObject, { client, print }: RoundInput): Promise<KubeObject | undefined> {
  try {
    return await client.apply(gardenTypes.shoot, shoot, { fieldManager: "npm-start", force: true });
  } catch (error) {
    print(indent(`refused: ${errorText(error)}`));
    return undefined;
  }
}

function entryOf({ spec }: KubeObject): unknown {
  const entries: readonly unknown[] = isObject(spec) && Array.isArray(spec["extensions"]) ? spec["extensions"] : [];
  return entries.find((each) => isObject(each) && each["type"] === extensionType) ?? "no extension shoot-falco-service";
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
  const read = object === undefined ? undefined : readExtension(object);
  const status = read?.ok === true ? read.value.status : undefined;
  const state = status?.lastOperation?.state;
  return state === "Error" || (state === "Succeeded" && isHealthKnown(status?.conditions ?? []));
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

/** What the ManagedResources hold, as a table and as files. */
async function showObjects(shoot: KubeObject, { client, clock, print, outDirectory }: RoundInput): Promise<void> {
  const namespace = technicalIdOf(shoot);
  const folder = join(outDirectory, shoot.metadata.name);
  rmSync(folder, { recursive: true, force: true });
  for (const target of ["shoot", "control-plane"] as const) {
    const begin = clock.monotonic();
    const name = managedResourceNames[target];
    const managedResource = await client.get(managedResources, { namespace, name });
    if (managedResource === undefined) continue;
    const objects = await unpack(managedResource, client);
    writeManifests(objects, join(folder, target));
    step(print, `the ManagedResource ${name} holds:`, clock.monotonic() - begin);
    print(indent(objectTable(objects)));
  }
  step(print, `the manifests are in ${folder}`);
}

function writeManifests(objects: readonly KubeObject[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const object of objects) {
    const file = `${object.kind.toLowerCase()}-${object.metadata.name.replaceAll(/[^\w.-]/g, "_")}.yaml`;
    writeFileSync(join(folder, file), toYaml(object));
  }
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
      [`${command} -n garden-local delete shoot minimal`, "take it away again"],
    ],
  );
}
