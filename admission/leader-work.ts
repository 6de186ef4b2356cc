import { aborted } from "../kube/aborted.ts";
import type { Leadership } from "../kube/leader.ts";
import { listed, type LongRun, runTogether } from "../kube/together.ts";
import type { OwnCertificate } from "./certificate-flags.ts";
import { runWebhookIdentity } from "./webhook-certificate/run.ts";
import { runMaintenance } from "./maintenance/run-maintenance.ts";
import type { Parts } from "./parts.ts";

/** What only the leader does: it keeps certificates and webhook configurations, and gives Shoots their versions. */
export async function work(parts: Parts, { signal, lost }: Leadership): Promise<void> {
  const { certificate } = parts.options;
  lost.addEventListener("abort", parts.end);
  parts.logger.info("this replica leads");
  const maintenance: LongRun = (limit) => maintain(parts, limit, lost);
  const identity = certificate.kind === "own" ? [keepIdentity(parts, certificate)] : [];
  await runTogether([...identity, listed(parts, "the maintenance", maintenance)], signal);
}

function keepIdentity(parts: Parts, { namespace, address, ownerNamespace }: OwnCertificate): LongRun {
  const { clients, logger, options } = parts;
  const { clock, random } = options;
  const settings = { ...clients, namespace, address, ownerNamespace };
  return listed(parts, "the webhooks' certificates", (signal) =>
    runWebhookIdentity({ ...settings, clock, random, logger, signal }),
  );
}

/** What is older does not decide about versions. */
const longestOutOfContactSeconds = 120;

async function maintain(parts: Parts, signal: AbortSignal, lost: AbortSignal): Promise<void> {
  const { clients, known, profiles, logger, options } = parts;
  const { clock, random, metrics } = options;
  await Promise.race([Promise.all([known.whenSynced(), profiles.whenSynced()]), aborted(signal)]);
  if (signal.aborted) return;
  const isOutdated = (): boolean => profiles.outOfContactSeconds() > longestOutOfContactSeconds;
  const catalogue = () => (isOutdated() ? undefined : profiles.catalogue());
  await runMaintenance({ client: clients.garden, known, catalogue, clock, random, logger, metrics, signal, lost });
}
