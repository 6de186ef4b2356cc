import { readFileSync } from "node:fs";
import { expect } from "chai";
import { generatedFiles } from "../../../hack/generated-files.ts";

describe("generated files", () => {
  for (const [file, text] of generatedFiles()) {
    it(`${file} is what npm run generate writes`, () => {
      expect(readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8")).to.equal(text);
    });
  }
});
