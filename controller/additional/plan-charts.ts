import { canonicalJson, sha256Hex } from "../../falco/base/json.ts";
import { at, failure, problem, type Problem, type Result, success } from "../../falco/base/problem.ts";
import type { AdditionalChart } from "../../falco/desired/additional-charts.ts";
import { parseReference, type Reference } from "../../registry/reference.ts";

/** A chart of the landscape's configuration, ready to be deployed. */
export interface PlannedChart {
  readonly name: string;
  /** Where it stands in the configuration. */
  readonly path: string;
  readonly source: PlannedSource;
  readonly values: Readonly<Record<string, unknown>>;
  readonly valuesHash: string;
}

export type PlannedSource =
  | { readonly kind: "oci"; readonly reference: Reference }
  | { readonly kind: "archive"; readonly archive: Uint8Array; readonly digest: string };

/** Reads the references of all charts, so that a mistake in one shows at the start. */
export function planCharts(charts: readonly AdditionalChart[]): Result<readonly PlannedChart[]> {
  const planned = charts.map((chart) => planChart(chart));
  const problems = planned.flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) return failure(problems);
  return success(
    planned.flatMap((each) => (each.ok ? [each.value] : [])),
    planned.flatMap((each) => (each.ok ? each.warnings : [])),
  );
}

function planChart({ name, path, source, values }: AdditionalChart): Result<PlannedChart> {
  const rest = { name, path, values, valuesHash: sha256Hex(canonicalJson(values)) };
  if (source.kind === "archive") {
    const archive = Buffer.from(source.base64, "base64");
    return success({ ...rest, source: { kind: "archive", archive, digest: `sha256:${sha256Hex(archive)}` } });
  }
  const field = `${path}.helm.ociRepository`;
  const reference = at(`${field}.ref`, withDigest(source.ref, source.digest));
  if (!reference.ok) return reference;
  const planned = { ...rest, source: { kind: "oci", reference: reference.value } } as const;
  return success(planned, reference.value.digest === undefined ? [unpinned(field)] : []);
}

/** The digest may stand beside the reference. */
function withDigest(ref: string, digest: string | undefined): Result<Reference> {
  const parsed = parseReference(digest === undefined || ref.includes("@") ? ref : `${ref}@${digest}`);
  if (!parsed.ok || digest === undefined || parsed.value.digest === digest) return parsed;
  const message = "The reference has another digest than the field digest. Keep one of them.";
  return failure([problem("FIELD_CONFLICT", "", message)]);
}

function unpinned(path: string): Problem {
  const message =
    "The chart has no digest, so another one may come under the same tag. Add @sha256:… to the reference.";
  return problem("FIELD_REQUIRED", path, message);
}
