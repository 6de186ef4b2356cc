import type { Destination } from "../api/falco-service-config.ts";
import type { Json } from "../base/json.ts";
import { at, failure, joinPath, problem, type Problem, type Result, success } from "../base/problem.ts";
import { isSecretDestination, readDestinationSecret, type SecretDestination } from "./destination-secrets.ts";
import { isEnabled, landscapeDestination, outputOf } from "./destinations.ts";
import type { Facts } from "./facts.ts";
import { otlpEndpoint, valiEndpoint } from "./gardener-logging.ts";
import type { Landscape } from "./landscape.ts";
import { type OutputSettings, readOutputSettings } from "./output-settings.ts";
import { declaredResource } from "./resources.ts";
import { expandVariables, variablesIn } from "./template-variables.ts";

/** What falcosidekick is told of all enabled destinations. */
export interface Outputs {
  /** Their settings; strings may still hold `<<.ServiceAccountToken>>`, which is never known here. */
  readonly settings: OutputSettings;
  /** Paths that the bearer of the ServiceAccount's token posts to. */
  readonly nonResourceUrls: readonly string[];
}

/** Which tokens the enabled destinations send, so that no others are made. */
export interface TokenNeeds {
  readonly central: boolean;
  readonly clusterIdentity: boolean;
}

/** The tokens that these destinations need. */
export function tokenNeeds(destinations: readonly Destination[], landscape: Landscape): TokenNeeds {
  const names = destinations.filter(isEnabled).map(({ name }) => name);
  return {
    central: names.includes("central"),
    clusterIdentity: names.some((name) =>
      variablesIn(landscapeDestination(landscape, name)?.settings).includes("ClusterIdentityToken"),
    ),
  };
}

/**
 * The settings of every enabled destination that has an output of falcosidekick, together. Undefined when there is none:
 * then falcosidekick is not needed. A Secret that has not been found is the Problem `RESOURCE_MISSING`.
 */
export function resolveOutputs(destinations: readonly Destination[], facts: Facts): Result<Outputs | undefined> {
  const wanted = destinations
    .map((destination, index) => ({ destination, path: joinPath(facts.configPath, "destinations", index) }))
    .filter(({ destination }) => isEnabled(destination) && outputOf(destination.name, facts.landscape) !== undefined);
  if (wanted.length === 0) return success(undefined);
  const results = wanted.map(({ destination, path }) => resolveOutput(destination, path, facts));
  const problems = results.flatMap((each) => (each.ok ? [] : each.problems));
  if (problems.length > 0) return failure(problems);
  const outputs = results.flatMap((each) => (each.ok ? [each.value] : []));
  return success({
    settings: new Map(outputs.flatMap(({ settings }) => [...settings])),
    nonResourceUrls: outputs.flatMap(({ nonResourceUrls }) => nonResourceUrls),
  });
}

function resolveOutput(destination: Destination, path: string, facts: Facts): Result<Outputs> {
  const { name } = destination;
  if (isSecretDestination(name)) return fromSecret(name, destination, path, facts);
  const namePath = `${path}.name`;
  if (name === "logging") return at(namePath, logging(facts));
  if (name === "otlp") return at(namePath, otlp(facts));
  if (name === "central") return at(namePath, central(facts));
  return at(namePath, fromLandscape(name, facts));
}

function fromSecret(name: SecretDestination, destination: Destination, path: string, facts: Facts): Result<Outputs> {
  const secretPath = `${path}.resourceSecretName`;
  const declared = at(
    secretPath,
    declaredResource(facts.cluster.resources, "Secret", destination.resourceSecretName ?? ""),
  );
  if (!declared.ok) return declared;
  const secretName = declared.value.resourceRef.name;
  const secret = facts.referenced.secrets.get(secretName);
  if (secret === undefined) {
    return failure([problem("RESOURCE_MISSING", secretPath, `The Secret "${secretName}" has not been found.`)]);
  }
  const settings = at(secretPath, readDestinationSecret(name, secret, secretName));
  return settings.ok ? success({ settings: settings.value, nonResourceUrls: [] }) : settings;
}

function logging({ cluster }: Facts): Result<Outputs> {
  const endpoint = valiEndpoint(cluster);
  if (endpoint === undefined) return failure([noIngressDomain("logging")]);
  const settings = new Map<string, Json>([
    ["loki.hostport", endpoint.host],
    ["loki.endpoint", endpoint.path],
    ["loki.format", "json"],
    // The ingress of a seed has a certificate of Gardener's own CA, which falcosidekick does not know.
    ["loki.checkcert", false],
    ["loki.customheaders", { Authorization: "Bearer <<.ServiceAccountToken>>" }],
  ]);
  return success({ settings, nonResourceUrls: [endpoint.path] });
}

function otlp({ cluster }: Facts): Result<Outputs> {
  const endpoint = otlpEndpoint(cluster);
  if (endpoint === undefined) return failure([noIngressDomain("otlp")]);
  const settings = new Map<string, Json>([
    ["otlp.logs.endpoint", endpoint.host],
    ["otlp.logs.protocol", "grpc"],
    // OpenTelemetry decodes the values of headers as URLs do, hence %20.
    ["otlp.logs.headers", "Authorization=Bearer%20<<.ServiceAccountToken>>"],
  ]);
  return success({ settings, nonResourceUrls: [endpoint.path] });
}

function noIngressDomain(destination: string): Problem {
  const message = `The seed has no ingress domain, so "${destination}" cannot be reached. Choose another destination.`;
  return problem("CLUSTER_INCOMPLETE", "", message);
}

function noToken(destination: string): Problem {
  return problem("CLUSTER_INCOMPLETE", "", `The token for "${destination}" has not been made yet.`);
}

function central({ landscape, identity }: Facts): Result<Outputs> {
  const { centralStorage } = landscape;
  if (centralStorage === undefined) {
    return failure([
      problem("DESTINATION_FORBIDDEN", "", 'This landscape does not offer "central". Choose another destination.'),
    ]);
  }
  if (identity.centralToken === undefined) return failure([noToken("central")]);
  const settings = new Map<string, Json>([
    ["webhook.address", centralStorage.url],
    ["webhook.method", "POST"],
    ["webhook.checkcert", true],
    ["webhook.customheaders", { Authorization: `Bearer ${identity.centralToken}` }],
  ]);
  return success({ settings, nonResourceUrls: [] });
}

function fromLandscape(name: string, facts: Facts): Result<Outputs> {
  const destination = landscapeDestination(facts.landscape, name);
  if (destination === undefined) {
    return failure([problem("DESTINATION_UNKNOWN", "", `There is no destination "${name}".`)]);
  }
  const variables = variablesIn(destination.settings);
  if (variables.includes("SeedIngressDomain") && facts.cluster.seedIngressDomain === undefined) {
    return failure([noIngressDomain(name)]);
  }
  if (variables.includes("ClusterIdentityToken") && facts.identity.clusterIdentityToken === undefined) {
    return failure([noToken(name)]);
  }
  const read = readOutputSettings(destination.section, destination.settings, "");
  if (!read.ok) return read;
  const values = {
    SeedIngressDomain: facts.cluster.seedIngressDomain,
    ClusterIdentityToken: facts.identity.clusterIdentityToken,
  };
  return success({
    settings: new Map([...read.value].map(([path, value]) => [path, expanded(value, values)])),
    nonResourceUrls: [],
  });
}

function expanded(value: Json, values: Readonly<Record<string, string | undefined>>): Json {
  if (typeof value === "string") return expandVariables(value, values);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((each: Json) => expanded(each, values));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, expanded(each, values)]));
}
