import { expect } from "chai";
import {
  bitString,
  der,
  derValues,
  objectIdentifier,
  sequence,
  tags,
  text,
  time,
} from "../../../../controller/identity/der.ts";

const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");

describe("controller/identity/der", () => {
  const encodings: readonly (readonly [string, Uint8Array, string])[] = [
    ["an empty sequence", sequence(), "3000"],
    ["a nested sequence", sequence(sequence(), der(tags.null)), "300430000500"],
    ["a length of 127", der(tags.octetString, Buffer.alloc(127)).subarray(0, 3), "047f00"],
    ["a length of 128", der(tags.octetString, Buffer.alloc(128)).subarray(0, 4), "04818000"],
    ["a length of 256", der(tags.octetString, Buffer.alloc(256)).subarray(0, 5), "0482010000"],
    ["a short object identifier", objectIdentifier("2.5.29.14"), "0603551d0e"],
    ["an object identifier with large numbers", objectIdentifier("1.2.840.113549.1.1.12"), "06092a864886f70d01010c"],
    ["a bit string", bitString(Buffer.from([0x06]), 1), "03020106"],
    ["a text", text("ä"), "0c02c3a4"],
    [
      "the last second with two digits",
      time(new Date("2049-12-31T23:59:59.999Z")),
      `170d${hex(Buffer.from("491231235959Z"))}`,
    ],
    [
      "the first second with four digits",
      time(new Date("2050-01-01T00:00:00Z")),
      `180f${hex(Buffer.from("20500101000000Z"))}`,
    ],
  ];
  for (const [name, encoded, expected] of encodings) {
    it(`writes ${name}`, () => {
      expect(hex(encoded)).equal(expected);
    });
  }

  it("reads what it writes", () => {
    const parts = [text("a"), der(tags.octetString, Buffer.alloc(300, 7)), sequence(text("b"), text("c"))];
    const values = derValues(Buffer.concat(parts));
    expect(values.map(({ whole }) => hex(whole))).deep.equal(parts.map(hex));
    expect(values.map(({ tag }) => tag)).deep.equal([tags.utf8String, tags.octetString, tags.sequence]);
    expect(derValues(values[2]?.content ?? Buffer.alloc(0)).map(({ content }) => hex(content))).deep.equal([
      "62",
      "63",
    ]);
  });

  for (const broken of ["30", "3001", "308201", "3084ffffffff", "30850000000001", "300002"]) {
    it(`refuses ${broken}`, () => {
      expect(() => derValues(Buffer.from(broken, "hex"))).throw(RangeError);
    });
  }
});
