import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the range that operating systems give to outgoing connections, which could take a port between finding and using it. */
const range = { from: 20_000, to: 30_000 } as const;

/** A port of 127.0.0.1 that nobody listens on, and that is not one of `taken`; it is added to them. */
export async function freePort(taken: Set<number>): Promise<number> {
  for (;;) {
    const port = randomInt(range.from, range.to);
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
