import { gardenReads } from "../../admission/garden.ts";
import { watchUses } from "../../admission/known-uses.ts";
import { startAdmission } from "../../admission/webhooks.ts";
import { watchCatalogue } from "../../admission/watch-catalogue.ts";
import { webhookConfigurations } from "../../admission/webhook-certificate/webhook-configurations.ts";
import { loadTemplates } from "../../charts/load.ts";
import { startController } from "../../controller/start.ts";
import { formatProblem } from "../../falco/base/problem.ts";
import type { Landscape } from "../../falco/desired/landscape.ts";
import { type Client, connect } from "../../kube/client.ts";
import { systemClock } from "../../kube/clock.ts";
import type { Logger } from "../../kube/logger.ts";
import { resource } from "../../kube/objects.ts";
import { createClient } from "../../kube/rest-client.ts";
import { loadRuleFiles } from "../../profiles/load.ts";
import { type ApiServer, startApiServer } from "../../test/support/apiserver/start.ts";
import { makeServingIdentity } from "../../test/support/apiserver/tls.ts";
import { gardenerResources, seedCrds } from "../../test/support/gardener-resources.ts";
import { extensionLabels } from "./extension-labels.ts";

/** A landscape in one process: API server, admission and controller. */
export interface RunningLandscape {
  readonly server: ApiServer;
  readonly client: Client;
  readonly admissionUrl: string;
  readonly stop: () => Promise<void>;
}

export interface LandscapeOptions {
  readonly landscape: Landscape;
  /** The CustomResourceDefinition of FalcoProfile. */
  readonly profileCrd: object;
  readonly logger: Logger;
}

/**
 * Starts the embedded API server, which stands for the garden's and the seed's at once, and then both programs of the extension, as
 * their mains do. The webhooks are registered as they are in a real garden.
 */
export async function startLandscape({ landscape, profileCrd, logger }: LandscapeOptions): Promise<RunningLandscape> {
  const server = await startApiServer({
    crds: [...seedCrds, profileCrd],
    resources: gardenerResources,
    beforeWrite: extensionLabels,
  });
  const connection = await connect({ server: server.url, caPem: server.caPem, token: server.token });
  const client = createClient({ connection, userAgent: "gardener-falco-landscape" });
  const end = new AbortController();
  const ports = { client, clock: systemClock, random: Math.random };
  const profiles = watchCatalogue(ports, logger, end.signal);
  const known = watchUses(ports, logger, end.signal);
  const { certificatePem, keyPem, caPem } = makeServingIdentity("admission");
  const admission = await startAdmission({
    reads: gardenReads(client),
    catalogue: profiles.catalogue,
    profiles: { profiles: profiles.profiles, uses: () => (known.isSynced() ? known.uses() : undefined) },
    landscape,
    options: { restrictedUsage: false, restrictedCentralizedLogging: false },
    tls: { certificate: certificatePem, key: keyPem },
    host: "127.0.0.1",
    port: 0,
    now: systemClock.now,
    logger,
  });
  // A replica is asked only once it is ready.
  await profiles.whenSynced();
  await registerWebhooks(admission.url, caPem, client);
  const controller = await startController(
    { seed: client, garden: client },
    {
      landscape,
      templates: loadTemplates(),
      loadRuleFiles,
      classes: ["shoot", "seed"],
      seedName: "local",
      workers: 2,
      clock: systemClock,
      random: Math.random,
    },
    logger,
  );
  if (!controller.ok) throw new Error(controller.problems.map(formatProblem).join("\n"));
  return {
    server,
    client,
    admissionUrl: admission.url,
    stop: async () => {
      end.abort();
      await Promise.all([controller.value.stop(), admission.stop(), profiles.ended, known.ended]);
      await server.stop();
    },
  };
}

async function registerWebhooks(url: string, caPem: string, client: Client): Promise<void> {
  for (const configuration of webhookConfigurations({ address: { kind: "url", url }, caBundle: caPem })) {
    const { kind } = configuration as { readonly kind?: unknown };
    const type = resource("admissionregistration.k8s.io/v1", String(kind), { namespaced: false });
    await client.apply(type, configuration, { fieldManager: "gardener-falco-landscape", force: true });
  }
}
