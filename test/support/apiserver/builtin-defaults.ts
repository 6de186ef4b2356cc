/** Defaults of built-in kinds that Go code fills in: definition name → field → value. */
import type { JsonObject } from "./json.ts";

const core = "io.k8s.api.core.v1";
const apps = "io.k8s.api.apps.v1";
const hooks = "io.k8s.api.admissionregistration.v1";
const rolling = { maxSurge: "25%", maxUnavailable: "25%" };
const everyNode = { maxSurge: 0, maxUnavailable: 1 };
const webhook = {
  matchPolicy: "Equivalent",
  failurePolicy: "Fail",
  timeoutSeconds: 10,
  namespaceSelector: {},
  objectSelector: {},
};

/** The defaults that objects of this project's charts meet. */
export const builtinDefaults: Readonly<Record<string, JsonObject>> = {
  [`${core}.Secret`]: { type: "Opaque" },
  [`${core}.ServiceSpec`]: { type: "ClusterIP", sessionAffinity: "None", internalTrafficPolicy: "Cluster" },
  [`${core}.PodSpec`]: {
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    terminationGracePeriodSeconds: 30,
    securityContext: {},
  },
  [`${core}.Container`]: {
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    resources: {},
  },
  [`${core}.Probe`]: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  [`${core}.HTTPGetAction`]: { path: "/", scheme: "HTTP" },
  [`${core}.SecretVolumeSource`]: { defaultMode: 420 },
  [`${core}.ConfigMapVolumeSource`]: { defaultMode: 420 },
  [`${core}.ProjectedVolumeSource`]: { defaultMode: 420 },
  [`${core}.HostPathVolumeSource`]: { type: "" },
  [`${core}.ObjectFieldSelector`]: { apiVersion: "v1" },
  [`${apps}.DeploymentSpec`]: {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: { type: "RollingUpdate", rollingUpdate: rolling },
  },
  [`${apps}.DaemonSetSpec`]: {
    revisionHistoryLimit: 10,
    updateStrategy: { type: "RollingUpdate", rollingUpdate: everyNode },
  },
  [`${hooks}.MutatingWebhook`]: { ...webhook, reinvocationPolicy: "Never" },
  [`${hooks}.ValidatingWebhook`]: webhook,
  [`${hooks}.RuleWithOperations`]: { scope: "*" },
};
