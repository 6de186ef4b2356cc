import { expect } from "chai";
import { falcoServiceConfigKind } from "../../../falco/api/falco-service-config.ts";
import { isLegacy } from "../../../falco/api/legacy-config.ts";
import { readServiceConfig } from "../../../falco/api/read-service-config.ts";

describe("falco/api/legacy-config", () => {
  const rules = (...standard: readonly string[]) => ({ rules: { standard } });
  const to = (...destinations: readonly object[]) => ({ destinations });

  const conversions: readonly (readonly [string, object, object])[] = [
    ["gardener alone means the stable rules", { resources: "gardener" }, rules("falco-rules")],
    ["flags without resources", { gardener: {} }, rules("falco-rules")],
    [
      "all three sets",
      {
        resources: "gardener",
        gardener: { useFalcoRules: true, useFalcoIncubatingRules: true, useFalcoSandboxRules: true },
      },
      rules("falco-rules", "falco-incubating-rules", "falco-sandbox-rules"),
    ],
    [
      "the stable set switched off",
      {
        resources: "gardener",
        gardener: { useFalcoRules: false, useFalcoSandboxRules: true, useFalcoIncubatingRules: false },
      },
      rules("falco-sandbox-rules"),
    ],
    [
      "custom rules by name, in three spellings",
      { gardener: { useFalcoRules: false, customRules: ["a", { resourceName: "b" }, { ref: "c" }] } },
      { rules: { standard: [], custom: [{ resourceName: "a" }, { resourceName: "b" }, { resourceName: "c" }] } },
    ],
    ["no custom rules", { gardener: { customRules: [] } }, rules("falco-rules")],
    ["falcoctl, empty", { resources: "falcoctl" }, { falcoctl: {} }],
    [
      "falcoctl with its block",
      { resources: "falcoctl", falcoctl: { allowedTypes: ["rulesfile"] } },
      { falcoctl: { allowedTypes: ["rulesfile"] } },
    ],
    ["no collector", { output: { eventCollector: "none" } }, to({ name: "stdout" })],
    ["no collector, but logs", { output: { eventCollector: "none", logFalcoEvents: true } }, to({ name: "stdout" })],
    ["the cluster", { output: { eventCollector: "cluster" } }, to({ name: "logging" })],
    ["the central one", { output: { eventCollector: "central", logFalcoEvents: false } }, to({ name: "central" })],
    [
      "a webhook of one's own, and logs",
      {
        output: { eventCollector: "custom", logFalcoEvents: true, customWebhook: { enabled: true, secretRef: "hook" } },
      },
      to({ name: "custom", resourceSecretName: "hook" }, { name: "stdout" }),
    ],
    ["logs only", { output: { logFalcoEvents: true } }, to({ name: "stdout" })],
    [
      "both halves, with fields of today",
      { autoUpdate: false, resources: "gardener", output: { eventCollector: "cluster" } },
      { autoUpdate: false, ...rules("falco-rules"), ...to({ name: "logging" }) },
    ],
  ];
  for (const [what, older, today] of conversions) {
    it(`converts ${what}`, () => {
      const read = readServiceConfig({ ...falcoServiceConfigKind, ...older });
      expect(read.ok && read.value).to.deep.equal({ ...falcoServiceConfigKind, ...today });
      const [warning, ...others] = read.ok ? read.warnings : [];
      expect(warning?.message).to.match(/^The older fields .* are deprecated\. They are converted; /);
      expect(others).to.deep.equal([]);
    });
  }

  const inline =
    "A webhook cannot be written out here. Put it into a Secret, and name its entry of spec.resources as secretRef.";
  const mistakes: readonly (readonly [object, string, string, string])[] = [
    [{ resources: "none" }, "FIELD_VALUE", "resources", "Use one of gardener, falcoctl."],
    [{ gardener: { useFalcoRule: true } }, "FIELD_UNKNOWN", "gardener.useFalcoRule", 'Did you mean "useFalcoRules"?'],
    [{ gardener: { useFalcoRules: "yes" } }, "FIELD_TYPE", "gardener.useFalcoRules", "true or false"],
    [
      { gardener: { customRules: [5] } },
      "FIELD_TYPE",
      "gardener.customRules[0]",
      "the name of an entry of spec.resources",
    ],
    [
      { gardener: { customRules: ["a", { name: "b" }] } },
      "FIELD_TYPE",
      "gardener.customRules[1]",
      "the name of an entry",
    ],
    [{ gardener: { customRules: [""] } }, "FIELD_TYPE", "gardener.customRules[0]", "the name of an entry"],
    [
      { output: { eventCollector: "elsewhere" } },
      "FIELD_VALUE",
      "output.eventCollector",
      "none, cluster, central, custom",
    ],
    [{ output: { eventCollector: "custom" } }, "SECRET_REQUIRED", "output.customWebhook", inline],
    [
      { output: { eventCollector: "custom", customWebhook: { address: "https://user:hunter2@example.org" } } },
      "SECRET_REQUIRED",
      "output.customWebhook",
      inline,
    ],
    [{ resources: "gardener", rules: {} }, "FIELD_CONFLICT", "rules", '"rules" cannot stand beside the older fields'],
    [{ output: {}, destinations: [] }, "FIELD_CONFLICT", "destinations", '"destinations" cannot stand beside'],
    [
      { resources: "gardener", falcoVerison: "0.44.1" },
      "FIELD_UNKNOWN",
      "falcoVerison",
      'Did you mean "falcoVersion"?',
    ],
  ];
  for (const [older, code, path, message] of mistakes) {
    it(`refuses ${JSON.stringify(older)}`, () => {
      const read = readServiceConfig({ ...falcoServiceConfigKind, ...older });
      const [problem, ...others] = read.ok ? [] : read.problems;
      expect(problem).to.include({ code, path });
      expect(problem?.message).to.include(message).and.not.include("hunter2");
      expect(others).to.deep.equal([]);
    });
  }

  it("takes older fields that are null as absent", () => {
    const none = { output: null, gardener: null, rules: { standard: ["falco-rules"] } };
    const read = readServiceConfig({ ...falcoServiceConfigKind, ...none });
    expect(read).to.deep.equal({
      ok: true,
      value: { ...falcoServiceConfigKind, rules: none.rules },
      warnings: [],
    });
    const half = readServiceConfig({ ...falcoServiceConfigKind, resources: "gardener", output: null, rules: null });
    expect(half.ok && half.value).to.deep.equal({ ...falcoServiceConfigKind, ...rules("falco-rules") });
    expect(half.ok && half.warnings[0]?.message).to.match(/^The older fields resources are deprecated/);
  });

  it("knows the older shape by its fields", () => {
    expect([{ resources: "gardener" }, { gardener: {} }, { output: {} }].map(isLegacy)).to.deep.equal([
      true,
      true,
      true,
    ]);
    expect([{}, { rules: {} }, falcoServiceConfigKind].map(isLegacy)).to.deep.equal([false, false, false]);
  });
});
