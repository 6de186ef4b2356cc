import { extensionType } from "../falco/api/gardener.ts";
import type { JsonObject } from "../falco/base/json.ts";
import type { Webhook } from "./decide.ts";

/** Where the webhooks are served. */
export const webhookPaths = { mutate: "/webhooks/mutate", validate: "/webhooks/validate" } as const;

const extensionName = `admission-${extensionType}`;

/** The name of both webhook configurations; the same as the Go extension's, so that ours replace its. */
const configurationName = `gardener-extension-${extensionName}`;

/** How an API server reaches the webhooks: by a URL, or by a Service of the cluster that it serves. */
type WebhookAddress =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "service"; readonly name: string; readonly namespace: string; readonly port?: number };

export interface WebhookTarget {
  readonly address: WebhookAddress;
  /** PEM of the certificates that the webhook's own is signed by; what stands there already is kept when absent. */
  readonly caBundle?: string;
  /** The Namespace of the virtual garden that both configurations go away with. */
  readonly owner?: { readonly name: string; readonly uid: string };
}

/** The MutatingWebhookConfiguration and the ValidatingWebhookConfiguration, in this order. */
export function webhookConfigurations(target: WebhookTarget): readonly [JsonObject, JsonObject] {
  return [
    configuration("MutatingWebhookConfiguration", "mutate", target),
    configuration("ValidatingWebhookConfiguration", "validate", target),
  ];
}

const prefixes = { mutate: "mutator", validate: "validator" } as const;

function configuration(kind: string, webhook: Webhook, target: WebhookTarget): JsonObject {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: metadata(target),
    webhooks: [
      {
        name: `${prefixes[webhook]}.${extensionName}.extensions.gardener.cloud`,
        clientConfig: clientConfig(webhookPaths[webhook], target),
        rules: ["shoots", "seeds"].map((resource) => ({
          apiGroups: ["core.gardener.cloud"],
          apiVersions: ["v1beta1"],
          operations: ["CREATE", "UPDATE"],
          resources: [resource],
        })),
        objectSelector: { matchLabels: { [`extensions.extensions.gardener.cloud/${extensionType}`]: "true" } },
        namespaceSelector: {},
        matchPolicy: "Exact",
        failurePolicy: "Fail",
        sideEffects: "None",
        timeoutSeconds: 10,
        admissionReviewVersions: ["v1", "v1beta1"],
      },
    ],
  };
}

/** The label keeps Gardener from adding exceptions of its own to a webhook that could block a shoot. */
function metadata({ owner }: WebhookTarget): JsonObject {
  const reference = owner && {
    apiVersion: "v1",
    kind: "Namespace",
    name: owner.name,
    uid: owner.uid,
    controller: true,
    blockOwnerDeletion: false,
  };
  return {
    name: configurationName,
    labels: { "remediation.webhook.shoot.gardener.cloud/exclude": "true" },
    ...(reference !== undefined && { ownerReferences: [reference] }),
  };
}

function clientConfig(path: string, { address, caBundle }: WebhookTarget): JsonObject {
  const ca = caBundle === undefined ? {} : { caBundle: Buffer.from(caBundle).toString("base64") };
  if (address.kind === "url") return { url: `${address.url.replace(/\/$/, "")}${path}`, ...ca };
  const { name, namespace, port } = address;
  return { service: { name, namespace, path, ...(port !== undefined && { port }) }, ...ca };
}
