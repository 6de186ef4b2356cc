import type { Json, JsonObject } from "../base/json.ts";
import { environmentOf, type OutputSettings } from "./output-settings.ts";
import type { EnvironmentVariable } from "./state.ts";
import { variablesIn } from "./template-variables.ts";

/** falcosidekick's configuration, split by how each part reaches it. */
export interface FalcosidekickConfiguration {
  /** config.yaml. */
  readonly file: JsonObject;
  /** Keys of the Secret that `environment` refers to. */
  readonly secretValues: Readonly<Record<string, string>>;
  readonly environment: readonly EnvironmentVariable[];
}

/** The Secret that Gardener puts into the shoot with the token of falcosidekick's ServiceAccount, and the Secret of ours. */
const accessTokenSecret = "gardener-falcosidekick";
const ownSecret = "falcosidekick";
const accessTokenVariable = "ACCESS_TOKEN";

/**
 * Puts the settings of all outputs into falcosidekick's configuration file. What holds the ServiceAccount's token, which only the
 * cluster knows, becomes an environment variable that Kubernetes completes from the token's Secret when a pod starts.
 */
export function falcosidekickConfiguration(
  settings: OutputSettings,
  customFields: Readonly<Record<string, string>>,
): FalcosidekickConfiguration {
  const withToken = [...settings].filter(([, value]) => variablesIn(value).includes("ServiceAccountToken"));
  const inFile = [...settings].filter(([path]) => !withToken.some(([each]) => each === path));
  const variables = withToken.map(([path, value]) => toVariable(path, value));
  const token = { name: accessTokenVariable, secretName: accessTokenSecret, secretKey: "token" };
  return {
    file: nested([...ownSettings(customFields), ...inFile]),
    secretValues: Object.fromEntries(
      variables.flatMap((each) => each.parts.map((part) => [part.key, part.value] as const)),
    ),
    environment: variables.length === 0 ? [] : [token, ...variables.flatMap((each) => each.environment)],
  };
}

function ownSettings(customFields: Readonly<Record<string, string>>): readonly (readonly [string, Json])[] {
  return [
    ["listenport", 2801],
    ["debug", false],
    ["customfields", customFields],
    ["tlsserver.deploy", true],
    ["tlsserver.certfile", "/etc/certs/server/server.crt"],
    ["tlsserver.keyfile", "/etc/certs/server/server.key"],
    ["tlsserver.mutualtls", true],
    ["tlsserver.cacertfile", "/etc/certs/server/ca.crt"],
    ["tlsserver.notlsport", 2810],
    // Probes and Prometheus have no client certificate.
    ["tlsserver.notlspaths", ["/ping", "/healthz", "/metrics"]],
  ];
}

interface Variable {
  readonly environment: readonly EnvironmentVariable[];
  readonly parts: readonly { readonly key: string; readonly value: string }[];
}

/**
 * A text becomes one variable, a map (headers) as well: `name:value,name:value`. The variable's own value stands in the Deployment for all
 * who may read it, so whatever is not the token or plainly no secret becomes a key of our Secret, and is referred to.
 */
function toVariable(path: string, value: Json): Variable {
  const name = environmentOf(path) ?? path.toUpperCase().replaceAll(".", "_");
  const parts: { readonly key: string; readonly value: string }[] = [];
  const hidden = (text: string): string => {
    if (harmless.test(text)) return text;
    const key = `${name}_${String(parts.length)}`;
    parts.push({ key, value: text });
    return `$(${key})`;
  };
  const referring = (text: string): string => text.split(tokenVariable).map(hidden).join(`$(${accessTokenVariable})`);
  const whole =
    value === null || typeof value !== "object"
      ? referring(String(value))
      : Object.entries(value)
          .map(([key, each]) => `${key}:${referring(typeof each === "string" ? each : JSON.stringify(each))}`)
          .join(",");
  return {
    environment: [
      ...parts.map(({ key }) => ({ name: key, secretName: ownSecret, secretKey: key })),
      { name, value: whole },
    ],
    parts,
  };
}

const tokenVariable = /<<\s*\.?\s*ServiceAccountToken\s*>>/;

/** What a header that carries the token says around it. Holds no `$`, which Kubernetes would take for the start of a reference. */
const harmless = /^(|(Authorization=)?Bearer( |%20))$/;

/** `[["a.b", 1], ["a.c", 2]]` → `{a: {b: 1, c: 2}}`. */
function nested(settings: readonly (readonly [string, Json])[]): JsonObject {
  const root: Record<string, unknown> = {};
  for (const [path, value] of settings) {
    const steps = path.split(".");
    let node = root;
    for (const step of steps.slice(0, -1)) {
      const below = (node[step] ??= {});
      node = below as Record<string, unknown>;
    }
    node[steps.at(-1) ?? ""] = value;
  }
  return root as JsonObject;
}
