import type { NamedResource } from "../api/gardener.ts";
import { nearest } from "../api/nearest.ts";
import { failure, problem, type Result, success } from "../base/problem.ts";

/**
 * The entry of `spec.resources` called `name`, which must refer to a v1 object of that kind. Problems have no path: they
 * belong to the field that has the name.
 */
export function declaredResource(
  resources: readonly NamedResource[],
  kind: "Secret" | "ConfigMap",
  name: string,
): Result<NamedResource> {
  const entry = resources.find((each) => each.name === name);
  if (entry === undefined) {
    const suggestion = nearest(
      name,
      resources.filter(({ resourceRef }) => resourceRef.kind === kind).map((each) => each.name),
    );
    const hint = suggestion === undefined ? `Add one that refers to the ${kind}.` : `Did you mean "${suggestion}"?`;
    return failure([problem("RESOURCE_UNDECLARED", "", `There is no entry "${name}" in spec.resources. ${hint}`)]);
  }
  const { apiVersion = "v1", kind: found } = entry.resourceRef;
  if (found === kind && apiVersion === "v1") return success(entry);
  const message = `The entry "${name}" of spec.resources refers to a ${found} (${apiVersion}), but a ${kind} (v1) is needed.`;
  return failure([problem("RESOURCE_KIND", "", message)]);
}
