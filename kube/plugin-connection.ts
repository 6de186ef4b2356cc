import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import type { Connection, ConnectionWorld, Credentials } from "./connection.ts";
import { proxyFor } from "./proxy.ts";

/**
 * The connection of a kubeconfig's current context that needs an exec plugin, an auth provider or a SOCKS proxy; importing this
 * is expensive.
 */
export async function connectWithPlugin(
  kubeconfig: string,
  environment: ConnectionWorld["environment"],
): Promise<Connection> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("The kubeconfig's context has no cluster.");
  const first = await optionsOf(config);
  const server = new URL(cluster.server);
  return {
    server,
    ca: pem(first.ca),
    insecure: first.rejectUnauthorized === false,
    serverName: cluster.tlsServerName,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? "default",
    credentials: async () => credentialsOf(await optionsOf(config)),
    ...(cluster.proxyUrl === undefined ? { proxy: proxyFor(server, environment) } : proxyOf(cluster.proxyUrl, first)),
  };
}

async function optionsOf(config: KubeConfig): Promise<RequestOptions> {
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  return options;
}

function credentialsOf(options: RequestOptions): Credentials {
  const headers = options.headers;
  const header =
    headers === undefined || Array.isArray(headers) ? undefined : (headers as Record<string, unknown>)["Authorization"];
  const basic = typeof options.auth === "string" ? `Basic ${Buffer.from(options.auth).toString("base64")}` : undefined;
  return {
    authorization: typeof header === "string" ? header : basic,
    cert: pem(options.cert),
    key: pem(options.key),
  };
}

// client-node makes an agent for each call; our own pool does better, but knows no SOCKS. There, the first is kept.
function proxyOf(proxy: string, { agent }: RequestOptions): Pick<Connection, "agent" | "proxy"> {
  return proxy.startsWith("http") || typeof agent !== "object" ? { proxy } : { agent: agent as Connection["agent"] };
}

function pem(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return Buffer.isBuffer(value) ? value.toString("utf8") : undefined;
}
