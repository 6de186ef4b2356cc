import { delimiter } from "node:path";
import { isObject } from "../falco/base/json.ts";
import { type Connection, type ConnectionWorld, rereading } from "./connection.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { proxyFor } from "./proxy.ts";
import { unreadableFile } from "./unreadable-file.ts";

/** Which API server. With nothing given: `KUBECONFIG`, then the pod's service account, then `~/.kube/config`. */
export interface ConnectionOptions {
  /** Path of a kubeconfig. */
  readonly kubeconfig?: string | undefined;
  /** A kubeconfig itself, such as one out of a Secret. */
  readonly kubeconfigText?: string | undefined;
  readonly context?: string | undefined;
  /** The URL of an API server, instead of a kubeconfig. */
  readonly server?: string | undefined;
  readonly caPem?: string | undefined;
  readonly token?: string | undefined;
}

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Finds the API server and the credentials. Throws if there is none, and names what it looked for.
 *
 * client-node's KubeConfig is only loaded for kubeconfigs with exec plugins, auth providers or SOCKS proxies (see kubeconfig.ts):
 * measured on Node 24, importing the package takes 340–700 ms and 86–89 MB, its dist/config.js alone 270–400 ms and
 * 85 MB (it pulls in all generated models), while a service account or a plain kubeconfig, which is all that an
 * extension meets in a landscape, needs nothing of it.
 */
export async function loadConnection(options: ConnectionOptions, world: ConnectionWorld): Promise<Connection> {
  const { context, server, caPem, token, kubeconfigText } = options;
  if (server !== undefined) {
    const credentials = { authorization: token === undefined ? undefined : `Bearer ${token}` };
    const url = new URL(server);
    const proxy = proxyFor(url, world.environment);
    return { ...plain, server: url, ca: caPem, proxy, credentials: () => Promise.resolve(credentials) };
  }
  if (kubeconfigText !== undefined) {
    return readKubeconfig({ files: [{ text: kubeconfigText, path: "" }], context }, world);
  }
  if (options.kubeconfig !== undefined) return fromFiles([options.kubeconfig], context, world);
  const named = (world.environment["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  if (named.length > 0) return fromFiles(named, context, world);
  return (await inCluster(world)) ?? fromHome(options, world);
}

/** Of several files, those that do not exist are passed over, as kubectl does, unless there is none at all. */
async function fromFiles(
  paths: readonly string[],
  context: string | undefined,
  world: ConnectionWorld,
): Promise<Connection> {
  const files = await Promise.all(
    paths.map(async (path) => {
      try {
        return { path, text: await world.readFile(path) };
      } catch (error) {
        if (paths.length > 1 && isMissing(error)) return undefined;
        throw new Error(unreadableFile(path, error), { cause: error });
      }
    }),
  );
  const found = files.filter((each) => each !== undefined);
  if (found.length === 0) throw new Error(unreadableFile(paths.join(" or "), { code: "ENOENT" }));
  return readKubeconfig({ files: found, context }, world);
}

function isMissing(error: unknown): boolean {
  return isObject(error) && error["code"] === "ENOENT";
}

const plain = { insecure: false, namespace: "default" };

async function inCluster(world: ConnectionWorld): Promise<Connection | undefined> {
  const host = world.environment["KUBERNETES_SERVICE_HOST"];
  const port = world.environment["KUBERNETES_SERVICE_PORT"] ?? "443";
  if (host === undefined || host === "") return undefined;
  const read = rereading(world);
  const server = new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`);
  return {
    server,
    proxy: proxyFor(server, world.environment),
    ca: await world.readFile(`${serviceAccount}/ca.crt`),
    insecure: false,
    namespace: (await world.readFile(`${serviceAccount}/namespace`)).trim(),
    credentials: async () => ({ authorization: `Bearer ${(await read(`${serviceAccount}/token`)).trim()}` }),
  };
}

async function fromHome({ context }: ConnectionOptions, world: ConnectionWorld): Promise<Connection> {
  const path = `${world.environment["HOME"] ?? ""}/.kube/config`;
  const text = await world.readFile(path).catch((cause: unknown) => {
    if (!isMissing(cause)) throw new Error(unreadableFile(path, cause), { cause });
    throw new Error(
      `No API server is named: give --kubeconfig or set KUBECONFIG. There is neither a service account nor ${path}.`,
      { cause },
    );
  });
  return readKubeconfig({ files: [{ text, path }], context }, world);
}
