import { counts, type NthWrite } from "./undisturbed-run.ts";
import type { Exchange } from "./exchange.ts";
import type { Disturb } from "./wire.ts";
import type { WireFault } from "./wire-fault.ts";

/** A disturbance at one write of one shoot's reconciles; without a write, there is none. */
export interface Blow {
  readonly namespace: string;
  readonly write: NthWrite | undefined;
}

/** Sees when the writes come that are to be disturbed. */
class Lookout {
  readonly #blows: ReadonlyMap<string, Blow>;
  readonly #counts = new Map<string, number>();

  constructor(blows: readonly Blow[]) {
    this.#blows = new Map(blows.map((blow) => [blow.namespace, blow]));
  }

  /** Whether this is the one for its shoot. */
  isIt(exchange: Exchange): boolean {
    const { namespace, target } = exchange;
    const write = this.#blows.get(namespace)?.write;
    if (!counts(exchange) || write?.target !== target) return false;
    const nth = (this.#counts.get(namespace) ?? 0) + 1;
    this.#counts.set(namespace, nth);
    return nth === write.nth;
  }
}

/** The n-th write meets a fault; everything else gets through. */
export class FaultAtWrite {
  readonly #lookout: Lookout;
  readonly #faults: ReadonlyMap<string, WireFault>;
  readonly #left: Set<string>;

  constructor(blows: readonly (Blow & { readonly fault: WireFault })[]) {
    this.#lookout = new Lookout(blows);
    this.#faults = new Map(blows.map(({ namespace, fault }) => [namespace, fault]));
    this.#left = new Set(this.#faults.keys());
  }

  /** The shoots where it has not happened. */
  get left(): readonly string[] {
    return [...this.#left];
  }

  readonly disturb: Disturb = (exchange) => {
    if (!this.#lookout.isIt(exchange)) return undefined;
    this.#left.delete(exchange.namespace);
    return this.#faults.get(exchange.namespace);
  };
}

/** Before the n-th write of its shoot, the controller is dead: nothing that belongs to that shoot gets through any more. */
export class DeathAtWrite {
  readonly #lookout: Lookout;
  readonly #dead = new Set<string>();

  constructor(blows: readonly Blow[]) {
    this.#lookout = new Lookout(blows);
  }

  /** For how many shoots it has happened. */
  get deaths(): number {
    return this.#dead.size;
  }

  /** Whether the controller is dead for this shoot. */
  readonly isDead = (namespace: string): boolean => this.#dead.has(namespace);

  readonly disturb: Disturb = (exchange) => {
    if (this.#lookout.isIt(exchange)) this.#dead.add(exchange.namespace);
    return this.#dead.has(exchange.namespace) ? "drop" : undefined;
  };
}
