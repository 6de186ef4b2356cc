import type { Check } from "./check.ts";

const valueForm = "Use at most 63 letters, digits, -, _ and ., the first and the last a letter or a digit.";
const keyForm = `${valueForm} A DNS name and / may stand before them.`;
const cpu = "CPU must be more than 0 and at most 1000 cores.";
const inFalcoConfig = (resources: object): object => ({ falcoConfig: { resources } });
const notServed = (name: string): string => `"${name}" is not available in this version. Remove it.`;

/** How the pods of Falco run. */
export const pods: readonly Check[] = [
  {
    what: "a toleration of every taint with Equal",
    code: "FIELD_CONFLICT",
    path: "tolerations[0].operator",
    config: { tolerations: [{}] },
    message: "Without a key the operator must be Exists.",
  },
  {
    what: "a toleration with Exists and a value",
    code: "FIELD_CONFLICT",
    path: "tolerations[0].value",
    config: { tolerations: [{ operator: "Exists", value: "a" }] },
    message: "With the operator Exists there can be no value.",
  },
  {
    what: "a taint's key that cannot be",
    code: "FIELD_VALUE",
    path: "tolerations[0].key",
    config: { tolerations: [{ key: "a b" }] },
    message: `This cannot be the key of a taint. ${keyForm}`,
  },
  {
    what: "a taint's value that cannot be",
    code: "FIELD_VALUE",
    path: "tolerations[0].value",
    config: { tolerations: [{ key: "a", value: "b c" }] },
    message: `This cannot be the value of a taint. ${valueForm}`,
  },
  {
    what: "seconds for another effect than NoExecute",
    code: "FIELD_CONFLICT",
    path: "tolerations[0].effect",
    config: { tolerations: [{ key: "a", tolerationSeconds: 5 }] },
    message: "tolerationSeconds needs the effect NoExecute.",
  },
  {
    what: "a label's key that cannot be",
    code: "FIELD_VALUE",
    path: 'nodeSelector["a b"]',
    config: { nodeSelector: { "a b": "c" } },
    message: `"a b" cannot be the key of a label. ${keyForm}`,
  },
  {
    what: "a label's value that cannot be",
    code: "FIELD_VALUE",
    path: "nodeSelector.a",
    config: { nodeSelector: { a: "b c" } },
    message: `"b c" cannot be the value of a label. ${valueForm}`,
  },
  {
    what: "what is no quantity",
    code: "FIELD_TYPE",
    path: "falcoConfig.resources.limits.memory",
    config: inFalcoConfig({ limits: { memory: "512MB" } }),
    message: "This must be a quantity such as 100m, 0.5 or 512Mi.",
  },
  {
    what: "too little or too much CPU",
    code: "FIELD_VALUE",
    path: "falcoConfig.resources.requests.cpu",
    config: inFalcoConfig({ requests: { cpu: "0" } }),
    message: cpu,
  },
  {
    what: "too little or too much memory",
    code: "FIELD_VALUE",
    path: "falcoConfig.resources.limits.memory",
    config: inFalcoConfig({ limits: { memory: "512" } }),
    message: "Memory must be from 1Mi to 1Ti.",
  },
  {
    what: "a request above its limit",
    code: "FIELD_CONFLICT",
    path: "falcoConfig.resources.requests.memory",
    config: inFalcoConfig({ requests: { memory: "1Gi" }, limits: { memory: "512Mi" } }),
    message: "The request of 1Gi is higher than the limit of 512Mi.",
  },
];

/** What is served at all. */
export const parts: readonly Check[] = [
  ...["falcoctl", "kubernetesAudit", "response", "ui"].map((name): Check => ({
    what: `${name}, which comes later`,
    code: "NOT_AVAILABLE",
    path: name,
    config: { [name]: {} },
    message: notServed(name),
  })),
  {
    what: "another plugin than container",
    code: "NOT_AVAILABLE",
    path: "plugins",
    config: { plugins: [{ name: "json" }] },
    message: notServed("plugins"),
  },
  {
    what: "a plugin twice",
    code: "FIELD_DUPLICATE",
    path: "plugins[1].name",
    config: { plugins: [{ name: "container" }, { name: "container" }] },
    message: 'The plugin "container" stands here twice. Remove one.',
  },
  {
    what: "settings of the container plugin that are no mapping",
    code: "FIELD_TYPE",
    path: "plugins[0].initConfig",
    config: { plugins: [{ name: "container", initConfig: [] }] },
    message: "This must be a mapping.",
  },
  {
    what: "a setting that the container plugin does not have",
    code: "FIELD_UNKNOWN",
    path: "plugins[0].initConfig.hook",
    config: { plugins: [{ name: "container", initConfig: { hook: [] } }] },
    message:
      'The container plugin has no setting "hook" here. Known: label_max_len, with_size, hooks, log_level, engines.',
  },
];
