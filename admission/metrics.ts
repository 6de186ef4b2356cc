import type { RuntimeMetrics } from "../kube/runtime-metrics.ts";
import type { ExchangeObserver } from "./exchange.ts";
import type { Decision } from "./review.ts";
import type { CatalogueWatch } from "./watch-catalogue.ts";

/** Told of what the webhooks do. */
export interface AdmissionMetrics extends ExchangeObserver {
  /** A webhook, by its short name, has decided. */
  readonly decided: (webhook: string, decision: Decision) => void;
}

export interface MeasuredParts {
  readonly profiles: Pick<CatalogueWatch, "catalogue" | "outOfContactSeconds">;
  /** Until when the certificate in use is good; undefined while there is none. */
  readonly certificateUntil: () => Date | undefined;
}

const classifications = ["supported", "preview", "deprecated"] as const;

/** From half a millisecond to the longest that an API server waits. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Adds the metrics of the webhooks, under controller-runtime's names where it has some; none of them names a cluster or a project. */
export function addAdmissionMetrics(metrics: RuntimeMetrics, parts: MeasuredParts): AdmissionMetrics {
  addGauges(metrics, parts);
  return { ...exchangeMetrics(metrics), decided: decisionMetrics(metrics) };
}

/** `webhook` is the path, as it is with controller-runtime. */
function exchangeMetrics(metrics: RuntimeMetrics): ExchangeObserver {
  const requests = metrics.counter({
    name: "controller_runtime_webhook_requests_total",
    help: "Requests to a webhook that were answered, by HTTP status.",
    labels: ["webhook", "code"],
  });
  const latency = metrics.histogram({
    name: "controller_runtime_webhook_latency_seconds",
    help: "Time from the headers of a request to its answer.",
    labels: ["webhook"],
    buckets,
  });
  const underWay = new Map<string, number>();
  metrics.gauge(
    {
      name: "controller_runtime_webhook_requests_in_flight",
      help: "Requests to a webhook that are not answered yet.",
      labels: ["webhook"],
    },
    () => [...underWay].map(([webhook, value]) => ({ labels: { webhook }, value })),
  );
  return {
    started: (webhook) => {
      underWay.set(webhook, (underWay.get(webhook) ?? 0) + 1);
    },
    finished: (webhook, { status, seconds }) => {
      underWay.set(webhook, (underWay.get(webhook) ?? 1) - 1);
      latency({ webhook }, seconds);
      if (status !== undefined) requests({ webhook, code: String(status) });
    },
  };
}

function decisionMetrics(metrics: RuntimeMetrics): AdmissionMetrics["decided"] {
  const decisions = metrics.counter({
    name: "falco_admission_decisions_total",
    help: "Decisions of a webhook: allowed, changed, or why not; with the code of the first problem.",
    labels: ["webhook", "decision", "code"],
  });
  const warnings = metrics.counter({
    name: "falco_admission_warnings_total",
    help: "Warnings that a webhook has given, by code.",
    labels: ["webhook", "code"],
  });
  return (webhook, decision) => {
    decisions({ webhook, ...summaryOf(decision) });
    for (const { code } of decision.warnings) warnings({ webhook, code });
  };
}

function summaryOf(decision: Decision): { readonly decision: string; readonly code: string } {
  if (!decision.allowed) return { decision: decision.refusal, code: decision.problems[0]?.code ?? "" };
  return { decision: (decision.patch ?? []).length > 0 ? "changed" : "allowed", code: "" };
}

function addGauges(metrics: RuntimeMetrics, { profiles, certificateUntil }: MeasuredParts): void {
  metrics.gauge(
    {
      name: "falco_admission_catalogue_out_of_contact_seconds",
      help: "How long the FalcoProfiles have not been heard of, so that decisions may be outdated; 0 while they are.",
    },
    () => [{ value: profiles.outOfContactSeconds() }],
  );
  metrics.gauge(
    {
      name: "falco_admission_falco_versions",
      help: "Falco versions of all FalcoProfiles, by classification; absent before they are known.",
      labels: ["classification"],
    },
    () => {
      const falco = profiles.catalogue()?.falco;
      return (falco === undefined ? [] : classifications).map((classification) => ({
        labels: { classification },
        value: falco?.filter((each) => each.classification === classification).length ?? 0,
      }));
    },
  );
  metrics.gauge(
    {
      name: "falco_admission_certificate_expiration_timestamp_seconds",
      help: "Until when the webhooks' certificate is good; absent while there is none.",
    },
    () => {
      const until = certificateUntil();
      return until === undefined ? [] : [{ value: until.getTime() / 1000 }];
    },
  );
}
