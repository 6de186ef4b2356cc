import type { FalcoProfile, FalcoProfileSpec } from "../api/falco-profile.ts";
import { equalJson } from "../base/json.ts";
import { joinPath, problem, type Problem } from "../base/problem.ts";

const tools = ["falco", "falcosidekick", "falcoctl", "falcosidekickUi", "falcoTalon", "k8sMetacollector"] as const;
const sourced = ["rules", "plugins"] as const;

type Tool = (typeof tools)[number];
type Image = FalcoProfileSpec["images"]["falco"][number];
type Source = NonNullable<FalcoProfileSpec["rules"]>[number]["source"];

/**
 * What is wrong with single entries of a profile, beyond what keeps them out of the catalogue: a version without an image, an image or a
 * source that nobody could find.
 */
export function entryProblems({ spec }: FalcoProfile): readonly Problem[] {
  return [
    ...tools.flatMap((tool) => missingImages(spec, tool)),
    ...tools.flatMap((tool) =>
      (spec.images[tool] ?? []).flatMap((each, index) => imageProblems(each, joinPath("spec.images", tool, index))),
    ),
    ...sourced.flatMap((field) =>
      (spec[field] ?? []).flatMap(({ source }, index) =>
        sourceProblems(source, joinPath("spec", field, index, "source"), field),
      ),
    ),
  ];
}

function missingImages({ versions, images }: FalcoProfileSpec, tool: Tool): readonly Problem[] {
  const known = new Set((images[tool] ?? []).map(({ version }) => version));
  return (versions[tool] ?? []).flatMap(({ version }, index) => {
    if (known.has(version)) return [];
    const path = joinPath("spec.versions", tool, index, "version");
    return [
      problem("IMAGE_MISSING", path, `There is no image for ${tool} ${version}. Add one to spec.images.${tool}.`),
    ];
  });
}

const host = String.raw`(?:\[[0-9A-Fa-f:]+\]|[\w.-]+)(?::\d+)?`;
const repositoryPattern = new RegExp(String.raw`^${host}(?:/[\w.-]+)*$`);
const artifactPattern = new RegExp(String.raw`^(?:oci://)?${host}(?:/[\w.-]+)+(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$`);
/** As a container runtime reads it behind the colon; with a digest behind it, the tag is only for people. */
const tagPattern = /^\w[\w.-]{0,127}(?:@sha256:[0-9a-f]{64})?$/;
/** What the loader of the files that ship takes: no way up, nothing hidden. */
const filePattern = /^(?:\w[\w.-]*\/)*\w[\w.-]*\.ya?ml$/;

function imageProblems({ repository, tag }: Image, path: string): readonly Problem[] {
  const wrong: Problem[] = [];
  if (!repositoryPattern.test(repository)) {
    const message = `"${repository}" is no repository. Write registry and path only, such as registry.example.org/falco.`;
    wrong.push(problem("FIELD_VALUE", `${path}.repository`, message));
  }
  // A digest in place of a tag is looked at where the catalogue is made.
  if (!tag.startsWith("sha256:") && !tagPattern.test(tag)) {
    const message = `"${tag}" is neither a tag such as 0.44.1 nor a digest (sha256: and 64 hexadecimal digits).`;
    wrong.push(problem("FIELD_VALUE", `${path}.tag`, message));
  }
  return wrong;
}

function sourceProblems({ file, ref }: Source, path: string, field: (typeof sourced)[number]): readonly Problem[] {
  if (ref !== undefined && !artifactPattern.test(ref)) {
    const message = `"${ref}" is no reference to an OCI artifact such as ghcr.io/falcosecurity/rules/falco-rules:5.1.0.`;
    return [problem("REFERENCE_INVALID", `${path}.ref`, message)];
  }
  if (field === "plugins" || file === undefined || filePattern.test(file)) return [];
  const message = `"${file}" cannot be a file below profiles/rules. Write a name such as gardener/1.0.0/falco_rules.yaml.`;
  return [problem("FIELD_VALUE", `${path}.file`, message)];
}

/**
 * Entries that stand twice in a profile and say the same: harmless, and most likely a slip. Not images: in the older shape of the kind,
 * there is one for each architecture.
 */
export function repeatedEntries({ spec }: FalcoProfile): readonly Problem[] {
  const nameAndVersion = ({ name, version }: { readonly name: string; readonly version: string }): string =>
    `${name} ${version}`;
  return [
    ...tools.flatMap((tool) => repeated(spec.versions[tool], `spec.versions.${tool}`, ({ version }) => version)),
    ...sourced.flatMap((field) => repeated(spec[field], `spec.${field}`, nameAndVersion)),
  ];
}

function repeated<T>(entries: readonly T[] = [], path: string, keyOf: (entry: T) => string): readonly Problem[] {
  const first = new Map<string, T>();
  return entries.flatMap((entry, index) => {
    const key = keyOf(entry);
    const known = first.get(key);
    if (known === undefined) first.set(key, entry);
    if (known === undefined || !equalJson(known, entry)) return [];
    return [problem("FIELD_DUPLICATE", joinPath(path, index), `"${key}" stands here twice. Remove one.`)];
  });
}
