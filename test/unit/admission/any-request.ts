import fc from "fast-check";
import { isObject } from "../../../falco/base/json.ts";
import { completeConfig, review, seed, serviceConfig, shoot, update } from "./samples.ts";

// Names and values that the code looks at, so that what is made of them gets past the first checks.
const names = [
  ...[
    "apiVersion",
    "kind",
    "metadata",
    "namespace",
    "spec",
    "extensions",
    "resources",
    "resourceRef",
    "type",
    "disabled",
  ],
  ...[
    "providerConfig",
    "falcoVersion",
    "rules",
    "standard",
    "custom",
    "resourceName",
    "shootConfigMap",
    "destinations",
  ],
  ...[
    "name",
    "enabled",
    "resourceSecretName",
    "tolerations",
    "operator",
    "falcoConfig",
    "requests",
    "cpu",
    "nodeSelector",
  ],
  ...[
    "gardener",
    "output",
    "eventCollector",
    "customWebhook",
    "falcoctl",
    "plugins",
    "initConfig",
    "deletionTimestamp",
  ],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "length", "0", "-1", ""],
];
const words = [
  ...["shoot-falco-service", "core.gardener.cloud/v1beta1", "Shoot", "Seed", "FalcoServiceConfig", "0.44.1", "0.42.1"],
  ...["falco.extensions.gardener.cloud/v1alpha1", "custom", "logging", "stdout", "central", "archive", "Secret"],
  ...[
    "ConfigMap",
    "gardener",
    "falcoctl",
    "toString",
    "__proto__",
    "constructor",
    "Exists",
    "100m",
    "1e999",
    "\u0000",
    "\ud800",
  ],
];
const text = fc.oneof(
  fc.constantFrom(...words),
  fc.string(),
  fc.nat(20_000).map((length) => "a".repeat(length)),
);
const number = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 0.1, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, -(2 ** 63)),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Lists or mappings in each other; JSON can be written no deeper than this by Node itself. */
const nested = fc.tuple(fc.integer({ min: 1, max: 1_500 }), fc.boolean()).map(([depth, isList]) => {
  let value: unknown = "end";
  for (let level = 0; level < depth; level += 1) value = isList ? [value] : { name: value };
  return value;
});
/** What may be repeated often. */
const few = fc.constantFrom<unknown>(null, 1, "logging", {}, { name: "logging" }, { key: "a" });
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    { weight: 3, arbitrary: fc.constantFrom(null, true, false) },
    { weight: 3, arbitrary: number },
    { weight: 6, arbitrary: text },
    { weight: 4, arbitrary: fc.array(tie("json"), { maxLength: 4 }) },
    { weight: 4, arbitrary: mapping(tie("json")) },
    { weight: 1, arbitrary: fc.tuple(few, fc.nat(3_000)).map(([each, count]) => Array<unknown>(count).fill(each)) },
  ),
}));

/** `__proto__` as a field of its own, as `JSON.parse` makes it. */
function mapping(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const entries = fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names), fc.string()), value), { maxLength: 6 });
  return entries.map((each) => Object.fromEntries(each));
}

const anything = fc.oneof({ weight: 30, arbitrary: json }, { weight: 1, arbitrary: nested });

const richConfig = serviceConfig({
  falcoVersion: "0.44.1",
  autoUpdate: true,
  heartbeatEvent: false,
  nodeSelector: { "example.org/pool": "a" },
  tolerations: [{ key: "a", operator: "Equal", value: "b", effect: "NoExecute", tolerationSeconds: 5 }],
  falcoConfig: { resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "1Gi" } } },
  rules: { standard: ["falco-rules"], custom: [{ resourceName: "rules" }, { shootConfigMap: "own" }] },
  destinations: [
    { name: "stdout" },
    { name: "custom", enabled: true, resourceSecretName: "hook" },
    { name: "archive" },
  ],
  plugins: [
    { name: "container", initConfig: { hooks: ["start"], engines: { cri: { enabled: true } } }, openParams: "" },
  ],
  ui: { enabled: false },
});
const olderConfig = serviceConfig({
  resources: "gardener",
  gardener: { useFalcoRules: true, customRules: ["rules", { resourceName: "more" }] },
  output: { logFalcoEvents: true, eventCollector: "custom", customWebhook: { enabled: true, secretRef: "hook" } },
});
const spec = {
  resources: [
    { name: "hook", resourceRef: { apiVersion: "v1", kind: "Secret", name: "a" } },
    { name: "rules", resourceRef: { apiVersion: "v1", kind: "ConfigMap", name: "b" } },
  ],
};
const valid: readonly unknown[] = [
  shoot(),
  shoot(completeConfig(), { spec }),
  shoot(richConfig, { spec }),
  shoot(olderConfig, { spec }),
  shoot(richConfig, { spec, extension: { disabled: true } }),
  seed(),
  seed(richConfig),
];

type Path = readonly string[];

/** Where every value of a JSON value stands. */
function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  const below = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [path, ...below.flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

function replacedAt(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) => (String(index) === step ? replacedAt(each, rest, by) : each));
  }
  return isObject(value) ? { ...value, [step]: replacedAt(value[step], rest, by) } : value;
}

/** A valid value of which some things have been replaced by anything, or taken away. */
function almost(values: readonly unknown[]): fc.Arbitrary<unknown> {
  const change = fc.tuple(fc.nat(), fc.oneof({ weight: 9, arbitrary: anything }, fc.constant(undefined)));
  return fc.tuple(fc.constantFrom(...values), fc.array(change, { maxLength: 3 })).map(([value, changes]) =>
    changes.reduce<unknown>((changed, [index, by]) => {
      const paths = pathsOf(changed).slice(0, 500);
      return replacedAt(changed, paths[index % paths.length] ?? [], by);
    }, value),
  );
}

const object = fc.oneof(
  { weight: 1, arbitrary: anything },
  { weight: 2, arbitrary: anything.map((each) => shoot(each)) },
  { weight: 6, arbitrary: almost(valid) },
);

/** The body of a request: anything at all, almost a review, or a review of anything, on CREATE and on UPDATE. */
export const anyRequest: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 1, arbitrary: anything },
  { weight: 1, arbitrary: almost([review(shoot(richConfig)), update(shoot(richConfig), shoot())]) },
  { weight: 4, arbitrary: object.map((each) => review(each)) },
  { weight: 6, arbitrary: fc.tuple(object, object).map(([each, old]) => update(each, old)) },
);
