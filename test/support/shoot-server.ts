import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import type { KubeObject } from "../../kube/objects.ts";
import { type ApiServer, type Fault, startApiServer } from "./apiserver/start.ts";
import { Changes } from "./changes.ts";

const patienceMs = 8_000;
const namespace = "kube-system";
const labels = { "app.kubernetes.io/name": "falco", "app.kubernetes.io/instance": "falco" };
const podSpec = { containers: [{ name: "falco", image: "falco:1" }] };

/** A shoot as the controller meets it when it looks there: its API server, which is always an embedded one, with a DaemonSet and its pods. */
export class ShootServer {
  /** The paths of all requests. */
  readonly requests: string[] = [];
  /** What the API server gives as a pod's log. */
  log = "";
  /** Does something else instead of answering; logs included. */
  fault: Fault | undefined;
  readonly #changes = new Changes();
  readonly #server: ApiServer;

  private constructor(server: ApiServer) {
    this.#server = server;
  }

  static async start(): Promise<ShootServer> {
    const hooks: { answer: (path: string) => Fault | undefined } = { answer: () => undefined };
    const server = await startApiServer({ intercept: ({ path }) => hooks.answer(path) });
    const template = { metadata: { labels }, spec: podSpec };
    server.store.put({
      apiVersion: "apps/v1",
      kind: "DaemonSet",
      metadata: { namespace, name: "falco", generation: 1 },
      spec: { selector: { matchLabels: labels }, template },
      status: { observedGeneration: 1 },
    });
    const shoot = new ShootServer(server);
    hooks.answer = (path) => shoot.#answer(path);
    return shoot;
  }

  /** The Secret by which Gardener lets extensions in. */
  kubeconfigIn(controlPlane: string): KubeObject {
    return kubeconfigSecret(controlPlane, this.#server.kubeconfig());
  }

  /** Creates a pod of Falco's, or replaces it. */
  putPod(name: string, status: object): void {
    const metadata = { namespace, name, labels };
    this.#server.store.put({ apiVersion: "v1", kind: "Pod", metadata, spec: podSpec, status });
  }

  /** Resolves when there have been so many requests. */
  async untilAsked(times: number): Promise<void> {
    if (await this.#changes.until(() => this.requests.length >= times, patienceMs)) return;
    throw new Error(`it was asked only ${String(this.requests.length)} times`);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  #answer(path: string): Fault | undefined {
    this.requests.push(path);
    this.#changes.happened();
    if (this.fault !== undefined) return this.fault;
    return path.includes("/log?") ? { status: 200, body: this.log } : undefined;
  }
}

/** A machine that takes connections and never says a word. */
export class SilentServer {
  /** How many connections have been made. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections++;
      this.#sockets.add(socket.on("error", () => socket.destroy()));
    });
  }

  static async start(): Promise<SilentServer> {
    const silent = new SilentServer();
    await once(silent.#server.listen(0, "127.0.0.1"), "listening");
    return silent;
  }

  /** The Secret that leads here. */
  kubeconfigIn(controlPlane: string): KubeObject {
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const kubeconfig = {
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
      clusters: [{ name: "c", cluster: { server: `https://127.0.0.1:${String(port)}` } }],
      users: [{ name: "c", user: { token: "secret-token" } }],
    };
    return kubeconfigSecret(controlPlane, JSON.stringify(kubeconfig));
  }

  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

function kubeconfigSecret(controlPlane: string, text: string): KubeObject {
  const metadata = { namespace: controlPlane, name: "gardener-internal" };
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata,
    type: "Opaque",
    data: { kubeconfig: Buffer.from(text).toString("base64") },
  };
}
