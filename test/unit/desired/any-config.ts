import fc from "fast-check";
import type { FalcoServiceConfig } from "../../../falco/api/falco-service-config.ts";

const name = fc.constantFrom(
  "hook",
  "search",
  "hec",
  "absent",
  "broken",
  "rules",
  "more-rules",
  "same-file",
  "bad-rules",
  "x",
);
const boolean = fc.boolean();
const destinationName = fc.constantFrom(
  ...["logging", "stdout", "custom", "opensearch", "splunk", "central", "otlp", "archive", "team", "metrics"],
  ...["gone", "kafka", "constructor"],
);
const destination = fc.record(
  { name: destinationName, enabled: boolean, resourceSecretName: name },
  { requiredKeys: ["name"] },
);
const toleration = fc.record(
  {
    key: fc.constantFrom("", "a", "a b"),
    operator: fc.constantFrom("Exists", "Equal"),
    value: fc.constantFrom("", "v", "v w"),
    effect: fc.constantFrom("NoSchedule", "NoExecute"),
    tolerationSeconds: fc.integer(),
  },
  { requiredKeys: [] },
);
const quantities = fc.record(
  { cpu: fc.constantFrom("100m", 1, "x", "0"), memory: fc.constantFrom("1Gi", "2G", "1", null) },
  { requiredKeys: [] },
);
const customRule = fc.record(
  { resourceName: name, shootConfigMap: fc.constantFrom("own", "Own") },
  { requiredKeys: [] },
);

/** Configurations that decode, right and wrong ones. */
export const anyConfig: fc.Arbitrary<Partial<FalcoServiceConfig>> = fc.record(
  {
    falcoVersion: fc.constantFrom("0.40.0", "0.42.1", "0.43.1", "0.44.1", "0.45.0-rc1", "9.9.9", "latest"),
    autoUpdate: boolean,
    heartbeatEvent: boolean,
    nodeSelector: fc.dictionary(fc.constantFrom("a", "a b", "x/y"), fc.constantFrom("", "b", "c d"), { maxKeys: 2 }),
    tolerations: fc.array(toleration, { maxLength: 2 }),
    falcoConfig: fc.record(
      { resources: fc.record({ requests: quantities, limits: quantities }, { requiredKeys: [] }) },
      { requiredKeys: [] },
    ),
    rules: fc.record(
      {
        standard: fc.array(fc.constantFrom("falco-rules", "falco-sandbox-rules", "extra", "from-registry", "x"), {
          maxLength: 3,
        }),
        custom: fc.array(customRule, { maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
    destinations: fc.array(destination, { maxLength: 4 }),
    ui: fc.record({ enabled: boolean }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
