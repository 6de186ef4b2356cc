import { configurationKind, configurationSchema } from "../falco/api/configuration.ts";
import { decoder } from "../falco/api/decode.ts";
import { problem } from "../falco/base/problem.ts";
import { defaultLandscape, type Landscape, resolveLandscape } from "../falco/desired/landscape.ts";
import { decoded } from "./collect-resources.ts";
import type { Findings } from "./findings.ts";
import { kindOf, wrongKind } from "./kinds.ts";
import type { InputReader } from "./read-input.ts";

const decode = decoder(configurationSchema);

/** The landscape of a configuration file, or the defaults. `otlpLogging` offers the destination otlp whatever the file says. */
export async function readLandscape(
  file: string | undefined,
  otlpLogging: boolean,
  reader: InputReader,
  findings: Findings,
): Promise<Landscape> {
  if (file === undefined) return { ...defaultLandscape, otlpLogging };
  const [document, ...others] = await reader.read(file);
  if (document === undefined) return defaultLandscape;
  for (const other of others) {
    const message = `There is one ${configurationKind.kind} for a landscape. Remove this one.`;
    findings.unusable.push(other.locate(problem("FIELD_DUPLICATE", "", message)));
  }
  if (kindOf(document) !== configurationKind.kind) {
    findings.unusable.push(document.locate(wrongKind(document, [configurationKind.kind])));
    return defaultLandscape;
  }
  const configuration = decoded(document, document.value, decode, findings);
  if (configuration === undefined) return defaultLandscape;
  const offered = otlpLogging ? { ...configuration, otlpLogging } : configuration;
  return decoded(document, offered, () => resolveLandscape(offered), findings) ?? defaultLandscape;
}
