import { expect } from "chai";
import { equalJson, type Json } from "../../falco/base/json.ts";
import { differences } from "./differences.ts";
import { endState } from "./end-state.ts";
import { faultTable } from "./fault-table.ts";
import { acceptAll } from "./prepared.ts";
import type { Stage } from "./stage.ts";

/** A shoot, and what was done to it, in words. */
export interface Disturbed {
  readonly namespace: string;
  readonly what: string;
  /** What an undisturbed run has come to. */
  readonly end: Json;
}

/** Each of the shoots comes to the state that an undisturbed run has come to, and nothing is written twice on the way. */
export async function expectEnd(stage: Stage, shoots: readonly Disturbed[]): Promise<void> {
  let left = shoots;
  let seen = -1;
  const isReached = async (): Promise<boolean> => {
    if (stage.clocks.length > 0 && seen === stage.wire.exchanges.length) return false;
    seen = stage.wire.exchanges.length;
    await acceptAll(
      stage,
      left.map(({ namespace }) => namespace),
    );
    const states = await Promise.all(left.map(({ namespace }) => endState(stage.seed, namespace).catch(() => null)));
    left = left.filter(({ end }, index) => !equalJson(states[index] ?? null, end));
    return left.length === 0;
  };
  await stage.until("the end that an undisturbed run has", isReached).catch(() => undefined);
  faultTable.compared(shoots.length, left.length);
  const wrong = await Promise.all(
    left.map(async ({ namespace, what, end }) => [what, ...differences(await endState(stage.seed, namespace), end)]),
  );
  expect(wrong.map((lines) => lines.join("\n  ")).join("\n")).to.equal("");
}
