import { expect } from "chai";
import { readStandardInput, unreadable } from "../../../cli/read-source.ts";

async function* chunks(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const each of texts) yield await Promise.resolve(Buffer.from(each));
}

describe("readStandardInput", () => {
  it("joins chunks, also in the middle of a character", async () => {
    const bytes = Buffer.from("ä");
    const split = (async function* () {
      yield await Promise.resolve(bytes.subarray(0, 1));
      yield bytes.subarray(1);
    })();
    expect(await readStandardInput(split)).to.deep.include({ ok: true, value: "ä" });
  });

  it("stops at the limit", async () => {
    let taken = 0;
    const endless = (async function* () {
      for (;;) {
        taken += 1;
        yield await Promise.resolve(Buffer.alloc(10));
      }
    })();
    expect(await readStandardInput(endless, 25)).to.have.nested.property("problems[0].code", "INPUT_TOO_LARGE");
    expect(taken).to.equal(3);
    expect(await readStandardInput(chunks("12345"), 5)).to.deep.include({ ok: true, value: "12345" });
  });

  it("is a problem when it breaks off", async () => {
    const broken = (async function* () {
      yield await Promise.resolve(Buffer.from("a"));
      throw Object.assign(new Error("gone"), { code: "EIO" });
    })();
    expect(await readStandardInput(broken)).to.have.nested.property(
      "problems[0].message",
      "This cannot be read (EIO).",
    );
  });
});

describe("unreadable", () => {
  const cases = [
    ["ENOENT", "There is no such file."],
    ["EISDIR", "This is a folder. Name the files in it."],
    ["EACCES", "There is no permission to read this file."],
    ["EWHAT", "This cannot be read (EWHAT)."],
  ] as const;
  for (const [code, message] of cases) {
    it(`says what ${code} means`, () => {
      const error = Object.assign(new Error("with /a/path in it"), { code });
      expect(unreadable(error)).to.deep.equal({ code: "INPUT_UNREADABLE", path: "", message });
    });
  }
});
