import { type Client, connect } from "../../kube/client.ts";
import { createClient } from "../../kube/rest-client.ts";
import { createTransport, type Transport, type WireResponse } from "../../kube/transport.ts";
import type { Fault, InterceptedRequest } from "./apiserver/start.ts";
import type { ServerAddress } from "./real-server.ts";

/** What may happen to a request; with "lost" it is carried out, and its answer does not arrive. */
type ClientFault = Fault | "lost";

/** Asked before each request; undefined lets it pass. */
export type FaultHook = (request: InterceptedRequest) => ClientFault | undefined | Promise<ClientFault | undefined>;

/** A client whose connections a test may break; what happens to a request happens on this side, so any server will do. */
export interface FaultyClient extends Client {
  /** Breaks all open watches off, as a lost connection does. */
  readonly cutWatches: () => void;
}

/** A client of any server, embedded or real; `fault` is asked before each of its requests. */
export async function connectWithFaults(
  { url, caPem, token }: ServerAddress,
  userAgent: string,
  fault: FaultHook = () => undefined,
): Promise<FaultyClient> {
  const connection = await connect({ server: url, caPem, token });
  const streams = new Set<WireResponse>();
  const client = createClient({
    connection,
    userAgent,
    limits: { perSecond: 10_000, burst: 10_000 },
    transport: disturbed(remembering(createTransport(connection), streams), fault),
  });
  return {
    ...client,
    cutWatches: () => {
      for (const stream of streams) stream.close();
    },
  };
}

/** Keeps the open streams at hand. */
function remembering(send: Transport, streams: Set<WireResponse>): Transport {
  return async (request) => {
    const response = await send(request);
    if (!request.streaming) return response;
    const close = (): void => {
      streams.delete(stream);
      response.close();
    };
    const stream = { ...response, close };
    streams.add(stream);
    return stream;
  };
}

function disturbed(send: Transport, fault: FaultHook): Transport {
  return async (request) => {
    const failure = await fault({ method: request.method, path: request.path, body: request.body ?? "" });
    if (failure === undefined) return send(request);
    if (typeof failure === "object") return answer(failure);
    if (failure === "lost") await (await send(request)).text();
    throw Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
  };
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
