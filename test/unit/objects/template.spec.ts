import { expect } from "chai";
import fc from "fast-check";
import { parseManifests } from "../../../falco/base/yaml.ts";
import { toFlow } from "../../../falco/objects/flow.ts";
import { compileTemplate, withValues, type Written } from "../../../falco/objects/template.ts";

/** The text that a person would write in the place of what a template gives. */
function textOf({ skeleton, values }: Written): string {
  return skeleton.replaceAll(/"\{\{(\d+)\}\}"/g, (_mark, index: string) => toFlow(values[Number(index)]));
}

describe("compileTemplate", () => {
  const context = {
    name: "falco",
    none: null,
    no: false,
    empty: [],
    list: ["a", "b"],
    map: { "x/y": "1" },
    deep: { er: 1 },
  };

  const written: readonly (readonly [string, string])[] = [
    ["{{json name}}", '"falco"'],
    ["{{json deep.er}}", "1"],
    ["{{json none}} {{json no}} {{json empty}}", "null false []"],
    ["{{json map}}", '{"x/y":"1"}'],
    ["{{base64 name}}", '"ZmFsY28="'],
    ["{{#each map}}{{json @key}}: {{json this}}{{/each}}", '"x/y": "1"'],
    ["{{#each list}}{{json this}}{{json ../name}} {{/each}}", '"a""falco" "b""falco" '],
    ["{{#each empty}}x{{else}}[]{{/each}}", "[]"],
    ["{{#if none}}a{{else}}b{{/if}}{{#unless no}}c{{/unless}}", "bc"],
    ["a\n{{#if name}}\n  b\n{{/if}}\nc", "a\n  b\nc"],
    ["{{! a remark }}x: <&>", "x: <&>"],
  ];
  for (const [source, text] of written) {
    it(`writes ${JSON.stringify(source)}`, () => {
      expect(textOf(compileTemplate("t", source)(context))).to.equal(text);
    });
  }

  const missing: readonly (readonly [string, RegExp])[] = [
    ["{{json nmae}}", /^Template t: "nmae" not defined - 1:7$/],
    ["\n {{json deep.re}}", /^Template t: "re" not defined - 2:8$/],
    ["{{base64 nmae}}", /"nmae" not defined/],
    ["{{#if nmae}}x{{/if}}", /"nmae" not defined/],
    ["{{#unless deep.re}}x{{/unless}}", /"re" not defined/],
    ["{{#each nmae}}x{{/each}}", /"nmae" not defined/],
    ["{{#each list}}{{json name}}{{/each}}", /Template t: /],
    ["{{json none.x}}", /Template t: "x" not defined/],
    ["{{json nmae.x.y}}", /^Template t: .*undefined/],
    ["{{base64 deep}}", /Template t: base64 takes a text/],
    ["{{json constructor}}", /Template t: There is no value/],
    ["{{json name.constructor}}", /Template t: /],
    ["{{json __proto__}}", /Template t: /],
  ];
  for (const [source, message] of missing) {
    it(`does not write ${JSON.stringify(source)}`, () => {
      expect(() => compileTemplate("t", source)(context)).to.throw(message);
    });
  }

  const refused = [
    "{{name}}",
    "{{{name}}}",
    "{{&name}}",
    "{{json}}",
    "{{json name name}}",
    "{{> part}}",
    "{{#> part}}{{/part}}",
    "{{* decorate}}",
    "{{#* decorate}}{{/decorate}}",
    "{{log name}}",
    "{{#with deep}}{{json er}}{{/with}}",
    "{{#name}}x{{/name}}",
    "{{^name}}x{{/name}}",
    '{{json (lookup map "x/y")}}',
    "{{#if name}}",
    "{{json name",
  ];
  for (const source of refused) {
    it(`does not compile ${JSON.stringify(source)}`, () => {
      expect(() => compileTemplate("t", source)).to.throw(/^Template t: /);
    });
  }

  it("shows no value in an error", () => {
    const render = compileTemplate("t", "{{json password.x}}");
    expect(() => render({ password: "hunter2" }))
      .to.throw(Error)
      .with.property("message")
      .not.contain("hunter2");
  });

  it("takes a value as a value, whatever it looks like", () => {
    const text = "{{json x}} ${y}\n---\n- a: b # c";
    for (const value of [text, "{{0}}", "{{1}}", { "{{0}}": ["{{1}}"] }]) {
      const { skeleton, values } = compileTemplate(
        "t",
        "v: {{json value}}\n{{json key}}: [{{json value}}]",
      )({ value, key: "k" });
      const read = parseManifests(skeleton).map((each) => withValues(each, values));
      expect(read).to.deep.equal([{ v: value, k: [value] }]);
    }
  });

  it("gives the same skeleton for all contexts that take the same way through it", () => {
    const write = compileTemplate("t", "{{#if a}}a: {{json a}}{{/if}}\nb: {{json b}}");
    expect(write({ a: 1, b: 2 }).skeleton).to.equal(write({ a: "x", b: { y: 1 } }).skeleton);
    expect(write({ a: 1, b: 2 }).skeleton).to.not.equal(write({ a: null, b: 2 }).skeleton);
  });
});

describe("toFlow", () => {
  it("is JSON and YAML for every value that JSON can hold", () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: "small" }), (value) => {
        const text = toFlow({ value });
        const expected: unknown = JSON.parse(JSON.stringify({ value }));
        expect(JSON.parse(text)).to.deep.equal(expected);
        expect(parseManifests(text)).to.deep.equal([expected]);
      }),
    );
  });

  it("is YAML for every character", () => {
    const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).join("");
    expect(parseManifests(toFlow({ characters }))).to.deep.equal([{ characters }]);
    expect(toFlow("\u0085\u007f\u2028\ufeff")).to.equal(String.raw`"\u0085\u007f\u2028\ufeff"`);
  });

  it("throws without a value", () => {
    expect(() => toFlow(undefined)).to.throw(TypeError);
  });
});
