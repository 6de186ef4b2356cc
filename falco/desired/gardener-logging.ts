import type { ClusterFacts } from "./facts.ts";

/** A host with its scheme, and the path that the logging stack authorizes. */
export interface LoggingEndpoint {
  readonly host: string;
  readonly path: string;
}

/** Where a shoot's vali takes events: an ingress of the seed. Undefined when the seed has no ingress domain. */
export function valiEndpoint(cluster: ClusterFacts): LoggingEndpoint | undefined {
  return endpoint(cluster, "v", "/vali/api/v1/push");
}

/** Where a shoot's OpenTelemetry collector takes logs over gRPC. Undefined when the seed has no ingress domain. */
export function otlpEndpoint(cluster: ClusterFacts): LoggingEndpoint | undefined {
  return endpoint(cluster, "otc", "/opentelemetry.proto.collector.logs.v1.LogsService/Export");
}

function endpoint(cluster: ClusterFacts, prefix: string, path: string): LoggingEndpoint | undefined {
  const { technicalId, seedIngressDomain } = cluster;
  if (seedIngressDomain === undefined) return undefined;
  return { host: `https://${prefix}-${shortId(technicalId)}.${seedIngressDomain}`, path };
}

/** `shoot--dev--foo` → `dev--foo`, and the old form `shoot-dev-foo` → `dev-foo`: how Gardener names a shoot's hosts. */
function shortId(technicalId: string): string {
  return technicalId.replace(/^shoot--?/, "");
}
