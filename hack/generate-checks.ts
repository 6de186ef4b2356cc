import { stringify } from "yaml";
import type { Check } from "../test/unit/admission/checks/check.ts";
import { goodProfile, type ProfileCheck } from "../test/unit/admission/checks/profile-check.ts";
import { checks, profileChecks } from "../test/unit/admission/checks/table.ts";

const beginning = `<!-- Written by hack/generate.ts from test/unit/admission/checks/table.ts; do not edit. -->

# What the webhooks check

Every check with the smallest example that it concerns, first those of Shoots and Seeds, then those of FalcoProfiles. A webhook answers
with lines such as \`spec.images.falco[1].tag: This must be a string, not a number. (FIELD_TYPE)\`: path, message, code. Search for the code
here; it stays the same when a message is worded anew.

- What a row is about is refused, unless there is "(warning)" behind the code: then the request goes through, and the user is told.
- All problems of an object are reported at once, of very many the first 50. What was there before a change and was not touched is a warning.
- An object in deletion and subresources are not checked.
- What stands behind a semicolon after an example is the case in the garden at the time. In all examples it is 1 June 2026.

Each row is a test of that name in \`test/unit/admission/checks.spec.ts\`, which also sees to it that no code is missing here.
`;

const ofClusters = `## Shoots and Seeds

The examples are what stands in \`spec.extensions[…].providerConfig\`, without its \`apiVersion\` and \`kind\`. Paths are below it as well, unless
they begin with \`spec\`, \`request\` or \`falcoprofiles\`. Unless an example says otherwise, the object is a Shoot that is being created, the
landscape offers every destination, \`spec.resources\` has the Secret \`hook\` and the ConfigMaps \`rules\` and \`more-rules\`, and the one
FalcoProfile has the versions of Falco that the messages name, and 0.42.1, which has expired.

- An object without the extension, or one with \`disabled: true\`, is not checked.
- Checks of what is in a Secret or a ConfigMap are made where it can be read: by the controller and the command line.
`;

const ofProfiles = `## FalcoProfiles

The examples are edits of the profile below, with which nothing is wrong. They name the fields that the edit changes by their paths; \`null\`
takes a field or an entry of a list out. A profile that is being created is checked in the same way. A deletion is never refused. Unless an
example says otherwise, there is no other profile, and no cluster uses Falco.

\`\`\`yaml
${stringify(goodProfile).trimEnd()}
\`\`\`
`;

/** docs/admission-checks.md: the table of every check. */
export function generateChecks(): string {
  return [
    beginning,
    ofClusters,
    ...Object.entries(checks).map(([title, rows]) => section(title, rows.map(checkCells))),
    ofProfiles,
    ...Object.entries(profileChecks).map(([title, rows]) => section(title, rows.map(profileCheckCells))),
  ].join("\n");
}

type Cells = readonly string[];

const heading = "| what | code | path | example | message |\n|---|---|---|---|---|";

function section(title: string, rows: readonly Cells[]): string {
  const lines = rows.map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`);
  return `### ${title}\n\n${[heading, ...lines].join("\n")}\n`;
}

function checkCells(check: Check): Cells {
  const { what, message, mutates } = check;
  return [
    what,
    codeOf(check, mutates === true ? " of the mutating webhook" : ""),
    pathOf(check),
    exampleOf(check),
    message,
  ];
}

function profileCheckCells(check: ProfileCheck): Cells {
  return [check.what, codeOf(check), pathOf(check), editOf(check), check.message];
}

function codeOf({ code, warns }: Check | ProfileCheck, whose = ""): string {
  return `\`${code}\`${warns === true ? ` (warning${whose})` : ""}`;
}

function pathOf({ path }: Check | ProfileCheck): string {
  return path === "" ? "(none)" : `\`${path}\``;
}

function exampleOf({ config, old, example, seed, where }: Check): string {
  const written = example ?? json(config);
  const before = old === undefined || example !== undefined ? "" : `, before: ${json(old)}`;
  return `${written}${before}${seed === true ? ", in a Seed" : ""}${where === undefined ? "" : `; ${where}`}`;
}

function editOf({ fields, before, deleted, example, where }: ProfileCheck): string {
  const written = example ?? (deleted === true ? "the profile is deleted" : json(fields));
  const earlier = before === undefined ? "" : `, before: ${json(before)}`;
  return `${written}${earlier}${where === undefined ? "" : `; ${where}`}`;
}

function json(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}
