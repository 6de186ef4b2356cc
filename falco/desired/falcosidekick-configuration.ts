import { type Json, type JsonObject } from "../base/json.ts";
import { environmentOf, type OutputSettings } from "./output-settings.ts";
import { type EnvironmentVariable } from "./state.ts";
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
 * A text becomes one variable. Of a map (headers), every value without the token becomes a key of our Secret and a variable of its
 * own first, as it may be a credential, and is then referred to.
 */
function toVariable(path: string, value: Json): Variable {
  const name = environmentOf(path) ?? path.toUpperCase().replaceAll(".", "_");
  if (value === null || typeof value !== "object") {
    return { environment: [{ name, value: withReference(String(value)) }], parts: [] };
  }
  const entries = Object.entries(value).map(([key, entry], index) => ({
    key,
    text: typeof entry === "string" ? entry : JSON.stringify(entry),
    part: `${name}_${String(index)}`,
  }));
  const parts = entries.filter(({ text }) => !variablesIn(text).includes("ServiceAccountToken"));
  const pairs = entries.map(
    (each) => `${each.key}:${parts.includes(each) ? `$(${each.part})` : withReference(each.text)}`,
  );
  return {
    environment: [
      ...parts.map(({ part }) => ({ name: part, secretName: ownSecret, secretKey: part })),
      { name, value: pairs.join(",") },
    ],
    parts: parts.map(({ part, text }) => ({ key: part, value: text })),
  };
}

/** Kubernetes replaces `$(NAME)` in a variable's value, and `$$` by `$`: every other `$` is written twice. */
function withReference(text: string): string {
  return text.replaceAll("$", "$$$$").replaceAll(/<<\s*\.?\s*ServiceAccountToken\s*>>/g, `$$(${accessTokenVariable})`);
}

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
