import type { RequestOptions } from "node:https";
import { type Cluster, KubeConfig } from "@kubernetes/client-node";
import type { Connection, Credentials, KubeconfigSource } from "./connection.ts";

/** The connection of a kubeconfig that needs an exec plugin, an auth provider or a proxy; importing this is expensive. */
export async function connectWithPlugin({ text, path, context }: KubeconfigSource): Promise<Connection> {
  const config = new KubeConfig();
  if (path === "") config.loadFromString(text);
  else config.loadFromFile(path);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("The kubeconfig's context has no cluster.");
  const first = await optionsOf(config);
  return {
    server: new URL(cluster.server),
    ca: pem(first.ca),
    insecure: first.rejectUnauthorized === false,
    serverName: cluster.tlsServerName,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? "default",
    credentials: async () => credentialsOf(await optionsOf(config)),
    ...proxyOf(cluster, first),
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

// client-node makes an agent for each call; without a proxy our own pool does better, and with one the first is kept.
function proxyOf(cluster: Cluster, { agent }: RequestOptions): Pick<Connection, "agent"> {
  return cluster.proxyUrl === undefined || typeof agent !== "object" ? {} : { agent: agent as Connection["agent"] };
}

function pem(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return Buffer.isBuffer(value) ? value.toString("utf8") : undefined;
}
