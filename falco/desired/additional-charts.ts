import type { SeedManagedResource } from "../api/configuration.ts";
import { failure, joinPath, problem, type Problem, type Result, success } from "../base/problem.ts";

/** A Helm chart that the landscape wants in every seed. */
export interface AdditionalChart {
  /** The name of the release, and the end of the ManagedResource's name. */
  readonly name: string;
  /** Where it stands in the configuration. */
  readonly path: string;
  readonly source: ChartSource;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A chart in an OCI registry, or the chart itself: a gzipped tar in base64. */
type ChartSource =
  | { readonly kind: "oci"; readonly ref: string; readonly digest?: string }
  | { readonly kind: "archive"; readonly base64: string };

const listPath = "falco.additional.seedManagedResources";

/** Checks what can be checked without the chart. */
export function readAdditionalCharts(entries: readonly SeedManagedResource[] = []): Result<readonly AdditionalChart[]> {
  const charts: AdditionalChart[] = [];
  const problems: Problem[] = [];
  for (const [index, entry] of entries.entries()) {
    const path = joinPath(listPath, index);
    problems.push(...nameProblems(entry.name, charts, path));
    const source = sourceOf(entry, path);
    if (!source.ok) problems.push(...source.problems);
    else charts.push({ name: entry.name, path, source: source.value, values: entry.helm.values ?? {} });
  }
  return problems.length > 0 ? failure(problems) : success(charts);
}

/** Helm's releases have names of at most 53 characters, which begin the names of objects. */
function nameProblems(name: string, earlier: readonly AdditionalChart[], path: string): readonly Problem[] {
  if (name.length > 53 || !/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name)) {
    const message = "Use at most 53 lower-case letters, digits and hyphens, with no hyphen at either end.";
    return [problem("FIELD_VALUE", `${path}.name`, message)];
  }
  if (!earlier.some((each) => each.name === name)) return [];
  return [
    problem("FIELD_DUPLICATE", `${path}.name`, `"${name}" stands here twice. Give each chart a name of its own.`),
  ];
}

function sourceOf({ helm: { ociRepository, chart } }: SeedManagedResource, path: string): Result<ChartSource> {
  if (ociRepository !== undefined && chart !== undefined) {
    return failure([problem("FIELD_CONFLICT", `${path}.helm`, "Write either ociRepository or chart, not both.")]);
  }
  if (ociRepository !== undefined) return success({ kind: "oci", ...ociRepository });
  if (chart !== undefined) return archiveOf(chart, `${path}.helm.chart`);
  return failure([problem("FIELD_REQUIRED", `${path}.helm`, "Write where the chart is: ociRepository or chart.")]);
}

/** A gzipped file begins with 1f 8b 08, which is H4sI in base64. */
function archiveOf(text: string, path: string): Result<ChartSource> {
  const base64 = text.replaceAll(/\s/g, "");
  if (/^H4sI[A-Za-z0-9+/]*={0,2}$/.test(base64)) return success({ kind: "archive", base64 });
  return failure([problem("FIELD_VALUE", path, "This must be a chart as helm package makes it (.tgz), in base64.")]);
}
