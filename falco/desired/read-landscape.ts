import { configurationSchema } from "../api/configuration.ts";
import { decoder } from "../api/decode.ts";
import { failure, problem, type Result, success } from "../base/problem.ts";
import { parseYaml } from "../base/yaml.ts";
import { defaultLandscape, type Landscape, resolveLandscape } from "./landscape.ts";

const decode = decoder(configurationSchema);

/** What the command line adds to the landscape's configuration. */
export interface Overrides {
  readonly otlpLogging: boolean;
}

/** The landscape that a configuration file describes; without one, a landscape with every default. */
export function readLandscape(text: string | undefined, { otlpLogging }: Overrides): Result<Landscape> {
  if (text === undefined) return success({ ...defaultLandscape, otlpLogging });
  const documents = parseYaml(text);
  if (!documents.ok) return documents;
  const [document, another] = documents.value;
  if (document === undefined || another !== undefined) {
    const message = `The file must hold one Configuration, not ${String(documents.value.length)} documents.`;
    return failure([problem("FIELD_VALUE", "", message)]);
  }
  const configuration = decode(document.value);
  if (!configuration.ok) return configuration;
  return resolveLandscape(otlpLogging ? { ...configuration.value, otlpLogging } : configuration.value);
}
