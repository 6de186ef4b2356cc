import { type Result, success } from "../falco/base/problem.ts";
import type { Catalogue } from "../falco/catalog/catalogue.ts";
import type { KeyPair } from "../falco/desired/identity.ts";
import type { Landscape } from "../falco/desired/landscape.ts";
import { type Clock, systemClock } from "../kube/clock.ts";
import { decide, failed, questionOf, type Webhook } from "./decide.ts";
import { errorText, type Logger } from "../kube/logger.ts";
import { needsOf, observe, type Reads, type Settings } from "./observe.ts";
import { type Decision, readReview, type ReviewRequest, writeReview } from "./review.ts";
import { type Limits, type Route, type Server, startServer } from "./server.ts";
import { webhookPaths } from "./webhook-configurations.ts";

export interface AdmissionOptions {
  readonly reads: Reads;
  /** The catalogue to decide with, asked for at each request. */
  readonly catalogue: () => Catalogue;
  readonly landscape: Landscape;
  readonly options: { readonly restrictedUsage: boolean; readonly restrictedCentralizedLogging: boolean };
  readonly tls: KeyPair;
  /** All interfaces when absent. */
  readonly host?: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  readonly now: () => Date;
  readonly logger: Logger;
  readonly limits?: Partial<Limits>;
  /** Measures how long reads take. */
  readonly clock?: Clock;
}

/** A running admission server. */
export interface Admission extends Pick<Server, "useCertificate" | "stop" | "port"> {
  /** `https://host:port`, without a path. */
  readonly url: string;
}

/** Starts the webhooks for Shoots and Seeds. */
export async function startAdmission(admission: AdmissionOptions): Promise<Admission> {
  const { host, port, tls, logger, limits } = admission;
  const routes = new Map<string, Route>([
    [webhookPaths.mutate, (body, seconds) => answer("mutate", body, seconds, admission)],
    [webhookPaths.validate, (body, seconds) => answer("validate", body, seconds, admission)],
  ]);
  const server = await startServer({ routes, tls, host, port, logger, ...(limits !== undefined && { limits }) });
  const name = host ?? "localhost";
  const url = `https://${name.includes(":") ? `[${name}]` : name}:${String(server.port)}`;
  logger.info("the webhooks are served", { url });
  return { url, ...server };
}

async function answer(
  webhook: Webhook,
  body: unknown,
  seconds: number,
  admission: AdmissionOptions,
): Promise<Result<object>> {
  const review = readReview(body);
  if (!review.ok) return review;
  const decision = await decisionOn(webhook, review.value.request, seconds, admission);
  log(webhook, review.value.request, decision, admission.logger);
  return success(writeReview(review.value, decision));
}

async function decisionOn(
  webhook: Webhook,
  request: ReviewRequest,
  seconds: number,
  admission: AdmissionOptions,
): Promise<Decision> {
  const { reads, logger, clock = systemClock } = admission;
  try {
    const question = questionOf(request);
    if (question.kind === "answered") return question.decision;
    const settings = settingsOf(admission);
    const needs = needsOf(webhook, question.about, settings, reads);
    const observed = await observe(reads, needs, settings, { clock, ms: seconds * 1000 });
    if (observed.kind === "context") return decide(webhook, question.about, observed.context);
    const { message, error } = observed;
    logger.warn("a decision lacks what it depends on", { webhook, uid: request.uid, error: errorText(error) });
    return { allowed: false, refusal: "unavailable", problems: [], message, warnings: [] };
  } catch (error) {
    return failed(error);
  }
}

function settingsOf({ now, catalogue, landscape, options }: AdmissionOptions): Settings {
  const { restrictedUsage, restrictedCentralizedLogging } = options;
  return { now: now(), catalogue: catalogue(), landscape, restrictedUsage, restrictedCentralizedLogging };
}

/** Who asked about what, and what the answer was; never the object itself. */
function log(webhook: Webhook, request: ReviewRequest, decision: Decision, logger: Logger): void {
  const { uid, operation, kind, namespace = "", name = "", dryRun = false } = request;
  const about = { webhook, uid, operation, kind: kind.kind, namespace, name, dryRun };
  if (decision.allowed) {
    logger.debug("allowed", { ...about, changes: decision.patch?.length ?? 0 });
    return;
  }
  const { refusal, problems, message = "" } = decision;
  const level = refusal === "failed" ? "error" : "info";
  logger[level]("refused", { ...about, refusal, codes: problems.map(({ code }) => code), message });
}
