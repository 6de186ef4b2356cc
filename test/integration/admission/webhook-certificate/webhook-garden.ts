import { createServer, connect as connectSocket, type AddressInfo, type Server as SocketServer } from "node:net";
import {
  identitySecretName,
  type IdentityTexts,
  identityTexts,
} from "../../../../admission/webhook-certificate/secret.ts";
import {
  configurationName,
  type WebhookAddress,
  webhookConfigurations,
} from "../../../../admission/webhook-certificate/webhook-configurations.ts";
import { falcoProfiles } from "../../../../admission/garden.ts";
import { readChain } from "../../../../certificates/read-family.ts";
import type { Client } from "../../../../kube/client.ts";
import type { KubeObject } from "../../../../kube/objects.ts";
import { closeWebhookConnections } from "../../../support/apiserver/webhook-client.ts";
import { type ApiServer, startApiServer } from "../../../support/apiserver/start.ts";
import { Changes } from "../../../support/changes.ts";
import { connectWithFaults, type FaultHook } from "../../../support/faulty-client.ts";
import { JumpingClock } from "../../../support/jumping-clock.ts";
import { profileCrd } from "../../../support/profile-crd.ts";
import { type LogLine, recordingLogger } from "../../../support/recording-logger.ts";
import { profileOf } from "../../../support/seed-objects.ts";
import { type Replica, startReplica } from "./replica.ts";

export const day = 24 * 60 * 60 * 1000;
const patienceMs = 10_000;

/** How a test starts a replica; what it does not say is the garden's. */
interface ReplicaInput {
  /** Whether it looks after the certificates; if so, whether it leads at the moment of a write. */
  readonly leads?: (() => boolean) | undefined;
  readonly ownerNamespace?: string;
  /** Where it says that it is called: that of the garden when absent. */
  readonly address?: WebhookAddress;
  /** Asked at each of its requests. */
  readonly fault?: FaultHook;
}

const configurationKinds = {
  MutatingWebhookConfiguration: "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  ValidatingWebhookConfiguration: "validatingwebhookconfigurations.admissionregistration.k8s.io",
} as const;
type ConfigurationKind = keyof typeof configurationKinds;

/**
 * A garden that is the runtime cluster, too, with the webhooks' replicas behind one address, as a Service would have them. Its time begins 26
 * days before the machine's, so that TLS, which goes by the machine's clock, takes whatever is made in these days.
 */
export class WebhookGarden {
  readonly clock = new JumpingClock(new Date(Date.now() - 26 * day).toISOString());
  readonly log: LogLine[] = [];
  /** The writes of the replicas, in their order: method and path. */
  readonly writes: string[] = [];
  readonly server: ApiServer;
  readonly admin: Client;
  readonly #changes = new Changes();
  readonly #balancer: SocketServer;
  readonly #replicas: Replica[] = [];
  #next = 0;
  #changed: Promise<void> = Promise.resolve();

  private constructor(server: ApiServer, admin: Client, balancer: SocketServer) {
    this.server = server;
    this.admin = admin;
    this.#balancer = balancer;
    balancer.on("connection", (socket) => {
      const port = this.#choose()?.port;
      if (port === undefined) {
        socket.destroy();
        return;
      }
      const upstream = connectSocket(port, "127.0.0.1");
      for (const each of [socket, upstream]) {
        each.on("error", () => {
          socket.destroy();
          upstream.destroy();
        });
      }
      socket.pipe(upstream).pipe(socket);
    });
  }

