import { isObject } from "../falco/base/json.ts";
import { parseYaml } from "../falco/base/yaml.ts";
import {
  type Connection,
  type ConnectionWorld,
  type Credentials,
  type KubeconfigSource,
  rereading,
} from "./connection.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the connection of a kubeconfig's context. Bearer tokens, token files, client certificates and basic
 * authentication are understood here; a kubeconfig that runs a plugin or names a proxy is left to client-node.
 */
export async function readKubeconfig(source: KubeconfigSource, world: ConnectionWorld): Promise<Connection> {
  const { context, cluster, user, name } = select(source);
  if (isObject(user["exec"]) || isObject(user["auth-provider"]) || typeof cluster["proxy-url"] === "string") {
    // Costs 80 MB and a third of a second, so it is not loaded by those who do without (load-connection.ts).
    const { connectWithPlugin } = await import("./plugin-connection.ts");
    return connectWithPlugin({ ...source, context: name });
  }
  const server = text(cluster["server"]);
  if (server === undefined) throw new Error(`The kubeconfig's context ${JSON.stringify(name)} has no server.`);
  const read = (path: string): Promise<string> => world.readFile(path);
  return {
    server: new URL(server),
    ca: await dataOrFile(cluster, "certificate-authority", { path: source.path, read }),
    insecure: cluster["insecure-skip-tls-verify"] === true,
    serverName: text(cluster["tls-server-name"]),
    namespace: text(context["namespace"]) ?? "default",
    credentials: credentialsOf(user, { path: source.path, read: rereading(world) }),
  };
}

interface Files {
  readonly path: string;
  readonly read: (path: string) => Promise<string>;
}

interface Selected {
  readonly name: string;
  readonly context: Fields;
  readonly cluster: Fields;
  readonly user: Fields;
}

function select({ text: yaml, path, context: wanted }: KubeconfigSource): Selected {
  const parsed = parseYaml(yaml);
  const root = parsed.ok ? parsed.value[0]?.value : undefined;
  // Neither the parser's message nor the content goes into the error: a kubeconfig is full of secrets.
  if (!isObject(root)) throw new Error(`${path === "" ? "The kubeconfig" : path} is not a kubeconfig.`);
  const name = wanted ?? text(root["current-context"]) ?? "";
  const context = named(root, "context", name);
  if (context === undefined) throw new Error(`The kubeconfig has no context ${JSON.stringify(name)}.`);
  const cluster = named(root, "cluster", context["cluster"]) ?? {};
  return { name, context, cluster, user: named(root, "user", context["user"]) ?? {} };
}

function named(root: Fields, field: "context" | "cluster" | "user", name: unknown): Fields | undefined {
  const list = root[`${field}s`];
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  const found = entries.filter(isObject).find((entry) => entry["name"] === name)?.[field];
  return isObject(found) ? found : undefined;
}

function credentialsOf(user: Fields, files: Files): () => Promise<Credentials> {
  return async () => ({
    authorization: await authorizationOf(user, files),
    cert: await dataOrFile(user, "client-certificate", files),
    key: await dataOrFile(user, "client-key", files),
  });
}

async function authorizationOf(user: Fields, { path, read }: Files): Promise<string | undefined> {
  const tokenFile = text(user["tokenFile"]);
  const token = tokenFile === undefined ? text(user["token"]) : (await read(resolvePath(path, tokenFile))).trim();
  if (token !== undefined) return `Bearer ${token}`;
  const username = text(user["username"]);
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${text(user["password"]) ?? ""}`).toString("base64")}`;
}

async function dataOrFile(fields: Fields, name: string, { path, read }: Files): Promise<string | undefined> {
  const data = text(fields[`${name}-data`]);
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  const file = text(fields[name]);
  return file === undefined ? undefined : read(resolvePath(path, file));
}

function resolvePath(kubeconfig: string, file: string): string {
  const slash = kubeconfig.lastIndexOf("/");
  return file.startsWith("/") || slash < 0 ? file : `${kubeconfig.slice(0, slash)}/${file}`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
