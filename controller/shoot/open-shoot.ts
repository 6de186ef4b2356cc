import { Agent } from "node:https";
import { readSecret } from "../../falco/api/gardener.ts";
import { isObject } from "../../falco/base/json.ts";
import { parseYaml } from "../../falco/base/yaml.ts";
import type { BucketLimits } from "../../kube/bucket.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import type { Connection } from "../../kube/connection.ts";
import { loadConnection } from "../../kube/load-connection.ts";
import { createClient } from "../../kube/rest-client.ts";
import { createTransport } from "../../kube/transport.ts";
import { resourceTypes } from "../resource-types.ts";
import { bounded } from "./bounded.ts";

export interface ShootAccess {
  /** The seed's API server, where the kubeconfigs are. */
  readonly seed: Client;
  readonly clock: Clock;
  readonly limits: BucketLimits;
  /** Take the way that leads through the shoot's public name: for a controller outside of the seed's network. */
  readonly external: boolean;
}

/** A client for a shoot, to be closed after use. */
export interface OpenShoot {
  readonly client: Client;
  readonly close: () => void;
}

/** No answer of a shoot may be larger: fifty pods have one megabyte at most, as a rule a tenth of it. */
const largestAnswer = 4 * 1024 * 1024;

/**
 * A client for the shoot whose control plane is in `namespace`, with the kubeconfig that Gardener keeps there. It is read each time, as the
 * token in it is renewed twice a day. Throws, without a word of the kubeconfig's, if there is none or it is not of the plain kind.
 */
export async function openShoot(access: ShootAccess, namespace: string, signal: AbortSignal): Promise<OpenShoot> {
  const { seed, clock, limits, external } = access;
  const names = external ? ["gardener"] : ["gardener-internal", "gardener"];
  const kubeconfig = await firstKubeconfig(seed, { namespace, names }, signal);
  if (kubeconfig === undefined) throw new Error("there is no kubeconfig for the shoot");
  const connection = await plainConnection(kubeconfig, clock);
  // Its connections end with it: otherwise those to a thousand shoots would stay open for a while.
  const agent = new Agent({ keepAlive: true, maxSockets: 2 });
  const transport = bounded(createTransport({ ...connection, agent }), largestAnswer);
  const client = createClient({ connection, transport, clock, limits, userAgent: "gardener-falco-controller" });
  return {
    client,
    close: () => {
      agent.destroy();
    },
  };
}

async function firstKubeconfig(
  seed: Client,
  { namespace, names }: { readonly namespace: string; readonly names: readonly string[] },
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const name of names) {
    const object = await seed.get(resourceTypes.secret, { namespace, name }, { signal });
    const secret = object === undefined ? undefined : readSecret(object);
    const encoded = secret?.ok === true ? secret.value.data?.["kubeconfig"] : undefined;
    if (encoded !== undefined) return Buffer.from(encoded, "base64").toString("utf8");
  }
  return undefined;
}

/**
 * The connection of a kubeconfig that holds everything itself. Others wrote it, so one that would start a program, read a file of this
 * machine, go through a proxy or trust any server is refused.
 */
export async function plainConnection(text: string, clock: Clock): Promise<Connection> {
  const parsed = parseYaml(text);
  const root = parsed.ok ? parsed.value[0]?.value : undefined;
  const forbidden = [...forbiddenIn(root, "user", userFields), ...forbiddenIn(root, "cluster", clusterFields)];
  if (forbidden.length > 0) throw new Error(`the kubeconfig for the shoot uses ${forbidden.join(", ")}`);
  const readFile = (): Promise<string> => Promise.reject(new Error("the kubeconfig for the shoot names a file"));
  const connection = await loadConnection({ kubeconfigText: text }, { readFile, environment: {}, clock });
  if (connection.server.protocol !== "https:") throw new Error("the kubeconfig for the shoot is not for https");
  return connection;
}

const userFields = ["exec", "auth-provider", "tokenFile", "client-certificate", "client-key"];
const clusterFields = ["proxy-url", "certificate-authority", "insecure-skip-tls-verify"];

function forbiddenIn(root: unknown, part: "user" | "cluster", fields: readonly string[]): readonly string[] {
  const list = isObject(root) ? root[`${part}s`] : undefined;
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  return entries.flatMap((entry) => {
    const settings = isObject(entry) ? entry[part] : undefined;
    return isObject(settings) ? fields.filter((field) => isSet(settings[field])) : [];
  });
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "";
}
