import { createServer, type Server, type ServerResponse } from "node:http";

/** What is wrong, in a sentence; undefined if nothing is. Must answer from what is known: a probe waits a second. */
type Check = () => string | undefined;

/** Where a server listens. */
export interface Address {
  /** Absent: all addresses of the machine. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface HealthOptions extends Address {
  /** /healthz: if one fails, the process should be restarted. */
  readonly live?: Readonly<Record<string, Check>>;
  /** /readyz: if one fails, the process is not of use at present. */
  readonly ready?: Readonly<Record<string, Check>>;
  /** The metrics in Prometheus' text format. */
  readonly metrics?: { readonly contentType: string; readonly text: () => Promise<string> };
}

export interface HealthServer {
  /** The port that was taken; of interest if 0 was asked for. */
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** Serves /healthz, /readyz and /metrics, as far as they are given, over plain HTTP. Resolves once it listens; throws if it cannot. */
export async function startHealthServer(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    // Only the path counts; kubelet and Prometheus may add a query.
    answer(request.url?.split("?", 1)[0] ?? "/", options, response).catch(() => {
      response.writeHead(500).end();
    });
  });
  // Nobody who opens a connection and says nothing keeps it.
  server.headersTimeout = 5_000;
  server.requestTimeout = 10_000;
  await listen(server, options);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: HealthOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function answer(path: string, options: HealthOptions, response: ServerResponse): Promise<void> {
  const { live, ready, metrics } = options;
  const checks = { "/healthz": live, "/readyz": ready }[path];
  if (checks !== undefined) {
    answerChecks(checks, response);
  } else if (path === "/metrics" && metrics !== undefined) {
    const text = await metrics.text();
    response.writeHead(200, { "content-type": metrics.contentType }).end(text);
  } else {
    response.writeHead(404).end();
  }
}

function answerChecks(checks: Readonly<Record<string, Check>>, response: ServerResponse): void {
  const wrong = Object.entries(checks).flatMap(([name, check]) => {
    const problem = check();
    return problem === undefined ? [] : [`${name}: ${problem}\n`];
  });
  const status = wrong.length === 0 ? 200 : 503;
  response.writeHead(status, { "content-type": "text/plain" }).end(wrong.length === 0 ? "ok\n" : wrong.join(""));
}
