import { renewalReasons } from "../../certificates/faults.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import type { Logger } from "../../kube/logger.ts";
import { resource } from "../../kube/objects.ts";
import type { ConfigurationOwner, WebhookAddress } from "./webhook-configurations.ts";
import { hostsOf } from "./address.ts";
import { planServerIdentity, type ServerIdentityPlan, waitForAddress } from "./policy.ts";
import { publish } from "./publish.ts";
import { holdAuthority, inspectIdentity, isSound, renewIdentity, withPublished } from "./renew.ts";
import { identitySecretName, identityTexts, secretType, storeIdentity } from "./secret.ts";

/** What one look at the identity and at the webhook configurations works with. */
export interface TurnPorts {
  /** The cluster that this program runs in, which has the Secret. */
  readonly source: Client;
  /** The virtual garden, which has the webhook configurations. May be the same. */
  readonly garden: Client;
  /** Of the Secret. */
  readonly namespace: string;
  readonly address: WebhookAddress;
  /** The Namespace of the virtual garden that the webhook configurations go away with. */
  readonly ownerNamespace?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** The bundle that all webhooks have been seen with, and since when, by the monotonic clock. */
export interface SeenBundle {
  readonly bundle: string;
  readonly since: number;
}

export interface TurnResult {
  readonly seen: SeenBundle | undefined;
  /** When to look again, if before the next regular look; 0 after a change. */
  readonly waitSeconds: number | undefined;
}

/**
 * Looks once, and does what is due (policy.ts). Secret and configurations are read from the servers, and written only if they have not
 * changed since. A bundle is published only when it is stored; so this may be cut short anywhere and by anyone, and the next turn goes
 * on. Throws what a server says; conflicts are to be tried again at once.
 */
export async function takeTurn(ports: TurnPorts, before: SeenBundle | undefined): Promise<TurnResult> {
  const { source, namespace, address, clock, logger, signal } = ports;
  const now = clock.now();
  const publishing = { ...ports, client: ports.garden, owner: await ownerOf(ports) };
  const present = await source.get(secretType, { namespace, name: identitySecretName }, { signal });
  const stored = identityTexts(present);
  const dnsNames = hostsOf(address);
  const early = waitForAddress({ family: inspectIdentity(stored), dnsNames, now });
  const caBundle = isSound(stored, now) ? stored.bundle : undefined;
  const there = await publish({ caBundle, keepsAddress: early > 0 }, publishing);
  const { bundles, changed } = there;
  const isPublished = bundles.every((bundle) => bundle === stored.bundle);
  const seen = isPublished ? sightOf(stored.bundle, changed ? undefined : before, clock) : undefined;
  const texts = withPublished(stored, bundles, now);
  const forSeconds = seen && (clock.monotonic() - seen.since) / 1000;
  const family = inspectIdentity(texts);
  const anything = holdAuthority(bundles, now);
  const plan = planServerIdentity({ family, dnsNames, published: { anything, forSeconds }, now });
  const reasons = reasonsOf(plan);
  if (reasons.length === 0)
    return { seen, waitSeconds: soonest(plan.waitSeconds, there.hasOtherAddress ? early : Infinity) };
  const next = await renewIdentity(texts, plan, { dnsNames, now });
  await storeIdentity(next, { client: source, namespace, present, signal });
  logger.info("the webhooks' certificates have been renewed", { secret: identitySecretName, reasons });
  if (next.bundle === stored.bundle) return { seen, waitSeconds: 0 };
  await publish({ caBundle: next.bundle, keepsAddress: true }, publishing);
  return { seen: sightOf(next.bundle, undefined, clock), waitSeconds: 0 };
}

/** Infinity, like undefined, is no time to wait for. */
function soonest(left: number | undefined, right: number): number | undefined {
  const first = Math.min(left ?? Infinity, right);
  return first === Infinity ? undefined : first;
}

function sightOf(bundle: string, before: SeenBundle | undefined, clock: Clock): SeenBundle {
  return before?.bundle === bundle ? before : { bundle, since: clock.monotonic() };
}

function reasonsOf({ newAuthority, newBundle, newLeaf }: ServerIdentityPlan): readonly string[] {
  return [
    ...(newAuthority === undefined ? [] : [`the CA ${renewalReasons[newAuthority]}`]),
    ...(newBundle === undefined ? [] : [bundleReasons[newBundle]]),
    ...(newLeaf === undefined ? [] : [`the certificate ${renewalReasons[newLeaf]}`]),
  ];
}

const bundleReasons = {
  untidy: `the bundle ${renewalReasons.untidy}`,
  "ca-dropped": "the CA before is not needed any more",
} as const;

const namespaces = resource("v1", "Namespace", { namespaced: false });

/**
 * Without the Namespace nothing is done: what is going away with it must not be made anew, as it would stay for ever and refuse
 * every change of a shoot.
 */
async function ownerOf({ garden, ownerNamespace, signal }: TurnPorts): Promise<ConfigurationOwner | undefined> {
  if (ownerNamespace === undefined) return undefined;
  const found = await garden.get(namespaces, { name: ownerNamespace }, { signal });
  const { uid, deletionTimestamp } = found?.metadata ?? {};
  if (uid !== undefined && deletionTimestamp === undefined) return { name: ownerNamespace, uid };
  throw new Error(`the Namespace ${ownerNamespace}, which owns the webhook configurations, is not there`);
}
