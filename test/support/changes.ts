import { systemClock } from "../../kube/clock.ts";

/** Lets a test wait for a state without asking in a fixed rhythm: who waits looks again whenever something has happened. */
export class Changes {
  #next = nextChange();

  /** Something may be another way now. */
  readonly happened = (): void => {
    const { tell } = this.#next;
    this.#next = nextChange();
    tell();
  };

  /** Resolves to true as soon as `isSo` holds, and to false once that has taken too long. */
  async until(isSo: () => boolean | Promise<boolean>, patienceMs: number): Promise<boolean> {
    const patience = new AbortController();
    const lost = systemClock.sleep(patienceMs, patience.signal).then(() => "lost" as const);
    try {
      for (;;) {
        // Before looking: what happens meanwhile is a reason to look again.
        const { told } = this.#next;
        if (await isSo()) return true;
        if ((await Promise.race([told, lost])) === "lost") return false;
      }
    } finally {
      patience.abort();
    }
  }
}

function nextChange(): { readonly told: Promise<void>; readonly tell: () => void } {
  let tell: () => void = () => undefined;
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  return { told, tell };
}
