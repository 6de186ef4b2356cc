/** The kinds that the server itself brings, as the real one serves them. */
import { columnsOf } from "./builtin-columns.ts";
import { builtinSchema } from "./builtin-schemas.ts";
import {
  asArray,
  asObject,
  asString,
  at,
  type Json,
  type JsonObject,
  type KubeObject,
  withKey,
  withMeta,
} from "./json.ts";
import type { ResourceDefinition } from "./resources.ts";

type Extra = Partial<ResourceDefinition>;

const short = (...shortNames: readonly string[]): Extra => ({ shortNames });
const none: Extra = { generation: "none" };
const cluster: Extra = { namespaced: false };
const status: Extra = { status: true };

/** stringData is write-only; it wins over data. */
function secret(object: KubeObject): KubeObject {
  const { stringData } = object;
  if (stringData === undefined) return object;
  const encoded = Object.entries(asObject(stringData)).map(([key, value]): [string, Json] => {
    return [key, Buffer.from(asString(value) ?? "").toString("base64")];
  });
  return withKey(withKey(object, "stringData", undefined), "data", {
    ...asObject(object["data"]),
    ...Object.fromEntries(encoded),
  });
}

const namespaceName = "kubernetes.io/metadata.name";

function namespace(object: KubeObject, old: KubeObject | undefined): KubeObject {
  const labels = { ...object.metadata.labels, [namespaceName]: object.metadata.name ?? "" };
  const spec = old?.["spec"] ?? { finalizers: ["kubernetes"] };
  return { ...withMeta(object, { labels }), spec, status: object["status"] ?? { phase: "Active" } };
}

/** An image that may change under its tag is pulled each time. */
function pullPolicy(container: Json): JsonObject {
  const image = asString(asObject(container)["image"]) ?? "";
  const name = image.slice(image.lastIndexOf("/") + 1);
  const latest = !image.includes("@") && (!name.includes(":") || name.endsWith(":latest"));
  return { imagePullPolicy: latest ? "Always" : "IfNotPresent", ...asObject(container) };
}

function podSpec(spec: JsonObject): JsonObject {
  const lists = ["containers", "initContainers"].flatMap((key): [string, Json][] => {
    return spec[key] === undefined ? [] : [[key, asArray(spec[key]).map(pullPolicy)]];
  });
  return { ...spec, ...Object.fromEntries(lists) };
}

const pod = (object: KubeObject): KubeObject => ({ ...object, spec: podSpec(asObject(object["spec"])) });

function workload(object: KubeObject): KubeObject {
  const spec = asObject(object["spec"]);
  const template = asObject(spec["template"]);
  return { ...object, spec: { ...spec, template: { ...template, spec: podSpec(asObject(template["spec"])) } } };
}

const pods: Extra = { normalize: workload, categories: ["all"] };

/** Ports get their target, the Service a cluster address that depends only on its uid. */
function service(object: KubeObject, old: KubeObject | undefined): KubeObject {
  const spec = asObject(object["spec"]);
  const ports = asArray(spec["ports"]).map((port) => ({ targetPort: asObject(port)["port"] ?? 0, ...asObject(port) }));
  const known = asString(at(old, "spec", "clusterIP")) ?? asString(spec["clusterIP"]);
  const address = spec["type"] === "ExternalName" ? undefined : (known ?? addressFor(object.metadata.uid ?? ""));
  const addressed = address === undefined ? {} : { clusterIP: address, clusterIPs: [address] };
  return { ...object, spec: { ...spec, ...(ports.length > 0 ? { ports } : {}), ...addressed } };
}

function addressFor(uid: string): string {
  const number = parseInt(uid.slice(0, 4), 16) || 1;
  return `10.0.${String(number >> 8)}.${String(number & 255)}`;
}

