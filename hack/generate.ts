import { writeFileSync } from "node:fs";
import { generateOutputs } from "./generate-outputs.ts";

const root = new URL("../", import.meta.url);
const files: readonly (readonly [string, string | undefined])[] = [
  ["falco/desired/falcosidekick-outputs.generated.ts", generateOutputs()],
];
for (const [file, text] of files) {
  if (text !== undefined) writeFileSync(new URL(file, root), text);
}
