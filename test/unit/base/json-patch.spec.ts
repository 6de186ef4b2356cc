import { expect } from "chai";
import fc from "fast-check";
import { equalJson } from "../../../falco/base/json.ts";
import { jsonPatch, type PatchOperation } from "../../../falco/base/json-patch.ts";

/** Applies a patch as RFC 6902 says, strictly: what a step refers to must be there. */
function apply(document: unknown, operations: readonly PatchOperation[]): unknown {
  return operations.reduce((value, each) => applyOne(value, each), structuredClone(document));
}

function applyOne(document: unknown, operation: PatchOperation): unknown {
  const steps = operation.path
    .split("/")
    .slice(1)
    .map((each) => each.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.pop();
  const value = "value" in operation ? structuredClone(operation.value) : undefined;
  if (last === undefined) return value;
  const parent = steps.reduce<unknown>((node, each) => childOf(node, each), document);
  if (Array.isArray(parent)) applyToList(parent, operation.op, Number(last), value);
  else applyToObject(parent as Record<string, unknown>, operation.op, last, value);
  return document;
}

function childOf(node: unknown, key: string): unknown {
  const child: unknown = Array.isArray(node) ? node[Number(key)] : (node as Record<string, unknown>)[key];
  if (child === undefined) throw new Error(`there is nothing at ${key}`);
  return child;
}

function applyToList(list: unknown[], op: PatchOperation["op"], index: number, value: unknown): void {
  if (!(index >= 0) || index > list.length - (op === "add" ? 0 : 1)) throw new Error(`no index ${String(index)}`);
  if (op === "add") list.splice(index, 0, value);
  else if (op === "remove") list.splice(index, 1);
  else list[index] = value;
}

function applyToObject(object: Record<string, unknown>, op: PatchOperation["op"], key: string, value: unknown): void {
  if (op !== "add" && !Object.hasOwn(object, key)) throw new Error(`no field ${key}`);
  if (op === "remove") Reflect.deleteProperty(object, key);
  else Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

describe("jsonPatch", () => {
  const cases: readonly (readonly [string, unknown, unknown, readonly PatchOperation[]])[] = [
    ["nothing for equal values", { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ["nothing for another order of keys", { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ["a field more", { a: 1 }, { a: 1, b: { c: 2 } }, [{ op: "add", path: "/b", value: { c: 2 } }]],
    ["a field less", { a: 1, b: 2 }, { a: 1 }, [{ op: "remove", path: "/b" }]],
    [
      "a deep change",
      { a: { b: [{ c: 1 }] } },
      { a: { b: [{ c: 2 }] } },
      [{ op: "replace", path: "/a/b/0/c", value: 2 }],
    ],
    ["another type", { a: {} }, { a: [] }, [{ op: "replace", path: "/a", value: [] }]],
    ["null in place of a value", { a: 1 }, { a: null }, [{ op: "replace", path: "/a", value: null }]],
    ["another document", [1], "x", [{ op: "replace", path: "", value: "x" }]],
    [
      "slashes and tildes",
      { "a/b": 1 },
      { "m~n": 2 },
      [
        { op: "remove", path: "/a~1b" },
        { op: "add", path: "/m~0n", value: 2 },
      ],
    ],
    ["an entry at the front", [1, 2], [0, 1, 2], [{ op: "add", path: "/0", value: 0 }]],
    [
      "entries out of the middle",
      [1, 2, 3, 4],
      [1, 4],
      [
        { op: "remove", path: "/2" },
        { op: "remove", path: "/1" },
      ],
    ],
    ["undefined as absent", { a: 1, b: undefined }, { a: undefined, b: undefined }, [{ op: "remove", path: "/a" }]],
  ];
  for (const [name, before, after, expected] of cases) {
    it(name, () => {
      expect(jsonPatch(before, after)).to.deep.equal(expected);
    });
  }

  it("gives steps that make the second value out of the first, whatever the two are", () => {
    const value = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>;
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(equalJson(apply(before, jsonPatch(before, after)), after)).to.equal(true);
      }),
      { numRuns: 500 },
    );
  });

  it("does so for lists that have much in common", () => {
    const lists = fc.array(
      fc.oneof(fc.integer({ min: 0, max: 3 }), fc.record({ name: fc.integer({ min: 0, max: 2 }) })),
    );
    fc.assert(
      fc.property(lists, lists, (before, after) => {
        expect(apply({ list: before }, jsonPatch({ list: before }, { list: after }))).to.deep.equal({ list: after });
      }),
      { numRuns: 500 },
    );
  });
});
