import { leafFault, type RenewalReason, renewalReasons } from "../../certificates/faults.ts";
import type { KeyPair } from "../../falco/base/key-pair.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import { errorText, type Logger } from "../../kube/logger.ts";
import { Store } from "../../kube/store.ts";
import { runWatch } from "../../kube/watch.ts";
import type { WebhookAddress } from "./webhook-configurations.ts";
import { hostsOf } from "./address.ts";
import { inspectIdentity } from "./renew.ts";
import { identitySecretName, type IdentityTexts, identityTexts, secretType } from "./secret.ts";

export interface FollowOptions {
  /** The cluster that this program runs in, which has the Secret. */
  readonly source: Pick<Client, "list" | "watch">;
  readonly namespace: string;
  readonly address: WebhookAddress;
  /** Takes a pair over for new connections; throws when it cannot be used. */
  readonly use: (pair: KeyPair) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** How a replica gets its certificate. */
export interface FollowedCertificate {
  /** Why this replica should get no requests, as a sentence; undefined when it may. */
  readonly unready: () => string | undefined;
  /** Resolves when the watch has ended, after `signal` has aborted. */
  readonly ended: Promise<void>;
}

/** Half of the time for which the CA before is trusted: a replica that may have missed a rotation takes itself out before that counts. */
const blindMs = 12 * 60 * 60 * 1000;

/**
 * Hands over the pair in the Secret, and each later one, until `signal` aborts. A Secret that is gone, or whose certificate cannot be
 * used, changes nothing: the pair in use stays, and the leader sees to the rest.
 */
export function followServerCertificate(options: FollowOptions): FollowedCertificate {
  const { source, namespace, clock, random, logger, signal } = options;
  const store = new Store<IdentityTexts>({
    // No replica but the leader needs the CA's key, and that one reads it when it signs.
    project: (secret) => ({ ...identityTexts(secret), authorityKey: "" }),
    onChange: (_key, _previous, current) => {
      if (current !== undefined) used = takeOver(current, used, options) ?? used;
    },
  });
  let used: KeyPair | undefined;
  const onError = (error: unknown): void => {
    logger.warn("the webhooks' certificate cannot be followed; trying again", { error: errorText(error) });
  };
  const fieldSelector = `metadata.name=${identitySecretName}`;
  const selection = { type: secretType, store, namespace, fieldSelector, signal };
  const ended = runWatch(selection, { client: source, clock, random, onError });
  const unready = (): string | undefined => {
    if (used === undefined) return "there is no certificate for the webhooks yet";
    const isBlind = store.lostSince !== undefined && clock.monotonic() - store.lostSince > blindMs;
    return isBlind ? "the webhooks' certificate could not be followed for 12 hours" : undefined;
  };
  return { unready, ended };
}

/** The new pair when it is in use now. */
function takeOver(
  texts: IdentityTexts,
  used: KeyPair | undefined,
  { address, use, clock, logger }: FollowOptions,
): KeyPair | undefined {
  const pair = { certificate: texts.certificate, key: texts.key };
  if (used?.certificate === pair.certificate && used.key === pair.key) return undefined;
  const family = inspectIdentity(texts);
  const fault = leafFault({ family, purpose: "server", dnsNames: hostsOf(address), now: clock.now() });
  try {
    if (fault !== undefined && !left.has(fault)) throw new Error(`it ${renewalReasons[fault]}`);
    use(pair);
    logger.info("the webhooks' certificate was taken over", { secret: identitySecretName });
    return pair;
  } catch (error) {
    const instead = used === undefined ? "waiting for another" : "the one in use stays";
    logger.warn(`the Secret's certificate cannot be used; ${instead}`, { error: errorText(error) });
    return undefined;
  }
}

/**
 * What is left to API servers to judge. Their clocks may be better than this machine's; and while a new address is rolled out, they go on
 * calling the names of this certificate until the leader has made one for the new names.
 */
const left: ReadonlySet<RenewalReason> = new Set(["expired", "not-yet-valid", "wrong-names"]);
