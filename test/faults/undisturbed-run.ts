import type { Json } from "../../falco/base/json.ts";
import { endState } from "./end-state.ts";
import type { Exchange } from "./exchange.ts";
import { type Flow, play } from "./flow.ts";
import { acceptAll } from "./prepared.ts";
import { expectNothingTwice } from "./repeated-writes.ts";
import { Stage } from "./stage.ts";

/** What a flow comes to when nothing goes wrong. */
export interface UndisturbedRun {
  readonly end: Json;
  /** The writes of its reconciles, in order. */
  readonly writes: readonly Exchange[];
}

/** Plays a flow for one shoot without any disturbance, on a stage of its own. */
export async function undisturbedRun(flow: Flow): Promise<UndisturbedRun> {
  const stage = await Stage.open();
  try {
    await stage.startController();
    return await run(stage, flow);
  } finally {
    await stage.close();
  }
}

async function run(stage: Stage, flow: Flow): Promise<UndisturbedRun> {
  const namespace = "shoot--local--calm";
  let begin = 0;
  const disturb = (): void => {
    begin = stage.wire.exchanges.length;
  };
  await play(stage, flow, { namespaces: [namespace], disturb });
  const writes = stage.wire.exchanges.slice(begin).filter((each) => counts(each) && each.namespace === namespace);
  const end = await settledState(stage, namespace);
  expectNothingTwice(stage.wire.exchanges);
  return { end, writes };
}

/** Whether a request is one of the writes of a reconcile: their order is always the same. */
export function counts(exchange: Exchange): boolean {
  return exchange.isWrite && !exchange.isAboutHealth;
}

/** What it is when nothing is to come any more. */
async function settledState(stage: Stage, namespace: string): Promise<Json> {
  await acceptAll(stage, [namespace]);
  await stage.pass(60_000);
  return endState(stage.seed, namespace);
}
