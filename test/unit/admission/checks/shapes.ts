import type { Check } from "./check.ts";

const required = "This field is required.";
const tooLarge: Check = {
  what: "a configuration of a size that makes no sense",
  code: "INPUT_TOO_LARGE",
  path: "",
  config: {
    nodeSelector: Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`label-${String(index)}`, ""])),
  },
  example: "5,000 labels in `nodeSelector`",
  message: "The configuration has more than 5000 values. Shorten it.",
};

/** How a configuration is written. */
export const shapes: readonly Check[] = [
  {
    what: "a field that does not exist",
    code: "FIELD_UNKNOWN",
    path: "falcoVersoin",
    config: { falcoVersoin: "0.44.1" },
    message: 'There is no field "falcoVersoin" here. Did you mean "falcoVersion"?',
  },
  {
    what: "a value of the wrong type",
    code: "FIELD_TYPE",
    path: "autoUpdate",
    config: { autoUpdate: "yes" },
    message: "This must be true or false, not a string.",
  },
  {
    what: "a version without quotes",
    code: "FIELD_TYPE",
    path: "falcoVersion",
    config: { falcoVersion: 0.44 },
    message: 'This must be a string, not a number. Put the version in quotes, such as "0.44.1".',
  },
  {
    what: "a required field that is missing",
    code: "FIELD_REQUIRED",
    path: "destinations[0].name",
    config: { destinations: [{}] },
    message: required,
  },
  {
    what: "a configuration that does not say what it is",
    code: "FIELD_REQUIRED",
    path: "kind",
    config: { kind: null },
    message: `${required} Write kind: FalcoServiceConfig.`,
  },
  {
    what: "a configuration of another kind",
    code: "KIND_UNSUPPORTED",
    path: "kind",
    config: { kind: "Falco" },
    message: '"Falco" is not allowed here. Use FalcoServiceConfig.',
  },
  {
    what: "a value that is not among those allowed",
    code: "FIELD_VALUE",
    path: "tolerations[0].effect",
    config: { tolerations: [{ key: "a", effect: "Never" }] },
    message: '"Never" is not allowed here. Use one of NoSchedule, PreferNoSchedule, NoExecute.',
  },
  {
    what: "an object that is not shaped like a Shoot",
    code: "FIELD_TYPE",
    path: "spec.resources",
    object: { spec: { resources: "none" } },
    example: "`spec.resources: none`",
    message: "This must be a list, not a string.",
  },
  tooLarge,
];

/** The shape of before. */
export const older: readonly Check[] = [
  {
    what: "the older shape",
    code: "DEPRECATED",
    path: "resources",
    config: { resources: "gardener" },
    message: "The older fields resources are deprecated. They are converted; write rules and destinations instead.",
    warns: true,
    mutates: true,
  },
  {
    what: "both shapes at once",
    code: "FIELD_CONFLICT",
    path: "rules",
    config: { resources: "gardener", rules: {} },
    message: '"rules" cannot stand beside the older fields resources, gardener, output. Remove these.',
  },
  {
    what: "custom rules of the older shape without a name",
    code: "FIELD_TYPE",
    path: "gardener.customRules[0]",
    config: { gardener: { customRules: [1] } },
    message: "This must be the name of an entry of spec.resources.",
  },
  {
    what: "a webhook that is written out",
    code: "SECRET_REQUIRED",
    path: "output.customWebhook",
    config: { output: { eventCollector: "custom", customWebhook: { address: "https://example.org" } } },
    message:
      "A webhook cannot be written out here. Put it into a Secret, and name its entry of spec.resources as secretRef.",
  },
];
