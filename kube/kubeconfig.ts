import { isObject } from "../falco/base/json.ts";
import { parseYaml } from "../falco/base/yaml.ts";
import {
  type Connection,
  type ConnectionWorld,
  type Credentials,
  type KubeconfigFile,
  type KubeconfigSource,
  rereading,
} from "./connection.ts";
import { proxyFor } from "./proxy.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the connection of a kubeconfig's context. Bearer tokens, token files, client certificates, basic authentication and
 * HTTP proxies are understood here; a kubeconfig that runs a plugin or names another proxy is left to client-node.
 */
export async function readKubeconfig(source: KubeconfigSource, world: ConnectionWorld): Promise<Connection> {
  const { context, cluster, user, name } = select(source);
  const proxyUrl = text(cluster["proxy-url"]);
  const needsPlugin = isObject(user["exec"]) || isObject(user["auth-provider"]);
  if (needsPlugin || (proxyUrl !== undefined && !/^https?:/.test(proxyUrl))) {
    // Costs 80 MB and a third of a second, so it is not loaded by those who do without (load-connection.ts).
    const { connectWithPlugin } = await import("./plugin-connection.ts");
    return connectWithPlugin(onlyThis({ context, cluster, user, name }), world.environment);
  }
  const address = text(cluster["server"]);
  if (address === undefined) throw new Error(`The kubeconfig's context ${JSON.stringify(name)} has no server.`);
  const server = new URL(address);
  return {
    server,
    ca: await dataOrFile(cluster, "certificate-authority", world.readFile),
    insecure: cluster["insecure-skip-tls-verify"] === true,
    serverName: text(cluster["tls-server-name"]),
    namespace: text(context["namespace"]) ?? "default",
    proxy: proxyUrl ?? proxyFor(server, world.environment),
    credentials: credentialsOf(user, rereading(world)),
  };
}

type Read = (path: string) => Promise<string>;

interface Selected {
  readonly name: string;
  readonly context: Fields;
  readonly cluster: Fields;
  readonly user: Fields;
}

/** A kubeconfig with nothing but what was selected. */
function onlyThis({ name, context, cluster, user }: Selected): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    contexts: [{ name, context: { ...context, cluster: "selected", user: "selected" } }],
    clusters: [{ name: "selected", cluster }],
    users: [{ name: "selected", user }],
  });
}

interface Root {
  readonly path: string;
  readonly fields: Fields;
}

function select({ files, context: wanted }: KubeconfigSource): Selected {
  const roots = files.map(rootOf);
  const current = roots.map(({ fields }) => text(fields["current-context"])).find((each) => each !== undefined);
  const name = wanted ?? current ?? "";
  const context = named(roots, "context", name);
  if (context === undefined) throw new Error(`The kubeconfig has no context ${JSON.stringify(name)}.`);
  const cluster = named(roots, "cluster", context["cluster"]) ?? {};
  return { name, context, cluster, user: named(roots, "user", context["user"]) ?? {} };
}

function rootOf({ text: yaml, path }: KubeconfigFile): Root {
  const parsed = parseYaml(yaml);
  const root = parsed.ok ? parsed.value[0]?.value : undefined;
  // Neither the parser's message nor the content goes into the error: a kubeconfig is full of secrets.
  if (!isObject(root)) throw new Error(`${path === "" ? "The kubeconfig" : path} is not a kubeconfig.`);
  return { path, fields: root };
}

/** The first entry of that name, with its paths as seen from here. */
function named(roots: readonly Root[], field: "context" | "cluster" | "user", name: unknown): Fields | undefined {
  for (const { path, fields } of roots) {
    const list = fields[`${field}s`];
    const entries: readonly unknown[] = Array.isArray(list) ? list : [];
    const found = entries.filter(isObject).find((entry) => entry["name"] === name)?.[field];
    if (isObject(found)) return resolved(found, path);
  }
  return undefined;
}

const pathFields = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/** Paths in a kubeconfig are relative to it; so is a plugin's command, unless it is to be found on the PATH. */
function resolved(fields: Fields, kubeconfig: string): Fields {
  const paths = pathFields.flatMap((name) => {
    const path = text(fields[name]);
    return path === undefined ? [] : [[name, resolvePath(kubeconfig, path)] as const];
  });
  const exec = fields["exec"];
  const command = isObject(exec) ? text(exec["command"]) : undefined;
  const isPath = command?.includes("/") === true;
  return {
    ...fields,
    ...Object.fromEntries(paths),
    ...(isObject(exec) && isPath && { exec: { ...exec, command: resolvePath(kubeconfig, command) } }),
  };
}

function credentialsOf(user: Fields, read: Read): () => Promise<Credentials> {
  return async () => ({
    authorization: await authorizationOf(user, read),
    cert: await dataOrFile(user, "client-certificate", read),
    key: await dataOrFile(user, "client-key", read),
  });
}

async function authorizationOf(user: Fields, read: Read): Promise<string | undefined> {
  const tokenFile = text(user["tokenFile"]);
  const token = tokenFile === undefined ? text(user["token"]) : (await read(tokenFile)).trim();
  if (token !== undefined) return `Bearer ${token}`;
  const username = text(user["username"]);
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${text(user["password"]) ?? ""}`).toString("base64")}`;
}

async function dataOrFile(fields: Fields, name: string, read: Read): Promise<string | undefined> {
  const data = text(fields[`${name}-data`]);
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  const file = text(fields[name]);
  return file === undefined ? undefined : read(file);
}

function resolvePath(kubeconfig: string, file: string): string {
  const slash = kubeconfig.lastIndexOf("/");
  return file.startsWith("/") || slash < 0 ? file : `${kubeconfig.slice(0, slash)}/${file}`;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
