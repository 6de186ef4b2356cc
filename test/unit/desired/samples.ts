import { type FalcoServiceConfig, falcoServiceConfigKind } from "../../../falco/api/falco-service-config.ts";
import type { ConfigMap, NamedResource, Secret } from "../../../falco/api/gardener.ts";
import { isObject } from "../../../falco/base/json.ts";
import type { Problem, Result } from "../../../falco/base/problem.ts";
import { buildCatalogue, type Catalogue } from "../../../falco/catalog/catalogue.ts";
import type { AdmissionContext } from "../../../falco/desired/admission-subject.ts";
import type { Facts } from "../../../falco/desired/facts.ts";
import { placeholderIdentity } from "../../../falco/desired/identity.ts";
import { defaultLandscape, type Landscape } from "../../../falco/desired/landscape.ts";
import { falco, profileOf } from "../catalog/profile-of.ts";

const now = new Date("2026-06-01T12:00:00Z");

const digest = `sha256:${"a".repeat(64)}`;

/** Falco 0.42.1 (expired), 0.43.1 (expires soon), 0.44.1 and a preview, with three rule sets from files and one from a registry. */
export const catalogue: Catalogue = buildCatalogue([
  profileOf("falco", {
    falco: [
      falco("0.40.0", { classification: "deprecated" }),
      falco("0.42.1", { classification: "deprecated", expirationDate: "2026-05-01T00:00:00Z" }),
      falco("0.43.1", { expirationDate: "2026-06-11T00:00:00Z" }),
      falco("0.44.1"),
      falco("0.45.0-rc1", { classification: "preview" }),
    ],
    falcosidekick: [{ version: "2.34.1", classification: "supported" }],
    rules: [
      ...["falco-sandbox-rules", "falco-incubating-rules", "falco-rules", "extra"].map((name) => ({
        name,
        version: "1.0.0",
        source: { file: `${name}.yaml` },
      })),
      { name: "from-registry", version: "1.0.0", source: { ref: "ghcr.io/rules", digest } },
      { name: "lost", version: "1.0.0", source: { file: "lost.yaml" } },
    ],
  }),
]).catalogue;

export const ruleFiles: ReadonlyMap<string, string> = new Map(
  ["falco-rules", "falco-incubating-rules", "falco-sandbox-rules", "extra"].map((name) => [
    `${name}.yaml`,
    `- rule: of ${name}\n`,
  ]),
);

/** A landscape that offers everything, with three destinations of its own. */
export const landscape: Landscape = {
  ...defaultLandscape,
  centralStorage: {
    url: "https://central.example.org",
    tokenIssuerPrivateKey: "central-key",
    tokenLifetimeSeconds: 60,
  },
  clusterIdentityToken: { tokenIssuerPrivateKey: "identity-key", tokenLifetimeSeconds: 60 },
  otlpLogging: true,
  globalDestinations: [
    {
      name: "archive",
      section: "kafkarest",
      settings: { address: "https://archive.<<.SeedIngressDomain>>", checkcert: "false" },
    },
    { name: "team", section: "slack", settings: { webhookurl: "https://slack.example.org/<<.ClusterIdentityToken>>" } },
    {
      name: "metrics",
      section: "alertmanager",
      settings: {
        hostport: ["https://am.<<.SeedIngressDomain>>"],
        customheaders: { Authorization: "Bearer <<.ServiceAccountToken>>", "X-Scope": "top$(secret)" },
      },
    },
  ],
};

const encode = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString("base64")]));

export const secret = (name: string, values: Readonly<Record<string, string>>): Secret => ({
  metadata: { name },
  data: encode(values),
});

export const configMap = (data: Readonly<Record<string, string>>, binaryData = {}): ConfigMap => ({
  metadata: { name: "ignored" },
  data,
  binaryData,
});

/** An entry of `spec.resources`: `name` refers to the object `name-object`. */
export const resource = (name: string, kind: string, apiVersion = "v1"): NamedResource => ({
  name,
  resourceRef: { apiVersion, kind, name: `${name}-object` },
});

