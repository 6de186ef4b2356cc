import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { compileTemplates, type Templates } from "../falco/objects/render.ts";

/** Reads and compiles the templates; done once, when a program starts. They lie beside package.json, also for code in `dist`. */
export function loadTemplates(): Templates {
  const packageFile = findPackageJSON("..", import.meta.url);
  if (packageFile === undefined) throw new Error("There is no package.json above the program, hence no folder charts.");
  const folder = join(dirname(packageFile), "charts");
  return compileTemplates((name) => readFileSync(join(folder, `${name}.yaml.hbs`), "utf8"));
}
