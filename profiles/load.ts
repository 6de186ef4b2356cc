import { existsSync, readdirSync, readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { decoder } from "../falco/api/decode.ts";
import { type FalcoProfile, falcoProfileSchema } from "../falco/api/falco-profile.ts";
import { formatProblem } from "../falco/base/problem.ts";
import { parseManifests } from "../falco/base/yaml.ts";

/**
 * The rules files of these names (`gardener/1.0.0/falco_rules.yaml`) from `profiles/rules`, as they are. A name that does not
 * ship, or that would leave the folder, is not in the result: names come from FalcoProfiles, which operators write.
 */
export function loadRuleFiles(names: Iterable<string>): ReadonlyMap<string, string> {
  const folder = join(profilesFolder(), "rules");
  const files = [...names].filter((name) => staysInside(name) && existsSync(join(folder, name)));
  return new Map(files.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

/** Letters, digits and `.`, `_`, `-` between slashes; no step may begin with a dot, so there is no way up and nothing hidden. */
function staysInside(name: string): boolean {
  return /^(?:\w[\w.-]*\/)*\w[\w.-]*\.ya?ml$/.test(name);
}

/** The FalcoProfiles that ship; one that is not valid throws. */
export function loadShippedProfiles(): readonly FalcoProfile[] {
  const folder = profilesFolder();
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  return files.sort().flatMap((file) => readProfiles(file, readFileSync(join(folder, file), "utf8")));
}

const decodeProfile = decoder(falcoProfileSchema);

function readProfiles(file: string, text: string): readonly FalcoProfile[] {
  return parseManifests(text).map((manifest) => {
    const decoded = decodeProfile(manifest);
    if (decoded.ok) return decoded.value;
    throw new Error(`profiles/${file}: ${decoded.problems.map((each) => formatProblem(each)).join("; ")}`);
  });
}

/** They lie beside package.json, also for code in `dist`. */
function profilesFolder(): string {
  const packageFile = findPackageJSON("..", import.meta.url);
  if (packageFile === undefined)
    throw new Error("There is no package.json above the program, hence no folder profiles.");
  return join(dirname(packageFile), "profiles");
}
