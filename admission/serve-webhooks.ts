import type { KeyPair } from "../falco/base/key-pair.ts";
import { expirationOf, followPair } from "./follow-files.ts";
import { gardenReads } from "./garden.ts";
import type { Parts } from "./parts.ts";
import { followServerCertificate } from "./webhook-certificate/follow-secret.ts";
import { type Admission, startAdmission } from "./webhooks.ts";

/** How long requests that are under way may take at the end; with the time before it, less than a process has for its end. */
const graceSeconds = 5;

/**
 * Serves the webhooks until `signal` aborts, with the certificate as it is at each moment. `onServed` is called when the server listens, and
 * has its certificate if that lies in files. At the end it goes on for a while, since whoever routes requests here learns late that it should
 * not; then it answers what is under way.
 */
export async function serveWebhooks(parts: Parts, onServed: () => void, signal: AbortSignal): Promise<void> {
  const { options, state } = parts;
  const { clock, drainMs } = options;
  const admission = await start(parts);
  try {
    await followCertificate({ parts, admission, onServed }, signal);
    admission.drain();
    // Without a certificate, nobody can have been sent here.
    if (state.certificateUntil !== undefined) await clock.sleep(drainMs);
  } finally {
    await admission.stop(graceSeconds);
  }
}

function start({ clients, options, profiles, known, metrics, logger }: Parts): Promise<Admission> {
  const { landscape, restrictedUsage, restrictedCentralizedLogging, webhooks, clock } = options;
  return startAdmission({
    reads: gardenReads(clients.garden),
    catalogue: profiles.catalogue,
    profiles: { profiles: profiles.profiles, uses: () => (known.isSynced() ? known.uses() : undefined) },
    landscape,
    options: { restrictedUsage, restrictedCentralizedLogging },
    ...{ ...webhooks, now: clock.now, clock, metrics, logger },
  });
}

interface Served {
  readonly parts: Parts;
  readonly admission: Admission;
  readonly onServed: () => void;
}

async function followCertificate({ parts, admission, onServed }: Served, signal: AbortSignal): Promise<void> {
  const { options, clients, logger, state } = parts;
  const { certificate, clock, random } = options;
  const use = (pair: KeyPair): void => {
    const until = expirationOf(pair);
    admission.useCertificate(pair);
    state.certificateUntil = until;
  };
  const following = { use, clock, logger, signal };
  if (certificate.kind === "files") {
    await followPair({ ...following, files: certificate, onFirst: onServed });
    return;
  }
  const { namespace, address } = certificate;
  const followed = followServerCertificate({ ...following, source: clients.source, namespace, address, random });
  state.certificateTrouble = followed.unready;
  onServed();
  await followed.ended;
}
