import { problem, type Problem } from "../base/problem.ts";
import { parseYaml } from "../base/yaml.ts";

/**
 * Whether a text has the outer form of a rules file: YAML, and a list of items in every document. What is in the items is
 * Falco's own business here. Problems have no path; their messages give line and column.
 */
export function checkRulesShape(text: string): readonly Problem[] {
  const parsed = parseYaml(text, { uniqueKeys: false });
  if (!parsed.ok)
    return parsed.problems.map(({ message }) => problem("RULES_INVALID", "", `It is not YAML: ${message}`));
  const wrong = parsed.value.find(({ value }) => !Array.isArray(value));
  if (wrong === undefined) return [];
  const { line, column } = wrong.positionOf([]);
  const message = `line ${String(line)}, column ${String(column)}: A rules file is a list of items such as "- rule: …".`;
  return [problem("RULES_INVALID", "", message)];
}
