import { configurationSchema } from "../api/configuration.ts";
import { decoder } from "../api/decode.ts";
import { failure, problem, type Result } from "../base/problem.ts";
import { parseYaml } from "../base/yaml.ts";
import { type Landscape, resolveLandscape } from "./landscape.ts";

const decode = decoder(configurationSchema);

/** The landscape that the text of a configuration file describes. `otlpLogging` switches that destination on whatever the file says. */
export function readLandscape(text: string, { otlpLogging = false } = {}): Result<Landscape> {
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
