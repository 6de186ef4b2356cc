import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { announceGardener } from "./announce-gardener.ts";
import type { Built } from "./build.ts";
import { etcdArguments, etcdUrl } from "./etcd.ts";
import { gardenerApiserverArguments, gardenerApiserverHosts } from "./gardener-apiserver.ts";
import { Guard } from "./guard.ts";
import { writeConfidential, writeIdentity, writeSigningKey } from "./identity-files.ts";
import { kubeApiserverArguments } from "./kube-apiserver.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { freePort } from "./ports.ts";
import { type ProcessInput, type RunningProcess, startProcess } from "./process.ts";
import { resourceManagerConfiguration } from "./resource-manager.ts";

/** A kube-apiserver that runs, and how an administrator gets at it. */
export interface KubeServer {
  readonly name: string;
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  /** The path of a kubeconfig. */
  readonly kubeconfig: string;
  readonly process: RunningProcess;
}

interface ResourceManagerOptions {
  /** Where the ManagedResources are. */
  readonly source: KubeServer;
  /** Where their objects go. */
  readonly target: KubeServer;
  /** The `spec.class` of the ManagedResources that it takes; without it, those that have none. */
  readonly resourceClass?: string;
}

/** Starts an etcd on this machine, and gives the means to start the servers round it. */
export async function startControlPlane(built: Built): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), "control-plane-"));
  const plane = new ControlPlane(built, folder);
  try {
    await plane.startEtcd();
    return plane;
  } catch (error) {
    await plane.stop();
    throw error;
  }
}

/** Real programs on loopback ports, with their data in a folder of their own. Whatever happens to this process, they end with it. */
export class ControlPlane {
  /** Gardener's CustomResourceDefinitions of a seed. */
  readonly crds: readonly object[];
  readonly #built: Built;
  readonly #folder: string;
  readonly #guard: Guard;
  readonly #ports = new Set<number>();
  readonly #running: RunningProcess[] = [];
  #etcdUrl = "";

  constructor(built: Built, folder: string) {
    this.crds = built.crds;
    this.#built = built;
    this.#folder = folder;
    this.#guard = new Guard(folder);
  }

  /** Only once; all servers share it. */
  async startEtcd(): Promise<void> {
    const [clientPort, peerPort] = [await this.#port(), await this.#port()];
    this.#etcdUrl = etcdUrl(clientPort);
    await this.#start({
      title: "etcd",
      command: this.#built.programs.etcd,
      args: etcdArguments({ dataFolder: join(this.#folder, "etcd"), clientPort, peerPort }),
      logFile: join(this.#folder, "etcd.log"),
      ready: { url: `${this.#etcdUrl}/readyz` },
    });
  }

  /** Starts a kube-apiserver with objects of its own. `name`, such as `seed`, is for messages and files; no two have the same. */
  async startKubeApiserver(name: string): Promise<KubeServer> {
    const folder = this.#subfolder(name);
    const token = `${name}-admin-token`;
    const serving = writeIdentity(folder, "serving");
    const files = {
      serving,
      proxy: writeIdentity(folder, "proxy"),
      tokens: writeConfidential(folder, "tokens", `${token},admin,admin,"system:masters"\n`),
      serviceAccountKey: writeSigningKey(folder),
    };
    const port = await this.#port();
    const access = { url: `https://127.0.0.1:${String(port)}`, caPem: serving.caPem, token };
    const process = await this.#start({
      title: `kube-apiserver (${name})`,
      command: this.#built.programs["kube-apiserver"],
      args: kubeApiserverArguments({ etcdUrl: this.#etcdUrl, prefix: `/${name}`, port, files }),
      logFile: join(folder, "log"),
      ready: { url: `${access.url}/readyz`, caPem: access.caPem },
    });
    const kubeconfig = writeConfidential(folder, "kubeconfig", kubeconfigText(name, access));
    return { name, ...access, kubeconfig, process };
  }

  /** Starts a gardener-resource-manager. The source has to have the CustomResourceDefinition of ManagedResources. */
  async startResourceManager({ source, target, resourceClass }: ResourceManagerOptions): Promise<RunningProcess> {
    const name = `resource-manager-${source.name}-${target.name}-${resourceClass ?? "no-class"}`;
    const folder = this.#subfolder(name);
    writeIdentity(folder, "tls");
    const ports = { webhooks: await this.#port(), health: await this.#port(), metrics: await this.#port() };
    const configuration = resourceManagerConfiguration({
      certificateFolder: folder,
      ports,
      resourceClass,
      clusterId: `${source.name}-identity`,
    });
    return this.#start({
      title: name,
      command: this.#built.programs["gardener-resource-manager"],
      args: [`--config=${writeConfidential(folder, "configuration.yaml", configuration)}`],
      environment: { KUBECONFIG: source.kubeconfig, TARGET_KUBECONFIG: target.kubeconfig },
      logFile: join(folder, "log"),
      ready: { url: `http://127.0.0.1:${String(ports.health)}/readyz` },
    });
  }

  /** Starts a gardener-apiserver behind a kube-apiserver, which serves Gardener's kinds when the promise resolves. */
  async startGardenerApiserver(garden: KubeServer): Promise<RunningProcess> {
    const name = `gardener-apiserver-${garden.name}`;
    const folder = this.#subfolder(name);
    const serving = writeIdentity(folder, "serving", gardenerApiserverHosts);
    const port = await this.#port();
    const process = await this.#start({
      title: name,
      command: this.#built.programs["gardener-apiserver"],
      args: gardenerApiserverArguments({
        etcdUrl: this.#etcdUrl,
        prefix: `/${name}`,
        port,
        serving,
        kubeconfig: garden.kubeconfig,
      }),
      logFile: join(folder, "log"),
      ready: { url: `https://localhost:${String(port)}/readyz`, caPem: serving.caPem },
    });
    await announceGardener(garden, port, serving.caPem);
    return process;
  }

  /** Ends all that was started, in the reverse order, and removes its data. */
  async stop(): Promise<void> {
    for (const each of this.#running.splice(0).reverse()) await each.stop();
    await this.#guard.end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(input: ProcessInput): Promise<RunningProcess> {
    const process = await startProcess(input, this.#guard);
    this.#running.push(process);
    return process;
  }

  #port(): Promise<number> {
    return freePort(this.#ports);
  }

  #subfolder(name: string): string {
    const folder = join(this.#folder, name);
    mkdirSync(folder);
    return folder;
  }
}
