import { once } from "node:events";
import { createConnection, createServer, type Server, type Socket } from "node:net";

/**
 * One address for several replicas, as a Service has it: each connection goes to the next replica that takes it. One that has ended does not,
 * and its open connections break off.
 */
export class FrontDoor {
  readonly #server: Server = createServer();
  readonly #sockets = new Set<Socket>();
  #ports: readonly number[] = [];
  #connections = 0;

  private constructor() {
    this.#server.on("connection", (socket: Socket) => {
      const first = (this.#connections += 1);
      const ports = this.#ports.map((_each, index, all) => all[(first + index) % all.length] ?? 0);
      this.#keep(socket);
      void handOn(socket, ports, (each) => {
        this.#keep(each);
      });
    });
  }

  static async open(): Promise<FrontDoor> {
    const door = new FrontDoor();
    await once(door.#server.listen(0, "127.0.0.1"), "listening");
    return door;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** How many have come so far. */
  get connections(): number {
    return this.#connections;
  }

  /** From now on, connections go to these ports. */
  leadTo(ports: readonly number[]): void {
    this.#ports = ports;
  }

  async close(): Promise<void> {
    for (const each of this.#sockets) each.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
  }
}

async function handOn(socket: Socket, ports: readonly number[], keep: (inner: Socket) => void): Promise<void> {
  // What arrives before there is somebody to take it waits in the socket.
  socket.pause();
  for (const port of ports) {
    const inner = await connectionTo(port);
    if (inner === undefined) continue;
    keep(inner);
    join(socket, inner);
    return;
  }
  socket.destroy();
}

function connectionTo(port: number): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: "127.0.0.1", port }, () => {
      resolve(socket);
    });
    socket.once("error", () => {
      resolve(undefined);
    });
  });
}

function join(outer: Socket, inner: Socket): void {
  for (const each of [outer, inner]) {
    each.setNoDelay(true);
    each.on("error", () => undefined);
    each.on("close", () => {
      outer.destroy();
      inner.destroy();
    });
  }
  outer.pipe(inner).pipe(outer);
}
