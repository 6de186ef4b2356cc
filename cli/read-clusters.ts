import { isObject } from "../falco/base/json.ts";
import { problem } from "../falco/base/problem.ts";
import { parseObjects } from "../falco/base/yaml.ts";
import { readSubject } from "../falco/desired/admission-subject.ts";
import { clusterName } from "../falco/desired/falco-use.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { type PlannedCluster, plannedClusterOf } from "../falco/desired/plan/planned-cluster.ts";
import type { Findings } from "./findings.ts";
import { type InputReader, unparsed } from "./read-input.ts";
import { displayName } from "./read-source.ts";

/** A file may hold all Shoots of a landscape: 5,000 of them are 30 to 60 MB. In bytes. */
const fileLimit = 256 * 1024 * 1024;

/**
 * The Shoots and Seeds with Falco in these files, each once. Other objects, and clusters without Falco, are counted in a note: a folder of
 * manifests or the answer of kubectl is given as it is. A file without any Shoot or Seed is a mistake, unless it is a list without items.
 */
export async function readClusters(
  files: readonly string[],
  landscape: Landscape,
  reader: InputReader,
  findings: Findings,
): Promise<readonly PlannedCluster[]> {
  const known = new Map<string, PlannedCluster>();
  const others = { withoutFalco: 0, withoutShape: 0, otherKinds: 0, twice: 0 };
  for (const file of files) {
    for (const object of await readShootsAndSeeds(file, reader, findings, others)) {
      const cluster = plannedClusterOf(object, landscape);
      const name = cluster === undefined ? "" : clusterName(cluster);
      if (cluster === undefined) others[readSubject(object).ok ? "withoutFalco" : "withoutShape"] += 1;
      else if (known.has(name)) others.twice += 1;
      else known.set(name, cluster);
    }
  }
  findings.notes.push(...noteLines(others));
  return [...known.values()];
}

interface Others {
  withoutFalco: number;
  /** Whether Falco is switched on there cannot be seen. */
  withoutShape: number;
  otherKinds: number;
  twice: number;
}

async function readShootsAndSeeds(
  file: string,
  reader: InputReader,
  { unusable }: Findings,
  others: Others,
): Promise<readonly unknown[]> {
  const name = displayName(file);
  const text = await reader.text(file, fileLimit);
  const parsed = text.ok ? parseObjects(text.value) : text;
  if (!parsed.ok) {
    unusable.push(...parsed.problems.map((each) => unparsed(name, each)));
    return [];
  }
  const objects = parsed.value.flatMap(itemsOf);
  const taken = objects.filter(isShootOrSeed);
  others.otherKinds += objects.length - taken.length;
  if (taken.length === 0 && !isNone(parsed.value)) {
    unusable.push({ file: name, problem: problem("KIND_UNSUPPORTED", "", "There is no Shoot and no Seed here.") });
  }
  return taken;
}

/** What kubectl writes as one list. */
function itemsOf(object: unknown): readonly unknown[] {
  if (!isObject(object) || typeof object["kind"] !== "string" || !object["kind"].endsWith("List")) return [object];
  return Array.isArray(object["items"]) ? object["items"] : [object];
}

/** Whether kubectl says by this that there is no Shoot or no Seed. */
function isNone(objects: readonly unknown[]): boolean {
  return objects.length > 0 && objects.every(isEmptyList);
}

function isEmptyList(object: unknown): boolean {
  if (!isObject(object) || !["List", "ShootList", "SeedList"].includes(String(object["kind"]))) return false;
  return Array.isArray(object["items"]) && object["items"].length === 0;
}

function isShootOrSeed(object: unknown): boolean {
  if (!isObject(object) || typeof object["apiVersion"] !== "string") return false;
  return object["apiVersion"].startsWith("core.gardener.cloud/") && ["Shoot", "Seed"].includes(String(object["kind"]));
}

function noteLines({ withoutFalco, withoutShape, otherKinds, twice }: Others): readonly string[] {
  const told = [
    ...(withoutFalco > 0 ? [`${String(withoutFalco)} without Falco`] : []),
    ...(withoutShape > 0 ? [`${String(withoutShape)} without the shape of a Shoot or Seed ("admit" says why)`] : []),
    ...(otherKinds > 0 ? [`${String(otherKinds)} of other kinds than Shoot and Seed`] : []),
    ...(twice > 0 ? [`${String(twice)} given before`] : []),
  ];
  return told.length === 0 ? [] : [`Left out: ${told.join(", ")}.`];
}
