/** What stands in a real garden before a Shoot can be created there, as gardener-apiserver's default admission plugins demand it. */
import type { KubeObject } from "../../kube/objects.ts";
import { namespaceOf } from "../support/seed-objects.ts";

const core = "core.gardener.cloud/v1beta1";
export const extensionType = "shoot-falco-service";
/** The namespace of the project, in which all Shoots are. */
export const projectNamespace = "garden-dev";
const credentials = { name: "account", namespace: projectNamespace } as const;

interface Registered {
  readonly kind: string;
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The kinds and types that Shoots and Seeds name; ours as docs and operators register it for both. */
const registered: readonly Registered[] = [
  ...["ControlPlane", "Infrastructure", "Worker"].map((kind) => ({ kind, type: "local" })),
  { kind: "Network", type: "calico" },
  { kind: "OperatingSystemConfig", type: "local" },
  { kind: "DNSRecord", type: "local" },
];

function registrationOf(name: string, resources: readonly Registered[]): KubeObject {
  return { apiVersion: core, kind: "ControllerRegistration", metadata: { name }, spec: { resources } };
}

const cloudProfile: KubeObject = {
  apiVersion: core,
  kind: "CloudProfile",
  metadata: { name: "local" },
  spec: {
    type: "local",
    kubernetes: { versions: [{ version: "1.34.1" }] },
    machineImages: [{ name: "local", versions: [{ version: "1.0.0", cri: [{ name: "containerd" }] }] }],
    machineTypes: [{ name: "local", cpu: "2", gpu: "0", memory: "8Gi", usable: true }],
    regions: [{ name: "local" }],
  },
};

/** All of it, in the order of creation. */
export const gardenObjects: readonly KubeObject[] = [
  namespaceOf("garden", "garden"),
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name: projectNamespace,
      labels: { "gardener.cloud/role": "project", "project.gardener.cloud/name": "dev" },
    },
  },
  registrationOf("local", registered),
  registrationOf(extensionType, [{ kind: "Extension", type: extensionType, clusterCompatibility: ["shoot", "seed"] }]),
  cloudProfile,
  { apiVersion: core, kind: "Project", metadata: { name: "dev" }, spec: { namespace: projectNamespace } },
  { apiVersion: "v1", kind: "Secret", metadata: credentials, type: "Opaque" },
  {
    apiVersion: "security.gardener.cloud/v1alpha1",
    kind: "CredentialsBinding",
    metadata: credentials,
    provider: { type: "local" },
    credentialsRef: { apiVersion: "v1", kind: "Secret", ...credentials },
  },
];

/** What tests vary of a Shoot. */
export interface GardenShootInput {
  /** Of our entry among the extensions. */
  readonly providerConfig?: object;
  /** Of the entry itself. */
  readonly entry?: object;
  /** May be deleted, and somebody holds it then: it stays until that finalizer is gone. */
  readonly isHeld?: boolean;
  /** Half a day from now by default: then nothing is maintained while a test runs. */
  readonly timeWindow?: { readonly begin: string; readonly end: string };
}

/** A Shoot with a worker that has our extension switched on, and little else. */
export function gardenShoot(name: string, input: GardenShootInput = {}): KubeObject {
  const { providerConfig, entry = {}, isHeld = false, timeWindow = windowAround(12 * 3600) } = input;
  const config = providerConfig === undefined ? {} : { providerConfig };
  return {
    apiVersion: core,
    kind: "Shoot",
    metadata: { namespace: projectNamespace, name, ...(isHeld && held) },
    spec: {
      cloudProfile: { kind: "CloudProfile", name: "local" },
      credentialsBindingName: credentials.name,
      region: "local",
      kubernetes: { version: "1.34.1" },
      networking: { type: "calico", nodes: "10.10.0.0/16", pods: "10.11.0.0/16", services: "10.12.0.0/16" },
      provider: { type: "local", workers: [workerOf("worker")] },
      maintenance: { timeWindow },
      extensions: [{ type: extensionType, ...config, ...entry }],
    },
  };
}

/** Gardener deletes no Shoot without this annotation. */
const held = {
  annotations: { "confirmation.gardener.cloud/deletion": "true" },
  finalizers: ["example.org/hold"],
};

function workerOf(name: string): object {
  const machine = { type: "local", image: { name: "local", version: "1.0.0" } };
  return { name, minimum: 1, maximum: 1, machine };
}

/** A Seed with our extension switched on. */
export function gardenSeed(name: string, providerConfig?: object): KubeObject {
  const config = providerConfig === undefined ? {} : { providerConfig };
  const credentialsRef = { apiVersion: "v1", kind: "Secret", ...credentials };
  return {
    apiVersion: core,
    kind: "Seed",
    metadata: { name },
    spec: {
      provider: { type: "local", region: "local" },
      dns: {
        provider: { type: "local", credentialsRef },
        internal: { type: "local", domain: "internal.example.org", credentialsRef },
      },
      ingress: { domain: "ingress.example.org", controller: { kind: "nginx" } },
      networks: { nodes: "10.20.0.0/16", pods: "10.21.0.0/16", services: "10.22.0.0/16" },
      extensions: [{ type: extensionType, ...config }],
    },
  };
}

/** A window of half an hour; no maintenance begins in its second half, and that half begins in `seconds`. */
export function windowAround(seconds: number): { readonly begin: string; readonly end: string } {
  const middle = Date.now() + seconds * 1000;
  const quarter = 15 * 60 * 1000;
  return { begin: timeOfDay(middle - quarter), end: timeOfDay(middle + quarter) };
}

function timeOfDay(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(11, 19).replaceAll(":", "")}+0000`;
}

/** An entry among the extensions of a Shoot or a Seed. */
interface Entry {
  readonly type: string;
  readonly disabled?: boolean;
  readonly providerConfig?: { readonly falcoVersion?: string };
}

/** Ours, if there is one. */
export function entryOf(object: object): Entry | undefined {
  const { spec } = object as { readonly spec?: { readonly extensions?: readonly Entry[] } };
  return spec?.extensions?.find(({ type }) => type === extensionType);
}
