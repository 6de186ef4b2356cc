import type { Check } from "./check.ts";

const offered = "logging, stdout, custom, opensearch, splunk, central, otlp, archive, team, metrics";
const standing = (...names: readonly string[]): object => ({ destinations: names.map((name) => ({ name })) });
const hook = { name: "custom", resourceSecretName: "hook" };

/** Where events go, and who may send them there. */
export const destinations: readonly Check[] = [
  {
    what: "an unknown destination, even a disabled one",
    code: "DESTINATION_UNKNOWN",
    path: "destinations[0].name",
    config: { destinations: [{ name: "loging", enabled: false }] },
    message: `There is no destination "loging". Did you mean "logging"? Use one of ${offered}.`,
  },
  {
    what: "a destination that the landscape has lost",
    code: "DESTINATION_UNKNOWN",
    path: "destinations",
    config: standing("stdout", "archive"),
    old: standing("archive"),
    where: "a landscape with the destination team",
    message: 'The landscape no longer has the destination "archive"; it has been removed here.',
    warns: true,
    mutates: true,
  },
  {
    what: "a destination that the landscape does not offer",
    code: "DESTINATION_FORBIDDEN",
    path: "destinations[0].name",
    config: standing("central"),
    where: "a landscape without a configuration",
    message: 'This landscape does not offer "central". Choose another destination.',
  },
  {
    what: "a destination that a seed cannot have",
    code: "DESTINATION_FORBIDDEN",
    path: "destinations[0].name",
    config: standing("logging"),
    seed: true,
    message: '"logging" is for shoots only. Use one of stdout, custom, opensearch, splunk, central, archive, team.',
  },
  {
    what: "an output of falcosidekick that has no name of its own here",
    code: "NOT_AVAILABLE",
    path: "destinations[0].name",
    config: standing("kafka"),
    message: `falcosidekick's output "kafka" as a destination of its own is not available in this version. Use one of logging, stdout, custom, opensearch, splunk, central, otlp, archive, team, metrics.`,
  },
  {
    what: "a destination twice",
    code: "FIELD_DUPLICATE",
    path: "destinations[1].name",
    config: standing("logging", "logging"),
    message: 'The destination "logging" stands here twice. Remove one.',
  },
  {
    what: "two destinations with the same output",
    code: "DESTINATION_CONFLICT",
    path: "destinations[1].name",
    config: { destinations: [hook, { name: "central" }] },
    message: `"central" and "custom" both use falcosidekick's output "webhook", which exists once. Disable one.`,
  },
  {
    what: "logging and custom together",
    code: "DESTINATION_CONFLICT",
    path: "destinations",
    config: { destinations: [{ name: "logging" }, hook] },
    message: '"logging" and "custom" cannot be used together. Disable one.',
  },
  {
    what: "a destination without its Secret",
    code: "SECRET_REQUIRED",
    path: "destinations[0].resourceSecretName",
    config: standing("splunk"),
    message: '"splunk" needs a Secret. Name an entry of spec.resources that refers to it.',
  },
  {
    what: "a Secret that spec.resources does not list",
    code: "RESOURCE_UNDECLARED",
    path: "destinations[0].resourceSecretName",
    config: { destinations: [{ ...hook, resourceSecretName: "hooks" }] },
    message: 'There is no entry "hooks" in spec.resources. Did you mean "hook"?',
  },
  {
    what: "a ConfigMap in the place of a Secret",
    code: "RESOURCE_KIND",
    path: "destinations[0].resourceSecretName",
    config: { destinations: [{ ...hook, resourceSecretName: "rules" }] },
    message: 'The entry "rules" of spec.resources refers to a ConfigMap (v1), but a Secret (v1) is needed.',
  },
  {
    what: "a Secret with an unknown key",
    code: "SECRET_INVALID",
    path: "destinations[0].resourceSecretName",
    config: { destinations: [hook] },
    where: "the Secret holds only adress",
    message: 'The Secret "hook-object" has the unknown key "adress". Did you mean "address"?',
  },
  {
    what: "a Secret without a key that is needed",
    code: "SECRET_INVALID",
    path: "destinations[0].resourceSecretName",
    config: { destinations: [hook] },
    where: "the Secret holds only adress",
    message: 'The Secret "hook-object" needs the key "address" for the destination "custom".',
  },
  {
    what: "a Secret whose address is no URL",
    code: "SECRET_INVALID",
    path: "destinations[0].resourceSecretName",
    config: { destinations: [hook] },
    where: "the Secret's address is no URL",
    message: 'The Secret "hook-object" has no URL under "address". Write it with https:// or http://.',
  },
  {
    what: "central in a project that may not use it",
    code: "USAGE_RESTRICTED",
    path: "destinations[0].name",
    config: standing("central"),
    where: "--restricted-centralized-logging",
    message:
      'The project may not use "central": its namespace garden-dev needs the annotation falco.gardener.cloud/centralized-logging: "true".',
  },
  {
    what: "Falco in a project that may not use it",
    code: "USAGE_RESTRICTED",
    path: "spec.extensions",
    config: {},
    where: "--restricted-usage",
    message:
      'The project may not use Falco: its namespace garden-dev needs the annotation falco.gardener.cloud/enabled: "true".',
  },
];
