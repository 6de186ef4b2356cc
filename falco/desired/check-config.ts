import type { CustomRule, FalcoServiceConfig, Toleration } from "../api/falco-service-config.ts";
import type { NamedResource } from "../api/gardener.ts";
import { isObject } from "../base/json.ts";
import { joinPath, problem, type Problem } from "../base/problem.ts";
import { checkDestinations } from "./destinations.ts";
import type { Place } from "./facts.ts";
import { containerEngines } from "./falco-configuration.ts";
import type { Landscape } from "./landscape.ts";
import { parseQuantity } from "./quantity.ts";
import { falcoResources } from "./pods.ts";
import { declaredResource } from "./resources.ts";

/** What a configuration is checked against, apart from the catalogue. */
export interface CheckContext {
  /** Where the configuration stands in the user's object. */
  readonly path: string;
  readonly place: Place;
  readonly landscape: Landscape;
  /** `spec.resources` of the Shoot or the Seed. */
  readonly resources: readonly NamedResource[];
}

/**
 * Every check of a decoded configuration that needs neither the catalogue nor the content of Secrets and ConfigMaps. Admission and
 * controller both use it, so what the one lets through the other can deploy.
 */
export function checkConfig(config: FalcoServiceConfig, context: CheckContext): readonly Problem[] {
  return [
    ...notAvailable(config, context.path),
    ...pluginProblems(config, context.path),
    ...rulesProblems(config, context),
    ...checkDestinations(config.destinations ?? [], { ...context, path: joinPath(context.path, "destinations") }),
    ...(config.tolerations ?? []).flatMap((each, index) =>
      tolerationProblems(each, joinPath(context.path, "tolerations", index)),
    ),
    ...nodeSelectorProblems(config.nodeSelector ?? {}, joinPath(context.path, "nodeSelector")),
    ...resourceProblems(config, joinPath(context.path, "falcoConfig", "resources")),
  ];
}

/** Parts of the API that this version refuses rather than ignores. Switched off, they may stand there. */
function notAvailable(config: FalcoServiceConfig, path: string): readonly Problem[] {
  const parts = [
    ["falcoctl", config.falcoctl !== undefined],
    ["plugins", (config.plugins ?? []).some(({ name }) => name !== "container")],
    ["kubernetesAudit", config.kubernetesAudit !== undefined && config.kubernetesAudit.enabled !== false],
    ["response", config.response !== undefined && config.response.enabled !== false],
    ["ui", config.ui !== undefined && config.ui.enabled !== false],
  ] as const;
  return parts
    .filter(([, used]) => used)
    .map(([name]) =>
      problem("NOT_AVAILABLE", joinPath(path, name), `"${name}" is not available in this version. Remove it.`),
    );
}

const containerSettings = ["label_max_len", "with_size", "hooks", "log_level", "engines"];

/** The container plugin refuses what its schema does not know, and Falco then does not start: better to say so here. */
function pluginProblems({ plugins = [] }: FalcoServiceConfig, path: string): readonly Problem[] {
  return plugins.flatMap(({ name, initConfig }, index) => {
    const where = joinPath(path, "plugins", index);
    if (plugins.findIndex((each) => each.name === name) < index) {
      return [problem("FIELD_DUPLICATE", `${where}.name`, `The plugin "${name}" stands here twice. Remove one.`)];
    }
    if (initConfig === undefined || name !== "container") return [];
    if (!isObject(initConfig)) return [problem("FIELD_TYPE", `${where}.initConfig`, "This must be a mapping.")];
    const { engines = {} } = initConfig;
    if (!isObject(engines)) return [problem("FIELD_TYPE", `${where}.initConfig.engines`, "This must be a mapping.")];
    return [
      ...unknownNames(initConfig, containerSettings, `${where}.initConfig`),
      ...unknownNames(engines, [...Object.keys(containerEngines), "static"], `${where}.initConfig.engines`),
    ];
  });
}

