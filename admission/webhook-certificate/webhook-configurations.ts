import { extensionType } from "../../falco/api/gardener.ts";
import type { JsonObject } from "../../falco/base/json.ts";

/** Where the webhooks are served. */
export const webhookPaths = {
  mutate: "/webhooks/mutate",
  validate: "/webhooks/validate",
  profile: "/webhooks/profile",
} as const;

const extensionName = `admission-${extensionType}`;

/**
 * The name of both webhook configurations and of the Service that leads to the webhooks; the same as the Go extension's, so that ours
 * replace its.
 */
export const configurationName = `gardener-extension-${extensionName}`;

/** Behind the names of all webhooks that are ours. */
export const webhookSuffix = `.${extensionName}.extensions.gardener.cloud`;

/** How an API server reaches the webhooks: by a URL without a path, or by a Service of the cluster that it serves. */
export type WebhookAddress =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "service"; readonly name: string; readonly namespace: string; readonly port?: number };

/** The Namespace of the virtual garden that both configurations go away with. */
export interface ConfigurationOwner {
  readonly name: string;
  readonly uid: string;
}

export interface WebhookTarget {
  readonly address: WebhookAddress;
  /** PEM of the certificates that the webhook's own is signed by; absent: the configurations say nothing about it. */
  readonly caBundle?: string | undefined;
  readonly owner?: ConfigurationOwner | undefined;
}

/** One of the two, with every field that an API server would fill in otherwise: so what is there can be compared with it. */
export interface WebhookConfiguration {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly OwnerReference[];
  };
  readonly webhooks: readonly WebhookEntry[];
}

/** One webhook of a configuration. */
export interface WebhookEntry {
  readonly name: string;
  readonly clientConfig: JsonObject;
  readonly [field: string]: JsonObject[string];
}

interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: boolean;
  readonly blockOwnerDeletion: boolean;
}

/** The MutatingWebhookConfiguration and the ValidatingWebhookConfiguration, in this order. */
export function webhookConfigurations(target: WebhookTarget): readonly [WebhookConfiguration, WebhookConfiguration] {
  const mutator = { ...gardenWebhook("mutator", "mutate", target), reinvocationPolicy: "Never" };
  const validators = [gardenWebhook("validator", "validate", target), profileWebhook(target)];
  return [
    configuration("MutatingWebhookConfiguration", [mutator], target),
    configuration("ValidatingWebhookConfiguration", validators, target),
  ];
}

function configuration(
  kind: string,
  webhooks: readonly WebhookEntry[],
  { owner }: WebhookTarget,
): WebhookConfiguration {
  const reference = owner && { apiVersion: "v1", kind: "Namespace", ...owner };
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: {
      name: configurationName,
      // Keeps Gardener from adding exceptions of its own to a webhook that could block a shoot.
      labels: { "remediation.webhook.shoot.gardener.cloud/exclude": "true" },
      ...(reference && { ownerReferences: [{ ...reference, controller: true, blockOwnerDeletion: false }] }),
    },
    webhooks,
  };
}

type Path = keyof typeof webhookPaths;

/** For the Shoots and Seeds that use the extension, which Gardener's API server labels. */
function gardenWebhook(name: string, path: Path, target: WebhookTarget): WebhookEntry {
  return {
    ...webhook(name, path, target),
    rules: ["shoots", "seeds"].map((resource) => ({
      apiGroups: ["core.gardener.cloud"],
      apiVersions: ["v1beta1"],
      operations: ["CREATE", "UPDATE"],
      resources: [resource],
      scope: "*",
    })),
    objectSelector: { matchLabels: { [`extensions.extensions.gardener.cloud/${extensionType}`]: "true" } },
  };
}

function profileWebhook(target: WebhookTarget): WebhookEntry {
  return {
    ...webhook("profile", "profile", target),
    rules: [
      {
        apiGroups: ["falco.gardener.cloud"],
        apiVersions: ["v1alpha1"],
        operations: ["CREATE", "UPDATE", "DELETE"],
        resources: ["falcoprofiles"],
        scope: "*",
      },
    ],
    objectSelector: {},
  };
}

function webhook(name: string, path: Path, target: WebhookTarget): WebhookEntry {
  return {
    name: `${name}${webhookSuffix}`,
    clientConfig: clientConfig(webhookPaths[path], target),
    namespaceSelector: {},
    matchPolicy: "Exact",
    failurePolicy: "Fail",
    sideEffects: "None",
    timeoutSeconds: 10,
    admissionReviewVersions: ["v1", "v1beta1"],
  };
}

function clientConfig(path: string, { address, caBundle }: WebhookTarget): JsonObject {
  const ca = caBundle === undefined ? {} : { caBundle: Buffer.from(caBundle).toString("base64") };
  if (address.kind === "url") return { url: `${address.url.replace(/\/$/, "")}${path}`, ...ca };
  const { name, namespace, port = 443 } = address;
  return { service: { name, namespace, path, port }, ...ca };
}
