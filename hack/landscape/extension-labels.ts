import { isObject } from "../../falco/base/json.ts";
import type { BeforeWrite } from "../../test/support/apiserver/cluster.ts";

const prefix = "extensions.extensions.gardener.cloud/";

/**
 * What the plugin ExtensionLabels of the real gardener-apiserver does on every write of a Shoot or a Seed: a label for each extension that is
 * switched on. The webhooks are selected by it.
 */
export const extensionLabels: BeforeWrite = (operation, _before, after) => {
  if (operation === "DELETE" || after === undefined || !isGardens(after)) return after;
  const kept = Object.entries(after.metadata.labels ?? {}).filter(([name]) => !name.startsWith(prefix));
  const labels = Object.fromEntries([
    ...kept,
    ...typesOf(after["spec"]).map((type) => [`${prefix}${type}`, "true"] as const),
  ]);
  return { ...after, metadata: { ...after.metadata, labels } };
};

function isGardens({ apiVersion, kind }: { readonly apiVersion?: string; readonly kind?: string }): boolean {
  return apiVersion === "core.gardener.cloud/v1beta1" && (kind === "Shoot" || kind === "Seed");
}

function typesOf(spec: unknown): readonly string[] {
  const entries: readonly unknown[] = isObject(spec) && Array.isArray(spec["extensions"]) ? spec["extensions"] : [];
  return entries.flatMap((each) => (isObject(each) && each["disabled"] !== true ? [String(each["type"])] : []));
}
