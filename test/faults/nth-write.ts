import { counts } from "./undisturbed-run.ts";
import type { Disturb } from "./wire.ts";
import type { WireFault } from "./wire-fault.ts";

/** A disturbance at one write of one shoot's reconciles. */
export interface Blow {
  readonly namespace: string;
  /** From 1. */
  readonly write: number;
}

/** The n-th write meets a fault; everything else gets through. */
export class FaultAtWrite {
  readonly #left: Map<string, Blow & { readonly fault: WireFault }>;
  readonly #writes = new Map<string, number>();

  constructor(blows: readonly (Blow & { readonly fault: WireFault })[]) {
    this.#left = new Map(blows.map((blow) => [blow.namespace, blow]));
  }

  /** Those that have not happened. */
  get left(): readonly Blow[] {
    return [...this.#left.values()];
  }

  readonly disturb: Disturb = (exchange) => {
    const { namespace } = exchange;
    if (!counts(exchange)) return undefined;
    const writes = (this.#writes.get(namespace) ?? 0) + 1;
    this.#writes.set(namespace, writes);
    const blow = this.#left.get(namespace);
    if (blow?.write !== writes) return undefined;
    this.#left.delete(namespace);
    return blow.fault;
  };
}

/** Before the n-th write of its shoot, the controller is dead: nothing that belongs to that shoot gets through any more. */
export class DeathAtWrite {
  readonly #blows: ReadonlyMap<string, Blow>;
  readonly #writes = new Map<string, number>();
  readonly #dead = new Set<string>();

  constructor(blows: readonly Blow[]) {
    this.#blows = new Map(blows.map((blow) => [blow.namespace, blow]));
  }

  /** Whether the controller is dead for this shoot. */
  readonly isDead = (namespace: string): boolean => this.#dead.has(namespace);

  readonly disturb: Disturb = (exchange) => {
    const { namespace } = exchange;
    if (this.#dead.has(namespace)) return "drop";
    if (!counts(exchange)) return undefined;
    const writes = (this.#writes.get(namespace) ?? 0) + 1;
    this.#writes.set(namespace, writes);
    if (this.#blows.get(namespace)?.write !== writes) return undefined;
    this.#dead.add(namespace);
    return "drop";
  };
}