function unknownNames(given: object, known: readonly string[], path: string): readonly Problem[] {
  return Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const hint = `Known: ${known.join(", ")}.`;
      return problem(
        "FIELD_UNKNOWN",
        joinPath(path, name),
        `The container plugin has no setting "${name}" here. ${hint}`,
      );
    });
}

function rulesProblems({ rules }: FalcoServiceConfig, { path, resources, place }: CheckContext): readonly Problem[] {
  if (rules === undefined) return [];
  const { standard = [], custom = [] } = rules;
  const rulesPath = joinPath(path, "rules");
  if (standard.length === 0 && custom.length === 0) {
    const message =
      "No rules are selected, so Falco would see nothing. Name standard or custom rules, or remove this field.";
    return [problem("RULES_NONE", rulesPath, message)];
  }
  const twice = standard.flatMap((name, index) =>
    standard.indexOf(name) < index
      ? [problem("FIELD_DUPLICATE", joinPath(rulesPath, "standard", index), `"${name}" stands here twice. Remove one.`)]
      : [],
  );
  return [
    ...twice,
    ...custom.flatMap((each, index) => {
      const customPath = joinPath(rulesPath, "custom", index);
      return customProblems(each, { path: customPath, earlier: custom.slice(0, index), resources, place });
    }),
  ];
}

interface CustomContext {
  readonly path: string;
  readonly earlier: readonly CustomRule[];
  readonly resources: readonly NamedResource[];
  readonly place: Place;
}

function customProblems(rule: CustomRule, { path, earlier, resources, place }: CustomContext): readonly Problem[] {
  const { resourceName, shootConfigMap } = rule;
  if ((resourceName === undefined) === (shootConfigMap === undefined)) {
    return [problem("FIELD_CONFLICT", path, "Give exactly one of resourceName and shootConfigMap.")];
  }
  const field = resourceName === undefined ? "shootConfigMap" : "resourceName";
  const fieldPath = `${path}.${field}`;
  const duplicate = earlier.some((each) => each[field] === rule[field])
    ? [problem("FIELD_DUPLICATE", fieldPath, `"${rule[field] ?? ""}" stands here twice. Remove one.`)]
    : [];
  if (resourceName !== undefined) {
    const declared = declaredResource(resources, "ConfigMap", resourceName);
    return [...duplicate, ...(declared.ok ? [] : declared.problems.map((each) => ({ ...each, path: fieldPath })))];
  }
  return [...duplicate, ...shootConfigMapProblems(shootConfigMap ?? "", fieldPath, place)];
}

function shootConfigMapProblems(name: string, path: string, place: Place): readonly Problem[] {
  if (place === "seed") {
    return [problem("FIELD_VALUE", path, "shootConfigMap is for shoots only. Use resourceName.")];
  }
  if (isDnsName(name)) return [];
  return [
    problem(
      "FIELD_VALUE",
      path,
      `"${name}" cannot be the name of a ConfigMap: lower-case letters, digits, - and . only.`,
    ),
  ];
}

const valueForm = "Use at most 63 letters, digits, -, _ and ., the first and the last a letter or a digit.";
const keyForm = `${valueForm} A DNS name and / may stand before them.`;

