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
    store.apply({ kind: "deleted", item: item("a", "3", "y") });
    store.apply({ kind: "deleted", item: item("a", "3", "y") });
    expect(seen).to.deep.equal(["a: - > x", "a: x > y", "a: y > -"]);
    expect(store.size).to.equal(0);
  });

  it("finds keys by the words of an index", () => {
    const { store } = watched();
    store.apply({ kind: "replaced", items: [item("1", "1", "ab"), item("2", "1", "bc")] });
    expect(store.keysBy("letter", "b")).to.deep.equal(["1", "2"]);
    store.apply({ kind: "changed", item: item("1", "2", "c") });
    expect(store.keysBy("letter", "a")).to.deep.equal([]);
    expect(store.keysBy("letter", "c")).to.have.members(["1", "2"]);
    store.apply({ kind: "deleted", item: item("2", "3") });
    expect(store.keysBy("letter", "c")).to.deep.equal(["1"]);
    expect(() => store.keysBy("colour", "red")).to.throw("no index colour");
    expect([store.get("1"), store.values(), [...store.keys()]]).to.deep.equal(["c", ["c"], ["1"]]);
  });
});
