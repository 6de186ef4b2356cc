import { isObject } from "../../falco/base/json.ts";
import type { KubeObject } from "../../falco/objects/kube-object.ts";
import type { Target } from "../../falco/objects/managed-resource.ts";
import { type Example, renderExample } from "../../hack/render-examples.ts";

/** What an example renders to, by the place where it belongs; a place that gets nothing has no entry. */
export async function objectsOf(example: Example): Promise<ReadonlyMap<Target, readonly KubeObject[]>> {
  const { output, problems } = await renderExample(example, "json");
  if (problems !== "") throw new Error(problems);
  const lists = JSON.parse(output) as Partial<Record<Target, { readonly items: readonly KubeObject[] }>>;
  const groups = Object.entries(lists) as readonly [Target, { readonly items: readonly KubeObject[] }][];
  return new Map(groups.flatMap(([target, { items }]) => (items.length > 0 ? [[target, items]] : [])));
}

/** The paths at which a live object does not have what was written. A server adds fields, but changes and leaves out none. */
export function differences(live: unknown, written: unknown, path = ""): readonly string[] {
  if (Array.isArray(written)) {
    const items: readonly unknown[] = Array.isArray(live) ? live : [];
    return written.flatMap((each, index) => differences(items[index], each, `${path}[${String(index)}]`));
  }
  if (isObject(written)) {
    // A server may leave out what is empty.
    const fields = isObject(live) ? live : {};
    return Object.entries(written).flatMap(([key, value]) => differences(fields[key], value, `${path}.${key}`));
  }
  if (live === written || isSameQuantity(live, written)) return [];
  return [`${path}: ${JSON.stringify(live)} instead of ${JSON.stringify(written)}`];
}

/** A server writes a quarter of a CPU as `250m` when it is given `0.25`. */
function isSameQuantity(live: unknown, written: unknown): boolean {
  if (typeof live !== "string" || typeof written !== "string") return false;
  return /^\d+m$/.test(live) && Number(live.slice(0, -1)) === Number(written) * 1000;
}
