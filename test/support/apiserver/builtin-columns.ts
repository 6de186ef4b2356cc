/** The columns that the real server prints for built-in kinds. */
import { ageOf } from "./duration.ts";
import { asArray, asObject, asString, at, type Json, type KubeObject, textual } from "./json.ts";
import type { Column } from "./resources.ts";

type Cell = (object: KubeObject, now: Date) => Json;

const column = (name: string, cell: Cell, type = "string"): Column => ({ name, type, cell });
const wide = (name: string, cell: Cell): Column => ({ name, type: "string", priority: 1, cell });
const name: Column = { name: "Name", type: "string", format: "name", jsonPath: ".metadata.name" };
const age = column("Age", (object, now) => ageOf(object.metadata.creationTimestamp, now));
const path =
  (...keys: readonly string[]): Cell =>
  (object) =>
    at(object, ...keys) ?? "";
const number =
  (...keys: readonly string[]): Cell =>
  (object) =>
    at(object, ...keys) ?? 0;
const size =
  (...keys: readonly string[]): Cell =>
  (object) => {
    const value = at(object, ...keys);
    return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
  };

/** A label selector as kubectl writes it. */
function selectorText(selector: Json | undefined): string {
  const labels = Object.entries(asObject(asObject(selector)["matchLabels"]));
  return labels.length === 0 ? "<none>" : labels.map(([key, value]) => `${key}=${textual(value)}`).join(",");
}

function ready(object: KubeObject): Json {
  const statuses = asArray(at(object, "status", "containerStatuses"));
  const total = asArray(at(object, "spec", "containers")).length;
  return `${String(statuses.filter((item) => asObject(item)["ready"] === true).length)}/${String(total)}`;
}

function restarts(object: KubeObject): Json {
  const counts = asArray(at(object, "status", "containerStatuses")).map((item) =>
    Number(asObject(item)["restartCount"]),
  );
  return String(counts.reduce((sum, count) => sum + count, 0));
}

function ports(object: KubeObject): Json {
  const list = asArray(at(object, "spec", "ports")).map((port) => {
    const { port: number, protocol } = asObject(port);
    return `${textual(number)}/${asString(protocol) ?? "TCP"}`;
  });
  return list.length === 0 ? "<none>" : list.join(",");
}

function nodeStatus(object: KubeObject): Json {
  const conditions = asArray(at(object, "status", "conditions")).map(asObject);
  const found = conditions.find((condition) => condition["type"] === "Ready");
  if (found === undefined) return "Unknown";
  return found["status"] === "True" ? "Ready" : "NotReady";
}

function eventObject(object: KubeObject): Json {
  const { kind, name: who } = asObject(object["involvedObject"]);
  return `${(asString(kind) ?? "").toLowerCase()}/${asString(who) ?? ""}`;
}

const readyOf = (object: KubeObject): Json =>
  `${textual(at(object, "status", "readyReplicas") ?? 0)}/${textual(at(object, "spec", "replicas") ?? 0)}`;
const containers =
  (key: string): Cell =>
  (object) =>
    asArray(at(object, "spec", "template", "spec", "containers"))
      .map((container) => textual(asObject(container)[key]))
      .join(",");
const hooks = column("Webhooks", size("webhooks"), "integer");
const roleRef: Cell = (object) => {
  const { kind, name: role } = asObject(object["roleRef"]);
  return `${asString(kind) ?? ""}/${asString(role) ?? ""}`;
};

const table: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [name, column("Status", path("status", "phase")), age],
  Secret: [name, column("Type", path("type")), column("Data", size("data"), "integer"), age],
  ConfigMap: [name, column("Data", size("data"), "integer"), age],
  Event: [
    column("Last Seen", (object, now) => ageOf(object["lastTimestamp"] ?? object["eventTime"], now)),
    column("Type", path("type")),
    column("Reason", path("reason")),
    column("Object", eventObject),
    column("Message", path("message")),
  ],
  Service: [
    name,
    column("Type", path("spec", "type")),
    column("Cluster-IP", path("spec", "clusterIP")),
    column("External-IP", () => "<none>"),
    column("Port(s)", ports),
    age,
    wide("Selector", (object) => selectorText({ matchLabels: at(object, "spec", "selector") })),
  ],
  ServiceAccount: [name, age],
  Pod: [
    name,
    column("Ready", ready),
    column("Status", path("status", "phase")),
    column("Restarts", restarts),
    age,
    wide("IP", path("status", "podIP")),
    wide("Node", path("spec", "nodeName")),
  ],
  Node: [
    name,
    column("Status", nodeStatus),
    column("Roles", () => "<none>"),
    age,
    column("Version", path("status", "nodeInfo", "kubeletVersion")),
  ],
  DaemonSet: [
    name,
    column("Desired", number("status", "desiredNumberScheduled"), "integer"),
    column("Current", number("status", "currentNumberScheduled"), "integer"),
    column("Ready", number("status", "numberReady"), "integer"),
    column("Up-to-date", number("status", "updatedNumberScheduled"), "integer"),
    column("Available", number("status", "numberAvailable"), "integer"),
    column("Node Selector", (object) =>
      selectorText({ matchLabels: at(object, "spec", "template", "spec", "nodeSelector") }),
    ),
    age,
  ],
  Deployment: [
    name,
    column("Ready", readyOf),
    column("Up-to-date", number("status", "updatedReplicas"), "integer"),
    column("Available", number("status", "availableReplicas"), "integer"),
    age,
    wide("Containers", containers("name")),
    wide("Images", containers("image")),
    wide("Selector", (object) => selectorText(at(object, "spec", "selector"))),
  ],
  StatefulSet: [name, column("Ready", readyOf), age],
  ReplicaSet: [
    name,
    column("Desired", number("spec", "replicas")),
    column("Ready", number("status", "readyReplicas")),
    age,
  ],
  ClusterRole: [name, column("Created At", (object) => object.metadata.creationTimestamp ?? "")],
  Role: [name, column("Created At", (object) => object.metadata.creationTimestamp ?? "")],
  ClusterRoleBinding: [name, column("Role", roleRef), age],
  RoleBinding: [name, column("Role", roleRef), age],
  NetworkPolicy: [name, column("Pod-Selector", (object) => selectorText(at(object, "spec", "podSelector"))), age],
  PodDisruptionBudget: [
    name,
    column("Min Available", (object) => textual(at(object, "spec", "minAvailable") ?? "N/A")),
    column("Max Unavailable", (object) => textual(at(object, "spec", "maxUnavailable") ?? "N/A")),
    column("Allowed Disruptions", number("status", "disruptionsAllowed"), "integer"),
    age,
  ],
  Lease: [name, column("Holder", path("spec", "holderIdentity")), age],
  PriorityClass: [
    name,
    column("Value", number("value"), "integer"),
    column("Global-Default", (object) => object["globalDefault"] === true),
    age,
  ],
  MutatingWebhookConfiguration: [name, hooks, age],
  ValidatingWebhookConfiguration: [name, hooks, age],
  CustomResourceDefinition: [name, column("Created At", (object) => object.metadata.creationTimestamp ?? "")],
};

/** The columns of a kind; name and age for one without its own. */
export function columnsOf(kind: string): readonly Column[] {
  return table[kind] ?? [name, age];
}
