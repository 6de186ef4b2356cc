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
    async *watch(_type, { resourceVersion, signal }) {
      calls.push(`${String(clock.monotonic())} watch ${resourceVersion}`);
      for (const each of watches[watched++] ?? ["hang"]) {
        if (each instanceof Error) throw each;
        if (each === "end") return;
        if (each === "hang") await clock.sleep(Infinity, signal);
        else yield each;
        signal?.throwIfAborted();
      }
    },
  };
  const store = new Store({ project: ({ metadata }) => metadata.resourceVersion });
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
});
