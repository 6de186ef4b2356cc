import { gzipSync } from "node:zlib";
import { expect } from "chai";
import fc from "fast-check";
import { brotli, gunzipText, unbrotli, utf8Text } from "../../../falco/base/compress.ts";

/** A gzip member again and again is a gzip file: a gibibyte of zeros from a mebibyte packed. */
function gibibyteOfZeros(): Uint8Array {
  const mebibyte = gzipSync(Buffer.alloc(1024 * 1024));
  return Buffer.concat(Array.from({ length: 1024 }, () => mebibyte));
}

describe("falco/base/compress", () => {
  const packed = gzipSync("hello");
  const unpacking: readonly (readonly [string, Uint8Array, number, object])[] = [
    ["a text", packed, 100, { kind: "text", text: "hello" }],
    ["nothing", gzipSync(""), 100, { kind: "text", text: "" }],
    ["a text as long as the limit", packed, 5, { kind: "text", text: "hello" }],
    ["a text one byte over the limit", packed, 4, { kind: "too-large" }],
    ["bytes that count, not letters", gzipSync("éé"), 3, { kind: "too-large" }],
    ["two members", Buffer.concat([packed, packed]), 100, { kind: "text", text: "hellohello" }],
    ["no gzip", Buffer.from("hello"), 100, { kind: "damaged" }],
    ["no bytes at all", new Uint8Array(), 100, { kind: "damaged" }],
    ["a cut end", packed.subarray(0, -6), 100, { kind: "damaged" }],
    [
      "a wrong checksum",
      packed.map((byte, index) => (index === packed.length - 6 ? byte ^ 1 : byte)),
      100,
      { kind: "damaged" },
    ],
    ["no UTF-8", gzipSync(Buffer.from([0xff, 0xfe])), 100, { kind: "damaged" }],
  ];
  for (const [what, bytes, limit, expected] of unpacking) {
    it(`unpacks ${what}: ${JSON.stringify(expected)}`, () => {
      expect(gunzipText(bytes, limit)).to.deep.equal(expected);
    });
  }

  it("stops at the limit of a bomb, and takes no memory for it", () => {
    const bomb = gibibyteOfZeros();
    const before = process.memoryUsage().rss;
    expect(gunzipText(bomb, 1024 * 1024)).to.deep.equal({ kind: "too-large" });
    expect(process.memoryUsage().rss - before).to.be.lessThan(256 * 1024 * 1024);
  });

  it("never throws, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(gunzipText(bytes, 10).kind).to.be.oneOf(["damaged", "too-large", "text"]);
      }),
    );
  });

  it("reads bytes as a text only when they are UTF-8", () => {
    expect(utf8Text(Buffer.from("é"))).to.equal("é");
    expect(utf8Text(Buffer.from([0x61, 0xe9]))).to.equal(undefined);
  });

  it("unpacks with brotli what it packed, and always packs to the same bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(unbrotli(brotli(text), 100_000)).to.equal(text);
        expect(brotli(text)).to.deep.equal(brotli(text));
      }),
    );
  });

  it("packs repetitions well", () => {
    expect(brotli("- rule: one\n".repeat(1000)).length).to.be.lessThan(200);
  });

  it("refuses to unpack more than the limit, and damaged bytes", () => {
    expect(() => unbrotli(brotli("a".repeat(1000)), 999)).to.throw();
    expect(() => unbrotli(Buffer.from("nonsense"), 999)).to.throw();
  });
});
