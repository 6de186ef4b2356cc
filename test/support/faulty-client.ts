import { type Client, connect } from "../../kube/client.ts";
import { createClient } from "../../kube/rest-client.ts";
import { createTransport, type WireResponse } from "../../kube/transport.ts";
import type { ApiServer, Fault, InterceptedRequest } from "./apiserver/start.ts";

/** What may happen to a request; with "lost" it is carried out, and its answer does not arrive. */
export type ClientFault = Fault | "lost";

/** Asked before each request; undefined lets it pass. */
export type FaultHook = (request: InterceptedRequest) => ClientFault | undefined;

/** A client; `fault` is asked before each of its requests. */
export async function connectWithFaults(
  { url, caPem, token }: ApiServer,
  userAgent: string,
  fault: FaultHook = () => undefined,
): Promise<Client> {
  const connection = await connect({ server: url, caPem, token });
  const send = createTransport(connection);
  return createClient({
    connection,
    userAgent,
    limits: { perSecond: 10_000, burst: 10_000 },
    transport: async (request) => {
      const failure = fault({ method: request.method, path: request.path, body: request.body ?? "" });
      if (failure === undefined) return send(request);
      if (typeof failure === "object") return answer(failure);
      if (failure === "lost") await (await send(request)).text();
      throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
    },
  });
}

function answer({ status, headers, body = "" }: Exclude<Fault, string>): WireResponse {
  return {
    status,
    retryAfter: headers?.["retry-after"],
    text: () => Promise.resolve(body),
    chunks: async function* () {
      yield await Promise.resolve(Buffer.from(body));
    },
    close: () => undefined,
  };
}
