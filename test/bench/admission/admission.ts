import { systemClock } from "../../../kube/clock.ts";
import { type AdmissionProcess, startAdmissionProcess } from "./admission-process.ts";
import { drive, type Load, type Target } from "./drive.ts";
import { benchReviews } from "./reviews.ts";

/** What was measured of one webhook with one kind of request. CPU is the admission's own, in microseconds for one request. */
interface WebhookFigures {
  readonly webhook: "mutate" | "validate";
  readonly request: string;
  readonly kilobytes: number;
  /** The least of all runs: what the machine did beside it only ever adds. */
  readonly cpuMicroseconds: number;
  /** The most of all runs, on one connection and on eight. */
  readonly perSecond: readonly [number, number];
  /** In milliseconds, at half of what is asked for, or of what was reached; the least of all runs. */
  readonly p99AtHalfLoad: number;
}

/** All figures of the admission server. */
export interface AdmissionFigures {
  readonly webhooks: readonly WebhookFigures[];
  readonly shootsKnown: number;
  /** `atRest`: half a minute after the load. */
  readonly residentMb: { readonly atStart: number; readonly afterLoad: number; readonly atRest: number };
}

const shoots = 1000;
const restMs = 30_000;
const warmUp = 4_000;
const runs = 3;
/** Half of the requests a second that issue 5 asks for. */
const halfLoad = { mutate: 3_250, validate: 4_000 } as const;

/** Measures the admission's program with a garden of 1,000 Shoots; `requests` are asked in each run. */
export async function measureAdmission(requests: number): Promise<AdmissionFigures> {
  const admission = await startAdmissionProcess(shoots);
  const atStart = rounded(admission.usage().residentMb);
  const webhooks: WebhookFigures[] = [];
  for (const { name, body } of benchReviews()) {
    for (const webhook of ["validate", "mutate"] as const) {
      const target: Target = { ...admission, path: `/webhooks/${webhook}?timeout=10s`, body };
      const figures = await measureWebhook(admission, target, { requests, pace: halfLoad[webhook] });
      webhooks.push({ webhook, request: name, kilobytes: rounded(body.length / 1000), ...figures });
    }
  }
  const afterLoad = rounded(admission.usage().residentMb);
  await systemClock.sleep(restMs);
  const atRest = rounded(admission.usage().residentMb);
  await admission.stop();
  return { webhooks, shootsKnown: shoots, residentMb: { atStart, afterLoad, atRest } };
}

async function measureWebhook(
  admission: AdmissionProcess,
  target: Target,
  { requests, pace }: { readonly requests: number; readonly pace: number },
): Promise<Pick<WebhookFigures, "cpuMicroseconds" | "perSecond" | "p99AtHalfLoad">> {
  await drive(target, { requests: warmUp, connections: 8 });
  const one = await several(admission, target, { requests, connections: 1 });
  const eight = await several(admission, target, { requests, connections: 8 });
  // Large requests may not reach what is asked for: then half of what they reach.
  const perSecond = Math.min(pace, Math.max(...eight.map((each) => each.perSecond)) / 2);
  const paced = await several(admission, target, {
    requests: Math.min(requests, perSecond * 4),
    connections: 8,
    perSecond,
  });
  const most = (of: readonly Run[]): number => Math.round(Math.max(...of.map(({ perSecond }) => perSecond)));
  return {
    cpuMicroseconds: rounded(Math.min(...[...one, ...eight].map(({ cpuMicroseconds }) => cpuMicroseconds))),
    perSecond: [most(one), most(eight)],
    p99AtHalfLoad: rounded(Math.min(...paced.map(({ p99 }) => p99))),
  };
}

interface Run {
  readonly cpuMicroseconds: number;
  readonly perSecond: number;
  readonly p99: number;
}

async function several(admission: AdmissionProcess, target: Target, load: Load): Promise<readonly Run[]> {
  const done: Run[] = [];
  while (done.length < runs) {
    const before = admission.usage().cpuMs;
    const { seconds, latencies } = await drive(target, load);
    const cpuMs = admission.usage().cpuMs - before;
    const sorted = [...latencies].sort((left, right) => left - right);
    done.push({
      cpuMicroseconds: (cpuMs * 1000) / load.requests,
      perSecond: load.requests / seconds,
      p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
    });
  }
  return done;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
