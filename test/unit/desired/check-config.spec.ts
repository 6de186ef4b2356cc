import { expect } from "chai";
import type { FalcoServiceConfig, Toleration } from "../../../falco/api/falco-service-config.ts";
import { checkConfig } from "../../../falco/desired/check-config.ts";
import type { Place } from "../../../falco/desired/facts.ts";
import { config, landscape, resources } from "./samples.ts";

const check = (fields: Partial<FalcoServiceConfig>, place: Place = "shoot") =>
  checkConfig(config(fields), { path: "c", place, landscape, resources });
const told = (fields: Partial<FalcoServiceConfig>, place: Place = "shoot"): readonly string[] =>
  check(fields, place).map(({ code, path, message }) => `${code} ${path}: ${message}`);

const valueForm = "Use at most 63 letters, digits, -, _ and ., the first and the last a letter or a digit.";
const keyForm = `${valueForm} A DNS name and / may stand before them.`;

describe("falco/desired/check-config", () => {
  const notAvailable = (name: string): string =>
    `NOT_AVAILABLE c.${name}: "${name}" is not available in this version. Remove it.`;
  const parts: readonly (readonly [Partial<FalcoServiceConfig>, readonly string[]])[] = [
    [{}, []],
    [{ falcoctl: {} }, [notAvailable("falcoctl")]],
    [{ plugins: [] }, []],
    [{ plugins: [{ name: "container" }] }, []],
    [{ plugins: [{ name: "container", initConfig: { hooks: ["start"], engines: { bpm: { enabled: true } } } }] }, []],
    [
      { plugins: [{ name: "container", initConfig: { labels: 1, engines: { crio: {} } } }] },
      [
        'FIELD_UNKNOWN c.plugins[0].initConfig.labels: The container plugin has no setting "labels" here. Known: label_max_len, with_size, hooks, log_level, engines.',
        'FIELD_UNKNOWN c.plugins[0].initConfig.engines.crio: The container plugin has no setting "crio" here. Known: bpm, libvirt_lxc, lxc, docker, podman, containerd, cri, static.',
      ],
    ],
    [
      { plugins: [{ name: "container", initConfig: [] }] },
      ["FIELD_TYPE c.plugins[0].initConfig: This must be a mapping."],
    ],
    [
      { plugins: [{ name: "container" }, { name: "container" }] },
      ['FIELD_DUPLICATE c.plugins[1].name: The plugin "container" stands here twice. Remove one.'],
    ],
    [{ plugins: [{ name: "container" }, { name: "k8saudit" }] }, [notAvailable("plugins")]],
    [{ kubernetesAudit: { enabled: false }, response: { enabled: false }, ui: { enabled: false } }, []],
    [
      { kubernetesAudit: {}, response: { enabled: true }, ui: {} },
      [notAvailable("kubernetesAudit"), notAvailable("response"), notAvailable("ui")],
    ],
  ];
  for (const [fields, expected] of parts) {
    it(`${JSON.stringify(fields)} gives ${String(expected.length)} problems`, () => {
      expect(told(fields)).to.deep.equal(expected);
    });
  }

  describe("rules", () => {
    const none =
      "RULES_NONE c.rules: No rules are selected, so Falco would see nothing. Name standard or custom rules, or remove this field.";
    const either = "FIELD_CONFLICT c.rules.custom[0]: Give exactly one of resourceName and shootConfigMap.";
    const rules: readonly (readonly [NonNullable<FalcoServiceConfig["rules"]>, readonly string[]])[] = [
      [{}, [none]],
      [{ standard: [], custom: [] }, [none]],
      [{ standard: ["a", "b"] }, []],
      [
        { standard: ["a", "b", "a", "a"] },
        [
          'FIELD_DUPLICATE c.rules.standard[2]: "a" stands here twice. Remove one.',
          'FIELD_DUPLICATE c.rules.standard[3]: "a" stands here twice. Remove one.',
        ],
      ],
      [{ custom: [{ resourceName: "rules" }, { shootConfigMap: "rules" }] }, []],
      [{ custom: [{}] }, [either]],
      [{ custom: [{ resourceName: "rules", shootConfigMap: "a" }] }, [either]],
      [
        { custom: [{ resourceName: "rules" }, { resourceName: "rules" }] },
        ['FIELD_DUPLICATE c.rules.custom[1].resourceName: "rules" stands here twice. Remove one.'],
      ],
      [
        { custom: [{ shootConfigMap: "a" }, { shootConfigMap: "a" }] },
        ['FIELD_DUPLICATE c.rules.custom[1].shootConfigMap: "a" stands here twice. Remove one.'],
      ],
      [
        { custom: [{ resourceName: "rulez" }] },
        [
          'RESOURCE_UNDECLARED c.rules.custom[0].resourceName: There is no entry "rulez" in spec.resources. Did you mean "rules"?',
        ],
      ],
      [
        { custom: [{ resourceName: "hook" }] },
        [
          'RESOURCE_KIND c.rules.custom[0].resourceName: The entry "hook" of spec.resources refers to a Secret (v1), but a ConfigMap (v1) is needed.',
        ],
      ],
    ];
    for (const [given, expected] of rules) {
      it(JSON.stringify(given), () => {
        expect(told({ rules: given })).to.deep.equal(expected);
      });
    }

    for (const name of ["Upper", "a_b", "-a", "a.", "a..b", "a.-b", "a/b", ""]) {
      it(`"${name}" cannot be the name of a ConfigMap`, () => {
        const [problem] = check({ rules: { custom: [{ shootConfigMap: name }] } });
        expect(problem).to.include({ code: "FIELD_VALUE", path: "c.rules.custom[0].shootConfigMap" });
        expect(problem?.message).to.include(`"${name}" cannot be the name of a ConfigMap`);
      });
    }

    it("shootConfigMap is for shoots, as a seed's owner has spec.resources", () => {
      expect(told({ rules: { custom: [{ shootConfigMap: "my.rules-1" }] } })).to.deep.equal([]);
      expect(told({ rules: { custom: [{ shootConfigMap: "my.rules-1" }] } }, "seed")).to.deep.equal([
        "FIELD_VALUE c.rules.custom[0].shootConfigMap: shootConfigMap is for shoots only. Use resourceName.",
      ]);
    });
  });

  describe("tolerations, as Kubernetes checks them", () => {
    const good: readonly Toleration[] = [
      { operator: "Exists" },
      { operator: "Exists", effect: "NoExecute", tolerationSeconds: 0 },
      { key: "a", operator: "Exists" },
      { key: "a" },
      { key: "a", value: "b" },
      { key: "example.org/a-b_c.d", operator: "Equal", value: "B.c_d-1", effect: "PreferNoSchedule" },
      { key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: -1 },
    ];
    for (const toleration of good) {
      it(`takes ${JSON.stringify(toleration)}`, () => {
        expect(told({ tolerations: [toleration] })).to.deep.equal([]);
      });
    }

    const bad: readonly (readonly [Toleration, string, string])[] = [
      [{}, "FIELD_CONFLICT operator", "Without a key the operator must be Exists."],
      [{ operator: "Equal", value: "a" }, "FIELD_CONFLICT operator", "Without a key the operator must be Exists."],
      [
        { key: "a", operator: "Exists", value: "b" },
        "FIELD_CONFLICT value",
        "With the operator Exists there can be no value.",
      ],
      [
        { key: "a", operator: "Exists", value: "b c" },
        "FIELD_CONFLICT value",
        "With the operator Exists there can be no value.",
      ],
      [{ key: "a", value: "b c" }, "FIELD_VALUE value", `This cannot be the value of a taint. ${valueForm}`],
      [{ key: "a", value: "x".repeat(64) }, "FIELD_VALUE value", `This cannot be the value of a taint. ${valueForm}`],
      [{ key: "a b" }, "FIELD_VALUE key", `This cannot be the key of a taint. ${keyForm}`],
      [{ key: "/a" }, "FIELD_VALUE key", `This cannot be the key of a taint. ${keyForm}`],
      [{ key: "a/" }, "FIELD_VALUE key", `This cannot be the key of a taint. ${keyForm}`],
      [{ key: "a/b/c" }, "FIELD_VALUE key", `This cannot be the key of a taint. ${keyForm}`],
      [{ key: "Example.org/a" }, "FIELD_VALUE key", `This cannot be the key of a taint. ${keyForm}`],
      [{ key: `${"a".repeat(254)}/b` }, "FIELD_VALUE key", `This cannot be the key of a taint. ${keyForm}`],
      [{ key: "x".repeat(64) }, "FIELD_VALUE key", `This cannot be the key of a taint. ${keyForm}`],
      [{ key: "a", tolerationSeconds: 5 }, "FIELD_CONFLICT effect", "tolerationSeconds needs the effect NoExecute."],
      [
        { key: "a", effect: "NoSchedule", tolerationSeconds: 5 },
        "FIELD_CONFLICT effect",
        "tolerationSeconds needs the effect NoExecute.",
      ],
    ];
    for (const [toleration, where, message] of bad) {
      it(`refuses ${JSON.stringify(toleration).slice(0, 80)}`, () => {
        const [code = "", field = ""] = where.split(" ");
        expect(told({ tolerations: [{ key: "fine" }, toleration] })).to.deep.equal([
          `${code} c.tolerations[1].${field}: ${message}`,
        ]);
      });
    }
  });

  it("checks the labels of nodeSelector", () => {
    const nodeSelector = { "a/b": "c", fine: "", "a b": "c", "x.org/y": "c d", __proto__x: "v" };
    expect(told({ nodeSelector })).to.deep.equal([
      `FIELD_VALUE c.nodeSelector["a b"]: "a b" cannot be the key of a label. ${keyForm}`,
      `FIELD_VALUE c.nodeSelector["x.org/y"]: "c d" cannot be the value of a label. ${valueForm}`,
      `FIELD_VALUE c.nodeSelector.__proto__x: "__proto__x" cannot be the key of a label. ${keyForm}`,
    ]);
  });

  describe("resources", () => {
    type Resources = NonNullable<NonNullable<FalcoServiceConfig["falcoConfig"]>["resources"]>;
    const cpu = "CPU must be more than 0 and at most 1000 cores.";
    const memory = "Memory must be from 1Mi to 1Ti.";
    const quantity = "This must be a quantity such as 100m, 0.5 or 512Mi.";
    const cases: readonly (readonly [Resources, readonly string[]])[] = [
      [{}, []],
      [{ requests: { cpu: 1000, memory: "1Ti" } }, []],
      [{ requests: { cpu: "1m", memory: "1Mi" }, limits: { cpu: "1000", memory: "1024Ki" } }, []],
      [{ requests: { cpu: "0" } }, [`FIELD_VALUE c.falcoConfig.resources.requests.cpu: ${cpu}`]],
      [{ requests: { cpu: "-1" } }, [`FIELD_VALUE c.falcoConfig.resources.requests.cpu: ${cpu}`]],
      [{ limits: { cpu: "1000001m" } }, [`FIELD_VALUE c.falcoConfig.resources.limits.cpu: ${cpu}`]],
      [{ requests: { memory: "1023Ki" } }, [`FIELD_VALUE c.falcoConfig.resources.requests.memory: ${memory}`]],
      [{ limits: { memory: "1025Gi" } }, [`FIELD_VALUE c.falcoConfig.resources.limits.memory: ${memory}`]],
      [{ limits: { memory: "512" } }, [`FIELD_VALUE c.falcoConfig.resources.limits.memory: ${memory}`]],
      [{ limits: { memory: "512MB" } }, [`FIELD_TYPE c.falcoConfig.resources.limits.memory: ${quantity}`]],
      [
        { limits: { cpu: null, memory: ["1Gi"] } },
        [
          `FIELD_TYPE c.falcoConfig.resources.limits.cpu: ${quantity}`,
          `FIELD_TYPE c.falcoConfig.resources.limits.memory: ${quantity}`,
        ],
      ],
      [
        { requests: { cpu: "1.5", memory: "1Gi" }, limits: { cpu: "1400m", memory: "1000M" } },
        [
          "FIELD_CONFLICT c.falcoConfig.resources.requests.cpu: The request of 1.5 is higher than the limit of 1400m.",
          "FIELD_CONFLICT c.falcoConfig.resources.requests.memory: The request of 1Gi is higher than the limit of 1000M.",
        ],
      ],
      [{ requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1000m", memory: "1024Mi" } }, []],
      [{ requests: { memory: "2Gi" } }, []],
      [{ limits: { memory: "100Mi" } }, []],
    ];
    for (const [resources, expected] of cases) {
      it(JSON.stringify(resources), () => {
        expect(told({ falcoConfig: { resources } })).to.deep.equal(expected);
      });
    }
  });

  it("checks destinations at their path", () => {
    expect(told({ destinations: [{ name: "loging" }] })).to.deep.equal([
      'DESTINATION_UNKNOWN c.destinations[0].name: There is no destination "loging". Did you mean "logging"? Use one of logging, stdout, custom, opensearch, splunk, central, otlp, archive, team, metrics.',
    ]);
  });
});
