import type { Check } from "../test/unit/admission/checks/check.ts";
import { checks } from "../test/unit/admission/checks/table.ts";

const beginning = `<!-- Written by hack/generate.ts from test/unit/admission/checks/table.ts; do not edit. -->

# What the webhooks check

Every check of Shoots and Seeds with the smallest example that it concerns. Each row is a test of that name in
\`test/unit/admission/checks.spec.ts\`, which also sees to it that no code is missing here.

- A path without \`spec\` in front is below \`spec.extensions[…].providerConfig\`; so are the examples.
- All problems of an object are reported at once. What was there before a change and was not touched is a warning.
- An object in deletion, one without the extension or with \`disabled: true\`, and subresources are not checked.
- Checks of what is in a Secret or a ConfigMap are made where it can be read: by the controller and the command line.
`;

/** docs/admission-checks.md: the table of every check. */
export function generateChecks(): string {
  const sections = Object.entries(checks).map(([title, rows]) => {
    const table = ["| what | code | path | example | message |", "|---|---|---|---|---|", ...rows.map(rowOf)].join(
      "\n",
    );
    return `## ${title}\n\n${table}\n`;
  });
  return `${beginning}\n${sections.join("\n")}`;
}

function rowOf(check: Check): string {
  const { what, code, path, message, warns, mutates } = check;
  const kind = warns === true ? ` (warning${mutates === true ? " of the mutating webhook" : ""})` : "";
  const cells = [what, `\`${code}\`${kind}`, `\`${path}\``, exampleOf(check), message];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function exampleOf({ config, old, example, seed, where }: Check): string {
  const written = example ?? `\`${JSON.stringify(config)}\``;
  const before = old === undefined || example !== undefined ? "" : `, before: \`${JSON.stringify(old)}\``;
  return `${written}${before}${seed === true ? ", in a Seed" : ""}${where === undefined ? "" : `; ${where}`}`;
}
