import { expect } from "chai";
import { findGo, isAtLeast, NoGoError, parseGoVersion } from "../../../../hack/control-plane/go.ts";

describe("findGo", () => {
  for (const [version, oldest, expected] of [
    ["1.26.5", "1.26.5", true],
    ["1.26.8", "1.26.5", true],
    ["1.26.10", "1.26.9", true],
    ["1.27", "1.26.5", true],
    ["2.0", "1.26.5", true],
    ["1.26.4", "1.26.5", false],
    ["1.26", "1.26.5", false],
    ["1.9.7", "1.26.5", false],
    ["1.27rc1", "1.26.5", true],
    ["1.27rc1", "1.27", false],
  ] as const) {
    it(`${version} is ${expected ? "new enough" : "too old"} for ${oldest}`, () => {
      expect(isAtLeast(version, oldest)).to.equal(expected);
    });
  }

  for (const [answer, expected] of [
    ["go version go1.26.8 linux/amd64\n", "1.26.8"],
    ["go version go1.27rc1 darwin/arm64", "1.27rc1"],
    ["go version devel go1.28-abcdef linux/amd64", undefined],
    ["something else", undefined],
  ] as const) {
    it(`reads ${JSON.stringify(answer)}`, () => {
      expect(parseGoVersion(answer)).to.equal(expected);
    });
  }

  it("takes the first Go that is new enough", () => {
    const versions = new Map([
      ["go", "1.20.1"],
      ["/usr/local/go/bin/go", "1.26.8"],
    ]);
    expect(findGo("1.26.5", (command) => versions.get(command))).to.equal("/usr/local/go/bin/go");
  });

  it("says what to install when there is none", () => {
    expect(() => findGo("1.26.5", () => undefined)).to.throw(
      NoGoError,
      "The real control plane is built with Go 1.26.5 or newer, and there is none on the PATH. Install Go from https://go.dev/dl and try again.",
    );
  });

  it("says which one is too old", () => {
    expect(() => findGo("1.26.5", () => "1.20.1")).to.throw(NoGoError, "and the one here is 1.20.1.");
  });
});
