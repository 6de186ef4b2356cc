import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { configurationName, webhookSuffix } from "../../admission/webhook-certificate/webhook-configurations.ts";
import { configurationTypes } from "../../admission/webhook-certificate/publish.ts";
import { isObject } from "../../falco/base/json.ts";
import { parseManifests } from "../../falco/base/yaml.ts";
import { administrator } from "../../hack/control-plane/announce-gardener.ts";
import { build } from "../../hack/control-plane/build.ts";
import { installCrds } from "../../hack/control-plane/install-crds.ts";
import { type ControlPlane, type KubeServer, startControlPlane } from "../../hack/control-plane/start.ts";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import type { Client } from "../../kube/client.ts";
import { collectionPath, type KubeObject, type ObjectName, objectPath, resource } from "../../kube/objects.ts";
import { Client as PlainClient, type Reply } from "../contract/client.ts";
import { AdmissionProgram } from "../integration/admission/admission-program.ts";
import { asString, type Json } from "../support/apiserver/json.ts";
import { kubeconfigFor } from "../support/kubeconfig.ts";
import { putObject } from "../support/object-writes.ts";
import { configOf } from "../support/seed-objects.ts";
import { profileCrd } from "../support/profile-crd.ts";
import { FrontDoor } from "./front-door.ts";
import { gardenObjects, gardenShoot } from "./garden-objects.ts";
import { imageless } from "./garden-profiles.ts";
import { patience, typeOf } from "./seed-and-shoot.ts";

const serviceAccounts = resource("v1", "ServiceAccount");
/** So that another replica leads soon after one was killed. */
const timing = ["lease-duration=3s", "renew-deadline=2s", "retry-period=500ms"].map(
  (each) => `--leader-election-${each}`,
);

interface Parts {
  readonly plane: ControlPlane;
  readonly server: KubeServer;
  readonly client: Client;
  readonly door: FrontDoor;
}

/**
 * A real kube-apiserver with a real gardener-apiserver behind it, a project, FalcoProfiles' definition, and the accounts of the admission
 * with the rights of docs/rbac-admission.yaml and no others. It is the cluster that the admission runs in, too.
 */
export class RealGarden {
  readonly server: KubeServer;
  /** Of the operator, who may do everything. */
  readonly client: Client;
  /** The same, for what is to be read in headers and asked for in dry runs. */
  readonly plain: PlainClient;
  /** Where the API servers find the webhooks. */
  readonly door: FrontDoor;
  /** Where kubeconfigs are, and whatever a spec puts there. */
  readonly folder = mkdtempSync(join(tmpdir(), "real-garden-"));
  readonly #plane: ControlPlane;
  readonly #replicas = new Map<AdmissionProgram, number>();

  private constructor({ plane, server, client, door }: Parts) {
    this.#plane = plane;
    this.server = server;
    this.client = client;
    this.door = door;
    this.plain = new PlainClient({ ...server, stop: () => Promise.resolve() });
  }

