import { expect } from "chai";
import fc from "fast-check";
import { decoder, sliceReader } from "../../../falco/api/decode.ts";
import type { ObjectSchema } from "../../../falco/api/schema.ts";

const schema = {
  type: "object",
  required: ["apiVersion", "name"],
  properties: {
    apiVersion: { type: "string", enum: ["example.org/v1"] },
    name: { type: "string", minLength: 2, maxLength: 4 },
    color: { type: "string", enum: ["red", "green"] },
    count: { type: "integer", minimum: 1, maximum: 9 },
    ratio: { type: "number" },
    enabled: { type: "boolean" },
    digest: { type: "string", pattern: "^sha256:" },
    labels: { type: "object", additionalProperties: { type: "string" } },
    anything: { "x-kubernetes-preserve-unknown-fields": true },
    entries: {
      type: "array",
      minItems: 1,
      maxItems: 2,
      items: { type: "object", required: ["key"], properties: { key: { type: "string" } } },
    },
  },
} as const satisfies ObjectSchema;

const decode = decoder(schema);
const read = sliceReader(schema);
const base = { apiVersion: "example.org/v1", name: "abc" };

describe("falco/api/decode", () => {
  it("gives what is right as it is", () => {
    const value = {
      ...base,
      color: "red",
      count: 3,
      ratio: 0.5,
      enabled: false,
      labels: { "a/b": "c" },
      anything: { any: [null] },
      entries: [{ key: "k" }],
    };
    const decoded = decode(value);
    expect(decoded).to.deep.equal({ ok: true, value, warnings: [] });
    expect(decoded.ok && decoded.value).to.equal(value);
  });

  const mistakes: readonly (readonly [object, string, string, string])[] = [
    [{ colour: "red" }, "FIELD_UNKNOWN", "colour", 'There is no field "colour" here. Did you mean "color"?'],
    [
      { zzzzzzzz: 1 },
      "FIELD_UNKNOWN",
      "zzzzzzzz",
      'There is no field "zzzzzzzz" here. Known fields: apiVersion, name, color, count, ratio, enabled, digest, labels, anything, entries.',
    ],
    [
      { entries: [{ key: "a" }, { key: "b", keys: 1 }] },
      "FIELD_UNKNOWN",
      "entries[1].keys",
      'There is no field "keys" here. Did you mean "key"?',
    ],
    [{ "a.b/c": 1 }, "FIELD_UNKNOWN", '["a.b/c"]', 'There is no field "a.b/c" here.'],
    [{ constructor: 1 }, "FIELD_UNKNOWN", "constructor", 'There is no field "constructor" here.'],
    [{ entries: [{}] }, "FIELD_REQUIRED", "entries[0].key", "This field is required."],
    [{ name: 5 }, "FIELD_TYPE", "name", "This must be a string, not a number."],
    [{ name: null }, "FIELD_REQUIRED", "name", "required"],
    [{ count: 1.5 }, "FIELD_TYPE", "count", "This must be a whole number, not a number."],
    [{ count: "1" }, "FIELD_TYPE", "count", "This must be a whole number, not a string."],
    [{ ratio: [] }, "FIELD_TYPE", "ratio", "This must be a number, not a list."],
    [{ enabled: "true" }, "FIELD_TYPE", "enabled", "This must be true or false, not a string."],
    [{ labels: { "x.y/z": 1 } }, "FIELD_TYPE", 'labels["x.y/z"]', "This must be a string, not a number."],
    [{ labels: { "a~b": 1 } }, "FIELD_TYPE", 'labels["a~b"]', "This must be a string, not a number."],
    [{ labels: [] }, "FIELD_TYPE", "labels", "This must be a mapping, not a list."],
    [{ entries: {} }, "FIELD_TYPE", "entries", "This must be a list, not a mapping."],
    [{ color: "blue" }, "FIELD_VALUE", "color", '"blue" is not allowed here. Use one of red, green.'],
    [
      { apiVersion: "example.org/v2" },
      "KIND_UNSUPPORTED",
      "apiVersion",
      '"example.org/v2" is not allowed here. Use example.org/v1.',
    ],
    [{ count: 0 }, "FIELD_VALUE", "count", "This must be >= 1."],
    [{ count: 10 }, "FIELD_VALUE", "count", "This must be <= 9."],
    [{ name: "a" }, "FIELD_VALUE", "name", "This must have at least 2 characters."],
    [{ name: "abcde" }, "FIELD_VALUE", "name", "This must have at most 4 characters."],
    [{ digest: "md5:1" }, "FIELD_VALUE", "digest", "This must have the form ^sha256: (a regular expression)."],
    [{ entries: [] }, "FIELD_VALUE", "entries", "This must not be empty."],
  ];
  for (const [fields, code, path, message] of mistakes) {
    it(`refuses ${JSON.stringify(fields)}`, () => {
      const decoded = decode({ ...base, ...fields });
      const [problem, ...others] = decoded.ok ? [] : decoded.problems;
      expect(problem).to.include({ code, path });
      expect(problem?.message).to.include(message);
      expect(others).to.deep.equal([]);
    });
  }

  const wholes: readonly (readonly [unknown, string])[] = [
    [null, "This must be a mapping, not null."],
    [undefined, "This must be a mapping, not null."],
    [[], "This must be a mapping, not a list."],
    ["text", "This must be a mapping, not a string."],
    [5, "This must be a mapping, not a number."],
  ];
  for (const [input, message] of wholes) {
    it(`refuses ${input === undefined ? "undefined" : JSON.stringify(input)} as a whole`, () => {
      expect(decode(input)).to.deep.equal({ ok: false, problems: [{ code: "FIELD_TYPE", path: "", message }] });
    });
  }

  it("reports every mistake at once, each once", () => {
    const decoded = decode({ nmae: "abc", count: "x", color: 7, entries: [{ key: 1 }, 5] });
    expect(decoded.ok ? [] : decoded.problems.map(({ code, path }) => `${code} ${path}`)).to.have.members([
      "FIELD_REQUIRED apiVersion",
      "FIELD_REQUIRED name",
      "FIELD_UNKNOWN nmae",
      "FIELD_TYPE count",
      "FIELD_TYPE color",
      "FIELD_VALUE color",
      "FIELD_TYPE entries[0].key",
      "FIELD_TYPE entries[1]",
    ]);
  });

  it("does not take a field named __proto__ for none", () => {
    const decoded = decode(JSON.parse('{"apiVersion":"example.org/v1","name":"abc","__proto__":{"a":1}}'));
    expect(decoded.ok ? [] : decoded.problems.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([
      "FIELD_UNKNOWN __proto__",
    ]);
  });

  it("never throws, and refuses with at least one problem", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        for (const result of [decode(input), read(input)]) if (!result.ok) expect(result.problems).not.to.be.empty;
      }),
    );
  });

  describe("sliceReader", () => {
    const slices: readonly (readonly [string, object, object])[] = [
      [
        "leaves out what it does not know",
        { ...base, other: 1, entries: [{ key: "k", more: 2 }] },
        { ...base, entries: [{ key: "k" }] },
      ],
      [
        "takes null for absent",
        { ...base, color: null, entries: null, labels: { a: "b", c: null } },
        { ...base, labels: { a: "b" } },
      ],
      [
        "keeps what may be anything, null inside it too",
        { ...base, anything: { a: null } },
        { ...base, anything: { a: null } },
      ],
      ["does not change the keys of maps", { ...base, labels: { "a/b": "c" } }, { ...base, labels: { "a/b": "c" } }],
    ];
    for (const [what, input, value] of slices) {
      it(what, () => {
        const before = JSON.stringify(input);
        expect(read(input)).to.deep.equal({ ok: true, value, warnings: [] });
        expect(JSON.stringify(input)).to.equal(before);
      });
    }

    const wrong: readonly (readonly [unknown, string, string])[] = [
      [{ ...base, count: "many" }, "FIELD_TYPE", "count"],
      [{ ...base, entries: "none" }, "FIELD_TYPE", "entries"],
      [{ ...base, entries: [null] }, "FIELD_TYPE", "entries[0]"],
      [{ ...base, labels: "a=b" }, "FIELD_TYPE", "labels"],
      [{ apiVersion: "example.org/v1", name: null }, "FIELD_REQUIRED", "name"],
      [[], "FIELD_TYPE", ""],
    ];
    for (const [input, code, path] of wrong) {
      it(`refuses ${JSON.stringify(input)}`, () => {
        const result = read(input);
        expect(result.ok ? [] : result.problems.map((each) => [each.code, each.path])).to.deep.equal([[code, path]]);
      });
    }
  });
});
