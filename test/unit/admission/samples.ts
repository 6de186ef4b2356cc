import { decide, questionOf, type Webhook } from "../../../admission/decide.ts";
import { type Decision, readReview } from "../../../admission/review.ts";
import type { AdmissionContext } from "../../../falco/desired/admission-subject.ts";
import type { Reads } from "../../../admission/observe.ts";
import { type FalcoProfile, falcoProfileKind } from "../../../falco/api/falco-profile.ts";
import { isObject } from "../../../falco/base/json.ts";
import { buildCatalogue } from "../../../falco/catalog/catalogue.ts";
import { defaultLandscape, type Landscape } from "../../../falco/desired/landscape.ts";

export const now = new Date("2026-06-01T12:00:00Z");

const image = (name: string, version: string) => ({
  version,
  repository: `registry.example.org/${name}`,
  tag: version,
});

export const profile: FalcoProfile = {
  ...falcoProfileKind,
  metadata: { name: "falco" },
  spec: {
    versions: {
      falco: [
        { version: "0.42.1", classification: "deprecated", expirationDate: "2026-05-01T00:00:00Z", rulesVersion: "1" },
        { version: "0.43.1", classification: "supported", expirationDate: "2026-06-11T00:00:00Z", rulesVersion: "1" },
        { version: "0.44.1", classification: "supported", rulesVersion: "1" },
      ],
      falcosidekick: [{ version: "2.31.1", classification: "supported" }],
    },
    images: {
      falco: ["0.42.1", "0.43.1", "0.44.1"].map((version) => image("falco", version)),
      falcosidekick: [image("falcosidekick", "2.31.1")],
    },
    rules: [{ name: "falco-rules", version: "1", source: { file: "gardener/1.0.0/falco_rules.yaml" } }],
  },
};

export const { catalogue } = buildCatalogue([profile]);

/** A landscape with one global destination. */
export const archiveLandscape: Landscape = {
  ...defaultLandscape,
  globalDestinations: [{ name: "archive", section: "webhook", settings: { address: "https://archive.example.org" } }],
};

export const centralLandscape: Landscape = {
  ...defaultLandscape,
  centralStorage: { url: "https://central.example.org", tokenIssuerPrivateKey: "", tokenLifetimeSeconds: 60 },
};

export const serviceConfig = (fields: object = {}): object => ({
  apiVersion: "falco.extensions.gardener.cloud/v1alpha1",
  kind: "FalcoServiceConfig",
  ...fields,
});

/** What mutation makes of an empty configuration. */
export const completeConfig = (fields: object = {}): object =>
  serviceConfig({
    falcoVersion: "0.44.1",
    autoUpdate: true,
    rules: { standard: ["falco-rules"] },
    destinations: [{ name: "logging" }],
    ...fields,
  });

export interface Overrides {
  readonly metadata?: object;
  readonly extension?: object;
  readonly extensions?: unknown;
  readonly spec?: object;
}

/** A Shoot with Falco switched on and the given `providerConfig`; none when undefined. */
export function shoot(providerConfig?: unknown, overrides: Overrides = {}): Readonly<Record<string, unknown>> {
  const entry = {
    type: "shoot-falco-service",
    ...(providerConfig !== undefined && { providerConfig }),
    ...overrides.extension,
  };
  return {
    apiVersion: "core.gardener.cloud/v1beta1",
    kind: "Shoot",
    metadata: { name: "crazy-botany", namespace: "garden-dev", ...overrides.metadata },
    spec: {
      kubernetes: { version: "1.33.4" },
      provider: { type: "local", workers: [{ name: "a", minimum: 1, machine: { type: "local" } }] },
      networking: { ipFamilies: ["IPv4"] },
      extensions: overrides.extensions ?? [{ type: "shoot-dns-service" }, entry],
      ...overrides.spec,
    },
  };
}

export function seed(providerConfig?: unknown): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "core.gardener.cloud/v1beta1",
    kind: "Seed",
    metadata: { name: "local" },
    spec: { extensions: [{ type: "shoot-falco-service", ...(providerConfig !== undefined && { providerConfig }) }] },
  };
}

/** An AdmissionReview as an API server writes it. */
export function review(object: unknown, fields: object = {}, apiVersion = "admission.k8s.io/v1"): object {
  const { kind = "Shoot", metadata } = isObject(object) ? object : {};
  const { name, namespace } = isObject(metadata) ? metadata : {};
  const resource = kind === "Seed" ? "seeds" : "shoots";
  const request = {
    uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
    kind: { group: "core.gardener.cloud", version: "v1beta1", kind },
    resource: { group: "core.gardener.cloud", version: "v1beta1", resource },
    name,
    ...(namespace !== undefined && { namespace }),
    operation: "CREATE",
    userInfo: { username: "kubernetes-admin", groups: ["system:masters"] },
    object,
    oldObject: null,
    dryRun: false,
    options: { apiVersion: "meta.k8s.io/v1", kind: "CreateOptions" },
    ...fields,
  };
  return { apiVersion, kind: "AdmissionReview", request };
}

export const update = (object: unknown, oldObject: unknown): object =>
  review(object, { operation: "UPDATE", oldObject });

/** Reads that are not expected: any of them fails the test. */
export const noReads: Reads = {
  namespace: (name) => Promise.reject(new Error(`unexpected read of the Namespace ${name}`)),
  project: (name) => Promise.reject(new Error(`unexpected read of the Project ${name}`)),
};

/** A garden with one project, `dev`. */
export function projectReads(namespaceAnnotations: object, projectAnnotations: object = {}): Reads {
  const metadata = (labels: object, annotations: object) =>
    Promise.resolve({ labels: { ...labels }, annotations: { ...annotations } });
  return {
    namespace: (name) =>
      name === "garden-dev"
        ? metadata({ "project.gardener.cloud/name": "dev" }, namespaceAnnotations)
        : Promise.resolve(undefined),
    project: (name) => (name === "dev" ? metadata({}, projectAnnotations) : Promise.resolve(undefined)),
  };
}

/** What webhooks decide with when nothing is restricted. */
export const context: AdmissionContext = {
  now,
  catalogue,
  landscape: defaultLandscape,
  referenced: { secrets: new Map(), configMaps: new Map() },
  restrictedUsage: false,
  restrictedCentralizedLogging: false,
};

/** What a webhook decides on a review. */
export function ask(webhook: Webhook, body: unknown, fields: Partial<AdmissionContext> = {}): Decision {
  const read = readReview(body);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const question = questionOf(read.value.request);
  if (question.kind === "answered") return question.decision;
  return decide(webhook, question.about, { ...context, ...fields });
}