/** The rules that Kubernetes has for tolerations: what must not be, where, and what to do. */
const tolerationRules: readonly {
  readonly field: keyof Toleration;
  readonly code: "FIELD_CONFLICT" | "FIELD_VALUE";
  readonly broken: (toleration: Required<Pick<Toleration, "key" | "operator" | "value">> & Toleration) => boolean;
  readonly message: string;
}[] = [
  {
    field: "operator",
    code: "FIELD_CONFLICT",
    broken: ({ key, operator }) => key === "" && operator !== "Exists",
    message: "Without a key the operator must be Exists.",
  },
  {
    field: "value",
    code: "FIELD_CONFLICT",
    broken: ({ operator, value }) => operator === "Exists" && value !== "",
    message: "With the operator Exists there can be no value.",
  },
  {
    field: "key",
    code: "FIELD_VALUE",
    broken: ({ key }) => key !== "" && !isQualifiedName(key),
    message: `This cannot be the key of a taint. ${keyForm}`,
  },
  {
    field: "value",
    code: "FIELD_VALUE",
    broken: ({ operator, value }) => operator !== "Exists" && !isLabelValue(value),
    message: `This cannot be the value of a taint. ${valueForm}`,
  },
  {
    field: "effect",
    code: "FIELD_CONFLICT",
    broken: ({ tolerationSeconds, effect }) => tolerationSeconds !== undefined && effect !== "NoExecute",
    message: "tolerationSeconds needs the effect NoExecute.",
  },
];

function tolerationProblems(given: Toleration, path: string): readonly Problem[] {
  const toleration = { key: "", operator: "Equal" as const, value: "", ...given };
  return tolerationRules
    .filter(({ broken }) => broken(toleration))
    .map(({ code, field, message }) => problem(code, joinPath(path, field), message));
}

function nodeSelectorProblems(selector: Readonly<Record<string, string>>, path: string): readonly Problem[] {
  return Object.entries(selector).flatMap(([key, value]) => {
    if (!isQualifiedName(key))
      return [problem("FIELD_VALUE", joinPath(path, key), `"${key}" cannot be the key of a label. ${keyForm}`)];
    if (!isLabelValue(value))
      return [problem("FIELD_VALUE", joinPath(path, key), `"${value}" cannot be the value of a label. ${valueForm}`)];
    return [];
  });
}

/** `prefix.example.org/name`: the prefix a DNS name of at most 253 characters, the name at most 63. */
function isQualifiedName(text: string): boolean {
  const slash = text.indexOf("/");
  const prefix = slash === -1 ? "example.org" : text.slice(0, slash);
  const name = text.slice(slash + 1);
  return isDnsName(prefix) && name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name);
}

function isDnsName(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(text);
}

function isLabelValue(text: string): boolean {
  return text.length <= 63 && /^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/.test(text);
}

const bounds = {
  cpu: { lowest: 0, highest: 1000, sentence: "CPU must be more than 0 and at most 1000 cores." },
  memory: { lowest: 2 ** 20 - 1, highest: 2 ** 40, sentence: "Memory must be from 1Mi to 1Ti." },
} as const;

function resourceProblems(config: FalcoServiceConfig, path: string): readonly Problem[] {
  const given = config.falcoConfig?.resources ?? {};
  const single = (["requests", "limits"] as const).flatMap((side) =>
    (["cpu", "memory"] as const).flatMap((name) => {
      const quantity: unknown = given[side]?.[name];
      return quantity === undefined ? [] : quantityProblems(quantity, name, joinPath(path, side, name));
    }),
  );
  if (single.length > 0) return single;
  const { requests, limits } = falcoResources(config);
  return (["cpu", "memory"] as const).flatMap((name) => {
    const request = parseQuantity(requests[name]);
    const limit = parseQuantity(limits[name]);
    if (request === undefined || limit === undefined || request <= limit) return [];
    const message = `The request of ${requests[name] ?? ""} is higher than the limit of ${limits[name] ?? ""}.`;
    return [problem("FIELD_CONFLICT", joinPath(path, "requests", name), message)];
  });
}

function quantityProblems(quantity: unknown, name: "cpu" | "memory", path: string): readonly Problem[] {
  const value = parseQuantity(quantity);
  if (value === undefined) return [problem("FIELD_TYPE", path, "This must be a quantity such as 100m, 0.5 or 512Mi.")];
  const { lowest, highest, sentence } = bounds[name];
  return value > lowest && value <= highest ? [] : [problem("FIELD_VALUE", path, sentence)];
}
