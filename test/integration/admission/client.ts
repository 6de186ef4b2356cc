import { Agent, request, type RequestOptions } from "node:https";
import { TLSSocket } from "node:tls";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The common name of the certificate that the server showed. */
  readonly servedBy: string;
}

export interface Call {
  readonly url: string;
  readonly ca: string;
  readonly body?: string | Buffer;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly agent?: Agent;
  /** Sends the headers alone and waits for an answer. */
  readonly headersOnly?: boolean;
}

/** One https request that trusts `ca` alone. */
export function call({ url, ca, body = "", method = "POST", headers = {}, agent, headersOnly }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method,
      ca,
      servername: "localhost",
      agent: agent ?? new Agent({ ca }),
      headers: { "content-type": "application/json", ...headers },
    };
    const outgoing = request(url, options, (incoming) => {
      const chunks: Buffer[] = [];
      const { socket } = incoming;
      const servedBy = socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : "";
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", reject);
      incoming.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, servedBy });
        if (headersOnly) outgoing.destroy();
      });
    });
    outgoing.on("error", reject);
    if (headersOnly) outgoing.flushHeaders();
    else outgoing.end(body);
  });
}
