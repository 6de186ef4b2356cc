import { readFileSync } from "node:fs";
import { loadTemplates } from "../../charts/load.ts";
import { type Controller, startController } from "../../controller/start.ts";
import type { Condition } from "../../falco/api/gardener.ts";
import { formatProblem } from "../../falco/base/problem.ts";
import { defaultLandscape } from "../../falco/desired/landscape.ts";
import { administrator } from "../../hack/control-plane/announce-gardener.ts";
import { installCrds } from "../../hack/control-plane/install-crds.ts";
import type { KubeServer } from "../../hack/control-plane/start.ts";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import type { Client } from "../../kube/client.ts";
import { type Clock, systemClock } from "../../kube/clock.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { loadRuleFiles } from "../../profiles/load.ts";
import { ControllerProgram } from "../support/controller-program.ts";
import { inShort } from "../support/extension-view.ts";
import { connectWithFaults, type FaultHook } from "../support/faulty-client.ts";
import { type LogLine, recordingLogger } from "../support/recording-logger.ts";
import { SeedAccess, stateOf } from "../support/seed-access.ts";
import { clusterOf, namespaceOf, operation, profileOf, seedOf, targetName } from "../support/seed-objects.ts";
import { serveKinds } from "../support/serve-kinds.ts";
import { patience } from "./seed-and-shoot.ts";

interface RealSeedOptions {
  /** Gardener's CustomResourceDefinitions of a seed. */
  readonly crds: readonly object[];
  /** Of the controller in this process, and of Gardener's requests. */
  readonly clock?: Clock;
}

/** A real kube-apiserver as a seed, which is the garden, too: what Gardener's programs do there, and our controller in it. */
export class RealSeed extends SeedAccess {
  readonly server: KubeServer;
  /** What the controller in this process has logged. */
  readonly log: LogLine[] = [];
  readonly #clock: Clock;

  private constructor(server: KubeServer, client: Client, clock: Clock) {
    super(client, clock);
    this.server = server;
    this.#clock = clock;
  }

  /** A seed with all kinds, the namespace `garden`, a Seed of the server's name and a FalcoProfile. */
  static async open(server: KubeServer, { crds, clock = systemClock }: RealSeedOptions): Promise<RealSeed> {
    const client = await administrator(server);
    await installCrds(crds, client);
    await serveKinds(client);
    const seed = new RealSeed(server, client, clock);
    for (const object of [namespaceOf("garden", "garden"), seedOf(server.name), profileOf()]) await seed.put(object);
    return seed;
  }

  /** The namespace of a shoot's control plane in this seed, its Cluster, and the Secret by which Gardener lets extensions into the shoot. */
  async host(namespace: string, shoot: KubeServer): Promise<void> {
    const cluster = clusterOf(namespace);
    await this.put(namespaceOf(namespace));
    await this.put({ ...cluster, spec: { ...(cluster["spec"] as object), seed: seedOf(this.server.name) } });
    const kubeconfig = readFileSync(shoot.kubeconfig).toString("base64");
    await this.put(secretOf({ namespace, name: "gardener-internal" }, { kubeconfig }));
  }

  /** Starts a controller in this process; `fault` is asked before each of its requests. It works when the promise resolves. */
  async startController(fault?: FaultHook): Promise<Controller> {
    const client = await connectWithFaults(this.server, "controller", fault);
    const options = {
      landscape: defaultLandscape,
      templates: loadTemplates(),
      loadRuleFiles,
      classes: ["shoot", "seed"],
      seedName: this.server.name,
      workers: 1,
      clock: this.#clock,
      random: Math.random,
    } as const;
    const logger = recordingLogger(this.log, () => undefined);
    const started = await startController({ seed: client, garden: client }, options, logger);
    if (!started.ok) throw new Error(started.problems.map(formatProblem).join("\n"));
    return started.value;
  }

  /** Starts the controller as a process of its own. It works when the promise resolves. */
  async startProgram(): Promise<ControllerProgram> {
    const nowhere = ["--health-bind-address", "0", "--metrics-bind-address", "0"];
    const flags = ["--kubeconfig", this.server.kubeconfig, "--seed-name", this.server.name];
    const program = new ControllerProgram([...flags, "--leader-election=false", ...nowhere]);
    await program.line("the controller works");
    return program;
  }

  /** Waits until Gardener's request is off the Extension and its last operation has this state. */
  untilState(namespace: string, state: string): Promise<void> {
    return this.until(namespace, state, (live) => {
      const isAsked = live?.metadata.annotations?.[operation] !== undefined;
      return !isAsked && stateOf(live) === state;
    });
  }

  /** Waits until there is no Extension any more. */
  untilGone(namespace: string): Promise<void> {
    return this.until(namespace, "gone", (live) => live === undefined);
  }

  /** Waits until gardener-resource-manager has applied the present generation of what runs in the shoot. */
  async untilApplied(namespace: string): Promise<void> {
    await waitFor(
      `the objects of ${namespace} to be applied`,
      async () => {
        const live = await this.managedResource(namespace, targetName);
        return live !== undefined && isApplied(live) ? true : undefined;
      },
      patience,
    );
  }

  /** Waits until a condition of the Extension is one that `isSo` takes. */
  async untilCondition(namespace: string, type: string, isSo: (condition: Condition) => boolean): Promise<void> {
    await this.until(namespace, `to have the ${type} that it should`, (live) =>
      conditionsIn(live?.["status"]).some((each) => each.type === type && isSo(each)),
    );
  }

  /** Waits until the Extension, or its absence, is what `isSo` takes. */
  async until(namespace: string, what: string, isSo: (live: KubeObject | undefined) => boolean): Promise<void> {
    await waitFor(
      `the Extension in ${namespace}: ${what}`,
      async () => {
        const live = await this.rawExtension(namespace);
        if (isSo(live)) return true;
        throw new Error(live === undefined ? "there was none" : inShort(live));
      },
      patience,
    );
  }
}

function isApplied({ metadata, status }: KubeObject): boolean {
  const { observedGeneration } = (status ?? {}) as { readonly observedGeneration?: number };
  if (observedGeneration !== metadata.generation) return false;
  return conditionsIn(status).some((each) => each.type === "ResourcesApplied" && each.status === "True");
}

function conditionsIn(status: unknown): readonly Condition[] {
  return ((status ?? {}) as { readonly conditions?: readonly Condition[] }).conditions ?? [];
}

/** A Secret whose data is in base64 already. */
function secretOf(
  metadata: { readonly namespace: string; readonly name: string },
  data: Readonly<Record<string, string>>,
): KubeObject {
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data };
}