function customResourceDefinition(object: KubeObject, old: KubeObject | undefined): KubeObject {
  const spec = asObject(object["spec"]);
  const names = asObject(spec["names"]);
  const kind = asString(names["kind"]) ?? "";
  const full = { singular: kind.toLowerCase(), listKind: `${kind}List`, ...names };
  const time = object.metadata.creationTimestamp ?? "";
  const condition = (type: string, reason: string, message: string): Json => {
    return { type, status: "True", lastTransitionTime: time, reason, message };
  };
  const made = {
    acceptedNames: full,
    storedVersions: asArray(spec["versions"]).flatMap((item) => {
      return asObject(item)["storage"] === true ? [asObject(item)["name"] ?? ""] : [];
    }),
    conditions: [
      condition("NamesAccepted", "NoConflicts", "no conflicts found"),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
  };
  return {
    ...object,
    spec: { conversion: { strategy: "None" }, ...spec, names: full },
    status: old?.["status"] ?? made,
  };
}

type Row = readonly [kind: string, plural: string, extra?: Extra];

function definitions(group: string, definitionPrefix: string, rows: readonly Row[]): readonly ResourceDefinition[] {
  return rows.map(([kind, plural, extra]) => ({
    group,
    version: "v1",
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced: true,
    builtin: true,
    schema: builtinSchema(`${definitionPrefix}.${kind}`),
    definitionName: `${definitionPrefix}.${kind}`,
    columns: columnsOf(kind),
    ...extra,
  }));
}

const path: Extra = { names: "path", ...none };

/** The built-in kinds. */
export const builtinResources: readonly ResourceDefinition[] = [
  ...definitions("", "io.k8s.api.core.v1", [
    [
      "Namespace",
      "namespaces",
      { ...cluster, ...short("ns"), ...none, ...status, names: "label", normalize: namespace },
    ],
    ["Secret", "secrets", { ...none, normalize: secret }],
    ["ConfigMap", "configmaps", { ...short("cm"), ...none }],
    ["Event", "events", { ...short("ev"), ...none }],
    ["Service", "services", { ...short("svc"), ...none, ...status, categories: ["all"], normalize: service }],
    ["ServiceAccount", "serviceaccounts", { ...short("sa"), ...none }],
    ["Pod", "pods", { ...short("po"), ...status, categories: ["all"], normalize: pod }],
    ["ResourceQuota", "resourcequotas", { ...short("quota"), ...none, ...status }],
    ["LimitRange", "limitranges", { ...short("limits"), ...none }],
    ["Node", "nodes", { ...cluster, ...short("no"), ...none, ...status }],
  ]),
  ...definitions("apps", "io.k8s.api.apps.v1", [
    ["DaemonSet", "daemonsets", { ...short("ds"), ...status, ...pods }],
    ["Deployment", "deployments", { ...short("deploy"), ...status, ...pods }],
    ["StatefulSet", "statefulsets", { ...short("sts"), ...status, ...pods }],
    ["ReplicaSet", "replicasets", { ...short("rs"), ...status, ...pods }],
  ]),
  ...definitions("rbac.authorization.k8s.io", "io.k8s.api.rbac.v1", [
    ["ClusterRole", "clusterroles", { ...cluster, ...path }],
    ["ClusterRoleBinding", "clusterrolebindings", { ...cluster, ...path }],
    ["Role", "roles", path],
    ["RoleBinding", "rolebindings", path],
  ]),
  ...definitions("networking.k8s.io", "io.k8s.api.networking.v1", [
    ["NetworkPolicy", "networkpolicies", short("netpol")],
  ]),
  ...definitions("policy", "io.k8s.api.policy.v1", [
    ["PodDisruptionBudget", "poddisruptionbudgets", { ...short("pdb"), ...status }],
  ]),
  ...definitions("coordination.k8s.io", "io.k8s.api.coordination.v1", [["Lease", "leases", none]]),
  ...definitions("scheduling.k8s.io", "io.k8s.api.scheduling.v1", [
    ["PriorityClass", "priorityclasses", { ...cluster, ...short("pc") }],
  ]),
  ...definitions("admissionregistration.k8s.io", "io.k8s.api.admissionregistration.v1", [
    ["MutatingWebhookConfiguration", "mutatingwebhookconfigurations", cluster],
    ["ValidatingWebhookConfiguration", "validatingwebhookconfigurations", cluster],
  ]),
  ...definitions("apiextensions.k8s.io", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1", [
    [
      "CustomResourceDefinition",
      "customresourcedefinitions",
      { ...cluster, ...short("crd", "crds"), ...status, normalize: customResourceDefinition },
    ],
  ]),
];
