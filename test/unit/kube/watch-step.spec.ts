import { expect } from "chai";
import {
  startWatch,
  step,
  wakeAt,
  type WatchInput,
  type WatchState,
  type WatchStep,
} from "../../../kube/watch-step.ts";

const item = (key: string, resourceVersion: string) => ({ key, resourceVersion, value: key });
const page = (resourceVersion: string, more = false): WatchInput<string> => ({
  kind: "page",
  items: [item(`from-${resourceVersion}`, resourceVersion)],
  resourceVersion,
  more,
});
const failed = (fields: Partial<WatchInput<string> & { kind: "failed" }> = {}): WatchInput<string> => ({
  kind: "failed",
  gone: false,
  retryAfterSeconds: undefined,
  ...fields,
});

/** Plays inputs at their times; returns the last step. */
function play(...inputs: readonly (readonly [at: number, input: WatchInput<string>])[]): WatchStep<string> {
  return inputs.reduce<WatchStep<string>>(
    ({ state }, [now, input]) => step(state, input, { now, random: 0.5 }),
    startWatch(),
  );
}
const watching = { kind: "watch", resourceVersion: "7", timeoutSeconds: 450 };

interface Case {
  readonly title: string;
  readonly played: WatchStep<string>;
  readonly command: unknown;
  readonly wakeAt?: number;
}

describe("step", () => {
  const cases: readonly Case[] = [
    { title: "starts with a list in pages", played: startWatch(), command: { kind: "list", paged: true } },
    { title: "asks for further pages", played: play([0, page("5", true)]), command: { kind: "list-more" } },
    { title: "watches after the last page", played: play([0, page("5", true)], [0, page("7")]), command: watching },
    {
      title: "lists at once and in one go when the pages expire",
      played: play([0, page("5", true)], [0, failed({ gone: true })]),
      command: { kind: "list", paged: false },
    },
    {
      title: "pauses after a failed list",
      played: play([1000, failed()]),
      command: { kind: "pause" },
      wakeAt: 1100,
    },
    {
      title: "lists again after the pause",
      played: play([1000, failed()], [1100, { kind: "woken" }]),
      command: { kind: "list", paged: true },
    },
    {
      title: "does not leave the pause early",
      played: play([1000, failed()], [1099, { kind: "woken" }]),
      command: undefined,
    },
    {
      title: "pauses no shorter than the server asks for",
      played: play([0, failed({ retryAfterSeconds: 30 })]),
      command: { kind: "pause" },
      wakeAt: 30_000,
    },
    {
      title: "resumes a watch that was refused no sooner than the server asks for",
      played: play([0, page("7")], [10, failed({ retryAfterSeconds: 30 })]),
      command: { kind: "pause" },
      wakeAt: 30_010,
    },
    {
      title: "resumes at once when a watch ends that was all right",
      played: play([0, page("5")], [1, { kind: "changed", item: item("a", "7") }], [60_000, { kind: "ended" }]),
      command: watching,
    },
    {
      title: "resumes from a bookmark",
      played: play([0, page("5")], [1, { kind: "bookmark", resourceVersion: "7" }], [60_000, { kind: "ended" }]),
      command: watching,
    },
    {
      title: "resumes from a deletion",
      played: play(
        [0, page("5")],
        [1, { kind: "deleted", key: "a", resourceVersion: "7" }],
        [60_000, { kind: "ended" }],
      ),
      command: watching,
    },
    {
      title: "pauses when a watch ends at once",
      played: play([0, page("5")], [10, { kind: "ended" }]),
      command: { kind: "pause" },
      wakeAt: 110,
    },
    {
      title: "resumes where it was after a broken watch",
      played: play([0, page("7")], [10, failed()], [110, { kind: "woken" }]),
      command: watching,
    },
    {
      title: "pauses, then lists when the place is forgotten",
      played: play([0, page("7")], [10, failed({ gone: true })], [110, { kind: "woken" }]),
      command: { kind: "list", paged: true },
    },
    {
      title: "drops a watch that outlives its end",
      played: play([0, page("7")], [465_000, { kind: "woken" }]),
      command: watching,
    },
    {
      title: "leaves a silent watch alone if there were no bookmarks",
      played: play([0, page("7")], [300_000, { kind: "woken" }]),
      command: undefined,
      wakeAt: 465_000,
    },
    {
      title: "drops a watch whose bookmarks stay away",
      played: play([0, page("5")], [1000, { kind: "bookmark", resourceVersion: "7" }], [201_000, { kind: "woken" }]),
      command: watching,
    },
  ];
  for (const { title, played, command, wakeAt: wake } of cases) {
    it(title, () => {
      expect(played.command).to.deep.equal(command);
      if (wake !== undefined) expect(wakeAt(played.state)).to.equal(wake);
    });
  }

  it("hands all pages over together", () => {
    expect(play([0, page("5", true)], [0, page("7")]).change).to.deep.equal({
      kind: "replaced",
      items: [item("from-5", "5"), item("from-7", "7")],
    });
  });

  it("doubles its pauses up to a limit, also when lists succeed and watches fail, and lists again at last", () => {
    let state: WatchState<string> = play([0, page("7")]).state;
    let now = 0;
    const pauses: number[] = [];
    const commands: unknown[] = [];
    for (let round = 0; round < 12; round++) {
      state = step(state, failed(), { now, random: 0.5 }).state;
      pauses.push(wakeAt(state) - now);
      now = wakeAt(state);
      const woken: WatchStep<string> = step(state, { kind: "woken" }, { now, random: 0.5 });
      commands.push(woken.command?.kind);
      state = woken.command?.kind === "list" ? step(woken.state, page("7"), { now, random: 0.5 }).state : woken.state;
    }
    expect(pauses.slice(0, 4)).to.deep.equal([100, 200, 400, 800]);
    expect(pauses.at(-1)).to.equal(30_000);
    expect(commands.slice(6, 8)).to.deep.equal(["watch", "list"]);
  });

  it("forgets old failures once a watch has lived", () => {
    const { state } = play([0, page("7")], [0, failed()], [100, { kind: "woken" }], [20_000, failed()]);
    expect(wakeAt(state) - 20_000).to.equal(100);
  });
});
