import { expect } from "chai";
import { Store } from "../../../kube/store.ts";

const item = (key: string, resourceVersion: string, value = key) => ({ key, resourceVersion, value });

function watched() {
  const seen: string[] = [];
  const store = new Store<string>({
    project: (object) => object.metadata.name,
    indexes: { letter: (value) => value.split("") },
    onChange: (key, previous, current) => seen.push(`${key}: ${previous ?? "-"} > ${current ?? "-"}`),
  });
  return { store, seen };
}

describe("Store", () => {
  it("is synced by the first list, and tells of differences only", async () => {
    const { store, seen } = watched();
    const synced = store.whenSynced();
    expect(store.synced).to.equal(false);
    store.apply({ kind: "replaced", items: [item("a", "1", "x"), item("b", "2", "y")] });
    await synced;
    await store.whenSynced();
    expect(seen.splice(0)).to.deep.equal(["a: - > x", "b: - > y"]);
    store.apply({ kind: "replaced", items: [item("b", "2", "y"), item("c", "4", "z")] });
    expect(seen.splice(0)).to.deep.equal(["a: x > -", "c: - > z"]);
    store.apply({ kind: "replaced", items: [item("b", "5", "yy"), item("c", "4", "z")] });
    expect(seen).to.deep.equal(["b: y > yy"]);
  });

  it("gives the previous value along with a change, and passes over repetitions", () => {
    const { store, seen } = watched();
    store.apply({ kind: "changed", item: item("a", "1", "x") });
    store.apply({ kind: "changed", item: item("a", "1", "x") });
    store.apply({ kind: "changed", item: item("a", "2", "y") });
    store.apply({ kind: "deleted", key: "a" });
    store.apply({ kind: "deleted", key: "a" });
    expect(seen).to.deep.equal(["a: - > x", "a: x > y", "a: y > -"]);
    expect(store.size).to.equal(0);
  });

  it("takes everything over and tells everyone, should a listener fail, and then throws its error", () => {
    const { store, seen } = watched();
    const failing = new Store<string>({
      project: ({ metadata }) => metadata.name,
      onChange: (key) => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error
        if (key === "b") throw "no error at all";
        throw new Error(`broken by ${key}`);
      },
    });
    failing.onChange((key) => seen.push(key));
    expect(() => {
      failing.apply({ kind: "replaced", items: [item("a", "1"), item("b", "1")] });
    }).to.throw("broken by a");
    expect([seen, failing.size, failing.synced]).to.deep.equal([["a", "b"], 2, true]);
    expect(() => {
      failing.apply({ kind: "changed", item: item("b", "2") });
    }).to.throw("a listener failed");
    expect(store.size).to.equal(0);
  });

  it("replays everything as if it were new", () => {
    const { store, seen } = watched();
    store.apply({ kind: "replaced", items: [item("a", "1", "x"), item("b", "2", "y")] });
    store.apply({ kind: "deleted", key: "a" });
    seen.length = 0;
    store.replay();
    expect(seen).to.deep.equal(["b: - > y"]);
  });

  it("knows since when it is out of contact", () => {
    const { store } = watched();
    expect(store.lostSince).to.equal(undefined);
    store.lost(7);
    store.lost(9);
    expect(store.lostSince).to.equal(7);
    store.heard();
    expect(store.lostSince).to.equal(undefined);
  });

  it("finds keys by the words of an index", () => {
    const { store } = watched();
    store.apply({ kind: "replaced", items: [item("1", "1", "ab"), item("2", "1", "bc")] });
    expect(store.keysBy("letter", "b")).to.deep.equal(["1", "2"]);
    store.apply({ kind: "changed", item: item("1", "2", "c") });
    expect(store.keysBy("letter", "a")).to.deep.equal([]);
    expect(store.keysBy("letter", "c")).to.have.members(["1", "2"]);
    store.apply({ kind: "deleted", key: "2" });
    expect(store.keysBy("letter", "c")).to.deep.equal(["1"]);
    expect(() => store.keysBy("colour", "red")).to.throw("no index colour");
    expect([store.get("1"), store.values(), [...store.keys()]]).to.deep.equal(["c", ["c"], ["1"]]);
  });
});
