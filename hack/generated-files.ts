import { generateChecks } from "./generate-checks.ts";
import { generateCrd } from "./generate-crd.ts";
import { generateOutputs } from "./generate-outputs.ts";
import { generateReference } from "./generate-reference.ts";
import { generateSchemas } from "./generate-schemas.ts";

/** Every generated file by its path in the project. One that needs facts which are not at hand is left out. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const outputs = generateOutputs();
  return new Map([
    ["charts/crds/falco.gardener.cloud_falcoprofiles.yaml", generateCrd()],
    ["docs/admission-checks.md", generateChecks()],
    ["docs/api-reference/falco.md", generateReference()],
    ...[...generateSchemas()].map(([file, text]) => [`docs/api-reference/${file}`, text] as const),
    ...(outputs === undefined ? [] : [["falco/desired/falcosidekick-outputs.generated.ts", outputs] as const]),
  ]);
}
