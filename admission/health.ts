import { createServer } from "node:http";
import { type AddressInfo } from "node:net";

/** What must hold for the program to take requests, by name; false means not yet. */
type Checks = Readonly<Record<string, () => boolean>>;

export interface HealthOptions {
  /** All interfaces when absent. */
  readonly host?: string;
  readonly port: number;
  readonly checks: Checks;
}

/**
 * `/healthz` is whether the program runs at all, `/readyz` whether every check holds; both list what they found. Plain http: kubelets
 * do not need to trust a certificate for it.
 */
export async function startHealth({
  host,
  port,
  checks,
}: HealthOptions): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const found = resultsFor(request.url ?? "", checks);
    const status = found === undefined ? 404 : found.every(([, holds]) => holds) ? 200 : 503;
    const lines = (found ?? []).map(([name, holds]) => `[${holds ? "+" : "-"}]${name}\n`);
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(lines.join(""));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

type Results = readonly (readonly [name: string, holds: boolean])[];

function resultsFor(url: string, checks: Checks): Results | undefined {
  const [path] = url.split("?", 1);
  if (path === "/healthz") return [["ping", true]];
  return path === "/readyz" ? Object.entries(checks).map(([name, check]) => [name, check()]) : undefined;
}
