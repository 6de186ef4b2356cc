import { tmpdir } from "node:os";
import { join } from "node:path";
import { combine, type Result, success } from "../../falco/base/problem.ts";
import type { Landscape } from "../../falco/desired/landscape.ts";
import type { Clock } from "../../kube/clock.ts";
import type { Logger } from "../../kube/logger.ts";
import { openRegistry } from "../../registry/open-registry.ts";
import type { Registry } from "../../registry/registry.ts";
import { findHelm, type Helm } from "../helm.ts";
import type { ChartFlags } from "./chart-flags.ts";

/** What deploying the landscape's own charts needs of the world. */
export interface ChartSettings {
  /** The extension's own namespace. */
  readonly namespace: string;
  readonly registry: Registry;
  /** Absent where there is no helm program. */
  readonly helm: Helm | undefined;
}

export interface OpenInput {
  readonly flags: ChartFlags;
  /** The extension's own; without it there is no place for charts. */
  readonly namespace: string | undefined;
  readonly landscape: Landscape;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Finds helm and opens the registries. Helm is only looked for when there is a chart to render. */
export async function openCharts(
  { flags, namespace, landscape, environment }: OpenInput,
  clock: Clock,
  logger: Logger,
): Promise<Result<ChartSettings | undefined>> {
  if (namespace === undefined) return success(undefined);
  const location = { program: flags.helm, path: environment["PATH"] };
  const helm = landscape.additionalCharts.length === 0 ? success(undefined) : await findHelm(location);
  const settings = {
    mirrors: flags.registryMirror,
    configFile: flags.registryConfig,
    caFile: flags.registryCa,
    cacheDirectory: flags.registryCache ?? join(tmpdir(), "gardener-falco-registry"),
    environment,
  };
  const onTrouble = (message: string): void => {
    logger.warn(message);
  };
  const opened = combine({ helm, registry: await openRegistry(settings, { clock, onTrouble }) });
  return opened.ok ? success({ namespace, ...opened.value }) : opened;
}
