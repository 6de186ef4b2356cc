import process from "node:process";
import { connect } from "../../kube/client.ts";

/** How to reach an API server as its administrator. */
export interface ServerAddress {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

const loopback: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/**
 * The real kube-apiserver that the environment variable KUBECONFIG_REAL names by a kubeconfig with a token; undefined without it. Specs make
 * and delete objects as they please, so a server that is not on this machine is refused: it could be somebody's landscape.
 */
export async function realServer(): Promise<ServerAddress | undefined> {
  const kubeconfig = process.env["KUBECONFIG_REAL"] ?? "";
  if (kubeconfig === "") return undefined;
  const { server, ca = "", credentials } = await connect({ kubeconfig });
  if (!loopback.includes(server.hostname)) {
    throw new Error(`KUBECONFIG_REAL names ${server.host}: specs run only against a server on this machine.`);
  }
  const { authorization = "" } = await credentials();
  if (!authorization.startsWith("Bearer ")) {
    throw new Error("KUBECONFIG_REAL names a user without a token: specs sign in with one.");
  }
  return { url: server.origin, caPem: ca, token: authorization.slice("Bearer ".length) };
}
