import { serve } from "../kube/serve.ts";
import type { Parts } from "./parts.ts";

/**
 * Serves health and metrics, from the very start on. Alive (`/healthz`) is a process whose event loop answers; ready (`/readyz`), under
 * the names that the Go admission has, is one whose webhooks can be asked and know what they decide with. A garden that is away later on
 * makes none of the replicas unready: they decide with what they know. Resolves to a function that ends it.
 */
export function serveHealth({ options, profiles, state, ending, logger }: Parts): Promise<() => Promise<void>> {
  const { serving, metrics } = options;
  const ready = {
    "informer-sync": () => (profiles.isSynced() ? undefined : "the FalcoProfiles are not known yet"),
    "webhook-server": () =>
      state.certificateUntil === undefined ? "there is no certificate yet" : state.certificateTrouble(),
    running: () => (ending.aborted ? "the admission is ending" : undefined),
  };
  return serve(serving, { live: {}, ready, metrics, logger });
}
