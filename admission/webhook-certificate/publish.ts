import { equalJson, isObject } from "../../falco/base/json.ts";
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
} from "./webhook-configurations.ts";

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
  /** Whether another address stands there, because that was to stay. */
  readonly hasOtherAddress: boolean;
}

/** What is to stand in the webhook configurations. */
export interface Publication {
  /** Absent: the bundles that are there stay. */
  readonly caBundle: string | undefined;
  /** Whether an address that is there stays, too. */
  readonly keepsAddress: boolean;
}

/**
 * Makes both configurations what they should be, and says what stands there then. Our webhooks are exactly as we want them: a condition
 * that somebody has added could switch a check off. What else others have put there is kept: labels, annotations, owners, webhooks of
 * their own.
 */
export async function publish(publication: Publication, ports: PublishPorts): Promise<PublishedBundles> {
  const { client, address, owner, logger, signal } = ports;
  const wanted = webhookConfigurations({ address, owner, caBundle: publication.caBundle });
  const bundles: string[] = [];
  let [changed, hasOtherAddress] = [false, false];
  for (const [index, type] of configurationTypes.entries()) {
    const configuration = wanted[index];
    if (configuration === undefined) continue;
    const target = { client, type, name: { name: configuration.metadata.name }, signal };
    const written = await createOrUpdate(target, (present) => merged(configuration, present, publication));
    if (written.result !== "unchanged") {
      changed = true;
      logger.info("a webhook configuration was written", { kind: type.kind, result: written.result });
    }
    bundles.push(...configuration.webhooks.map(({ name }) => bundleOf(written.object, name)));
    hasOtherAddress ||= configuration.webhooks.some((each) => isElsewhere(written.object, each));
  }
  return { bundles, changed, hasOtherAddress };
}

function merged(
  wanted: WebhookConfiguration,
  present: KubeObject | undefined,
  publication: Publication,
): ObjectToWrite {
  if (present === undefined) return wanted;
  const { labels, ownerReferences } = present.metadata;
  const own = wanted.metadata.ownerReferences;
  const foreign = entriesOf(present).filter(({ name }) => typeof name !== "string" || !name.endsWith(webhookSuffix));
  const webhooks = wanted.webhooks.map((entry) => withPresent(present, entry, publication));
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

/** A webhook with what is to stay of the one that is there. */
function withPresent(present: KubeObject, entry: WebhookEntry, { caBundle, keepsAddress }: Publication): Fields {
  const there = clientConfigOf(present, entry.name);
  const address = keepsAddress && hasAddress(there) ? there : entry.clientConfig;
  const bundle = caBundle === undefined ? there["caBundle"] : entry.clientConfig["caBundle"];
  const clientConfig = { ...addressOf(address), ...(typeof bundle === "string" && { caBundle: bundle }) };
  return { ...entry, clientConfig };
}

/** Whether API servers call a webhook at another address than the one that is wanted. */
function isElsewhere(configuration: KubeObject, { name, clientConfig }: WebhookEntry): boolean {
  return !equalJson(addressOf(clientConfigOf(configuration, name)), addressOf(clientConfig));
}

type Fields = Readonly<Record<string, unknown>>;

function hasAddress({ url, service }: Fields): boolean {
  return url !== undefined || service !== undefined;
}

function addressOf({ url, service }: Fields): Fields {
  return { ...(url !== undefined && { url }), ...(service !== undefined && { service }) };
}

function bundleOf(configuration: KubeObject, webhook: string): string {
  const { caBundle } = clientConfigOf(configuration, webhook);
  return typeof caBundle === "string" ? Buffer.from(caBundle, "base64").toString("utf8") : "";
}

/** Empty when there is no such webhook. */
function clientConfigOf(configuration: KubeObject, webhook: string): Fields {
  const clientConfig = entriesOf(configuration).find(({ name }) => name === webhook)?.["clientConfig"];
  return isObject(clientConfig) ? clientConfig : {};
}

function entriesOf({ webhooks }: KubeObject): readonly Fields[] {
  return Array.isArray(webhooks) ? webhooks.filter(isObject) : [];
}
