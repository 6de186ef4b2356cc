import { expect } from "chai";
import { unreadableFile } from "../../../kube/unreadable-file.ts";

describe("unreadableFile", () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [{ code: "ENOENT" }, "cannot read a.yaml: no such file"],
    [{ code: "EISDIR" }, "cannot read a.yaml: this is a folder"],
    [{ code: "EACCES" }, "cannot read a.yaml: no permission"],
    [{ code: "EIO" }, "cannot read a.yaml: EIO"],
    [new Error("hunter2"), "cannot read a.yaml: it is not readable"],
  ];
  for (const [error, text] of cases) {
    it(text, () => {
      expect(unreadableFile("a.yaml", error)).to.equal(text);
    });
  }
});
