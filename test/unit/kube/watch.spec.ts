import { expect } from "chai";
import type { Client, ListPage, WatchEvent } from "../../../kube/client.ts";
import { ApiError } from "../../../kube/errors.ts";
import { type KubeObject, resource } from "../../../kube/objects.ts";
import { Store } from "../../../kube/store.ts";
import { runWatch } from "../../../kube/watch.ts";
import { settle, SteppedClock } from "../../support/clock.ts";

const type = resource("v1", "ConfigMap");
const object = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace: "ns", name, resourceVersion },
});
const gone = new ApiError({ status: 410, reason: "Expired", message: "too old" });
const down = new ApiError({ status: 503, reason: "ServiceUnavailable", message: "down" });

type Script = readonly (WatchEvent | Error | "hang" | "end")[];

/** Plays one list answer or one watch script after the other, and notes what was asked for. */
function setUp(lists: readonly (ListPage | Error)[], watches: readonly Script[]) {
  const clock = new SteppedClock();
  const stop = new AbortController();
  const calls: string[] = [];
  const errors: unknown[] = [];
  let listed = 0;
  let watched = 0;
  const client: Pick<Client, "list" | "watch"> = {
    list: (_type, { limit, continue: from } = {}) => {
      calls.push(`${String(clock.monotonic())} list ${String(limit)} ${from ?? ""}`.trim());
      const answer = lists[listed++];
      if (answer === undefined || answer instanceof Error)
        return Promise.reject(answer ?? new Error("no list planned"));
      return Promise.resolve(answer);
    },
    async *watch(_type, { resourceVersion, signal, opened }) {
      calls.push(`${String(clock.monotonic())} watch ${resourceVersion}`);
      const script = watches[watched++] ?? ["hang"];
      if (!(script[0] instanceof Error)) opened?.();
      for (const each of script) {
        if (each instanceof Error) throw each;
        if (each === "end") return;
        if (each === "hang") await clock.sleep(Infinity, signal);
        else yield each;
        signal?.throwIfAborted();
      }
    },
  };
  const store = new Store({
    project: ({ metadata }) => {
      if (metadata.name === "unreadable") throw new Error("no name like that");
      return metadata.resourceVersion;
    },
  });
  const ended = runWatch(
    { type, store, pageSize: 2, signal: stop.signal },
    { client, clock, random: () => 0.5, onError: (error) => errors.push(error) },
  );
  return { clock, stop, calls, errors, store, ended };
}

const page = (resourceVersion: string, names: readonly string[], next?: string): ListPage => ({
  items: names.map((name) => object(name, resourceVersion)),
  resourceVersion,
  ...(next === undefined ? {} : { continue: next }),
});