  /** A garden with these FalcoProfiles; no admission runs yet. */
  static async open(profiles: readonly KubeObject[]): Promise<RealGarden> {
    const plane = await startControlPlane(await build({ names: ["etcd", "kube-apiserver", "gardener-apiserver"] }));
    try {
      const server = await plane.startKubeApiserver("garden");
      const client = await administrator(server);
      await Promise.all([plane.startGardenerApiserver(server), installCrds([profileCrd()], client)]);
      const garden = new RealGarden({ plane, server, client, door: await FrontDoor.open() });
      for (const each of [...gardenObjects, ...profiles, ...rightsOfAdmission()]) await putObject(client, each);
      await garden.#writeKubeconfigs();
      return garden;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** How the admission gets at the garden: with its own account there. */
  get kubeconfig(): string {
    return join(this.folder, "garden");
  }

  /** Starts a replica of the admission as a process of its own. It can be asked when the promise resolves. */
  async startReplica(flags: readonly string[] = []): Promise<AdmissionProgram> {
    const program = new AdmissionProgram(
      [
        ...["--port=0", "--health-bind-address=127.0.0.1:0", "--metrics-bind-address=127.0.0.1:0"],
        ...["--webhook-config-mode=url", `--webhook-config-url=localhost:${String(this.door.port)}`],
        ...[...timing, "--shutdown-delay-duration=2s", ...flags],
      ],
      {
        GARDEN_KUBECONFIG: this.kubeconfig,
        SOURCE_KUBECONFIG: join(this.folder, "source"),
        LEADER_ELECTION_NAMESPACE: "garden",
      },
    );
    this.#replicas.set(program, 0);
    const { url } = await program.line("the webhooks are served");
    this.#replicas.set(program, Number(new URL(String(url)).port));
    await program.ready();
    this.#openDoor();
    return program;
  }

  /** Ends a replica. */
  async endReplica(program: AdmissionProgram, signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.#replicas.delete(program);
    program.kill(signal);
    const code = await program.ended;
    this.#openDoor();
    return code;
  }

  /** Creates an object as the operator; what the API server answers, whatever that is. */
  create(object: KubeObject, query = ""): Promise<Reply> {
    return this.plain.post(`${collectionPath(typeOf(object), object.metadata.namespace)}${query}`, asJson(object));
  }

  /** The same with a merge patch. */
  patch(object: KubeObject, body: object, query = ""): Promise<Reply> {
    return this.plain.patch(`${objectPath(typeOf(object), object.metadata)}${query}`, "merge", asJson(body));
  }

  delete(object: KubeObject, query = ""): Promise<Reply> {
    return this.plain.delete(`${objectPath(typeOf(object), object.metadata)}${query}`);
  }

  /** The object as it is. */
  async live(object: KubeObject): Promise<KubeObject> {
    const found = await this.client.get(typeOf(object), object.metadata);
    if (found === undefined) throw new Error(`there is no ${object.kind} ${object.metadata.name}`);
    return found;
  }

  /** The CA bundles, in PEM, by which API servers verify the three webhooks; fewer than three if some have none. */
  async bundles(): Promise<readonly string[]> {
    const found = await Promise.all(
      configurationTypes.map((type) => this.client.get(type, { name: configurationName })),
    );
    return found
      .flatMap((each) => (Array.isArray(each?.["webhooks"]) ? (each["webhooks"] as readonly unknown[]) : []))
      .flatMap((each) => bundleIn(each) ?? []);
  }

  /** Waits until both API servers ask the webhooks about what those refuse. */
  async untilAsked(): Promise<void> {
    const refused = [gardenShoot("unknown", { providerConfig: configOf({ falcoVersion: "0.1.0" }) }), imageless];
    for (const each of refused) {
      await waitFor(
        `the webhooks to be asked about a ${each.kind}`,
        async () => {
          const reply = await this.create(each, "?dryRun=All");
          if (messageOf(reply).includes("denied the request")) return true;
          throw new Error(`${String(reply.code)} ${messageOf(reply)}`);
        },
        patience,
      );
    }
  }

  async stop(): Promise<void> {
    for (const each of [...this.#replicas.keys()]) await this.endReplica(each, "SIGKILL");
    this.plain.close();
    await this.door.close();
    await this.#plane.stop();
    rmSync(this.folder, { recursive: true });
  }

  #openDoor(): void {
    this.door.leadTo([...this.#replicas.values()].filter((port) => port > 0));
  }

  async #writeKubeconfigs(): Promise<void> {
    const accounts = { garden: gardenAccount(), source: { namespace: "garden", name: configurationName } };
    for (const [file, account] of Object.entries(accounts)) {
      const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: account, spec: {} };
      const { status } = await this.client.create(serviceAccounts, request, { subresource: "token" });
      const { token } = status as { readonly token: string };
      writeFileSync(join(this.folder, file), kubeconfigFor({ ...this.server, token }), { mode: 0o600 });
    }
  }
}

/** What an API server has to say about a request that it refuses; empty for others. */
export function messageOf({ body }: Reply): string {
  return asString(body["message"]) ?? "";
}

/** How an API server calls a webhook that has refused something. */
export function webhookName(webhook: "mutator" | "validator" | "profile"): string {
  return `${webhook}${webhookSuffix}`;
}

function asJson(object: object): Json {
  return JSON.parse(JSON.stringify(object)) as Json;
}

function bundleIn(webhook: unknown): string | undefined {
  const config = isObject(webhook) ? webhook["clientConfig"] : undefined;
  const bundle = isObject(config) ? config["caBundle"] : undefined;
  return typeof bundle === "string" ? Buffer.from(bundle, "base64").toString() : undefined;
}

/** docs/rbac-admission.yaml, and the account that gardener-operator would make. */
function rightsOfAdmission(): readonly KubeObject[] {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: gardenAccount() };
  return [...documentedRights(), account];
}

function documentedRights(): readonly KubeObject[] {
  const file = new URL("../../docs/rbac-admission.yaml", import.meta.url);
  return parseManifests(readFileSync(file, "utf8")) as readonly KubeObject[];
}

/** Whom the file gives the rights in the virtual garden. */
function gardenAccount(): ObjectName {
  const binding = documentedRights().find(({ kind }) => kind === "ClusterRoleBinding");
  const [subject] = (binding?.["subjects"] ?? []) as readonly (ObjectName & { readonly kind: string })[];
  if (subject === undefined) throw new Error("docs/rbac-admission.yaml binds nobody");
  const { namespace = "", name } = subject;
  return { namespace, name };
}
