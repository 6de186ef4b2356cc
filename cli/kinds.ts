import { configurationKind } from "../falco/api/configuration.ts";
import { falcoProfileKind } from "../falco/api/falco-profile.ts";
import { falcoServiceConfigKind } from "../falco/api/falco-service-config.ts";
import { nearest } from "../falco/api/nearest.ts";
import { problem, type Problem } from "../falco/base/problem.ts";
import type { InputDocument } from "./read-input.ts";

const group = (name: string): RegExp => new RegExp(`^${name.replaceAll(".", "[.]")}/v[0-9]`);

/** Every kind that some command takes, and its API versions. Gardener's own are read leniently, in any version. */
const apiVersions = {
  Shoot: group("core.gardener.cloud"),
  Seed: group("core.gardener.cloud"),
  Project: group("core.gardener.cloud"),
  Extension: group("extensions.gardener.cloud"),
  Cluster: group("extensions.gardener.cloud"),
  Secret: /^v1$/,
  ConfigMap: /^v1$/,
  Namespace: /^v1$/,
  FalcoServiceConfig: group(groupOf(falcoServiceConfigKind)),
  FalcoProfile: group(groupOf(falcoProfileKind)),
  Configuration: group(groupOf(configurationKind)),
} as const;

export type Kind = keyof typeof apiVersions;

function groupOf({ apiVersion }: { readonly apiVersion: string }): string {
  return apiVersion.split("/")[0] ?? "";
}

/** The kind of an object, or undefined when no command takes it. */
export function kindOf({ value: { apiVersion, kind } }: InputDocument): Kind | undefined {
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !isKind(kind)) return undefined;
  return apiVersions[kind].test(apiVersion) ? kind : undefined;
}

function isKind(kind: string): kind is Kind {
  return Object.hasOwn(apiVersions, kind);
}

/** The problem of an object that is none of the kinds which are taken here. */
export function wrongKind(document: InputDocument, taken: readonly Kind[]): Problem {
  const { apiVersion, kind } = document.value;
  const list = taken.length > 1 ? `${taken.slice(0, -1).join(", ")} or ${taken.at(-1) ?? ""}` : taken.join("");
  if (typeof kind !== "string" || kind === "") {
    return problem("KIND_UNSUPPORTED", "", `This object has no kind. Give ${list}.`);
  }
  if (isKind(kind) && taken.includes(kind)) {
    const given =
      typeof apiVersion === "string" ? `not with the apiVersion "${apiVersion}"` : "but it has no apiVersion";
    return problem("KIND_UNSUPPORTED", "apiVersion", `${kind} is taken here, ${given}.`);
  }
  const suggestion = nearest(kind, taken);
  const hint = suggestion === undefined ? `, only ${list}.` : `. Did you mean "${suggestion}"?`;
  return problem("KIND_UNSUPPORTED", "kind", `"${kind}" is not taken here${hint}`);
}

/** The name and the namespace of an object, as far as it has them. */
export function identifierOf({ value }: Pick<InputDocument, "value">): {
  readonly name: string;
  readonly namespace?: string;
} {
  const { name, namespace } = (value["metadata"] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    name: typeof name === "string" ? name : "",
    ...(typeof namespace === "string" && namespace !== "" && { namespace }),
  };
}
