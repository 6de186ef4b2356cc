import { mkdirSync, writeFileSync } from "node:fs";
import { generatedFiles } from "./generated-files.ts";

// `npm run generate`: writes every generated file anew. A test fails when one differs from what this would write.
for (const [file, text] of generatedFiles()) {
  const url = new URL(`../${file}`, import.meta.url);
  mkdirSync(new URL(".", url), { recursive: true });
  writeFileSync(url, text);
}
