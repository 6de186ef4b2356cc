import type { LoopObserver } from "./loop.ts";

/** One observer that tells all of `observers`, in their order. */
export function joinObservers(observers: readonly LoopObserver[]): LoopObserver {
  return {
    started: (...args) => {
      for (const each of observers) each.started?.(...args);
    },
    finished: (...args) => {
      for (const each of observers) each.finished?.(...args);
    },
    outcome: (...args) => {
      for (const each of observers) each.outcome?.(...args);
    },
    failed: (...args) => {
      for (const each of observers) each.failed?.(...args);
    },
  };
}
