import { connect, type TLSSocket } from "node:tls";

/** Where to ask, and what. */
export interface Target {
  readonly port: number;
  readonly ca: string;
  readonly path: string;
  readonly body: Buffer;
}

export interface Load {
  /** How many requests there are in all. */
  readonly requests: number;
  readonly connections: number;
  /** Requests a second, evenly spread; without it, each connection asks again as soon as it has its answer. */
  readonly perSecond?: number;
}

/** What the driver saw. Latencies in milliseconds, in no order; with a pace, from the moment at which a request was due. */
export interface Driven {
  readonly seconds: number;
  readonly latencies: readonly number[];
}

/**
 * Asks over connections that are kept. Plain bytes on sockets instead of an https client, which would take more of the machine than the server
 * that is measured. Throws at an answer that is not 200.
 */
export async function drive(target: Target, load: Load): Promise<Driven> {
  const open = Array.from({ length: load.connections }, () => Connection.open(target));
  const connections = await Promise.all(open);
  const latencies: number[] = [];
  let left = load.requests;
  const begin = performance.now();
  const gap = load.perSecond === undefined ? 0 : 1000 / load.perSecond;
  const work = async (connection: Connection): Promise<void> => {
    while (left > 0) {
      const due = begin + (load.requests - left) * gap;
      left -= 1;
      const asked = await until(gap === 0 ? 0 : due);
      await connection.ask();
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(connections.map(work));
  const seconds = (performance.now() - begin) / 1000;
  for (const each of connections) each.close();
  return { seconds, latencies };
}

/** When it is due, or now if it was due already: what then waited for a connection counts as latency. */
async function until(due: number): Promise<number> {
  const now = performance.now();
  if (due === 0) return now;
  if (due <= now) return due;
  await new Promise((resolve) => setTimeout(resolve, due - now));
  return performance.now();
}

/** One connection, with one request at a time. */
class Connection {
  readonly #socket: TLSSocket;
  readonly #request: Buffer;
  #received = "";
  #answered: (() => void) | undefined;

  private constructor(socket: TLSSocket, { path, body }: Target) {
    this.#socket = socket;
    const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n`;
    this.#request = Buffer.concat([Buffer.from(head), body]);
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.#take(text);
    });
  }

  static async open(target: Target): Promise<Connection> {
    const { port, ca } = target;
    const socket = connect({ host: "127.0.0.1", port, ca, servername: "localhost" });
    await new Promise<void>((resolve, reject) => {
      socket.once("secureConnect", resolve);
      socket.once("error", reject);
    });
    socket.setNoDelay();
    return new Connection(socket, target);
  }

  ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#socket.once("error", reject);
      this.#socket.write(this.#request, () => this.#socket.off("error", reject));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#received += text;
    const end = this.#received.indexOf("\r\n\r\n");
    if (end === -1) return;
    const head = this.#received.slice(0, end);
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(this.#received);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (this.#received.length < end + 4 + length) return;
    this.#received = "";
    this.#answered?.();
  }
}
