/** The server that the contract is checked on: the embedded one, or a real one named by KUBECONFIG_REAL. */
import { startApiServer } from "../support/apiserver/start.ts";
import { realServer, type ServerAddress } from "../support/real-server.ts";

/** How to reach a server. */
export interface Target extends ServerAddress {
  stop(): Promise<void>;
}

/** Starts the embedded server, or finds the real one. */
export async function startTarget(): Promise<Target> {
  const real = await realServer();
  return real === undefined ? startApiServer() : { ...real, stop: () => Promise.resolve() };
}
