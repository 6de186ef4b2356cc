import { buildCatalogue } from "../falco/catalog/catalogue.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import type { Client } from "../kube/client.ts";
import type { Clock } from "../kube/clock.ts";
import type { Address } from "../kube/health.ts";
import { type Election, Lead } from "../kube/lead.ts";
import type { Logger } from "../kube/logger.ts";
import type { RuntimeMetrics } from "../kube/runtime-metrics.ts";
import type { Serving } from "../kube/serve.ts";
import type { Certificate } from "./certificate-flags.ts";
import { type KnownUses, watchUses } from "./known-uses.ts";
import { type AdmissionMetrics, addAdmissionMetrics } from "./metrics.ts";
import { addUseMetrics } from "./use-metrics.ts";
import { type CatalogueWatch, watchCatalogue } from "./watch-catalogue.ts";

/** The API servers that the program works with; the same one may be both. */
export interface Clients {
  /** The virtual garden: Shoots, Seeds, FalcoProfiles and the webhook configurations. */
  readonly garden: Client;
  /** The cluster that the program runs in: its certificates. */
  readonly source: Client;
}

export interface ProgramOptions {
  readonly landscape: Landscape;
  readonly restrictedUsage: boolean;
  readonly restrictedCentralizedLogging: boolean;
  /** Where the webhooks are served. */
  readonly webhooks: Address;
  readonly certificate: Certificate;
  readonly serving: Serving;
  /** How long requests are still taken after the program has begun to end. */
  readonly drainMs: number;
  /** Absent: there is one replica only. */
  readonly election?: Election | undefined;
  readonly metrics: RuntimeMetrics;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborted: come to an end. */
  readonly signal: AbortSignal;
}

/** What the parts of a running program share. */
export interface Parts {
  /** Both refuse to write while this process does not lead. */
  readonly clients: Clients;
  readonly options: ProgramOptions;
  readonly logger: Logger;
  readonly metrics: AdmissionMetrics;
  readonly profiles: CatalogueWatch;
  /** The clusters that use Falco. */
  readonly known: KnownUses;
  readonly lead: Lead;
  /** Aborted as soon as the program begins to end. */
  readonly ending: AbortSignal;
  /** Begins the end. */
  readonly end: () => void;
  readonly state: State;
  /** Names of the parts that have not ended. */
  readonly open: Set<string>;
}

interface State {
  /** Until when the certificate in use is good; absent while there is none. */
  certificateUntil?: Date;
  /** Why the certificate in use is not good enough, as a sentence; undefined when it is. */
  certificateTrouble: () => string | undefined;
}

/** Puts together what a program needs to run; nothing runs yet but the watches. */
export function partsOf(clients: Clients, options: ProgramOptions, logger: Logger): Parts {
  const { clock, random, signal } = options;
  const own = new AbortController();
  const ending = AbortSignal.any([signal, own.signal]);
  const lead = new Lead();
  const fenced = { garden: lead.fenced(clients.garden), source: lead.fenced(clients.source) };
  const ports = { client: clients.garden, clock, random };
  const profiles = watchCatalogue(ports, logger, ending);
  const known = watchUses(ports, logger, ending);
  const state: State = { certificateTrouble: () => undefined };
  const metrics = measure(options, { profiles, known, lead, state });
  const end = (): void => {
    own.abort(stopped);
  };
  return { clients: fenced, options, logger, metrics, profiles, known, lead, ending, end, state, open: new Set() };
}

function measure(
  { metrics, clock, election }: ProgramOptions,
  { profiles, known, lead, state }: Pick<Parts, "profiles" | "known" | "lead" | "state">,
): AdmissionMetrics {
  if (election !== undefined) metrics.showLeader(election.lease.name, lead.leads);
  const uses = { ...known, isSynced: () => known.isSynced() && profiles.isSynced() };
  addUseMetrics(metrics, { known: uses, catalogue: () => profiles.catalogue() ?? emptyCatalogue, clock });
  return addAdmissionMetrics(metrics, { profiles, certificateUntil: () => state.certificateUntil });
}

const emptyCatalogue = buildCatalogue([]).catalogue;

/** Why the signals of a program abort. */
const stopped = new Error("the admission is being stopped");
