import type { ControllerOptions } from "../../controller/assemble.ts";
import { resourceTypes } from "../../controller/resource-types.ts";
import type { Controller } from "../../controller/start.ts";
import type { JumpingClock } from "../support/jumping-clock.ts";
import { SeedCluster, type SeedClusterOptions } from "../support/seed-cluster.ts";
import { ShiftedClock } from "./shifted-clock.ts";
import { undisturbed, Wire } from "./wire.ts";

/** How many rounds of waiting, each at least one request long, until nothing is expected any more. */
const mostRounds = 800;
/** How far time is moved in each of them, at first; pauses after failures double, so later it is moved further. */
const roundMs = 250;
const roundsOfOnePace = 100;
/** What a spec may take: many processes may be at work on one machine. */
export const busyMachineMs = 180_000;
/** Past every time-out of a request. */
const timeoutMs = 31_000;

/** A seed, controllers in it, and the wire between them on which faults happen. */
export class Stage {
  readonly seed: SeedCluster;
  readonly wire: Wire;
  /** The controllers'. */
  readonly clock: ShiftedClock;
  /** Those that go on while something is waited for. */
  clocks: readonly JumpingClock[];

  private constructor(seed: SeedCluster) {
    this.seed = seed;
    this.wire = new Wire(seed.address);
    this.clock = new ShiftedClock(seed.clock);
    this.clocks = [seed.clock];
  }

  /** A seed without a controller. */
  static async open(options: SeedClusterOptions = {}): Promise<Stage> {
    return new Stage(await SeedCluster.start(options));
  }

  async startController(changed: Partial<ControllerOptions> = {}, who = "controller"): Promise<Controller> {
    const options = { clock: this.clock, workers: 5, ...changed };
    const client = await this.wire.client(who, options.clock);
    return this.seed.startController(options, { seed: client, garden: client });
  }

  /** Nothing of the controllers gets through any more: for the server, this is what kill -9 looks like. Another one takes their place. */
  async replaceController(): Promise<void> {
    this.wire.disturb = () => "drop";
    this.wire.cutWatches();
    await this.seed.stopControllers();
    this.wire.disturb = undisturbed;
    await this.startController();
  }

  /** Moves all clocks on. */
  jump(ms: number): void {
    for (const clock of this.clocks) clock.jump(ms);
  }

  /** Waits for `isSo`; time passes meanwhile, whenever nobody waits for the server. Without clocks, it passes by itself. */
  async until(what: string, isSo: () => Promise<boolean>, rounds = mostRounds): Promise<void> {
    if (this.clocks.length === 0) return this.seed.until(what, isSo);
    for (let round = 0; round < rounds; round++) {
      if (await isSo()) return;
      await this.#roundTrip();
      await this.wire.quiet();
      const pace = 2 ** Math.floor(round / roundsOfOnePace);
      this.jump(this.wire.hanging > 0 ? timeoutMs : roundMs * pace);
    }
    throw new Error(`it never came to: ${what}\n${this.#report()}`);
  }

  /** Lets time pass, in small steps: whatever is due meanwhile is done. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= roundMs) {
      await this.#roundTrip();
      await this.wire.quiet();
      this.jump(roundMs);
    }
  }

  async close(): Promise<void> {
    this.wire.disturb = undisturbed;
    await this.seed.stop();
  }

  /** What the server has sent before has arrived then. */
  async #roundTrip(): Promise<void> {
    await this.seed.client.get(resourceTypes.seed, { name: "local" });
  }

  #report(): string {
    const requests = this.wire.exchanges.slice(-12).map(String);
    return [...requests, ...this.seed.log.slice(-12).map((line) => JSON.stringify(line))].join("\n");
  }
}
