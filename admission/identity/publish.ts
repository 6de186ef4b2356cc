import { isObject } from "../../falco/base/json.ts";
import { createOrUpdate } from "../../kube/apply.ts";
import type { Client } from "../../kube/client.ts";
import type { Logger } from "../../kube/logger.ts";
import { type KubeObject, type ObjectToWrite, resource } from "../../kube/objects.ts";
import {
  type ConfigurationOwner,
  type WebhookAddress,
  type WebhookConfiguration,
  webhookConfigurations,
  type WebhookEntry,
  webhookSuffix,
} from "../webhook-configurations.ts";

const group = "admissionregistration.k8s.io/v1";

/** The kinds of both configurations, in the order of `webhookConfigurations`. */
export const configurationTypes = [
  resource(group, "MutatingWebhookConfiguration", { namespaced: false }),
  resource(group, "ValidatingWebhookConfiguration", { namespaced: false }),
] as const;

export interface PublishPorts {
  readonly client: Client;
  readonly address: WebhookAddress;
  readonly owner: ConfigurationOwner | undefined;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** What stands in the webhook configurations. */
export interface PublishedBundles {
  /** Of each of our webhooks, in PEM; empty when it has none. */
  readonly bundles: readonly string[];
  /** Whether anything had to be written for it. */
  readonly changed: boolean;
}

/**
 * Makes both configurations what they should be, and says which bundles stand there then. Without `caBundle`, the bundles that are there stay. Our webhooks are exactly as we want them: a condition that somebody has added could
 * switch a check off. What else others have put there is kept: labels, annotations, owners, webhooks of their own.
 */
export async function publish(caBundle: string | undefined, ports: PublishPorts): Promise<PublishedBundles> {
  const { client, address, owner, logger, signal } = ports;
  const wanted = webhookConfigurations({ address, owner, caBundle });
  const bundles: string[] = [];
  let changed = false;
  for (const [index, type] of configurationTypes.entries()) {
    const configuration = wanted[index];
    if (configuration === undefined) continue;
    const target = { client, type, name: { name: configuration.metadata.name }, signal };
    const written = await createOrUpdate(target, (present) => merged(configuration, present));
    if (written.result !== "unchanged") {
      changed = true;
      logger.info("a webhook configuration was written", { kind: type.kind, result: written.result });
    }
    bundles.push(...configuration.webhooks.map(({ name }) => bundleOf(written.object, name)));
  }
  return { bundles, changed };
}

function merged(wanted: WebhookConfiguration, present: KubeObject | undefined): ObjectToWrite {
  if (present === undefined) return wanted;
  const { labels, ownerReferences } = present.metadata;
  const own = wanted.metadata.ownerReferences;
  const foreign = entriesOf(present).filter(({ name }) => typeof name !== "string" || !name.endsWith(webhookSuffix));
  const webhooks = wanted.webhooks.map((entry) => withBundleOf(present, entry));
  const metadata = {
    ...wanted.metadata,
    labels: { ...labels, ...wanted.metadata.labels },
    ...(own && { ownerReferences: [...own, ...otherOwners(ownerReferences)] }),
  };
  return { ...wanted, metadata, webhooks: [...webhooks, ...foreign] } as ObjectToWrite;
}

/** There can be one that controls the object, and a Namespace of that name that was deleted and made anew has another uid. */
function otherOwners(present: KubeObject["metadata"]["ownerReferences"] = []): typeof present {
  return present.filter(({ controller }) => controller !== true);
}

/** A webhook that says nothing about its bundle gets the one that is there. */
function withBundleOf(present: KubeObject, entry: WebhookEntry): WebhookEntry {
  if (entry.clientConfig["caBundle"] !== undefined) return entry;
  const caBundle = encodedBundleOf(present, entry.name);
  return caBundle === undefined ? entry : { ...entry, clientConfig: { ...entry.clientConfig, caBundle } };
}

function bundleOf(configuration: KubeObject, webhook: string): string {
  return Buffer.from(encodedBundleOf(configuration, webhook) ?? "", "base64").toString("utf8");
}

function encodedBundleOf(configuration: KubeObject, webhook: string): string | undefined {
  const clientConfig = entriesOf(configuration).find(({ name }) => name === webhook)?.["clientConfig"];
  const caBundle = isObject(clientConfig) ? clientConfig["caBundle"] : undefined;
  return typeof caBundle === "string" ? caBundle : undefined;
}

function entriesOf({ webhooks }: KubeObject): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(webhooks) ? webhooks.filter(isObject) : [];
}