export const resources: readonly NamedResource[] = [
  resource("hook", "Secret"),
  resource("search", "Secret"),
  resource("hec", "Secret"),
  resource("absent", "Secret"),
  resource("broken", "Secret"),
  resource("rules", "ConfigMap"),
  resource("more-rules", "ConfigMap"),
  resource("same-file", "ConfigMap"),
  resource("bad-rules", "ConfigMap"),
  resource("absent-rules", "ConfigMap"),
  resource("identity", "WorkloadIdentity", "security.gardener.cloud/v1alpha1"),
];

const referenced: Facts["referenced"] = {
  secrets: new Map([
    ["hook-object", secret("hook-object", { address: "https://hook.example.org", customHeaders: "X-Token:hunter2" })],
    ["search-object", secret("search-object", { hostport: "https://search.example.org:9200", password: "hunter2" })],
    ["hec-object", secret("hec-object", { host: "https://hec.example.org", token: "hunter2" })],
    ["broken-object", secret("broken-object", { adress: "hunter2" })],
  ]),
  configMaps: new Map([
    ["rules-object", configMap({ "b.yaml": "- rule: b\n", "a.yaml": "- rule: a\n" })],
    ["more-rules-object", configMap({ "0.yaml": "- rule: 0\n" })],
    ["same-file-object", configMap({ "a.yaml": "- rule: other\n" })],
    ["bad-rules-object", configMap({ "a.yaml": "rule: a\n" })],
  ]),
};

export const config = (fields: Partial<FalcoServiceConfig> = {}): FalcoServiceConfig => ({
  ...falcoServiceConfigKind,
  ...fields,
});

export const path = "spec.extensions[0].providerConfig";

export const cluster: Facts["cluster"] = {
  namespace: "shoot--dev--one",
  technicalId: "shoot--dev--one",
  clusterIdentity: "shoot--dev--one-uid-landscape",
  kubernetesVersion: "1.33.4",
  ipFamilies: ["IPv4"],
  seedIngressDomain: "seed.example.org",
  resources,
  workers: [],
};

export const facts = (fields: Partial<FalcoServiceConfig> = {}, others: Partial<Facts> = {}): Facts => ({
  now,
  place: "shoot",
  config: config(fields),
  configPath: path,
  cluster,
  catalogue,
  landscape,
  referenced,
  ruleFiles,
  identity: placeholderIdentity,
  ...others,
});

export const context = (others: Partial<AdmissionContext> = {}): AdmissionContext => ({
  now,
  catalogue,
  landscape,
  referenced,
  restrictedUsage: false,
  restrictedCentralizedLogging: false,
  ...others,
});

export const shoot = (providerConfig?: unknown, others: object = {}): Readonly<Record<string, unknown>> => ({
  apiVersion: "core.gardener.cloud/v1beta1",
  kind: "Shoot",
  metadata: { name: "one", namespace: "garden-dev" },
  spec: {
    extensions: [{ type: "shoot-falco-service", ...(providerConfig !== undefined && { providerConfig }) }],
    resources,
  },
  ...others,
});

export const seed = (providerConfig?: unknown): Readonly<Record<string, unknown>> => ({
  ...shoot(providerConfig),
  kind: "Seed",
  metadata: { name: "local" },
});

/** The providerConfig of the first extension. */
export function configOf(object: unknown): unknown {
  const spec = isObject(object) ? object["spec"] : undefined;
  const extensions: unknown = isObject(spec) ? spec["extensions"] : undefined;
  const first: unknown = Array.isArray(extensions) ? extensions[0] : undefined;
  return isObject(first) ? first["providerConfig"] : undefined;
}

export const problemsOf = (result: Result<unknown>): readonly Problem[] => (result.ok ? [] : result.problems);

/** `CODE path`, as short as a table needs it. */
export const brief = (problems: readonly Problem[]): readonly string[] =>
  problems.map((each) => `${each.code} ${each.path.replace(`${path}.`, "")}`);

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.value;
}

/** The value without some of its fields. */
export function omit<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> {
  const rest = Object.entries(value).filter(([key]) => !keys.some((each) => each === key));
  return Object.fromEntries(rest) as Omit<T, K>;
}

/** A value as the title of a test shows it. */
export const show = (value: unknown): string => (value === undefined ? "nothing" : JSON.stringify(value));
