import { expect } from "chai";
import { cleanText } from "../../../../controller/shoot/clean-text.ts";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

describe("words of others", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["as they are", "Falco says: no.", "Falco says: no."],
    ["on one line", " a\n\tb\r\n c ", "a b c"],
    ["without colours", "\u001b[31mred\u001b[0m", "red"],
    ["without control characters", "a\u0000b\u0007c\u009bd", "a b c d"],
    ["without what turns text round", "a\u202etxt.exe\u2066b\ufeffc", "a txt.exe b c"],
    ["without a bearer token", "Authorization: Bearer abc.def-ghi", "Authorization: Bearer [hidden]"],
    ["without a password", 'password: "abc def"', 'password: "[hidden] def"'],
    ["without a key in JSON", '{"api_key":"abc","b":1}', '{"api_key":"[hidden]","b":1}'],
    ["without a token in an address", "https://a.b/c?token=abc&d=e", "https://a.b/c?token=[hidden]&d=e"],
    ["without the user of an address", "https://user:pass@a.b/c", "https://[hidden]a.b/c"],
    ["without a JWT", `it says ${jwt} here`, "it says [hidden] here"],
    ["without a private key", "a -----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY----- b", "a [hidden] b"],
    ["without a private key that is cut off", "a -----BEGIN PRIVATE KEY-----\nMHcC", "a [hidden]"],
    ["without an access key", "AKIAIOSFODNN7EXAMPLE is it", "[hidden] is it"],
    ["without long random text", `x ${"aB3".repeat(15)}== y`, "x [hidden] y"],
    ["without a long hexadecimal number", `x ${"0af".repeat(12)} y`, "x [hidden] y"],
    ["with the digest of an image", `a@sha256:${"0a".repeat(32)}`, `a@sha256:${"0a".repeat(32)}`],
    [
      "with a long name",
      "a_macro_with_a_rather_long_name_that_somebody_gave_it",
      "a_macro_with_a_rather_long_name_that_somebody_gave_it",
    ],
  ];
  for (const [name, text, expected] of cases) {
    it(`come ${name}`, () => {
      expect(cleanText(text, 200)).to.equal(expected);
    });
  }

  it("are cut, between characters", () => {
    expect(cleanText("abcdef", 6)).to.equal("abcdef");
    expect(cleanText("abcdefg", 6)).to.equal("abcde…");
    expect(cleanText("😀😀😀", 2)).to.equal("😀…");
  });

  it("take little time however long they are", () => {
    for (const text of ["a".repeat(1e6), "aB3-".repeat(3e5), "password".repeat(1e5), "-----BEGIN ".repeat(1e5)]) {
      expect(Array.from(cleanText(text, 50))).to.have.lengthOf.at.most(50);
    }
  });
});
