import { expect } from "chai";
import fc from "fast-check";
import { canonicalJson, dataHash, equalJson, isObject, sha256Hex } from "../../../falco/base/json.ts";

describe("falco/base/json", () => {
  const canonical: readonly (readonly [unknown, string])[] = [
    [{ b: 1, a: [{ d: 1, c: 2 }] }, '{"a":[{"c":2,"d":1}],"b":1}'],
    [{ a: undefined, b: null }, '{"b":null}'],
    [[3, 1, 2], "[3,1,2]"],
    ["é\n", '"é\\n"'],
    [JSON.parse('{"b":1,"__proto__":{"x":1}}'), '{"__proto__":{"x":1},"b":1}'],
  ];
  for (const [value, text] of canonical) {
    it(`writes ${text}`, () => {
      expect(canonicalJson(value)).to.equal(text);
    });
  }

  it("does not depend on the order of keys, and loses nothing", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).to.equal(canonicalJson(value));
        expect(equalJson(reversed, value)).to.equal(true);
        expect(JSON.parse(canonicalJson(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("tells unequal values apart", () => {
    const values = [undefined, null, 0, false, "", [], {}, [null], { a: null }, { a: [] }, ["a"]];
    for (const left of values) {
      for (const right of values) expect(equalJson(left, right)).to.equal(left === right);
    }
  });

  const equal: readonly (readonly [unknown, unknown, boolean])[] = [
    [{ a: undefined, b: 1 }, { b: 1 }, true],
    [{ a: undefined }, { b: undefined }, true],
    [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, false],
    [{ a: 1 }, { b: 1 }, false],
    [[1, 2], [1], false],
    [{ constructor: {} }, { a: {} }, false],
    [JSON.parse('{"__proto__":{}}'), { a: {} }, false],
    [0, -0, true],
    ["1", 1, false],
  ];
  for (const [left, right, expected] of equal) {
    it(`${JSON.stringify(left)} and ${JSON.stringify(right)} are ${expected ? "" : "not "}equal`, () => {
      expect([equalJson(left, right), equalJson(right, left)]).to.deep.equal([expected, expected]);
    });
  }

  it("compares as their canonical texts do", () => {
    const pairs = fc.tuple(fc.jsonValue({ maxDepth: 2 }), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(pairs, ([left, right]) => {
        expect(equalJson(left, right)).to.equal(canonicalJson(left) === canonicalJson(right));
        expect(equalJson([left], [JSON.parse(JSON.stringify(left))])).to.equal(true);
      }),
    );
  });

  it("knows objects", () => {
    expect([{}, { a: 1 }].map(isObject)).to.deep.equal([true, true]);
    expect([null, [], "a", 1, undefined].map(isObject)).to.deep.equal([false, false, false, false, false]);
  });

  it("hashes texts and bytes alike", () => {
    expect(sha256Hex("abc")).to.equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256Hex(Buffer.from("abc"))).to.equal(sha256Hex("abc"));
  });

  // The vectors of Gardener itself.
  const vectors: readonly (readonly [Readonly<Record<string, string>>, string])[] = [
    [{ foo: "bar" }, "bd142ccf"],
    [{ foo: "bar", bar: "foo" }, "ec321de5"],
    [{ bar: "foo", foo: "bar" }, "ec321de5"],
    [{ "config.yaml": "a: b\n" }, "60eb7e17"],
  ];
  for (const [data, hash] of vectors) {
    it(`hashes ${JSON.stringify(data)} as Gardener does`, () => {
      expect(dataHash(data)).to.equal(hash);
      expect(
        dataHash(Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text)]))),
      ).to.equal(hash);
    });
  }
});
