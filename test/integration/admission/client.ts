import { Agent, request, type RequestOptions } from "node:https";
import { connect, type PeerCertificate, TLSSocket } from "node:tls";

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
      const servedBy = socket instanceof TLSSocket ? nameOf(socket) : "";
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

/** A connection that resumes an earlier session shows no certificate. */
function nameOf(socket: TLSSocket): string {
  const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  return String(subject?.CN ?? "");
}

/** Headers of a request whose body says that it has 10 bytes. */
export const jsonHeaders = "host: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n";

/** A connection on which somebody speaks HTTP by hand. */
export interface Conversation {
  readonly socket: TLSSocket;
  /** What the server has said until it closed the connection. */
  readonly said: Promise<string>;
}

/** Opens a connection and says `words`; resolves when they are on their way. */
export function speak(port: number, ca: string, words: string): Promise<Conversation> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, ca, servername: "localhost" }, () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      socket.write(words, () => {
        resolve({ socket, said });
      });
    });
    socket.once("error", reject);
    const said = new Promise<string>((done) => {
      let text = "";
      socket.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.on("close", () => {
        done(text);
      });
    });
  });
}
