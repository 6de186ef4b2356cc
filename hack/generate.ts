import { mkdirSync, writeFileSync } from "node:fs";
import { generatedFiles } from "./generated-files.ts";
import { listExamples, renderExample, toGolden } from "./render-examples.ts";

// `npm run generate`: writes every generated file anew. A test fails when one differs from what this would write.
for (const [file, text] of generatedFiles()) write(file, text);
for (const example of listExamples()) {
  const { output, problems } = await renderExample(example);
  if (problems !== "") throw new Error(`${example.input}: ${problems}`);
  write(example.golden, toGolden(output));
}

function write(file: string, text: string): void {
  const url = new URL(`../${file}`, import.meta.url);
  mkdirSync(new URL(".", url), { recursive: true });
  writeFileSync(url, text);
}
