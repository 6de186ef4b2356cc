import { formatProblem, type Result, success } from "../../falco/base/problem.ts";
import type { Landscape } from "../../falco/desired/landscape.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import { joinObservers } from "../../kube/join-observers.ts";
import type { Logger } from "../../kube/logger.ts";
import { RunTimes } from "../../kube/run-times.ts";
import type { RuntimeMetrics } from "../../kube/runtime-metrics.ts";
import type { ChartSettings } from "./open-charts.ts";
import { planCharts } from "./plan-charts.ts";
import { type Additional, createAdditional } from "./run-additional.ts";

export interface ChartsOptions {
  readonly landscape: Landscape;
  /** Absent where the extension's own namespace is not known. */
  readonly charts?: ChartSettings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics?: RuntimeMetrics;
}

/** Puts the part together that deploys the landscape's own charts; undefined where it has no place. Bad references are problems. */
export function assembleCharts(
  client: Client,
  { landscape, charts, clock, random, metrics }: ChartsOptions,
  logger: Logger,
): Result<Additional | undefined> {
  const planned = planCharts(landscape.additionalCharts);
  if (!planned.ok) return planned;
  for (const each of planned.warnings) logger.warn(formatProblem(each));
  if (charts === undefined) {
    if (planned.value.length > 0) logger.error(homeless);
    return success(undefined);
  }
  const additional = createAdditional({
    ...charts,
    client,
    charts: planned.value,
    clock,
    random,
    logger,
    ...(metrics !== undefined && {
      observe: (queue) => {
        const runs = new RunTimes(clock);
        const measured = metrics.measureLoop({ name: "charts", queue, workers: 1, runs, clock });
        return joinObservers([runs.observer, measured]);
      },
    }),
  });
  metrics?.gauge({ name: "falco_extension_charts_failing", help, labels: ["chart"] }, () =>
    additional.failing().map((chart) => ({ labels: { chart }, value: 1 })),
  );
  return success(additional);
}

const help = "The landscape's own charts that are not deployed as they should be; absent for those that are.";
const homeless =
  "the extension's own namespace is not known, so the charts of falco.additional.seedManagedResources are not deployed; set LEADER_ELECTION_NAMESPACE";
