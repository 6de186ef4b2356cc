import { readFileSync } from "node:fs";
import { isObject } from "../../../falco/base/json.ts";
import { parseManifests } from "../../../falco/base/yaml.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What is asked about, as the bytes of a request's body. */
export interface BenchReview {
  readonly name: string;
  readonly body: Buffer;
}

const config = {
  apiVersion: "falco.extensions.gardener.cloud/v1alpha1",
  kind: "FalcoServiceConfig",
  falcoVersion: "0.44.1",
  autoUpdate: true,
  rules: { standard: ["falco-rules"] },
  destinations: [{ name: "logging" }, { name: "stdout" }],
};

/** The three kinds of request that a landscape makes: Falco is switched on, something else changes, Falco's configuration changes. */
export function benchReviews(): readonly BenchReview[] {
  const minimal = minimalShoot();
  const old = realSizedShoot("bench-0");
  const labelled = withMetadata(old, { labels: { team: "a" } });
  const changed = realSizedShoot("bench-0", { ...config, heartbeatEvent: true });
  return [
    { name: "CREATE of the minimal Shoot", body: review(minimal) },
    { name: "UPDATE of a real-sized Shoot, Falco untouched", body: review(labelled, old) },
    { name: "UPDATE of a real-sized Shoot, Falco changed", body: review(changed, old) },
  ];
}

function minimalShoot(): Fields {
  const text = readFileSync(new URL("../../../examples/minimal/shoot.yaml", import.meta.url), "utf8");
  const [shoot] = parseManifests(text);
  if (!isObject(shoot)) throw new Error("examples/minimal holds no Shoot");
  return shoot;
}

function withMetadata(object: Fields, fields: object): Fields {
  return { ...object, metadata: { ...(isObject(object["metadata"]) && object["metadata"]), ...fields } };
}

function review(object: Fields, oldObject: Fields | null = null): Buffer {
  const metadata = isObject(object["metadata"]) ? object["metadata"] : {};
  const version = { group: "core.gardener.cloud", version: "v1beta1" };
  const request = {
    uid: "705ab4f5-6393-11e8-b7cc-42010a800002",
    kind: { ...version, kind: "Shoot" },
    resource: { ...version, resource: "shoots" },
    requestKind: { ...version, kind: "Shoot" },
    requestResource: { ...version, resource: "shoots" },
    name: metadata["name"],
    namespace: metadata["namespace"],
    operation: oldObject === null ? "CREATE" : "UPDATE",
    userInfo: { username: "system:serviceaccount:garden:gardener", groups: ["system:authenticated"] },
    object,
    oldObject,
    dryRun: false,
    options: { apiVersion: "meta.k8s.io/v1", kind: oldObject === null ? "CreateOptions" : "UpdateOptions" },
  };
  return Buffer.from(JSON.stringify({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request }));
}

const time = "2026-06-01T12:00:00Z";

/** A Shoot of about 20 kB, as it comes out of a garden: with managedFields, several worker pools, and a status with its constraints. */
export function realSizedShoot(name: string, providerConfig: object = config): Fields {
  return {
    apiVersion: "core.gardener.cloud/v1beta1",
    kind: "Shoot",
    metadata: {
      name,
      namespace: "garden-bench",
      uid: "7f1c3c1e-7a0f-4c53-8d5c-0a3f2d9d1a11",
      resourceVersion: "123456789",
      generation: 12,
      creationTimestamp: time,
      finalizers: ["gardener", "gardener.cloud/reference-protection"],
      labels: Object.fromEntries(range(6, (each) => [`extensions.extensions.gardener.cloud/type-${each}`, "true"])),
      annotations: Object.fromEntries(range(6, (each) => [`example.gardener.cloud/annotation-${each}`, each])),
      managedFields: ["gardener-apiserver", "gardenlet", "dashboard", "kubectl"].map(managedFieldsOf),
    },
    spec: specOf(providerConfig),
    status: statusOf(name),
  };
}

function range<T>(count: number, make: (index: string) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(String(index)));
}

