import { expect } from "chai";
import type { Json } from "../../falco/base/json.ts";
import { type EndState, endState } from "./end-state.ts";
import type { Exchange } from "./exchange.ts";
import { type Flow, play } from "./flow.ts";
import { acceptAll } from "./prepared.ts";
import { expectNothingTwice } from "./repeated-writes.ts";
import { Stage } from "./stage.ts";

/** What a flow comes to when nothing goes wrong. */
export interface UndisturbedRun {
  readonly end: Json;
  /** The writes of its reconciles, in order. */
  readonly writes: readonly NthWrite[];
}

/** One of several writes of the same thing. */
export interface NthWrite {
  readonly target: string;
  /** From 1. */
  readonly nth: number;
}

const known = new Map<string, Promise<UndisturbedRun>>();

/** Plays a flow for one shoot without any disturbance, on a stage of its own; once for all specs. No other stage may be open. */
export function undisturbedRun(flow: Flow): Promise<UndisturbedRun> {
  const run = known.get(flow.name) ?? playAlone(flow);
  known.set(flow.name, run);
  return run;
}

async function playAlone(flow: Flow): Promise<UndisturbedRun> {
  const stage = await Stage.open();
  try {
    await stage.startController();
    return await run(stage, flow);
  } finally {
    await stage.close();
  }
}

async function run(stage: Stage, flow: Flow): Promise<UndisturbedRun> {
  const namespace = flow.onlyIn ?? "shoot--local--calm";
  let begin = 0;
  const disturb = (): void => {
    begin = stage.wire.exchanges.length;
  };
  await play(stage, flow, { namespaces: [namespace], disturb });
  const own = stage.wire.exchanges.slice(begin).filter((each) => counts(each) && each.namespace === namespace);
  const end = await settledState(stage, namespace);
  expectNothingTwice(stage.wire.exchanges);
  // But for what Gardener has brought there.
  expect(end.orphans.filter((name) => name !== "ref-address")).to.deep.equal([]);
  return { end, writes: numbered(own) };
}

/** Whether a request is one of the writes of a reconcile: their order is always the same. */
export function counts(exchange: Exchange): boolean {
  return exchange.isWrite && !exchange.isAboutHealth;
}

/** Conflicts and what finds nothing a second time are left out: they are no writes, and come in some orders of events only. */
function numbered(writes: readonly Exchange[]): readonly NthWrite[] {
  const counts = new Map<string, number>();
  return writes.flatMap(({ target, status }) => {
    const nth = (counts.get(target) ?? 0) + 1;
    if (status === 409 || (status === 404 && nth > 1)) return [];
    counts.set(target, nth);
    return [{ target, nth }];
  });
}

/** What it is when nothing is to come any more. */
async function settledState(stage: Stage, namespace: string): Promise<EndState> {
  await acceptAll(stage, [namespace]);
  await stage.pass(60_000);
  return endState(stage.seed, namespace);
}
