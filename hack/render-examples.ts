import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderCommand } from "../cli/render-command.ts";
import { isObject } from "../falco/base/json.ts";
import { parseManifests } from "../falco/base/yaml.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const managedRules = "profiles/rules/gardener/1.0.0/falco_rules.yaml";

/** One manifest of an example, and where what it renders to is kept. Paths are relative to the project. */
export interface Example {
  readonly folder: string;
  readonly input: string;
  readonly golden: string;
}

/** Every Shoot and Seed in a folder of `examples`, but for the landscape's own. */
export function listExamples(): readonly Example[] {
  const folders = readdirSync(join(root, "examples")).filter((name) => !["README.md", "landscape"].includes(name));
  return folders.sort().flatMap((name) => {
    const folder = `examples/${name}`;
    const inputs = readdirSync(join(root, folder)).filter((file) => /^(shoot|seed).*\.yaml$/.test(file));
    return inputs.sort().map((file) => ({ folder, input: `${folder}/${file}`, golden: `${folder}/rendered/${file}` }));
  });
}

/** What the command line makes of an example, with the file names that every example may have. */
export async function renderExample(
  { folder, input }: Example,
  kind: "yaml" | "json" = "yaml",
): Promise<{ readonly output: string; readonly problems: string }> {
  const given = (file: string): readonly string[] => {
    const path = join(root, folder, file);
    return existsSync(path) ? [path] : [];
  };
  const [config] = given("configuration.yaml");
  const written: string[] = [];
  const said: string[] = [];
  const code = await renderCommand(
    {
      files: {
        object: join(root, input),
        ...(config !== undefined && { config }),
        profile: given("falco-profile.yaml"),
        resource: given("resources.yaml"),
      },
      now: new Date("2026-11-21T00:00:00Z"),
      target: "all",
      output: { kind },
    },
    {
      stdin: { [Symbol.asyncIterator]: () => [][Symbol.iterator]() as never },
      out: (text) => void written.push(text),
      err: (lines) => void said.push(...lines),
    },
  );
  return { output: written.join(""), problems: code === 0 ? "" : said.join("\n") };
}

/** An output as it is kept for review: the managed rules left out, and what is in Secrets readable below them. */
export function toGolden(output: string): string {
  const rules = indented(readFileSync(join(root, managedRules), "utf8"));
  const documents = output.replaceAll(rules, `    # the content of ${managedRules}\n`).split(/^(?=---\n)/m);
  return documents.map((text) => text + secretComment(text)).join("");
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "    ");
}

function secretComment(text: string): string {
  const [object] = parseManifests(text);
  if (!isObject(object) || object["kind"] !== "Secret" || !isObject(object["data"])) return "";
  const entries = Object.entries(object["data"]).map(([key, value]) => {
    const content = Buffer.from(String(value), "base64").toString("utf8").trimEnd();
    return `# ${key}:\n${content.replaceAll(/^/gm, "#   ")}\n`;
  });
  return `# In plain text:\n${entries.join("")}`;
}