  /** A garden with the namespace `garden`, a FalcoProfile and no replica. */
  static async start(objects: readonly object[] = []): Promise<WebhookGarden> {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "garden" } };
    const server = await startApiServer({ crds: [profileCrd()], objects: [namespace, profileOf(), ...objects] });
    const balancer = createServer();
    await new Promise<void>((resolve) => balancer.listen(0, "127.0.0.1", resolve));
    return new WebhookGarden(server, await connectWithFaults(server, "admin"), balancer);
  }

  get address(): WebhookAddress {
    return this.addressBy("localhost");
  }

  /** The address by another name of this machine. */
  addressBy(host: string): WebhookAddress {
    const { port } = this.#balancer.address() as AddressInfo;
    return { kind: "url", url: `https://${host}:${String(port)}` };
  }

  /** Starts a replica; with `leads` it looks after the certificates, too. */
  async startReplica({ fault, ...input }: ReplicaInput = {}): Promise<Replica> {
    const client = await connectWithFaults(this.server, "admission", async (request) => {
      const answer = await fault?.(request);
      if (request.method !== "GET" && (answer === undefined || answer === "lost")) {
        this.writes.push(`${request.method} ${request.path.split("?", 1).join("")}`);
      }
      this.#changes.happened();
      return answer;
    });
    const logger = recordingLogger(this.log, this.#changes.happened);
    const replica = await startReplica({ address: this.address, ...input, client, clock: this.clock, logger });
    const { stop } = replica;
    const listed = {
      ...replica,
      stop: () => {
        this.#replicas.splice(this.#replicas.indexOf(listed), 1);
        return stop();
      },
    };
    this.#replicas.push(listed);
    return listed;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#replicas].map((each) => each.stop()));
    // Ends the API server's connections to the webhooks as well.
    await this.server.stop();
    await new Promise((resolve) => this.#balancer.close(resolve));
  }

  /** Resolves as soon as `isSo`; looks whenever a replica makes a request or logs something. */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    if (await this.#changes.until(isSo, patienceMs)) return;
    const lines = this.log.slice(-12).map((line) => JSON.stringify(line));
    throw new Error([`it never came to: ${what}`, ...lines].join("\n"));
  }

  /**
   * Lets minutes pass until `isSo`, each with a change of the FalcoProfile in it, or whatever else takes its time. Whoever is awake when a
   * clock jumps goes to sleep afterwards, so one jump would not do.
   */
  async passUntil(what: string, isSo: () => boolean, meanwhile = (): Promise<unknown> => this.change()): Promise<void> {
    for (let minutes = 0; !isSo(); minutes++) {
      if (minutes === 120) throw new Error(`it did not come in two hours: ${what}`);
      this.clock.jump(60_000);
      await meanwhile();
    }
  }

  /** Asks the API server for something. */
  read(): Promise<unknown> {
    return this.admin.get(falcoProfiles, { name: "falco" });
  }

  /** Changes the FalcoProfile, which the API server asks a replica about over a new connection. */
  change(): Promise<void> {
    // One at a time: closing the connections would break another request off.
    const changed = this.#changed.then(async () => {
      closeWebhookConnections();
      const labels = { change: String((this.#next += 1)) };
      await this.admin.patch(falcoProfiles, { name: "falco" }, { body: { metadata: { labels } } });
    });
    this.#changed = changed.catch(() => undefined);
    return changed;
  }

  /** Changes the FalcoProfile again and again while `work` goes on; returns how often, and every failure. */
  async underLoad(
    work: () => Promise<void>,
  ): Promise<{ readonly changes: number; readonly failures: readonly string[] }> {
    const failures: string[] = [];
    const state = { changes: 0, isOver: false };
    const load = async (): Promise<void> => {
      while (!state.isOver) {
        await this.change().catch((error: unknown) => failures.push(String(error)));
        state.changes += 1;
      }
    };
    const loading = load();
    try {
      await work();
    } finally {
      state.isOver = true;
      await loading;
    }
    return { changes: state.changes, failures };
  }

  /** What the Secret holds. */
  get texts(): IdentityTexts {
    return identityTexts(this.secret as KubeObject | undefined);
  }

  get secret(): object | undefined {
    return this.server.store.get("secrets", identitySecretName, "garden");
  }

  deleteSecret(): void {
    this.server.store.remove("secrets", identitySecretName, "garden");
  }

  configuration(kind: ConfigurationKind): KubeObject | undefined {
    return this.server.store.get(configurationKinds[kind], configurationName) as KubeObject | undefined;
  }

  deleteConfiguration(kind: ConfigurationKind): void {
    this.server.store.remove(configurationKinds[kind], configurationName);
  }

  /** The bundles in the webhook configurations, in PEM; empty for none. */
  get bundles(): readonly string[] {
    return webhookConfigurations({ address: this.address }).flatMap(({ kind }) => {
      const { webhooks = [] } = (this.configuration(kind as ConfigurationKind) ?? {}) as Configuration;
      return webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? "", "base64").toString());
    });
  }

  /** Whether all three webhooks have the Secret's bundle, which holds so many CAs. */
  isPublished(authorities: number): boolean {
    const { bundle } = this.texts;
    const { bundles } = this;
    return (
      bundles.length === 3 && bundles.every((each) => each === bundle) && readChain(bundle)?.length === authorities
    );
  }

  #choose(): Replica | undefined {
    const ready = this.#replicas.filter(({ unready }) => unready() === undefined);
    const all = ready.length > 0 ? ready : this.#replicas;
    return all[(this.#next += 1) % all.length];
  }
}

interface Configuration {
  readonly webhooks?: readonly { readonly clientConfig: { readonly caBundle?: string } }[];
}
