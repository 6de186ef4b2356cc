import { canonicalJson, sha256Hex } from "../../falco/base/json.ts";
import { at, formatProblem, type Result, success } from "../../falco/base/problem.ts";
import { packManifests } from "../../falco/objects/managed-resource.ts";
import type { Client } from "../../kube/client.ts";
import type { Logger } from "../../kube/logger.ts";
import { keyOf } from "../../kube/objects.ts";
import type { Registry } from "../../registry/registry.ts";
import type { Known, LiveManagedResource } from "../context.ts";
import type { Helm } from "../helm.ts";
import { serverVersion } from "../server-version.ts";
import { contentOf, lacksSecrets, writeManagedResource } from "../write-managed-resource.ts";
import { archiveLimit, checkArchive } from "./chart-archive.ts";
import type { PlannedChart, PlannedSource } from "./plan-charts.ts";
import { readManifests } from "./read-manifests.ts";

/** What deploying charts needs. */
export interface DeployContext {
  /** The seed's API server. */
  readonly client: Client;
  /** The extension's own. */
  readonly namespace: string;
  readonly registry: Registry;
  readonly helm: Helm;
  readonly known: Known["managedResources"];
  /** What was deployed last, by the chart's name. */
  readonly memory: Map<string, Deployed>;
  readonly logger: Logger;
}

interface Deployed {
  /** Everything that the manifests follow from, in short. */
  readonly fingerprint: string;
  /** The ManagedResource as it was written, by `contentOf`. */
  readonly content: string;
}

/** By this label the ManagedResources of charts are found again: the Go extension's. */
export const additionalLabel = "falco.gardener.cloud/additional-resource";

/** Of the chart `name`; the Go extension's, whose objects are taken over. */
export function additionalName(name: string): string {
  return `falco-additional-${name}`;
}

// The second one is of before Helm 3.8.
const chartTypes = ["application/vnd.cncf.helm.chart.content.v1.tar+gzip", "application/tar+gzip"];

/**
 * Makes a chart's ManagedResource what it should be. As long as chart, values, helm and the API server's version are the same and nobody has
 * touched the resource, nothing is pulled, rendered or written. What the operator has to set right is a Problem; what is deployed stays then.
 */
export async function deployChart(
  chart: PlannedChart,
  context: DeployContext,
  signal: AbortSignal,
): Promise<Result<undefined>> {
  const { client, namespace, helm, known, memory } = context;
  const name = additionalName(chart.name);
  const present = known.get(keyOf({ namespace, name }));
  // Its end is told, and then it is made anew.
  if (present?.metadata.deletionTimestamp !== undefined) return success(undefined);
  const digest = await digestOf(chart.source, context.registry, signal);
  if (!digest.ok) return at(chart.path, digest);
  const kubeVersion = await serverVersion(client, signal);
  const fingerprint = sha256Hex(canonicalJson([digest.value, chart.valuesHash, kubeVersion, helm.version]));
  if (isUntouched(present, memory.get(chart.name), fingerprint)) return success(undefined);
  const manifests = await render({ chart, digest: digest.value, kubeVersion }, context, signal);
  if (!manifests.ok) return at(chart.path, manifests);
  for (const each of manifests.warnings) context.logger.warn(formatProblem(each), { chart: chart.name });
  const labels = { [additionalLabel]: "true" };
  const resource = packManifests({ name, namespace, labels, manifests: manifests.value });
  const content = await writeManagedResource(resource, present, client, signal);
  memory.set(chart.name, { fingerprint, content });
  return success(undefined);
}

function isUntouched(
  present: LiveManagedResource | undefined,
  before: Deployed | undefined,
  fingerprint: string,
): boolean {
  if (present === undefined || before?.fingerprint !== fingerprint) return false;
  return contentOf(present) === before.content && !lacksSecrets(present);
}

function digestOf(source: PlannedSource, registry: Registry, signal: AbortSignal): Promise<Result<string>> {
  return source.kind === "oci" ? registry.resolve(source.reference, signal) : Promise.resolve(success(source.digest));
}

interface Rendering {
  readonly chart: PlannedChart;
  readonly digest: string;
  readonly kubeVersion: string;
}

async function render(
  { chart, digest, kubeVersion }: Rendering,
  { helm, namespace, registry }: DeployContext,
  signal: AbortSignal,
): Promise<Result<readonly string[]>> {
  const archive = await archiveOf(chart.source, digest, registry, signal);
  if (!archive.ok) return archive;
  const checked = await checkArchive(archive.value);
  if (!checked.ok) return checked;
  const { name, values } = chart;
  const output = await helm.template({ name, namespace, archive: checked.value, values, kubeVersion }, signal);
  return output.ok ? readManifests(output.value) : output;
}

async function archiveOf(
  source: PlannedSource,
  digest: string,
  registry: Registry,
  signal: AbortSignal,
): Promise<Result<Uint8Array>> {
  if (source.kind === "archive") return success(source.archive);
  const reference = { ...source.reference, digest };
  const artifact = await registry.pull({ reference, mediaTypes: chartTypes, limit: archiveLimit }, signal);
  return artifact.ok ? success(artifact.value.bytes) : artifact;
}