describe("runWatch", () => {
  it("lists in pages, then follows the watch", async () => {
    const { clock, stop, calls, store, ended } = setUp(
      [page("5", ["a", "b"], "more"), page("5", ["c"])],
      [[{ type: "MODIFIED", object: object("a", "6") }, { type: "DELETED", object: object("b", "7") }, "hang"]],
    );
    await store.whenSynced();
    await settle();
    expect(calls).to.deep.equal(["0 list 2", "0 list 2 more", "0 watch 5"]);
    expect([...store.keys()]).to.deep.equal(["ns/a", "ns/c"]);
    expect(store.get("ns/a")).to.equal("6");
    stop.abort();
    await ended;
    expect(clock.sleepers).to.equal(0);
  });

  it("resumes after failures and a clean end, lists again when its place is forgotten", async () => {
    const { clock, stop, calls, errors, store, ended } = setUp(
      [page("5", ["a"]), down, page("9", ["z"])],
      [[{ type: "ADDED", object: object("b", "6") }, down], ["end"], [gone], ["hang"]],
    );
    await clock.advance(5_000);
    expect(calls).to.deep.equal([
      "0 list 2",
      "0 watch 5",
      "100 watch 6",
      "300 watch 6",
      "700 list 2",
      "1500 list 2",
      "1500 watch 9",
    ]);
    expect([...store.keys()]).to.deep.equal(["ns/z"]);
    expect(errors).to.deep.equal([down, down]);
    stop.abort();
    await ended;
  });

  it("goes on for as long as it takes: no failure stops it", async () => {
    const { clock, stop, store, ended } = setUp(
      [...Array.from({ length: 20 }, () => new Error("anything")), page("9", ["z"])],
      [],
    );
    await clock.advance(600_000);
    expect(store.synced).to.equal(true);
    stop.abort();
    await ended;
  });

  it("drops a watch that says nothing any more", async () => {
    const { clock, stop, calls, ended } = setUp([page("5", ["a"])], [["hang"], ["hang"]]);
    await clock.advance(465_000);
    expect(calls).to.deep.equal(["0 list 2", "0 watch 5", "465000 watch 5"]);
    stop.abort();
    await ended;
    expect(clock.sleepers).to.equal(0);
  });

  it("takes what cannot be read for absent, reports it once for each version, and goes on", async () => {
    const changed = (name: string, version: string): WatchEvent => ({
      type: "MODIFIED",
      object: object(name, version),
    });
    const { clock, stop, calls, errors, store, ended } = setUp(
      [page("5", ["unreadable", "a"]), page("7", ["unreadable", "a"])],
      [
        [changed("unreadable", "6"), changed("unreadable", "6"), gone],
        [changed("b", "8"), "hang"],
      ],
    );
    await clock.advance(5_000);
    expect(calls).to.deep.equal(["0 list 2", "0 watch 5", "100 list 2", "100 watch 7"]);
    expect([...store.keys()]).to.deep.equal(["ns/a", "ns/b"]);
    const text = "Error: ConfigMap ns/unreadable cannot be read and counts as absent: no name like that";
    expect(errors.map(String)).to.deep.equal([text, text, text]);
    stop.abort();
    await ended;
  });

  it("goes on when a listener fails", async () => {
    const { clock, stop, calls, errors, store, ended } = setUp(
      [page("5", ["a"])],
      [[{ type: "MODIFIED", object: object("a", "6") }, "hang"]],
    );
    store.onChange(() => {
      throw new Error("broken");
    });
    await clock.advance(1_000);
    expect(calls).to.deep.equal(["0 list 2", "0 watch 5"]);
    expect(errors.map(String)).to.deep.equal(["Error: broken", "Error: broken"]);
    expect(store.get("ns/a")).to.equal("6");
    stop.abort();
    await ended;
  });

  it("drops a watch whose bookmarks stay away, and resumes from the last of them", async () => {
    const bookmark: WatchEvent = { type: "BOOKMARK", object: object("", "6") };
    const { clock, stop, calls, ended } = setUp([page("5", ["a"])], [[bookmark, "hang"], ["hang"]]);
    await clock.advance(200_000);
    expect(calls).to.deep.equal(["0 list 2", "0 watch 5", "200000 watch 6"]);
    stop.abort();
    await ended;
  });

  it("tells the store since when there is no contact: from a failure on, or from the last sign of life", async () => {
    const bookmark: WatchEvent = { type: "BOOKMARK", object: object("", "6") };
    const { clock, stop, store, ended } = setUp(
      [page("5", ["a"]), down, down, page("9", ["a"])],
      [[bookmark, "hang"], [down], [gone], ["hang"]],
    );
    await clock.advance(199_999);
    expect(store.lostSince).to.equal(undefined);
    // Three bookmarks have not come; what is tried then fails as well.
    await clock.advance(1);
    expect(store.lostSince).to.equal(0);
    await clock.advance(300);
    expect(store.lostSince).to.equal(0);
    await clock.advance(10_000);
    expect(store.lostSince).to.equal(undefined);
    stop.abort();
    await ended;
  });
});