function managedFieldsOf(manager: string): object {
  const fields = (prefix: string): object => Object.fromEntries(range(30, (each) => [`f:${prefix}${each}`, {}]));
  const fieldsV1 = {
    "f:metadata": { "f:annotations": fields("example.gardener.cloud/annotation-"), "f:labels": fields("label-") },
    "f:spec": { "f:provider": { "f:workers": fields("worker-") }, "f:kubernetes": fields("kube-setting-") },
  };
  return {
    manager,
    operation: "Update",
    apiVersion: "core.gardener.cloud/v1beta1",
    time,
    fieldsType: "FieldsV1",
    fieldsV1,
  };
}

function specOf(providerConfig: object): object {
  return {
    cloudProfile: { kind: "CloudProfile", name: "local" },
    region: "eu-1",
    seedName: "eu-1",
    secretBindingName: "local",
    kubernetes: { version: "1.34.1", kubeAPIServer: { requests: { maxMutatingInflight: 400 }, oidcConfig: {} } },
    networking: { type: "calico", pods: "100.96.0.0/11", nodes: "10.250.0.0/16", ipFamilies: ["IPv4"] },
    maintenance: { timeWindow: { begin: "220000+0100", end: "230000+0100" }, autoUpdate: { kubernetesVersion: true } },
    provider: { type: "local", workers: range(6, workerOf) },
    resources: range(4, (each) => ({
      name: `reference-${each}`,
      resourceRef: { apiVersion: "v1", kind: "Secret", name: `secret-${each}` },
    })),
    extensions: [
      ...range(4, (each) => ({ type: `shoot-other-${each}`, providerConfig: { apiVersion: "v1", kind: "Other" } })),
      { type: "shoot-falco-service", providerConfig },
    ],
  };
}

function workerOf(index: string): object {
  return {
    name: `worker-${index}`,
    machine: { type: "m5.large", image: { name: "gardenlinux", version: "1592.1.0" }, architecture: "amd64" },
    minimum: 1,
    maximum: 5,
    maxSurge: 1,
    maxUnavailable: 0,
    zones: ["eu-1a", "eu-1b", "eu-1c"],
    volume: { type: "gp3", size: "50Gi" },
    labels: Object.fromEntries(range(4, (each) => [`example.org/label-${each}`, `value-${each}`])),
    taints: range(2, (each) => ({ key: `example.org/taint-${each}`, value: "yes", effect: "NoSchedule" })),
    cri: { name: "containerd" },
    systemComponents: { allow: true },
    updateStrategy: "AutoRollingUpdate",
  };
}

function statusOf(name: string): object {
  const condition = (type: string): object => ({
    type,
    status: "True",
    reason: `${type}Succeeded`,
    message: "All of the components that this condition is about are healthy, and have been for a while.",
    lastTransitionTime: time,
    lastUpdateTime: time,
    codes: [],
  });
  return {
    conditions: ["APIServerAvailable", "ControlPlaneHealthy", "EveryNodeReady", "SystemComponentsHealthy"].map(
      condition,
    ),
    constraints: ["HibernationPossible", "MaintenancePreconditionsSatisfied", "CACertificateValiditiesAcceptable"].map(
      condition,
    ),
    gardener: { id: "gardenlet-0", name: "gardenlet", version: "v1.130.0" },
    hibernated: false,
    lastOperation: {
      description: "Shoot cluster has been reconciled.",
      lastUpdateTime: time,
      progress: 100,
      state: "Succeeded",
    },
    observedGeneration: 12,
    seedName: "eu-1",
    technicalID: `shoot--bench--${name}`,
    clusterIdentity: `shoot--bench--${name}-uid-landscape`,
    advertisedAddresses: range(4, (each) => ({
      name: `address-${each}`,
      url: `https://api-${each}.${name}.example.org`,
    })),
    networking: { pods: ["100.96.0.0/11"], nodes: ["10.250.0.0/16"], services: ["100.64.0.0/13"] },
    lastMaintenance: {
      description: "Control plane: nothing to do. All worker pools: nothing to do.",
      state: "Succeeded",
    },
  };
}
