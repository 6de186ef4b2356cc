import { administrator } from "../../hack/control-plane/announce-gardener.ts";
import { build } from "../../hack/control-plane/build.ts";
import { type ControlPlane, type KubeServer, startControlPlane } from "../../hack/control-plane/start.ts";
import type { Client } from "../../kube/client.ts";
import type { ControllerProgram } from "../support/controller-program.ts";
import { collectGarbage } from "./garbage-collector.ts";
import { RealSeed } from "./real-seed.ts";

interface Parts {
  readonly plane: ControlPlane;
  readonly shoot: KubeServer;
  readonly shootClient: Client;
  readonly seeds: readonly [RealSeed, RealSeed];
}

/** Two real seeds with a controller process in each, and one real shoot, which both can fill. */
export class TwoSeeds {
  readonly shoot: KubeServer;
  readonly shootClient: Client;
  readonly seeds: readonly [RealSeed, RealSeed];
  readonly #plane: ControlPlane;
  readonly #programs = new Map<RealSeed, ControllerProgram>();
  readonly #end = new AbortController();
  readonly #collectors: readonly Promise<void>[];

  private constructor({ plane, shoot, shootClient, seeds }: Parts) {
    this.#plane = plane;
    this.shoot = shoot;
    this.shootClient = shootClient;
    this.seeds = seeds;
    this.#collectors = [shootClient, ...seeds.map(({ client }) => client)].map((each) =>
      collectGarbage(each, this.#end.signal),
    );
  }

  static async start(): Promise<TwoSeeds> {
    const plane = await startControlPlane(
      await build({ names: ["etcd", "kube-apiserver", "gardener-resource-manager"] }),
    );
    try {
      const shoot = await plane.startKubeApiserver("shoot");
      const seeds = [await startSeed("first", plane, shoot), await startSeed("second", plane, shoot)] as const;
      const world = new TwoSeeds({ plane, shoot, shootClient: await administrator(shoot), seeds });
      await Promise.all(seeds.map((each) => world.startProgram(each)));
      return world;
    } catch (error) {
      await plane.stop();
      throw error;
    }
  }

  /** Starts the controller of a seed. */
  async startProgram(seed: RealSeed): Promise<void> {
    this.#programs.set(seed, await seed.startProgram());
  }

  /** Kills the controller of a seed; resolves when it is dead. */
  async killProgram(seed: RealSeed): Promise<void> {
    const program = this.#programs.get(seed);
    program?.kill("SIGKILL");
    await program?.ended;
  }

  async stop(): Promise<void> {
    this.#end.abort();
    for (const program of this.#programs.values()) program.kill("SIGTERM");
    await Promise.all([...this.#collectors, ...[...this.#programs.values()].map(({ ended }) => ended)]);
    await this.#plane.stop();
  }
}

async function startSeed(name: string, plane: ControlPlane, shoot: KubeServer): Promise<RealSeed> {
  const server = await plane.startKubeApiserver(name);
  const seed = await RealSeed.open(server, { crds: plane.crds });
  await plane.startResourceManager({ source: server, target: server, resourceClass: "seed" });
  await plane.startResourceManager({ source: server, target: shoot });
  return seed;
}
