import type { KeyPair } from "../falco/base/key-pair.ts";
import { type Result, success } from "../falco/base/problem.ts";
import type { Catalogue } from "../falco/catalog/catalogue.ts";
import { type AdmissionRequest, isUntouched, readSubject } from "../falco/desired/admission-subject.ts";
import type { FalcoUse } from "../falco/desired/falco-use.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { type Clock, systemClock } from "../kube/clock.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { decide, failed, questionOf, type Webhook } from "./decide.ts";
import { decideProfile } from "./decide-profile.ts";
import type { Route } from "./exchange.ts";
import type { AdmissionMetrics } from "./metrics.ts";
import { needsOf, observe, type Reads, type Settings } from "./observe.ts";
import { type Decision, readReview, type ReviewRequest, untouched, writeReview } from "./review.ts";
import { type Limits, type Server, startServer } from "./server.ts";
import { webhookPaths } from "./webhook-certificate/webhook-configurations.ts";

export interface AdmissionOptions {
  readonly reads: Reads;
  /** The catalogue to decide with, asked for at each request; undefined while it is not known. */
  readonly catalogue: () => Catalogue | undefined;
  /** What the webhook for FalcoProfiles decides with; without it there is no such webhook. */
  readonly profiles?: ProfileKnowledge | undefined;
  readonly landscape: Landscape;
  readonly options: { readonly restrictedUsage: boolean; readonly restrictedCentralizedLogging: boolean };
  /** Absent: nobody can connect before `useCertificate`. */
  readonly tls?: KeyPair | undefined;
  /** All interfaces when absent. */
  readonly host?: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  readonly now: () => Date;
  readonly logger: Logger;
  readonly limits?: Partial<Limits> | undefined;
  /** Measures how long reads and answers take. */
  readonly clock?: Clock | undefined;
  readonly metrics?: AdmissionMetrics | undefined;
}

/** What is known about FalcoProfiles and those who depend on them, asked for at each request; undefined while it is not known. */
interface ProfileKnowledge {
  readonly profiles: () => readonly unknown[] | undefined;
  readonly uses: () => Iterable<FalcoUse> | undefined;
}

/** A running admission server. */
export interface Admission extends Server {
  /** `https://host:port`, without a path. */
  readonly url: string;
}

/** What a webhook decides about a request, in less than `seconds`; what it throws becomes the answer that it has failed. */
type Decide = (request: ReviewRequest, seconds: number) => Promise<Decision>;

/** Starts the webhooks for Shoots and Seeds, and for FalcoProfiles. They are served, and the log says so, once there is a certificate. */
export async function startAdmission(admission: AdmissionOptions): Promise<Admission> {
  const { host, logger, metrics, tls } = admission;
  const routes = new Map<string, Route>(
    [...webhooksOf(admission)].map(([name, decideOn]) => [webhookPaths[name], routeOf(name, decideOn, admission)]),
  );
  const server = await startServer({ ...admission, routes, observer: metrics });
  const name = host ?? "localhost";
  const url = `https://${name.includes(":") ? `[${name}]` : name}:${String(server.port)}`;
  let isServed = false;
  const tell = (): void => {
    if (!isServed) logger.info("the webhooks are served", { url });
    isServed = true;
  };
  if (tls !== undefined) tell();
  const useCertificate = (pair: KeyPair): void => {
    server.useCertificate(pair);
    tell();
  };
  return { ...server, url, useCertificate };
}

function webhooksOf(admission: AdmissionOptions): ReadonlyMap<keyof typeof webhookPaths, Decide> {
  const { profiles, now } = admission;
  const clusters = (webhook: Webhook): Decide => {
    return (request, seconds) => decisionOn(webhook, { request, seconds }, admission);
  };
  const aboutProfiles = (knowledge: ProfileKnowledge): Decide => {
    return (request) => Promise.resolve(profileDecision(request, knowledge, now()));
  };
  return new Map([
    ["mutate", clusters("mutate")],
    ["validate", clusters("validate")],
    ...(profiles === undefined ? [] : [["profile", aboutProfiles(profiles)] as const]),
  ]);
}

function routeOf(webhook: string, decideOn: Decide, { logger, metrics }: AdmissionOptions): Route {
  return async (body, seconds): Promise<Result<object>> => {
    const review = readReview(body);
    if (!review.ok) return review;
    const { request } = review.value;
    const decision = await decideOn(request, seconds).catch(failed);
    metrics?.decided(webhook, decision);
    log(webhook, request, { decision, logger });
    return success(writeReview(review.value, decision));
  };
}

interface Asked {
  readonly request: ReviewRequest;
  readonly seconds: number;
}

async function decisionOn(
  webhook: Webhook,
  { request, seconds }: Asked,
  admission: AdmissionOptions,
): Promise<Decision> {
  const question = questionOf(request);
  if (question.kind === "answered") return question.decision;
  const settings = settingsOf(admission);
  if (settings === undefined) {
    return isCertain(webhook, question.about) ? untouched : unavailable(profilesUnknown);
  }
  const { reads, logger, clock = systemClock } = admission;
  const needs = needsOf(webhook, question.about, settings);
  const observed = await observe(reads, needs, settings, { clock, ms: seconds * 1000 });
  if (observed.kind === "context") return decide(webhook, question.about, observed.context);
  const { message, error } = observed;
  logger.warn("a decision lacks what it depends on", { webhook, uid: request.uid, error: errorText(error) });
  return unavailable(message);
}

/** Whoever switches Falco off needs no profile for it, and whoever changes something else does not, either: nothing of it is checked. */
function isCertain(webhook: Webhook, about: AdmissionRequest): boolean {
  if (webhook === "validate" && isUntouched(about)) return true;
  const subject = readSubject(about.object);
  return subject.ok && subject.value === undefined;
}

const profilesUnknown = "The FalcoProfiles are not known yet. Try again in a moment.";

function profileDecision(request: ReviewRequest, { profiles, uses }: ProfileKnowledge, now: Date): Decision {
  const known = profiles();
  return known === undefined
    ? unavailable(profilesUnknown)
    : decideProfile(request, { profiles: known, uses: uses(), now });
}

function settingsOf({ now, catalogue, landscape, options }: AdmissionOptions): Settings | undefined {
  const known = catalogue();
  if (known === undefined) return undefined;
  const { restrictedUsage, restrictedCentralizedLogging } = options;
  return { now: now(), catalogue: known, landscape, restrictedUsage, restrictedCentralizedLogging };
}

function unavailable(message: string): Decision {
  return { allowed: false, refusal: "unavailable", problems: [], message, warnings: [] };
}

interface Logged {
  readonly decision: Decision;
  readonly logger: Logger;
}

/** Who asked about what, and what the answer was; never the object itself. */
function log(webhook: string, request: ReviewRequest, { decision, logger }: Logged): void {
  const { uid, operation, kind, namespace = "", name = "", dryRun = false } = request;
  const about = { webhook, uid, operation, kind: kind.kind, namespace, name, dryRun };
  if (decision.allowed) {
    logger.debug("allowed", { ...about, changes: decision.patch?.length ?? 0 });
    return;
  }
  const { refusal, problems, message } = decision;
  const level = refusal === "failed" ? "error" : "info";
  const codes = problems.map(({ code }) => code);
  logger[level]("refused", { ...about, refusal, codes, ...(message !== undefined && { why: message }) });
}
