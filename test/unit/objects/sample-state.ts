import type { DesiredState } from "../../../falco/desired/state.ts";

/** Stands in every secret value of the sample, so that a test can look for it where it must not be. */
export const secretMark = "SECRET";

/** A shoot with everything that a state can hold. */
export const sampleState = {
  place: "shoot",
  namespace: "kube-system",
  falco: {
    version: "0.44.1",
    image: "registry.example.org/falco@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    args: ["/usr/bin/falco"],
    priorityClassName: "gardener-shoot-system-900",
    podLabels: {
      "networking.gardener.cloud/to-dns": "allowed",
      "networking.gardener.cloud/to-falcosidekick": "allowed",
    },
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "1Gi" } },
    nodeSelector: { "worker.gardener.cloud/pool": "a" },
    tolerations: [
      { operator: "Exists", effect: "NoSchedule" },
      { operator: "Exists", effect: "NoExecute" },
    ],
    maxUnavailable: 2,
    capabilities: ["BPF", "DAC_READ_SEARCH", "PERFMON", "SYS_PTRACE", "SYS_RESOURCE"],
    appArmorField: true,
    configuration: {
      watch_config_files: true,
      rules_files: ["/etc/falco/rules.d", "/etc/falco/shoot-custom-rules/team-rules"],
      engine: { kind: "modern_ebpf", modern_ebpf: { cpus_for_each_buffer: 2, buf_size_preset: 4 } },
      syscall_event_drops: { threshold: 0.1, rate: 0.03333, actions: ["log", "alert"] },
      http_output: { enabled: true, url: "https://falcosidekick.kube-system.svc.cluster.local:2801", mtls: true },
      static_fields: { cluster_id: "shoot--garden--example-0000" },
    },
    ruleFiles: [
      {
        configMap: "falco-rules",
        file: "0000-falco-rules.yaml",
        text: '- macro: never_true\n  condition: (evt.num = 0)\n# {{not}} a template: ${NAME} "quoted"\n\ttab\n',
      },
      { configMap: "falco-custom-rules-0a1b2c3d", file: "10000-mine.yaml", text: "- list: mine\n  items: [ä, 🙂]\n" },
    ],
    shootConfigMaps: [{ name: "team-rules", directory: "shoot-custom-rules/team-rules" }],
    certificates: {
      serverCa: "-----BEGIN CERTIFICATE-----\nserver CA\n-----END CERTIFICATE-----\n",
      certificate: "-----BEGIN CERTIFICATE-----\nclient\n-----END CERTIFICATE-----\n",
      key: `-----BEGIN PRIVATE KEY-----\n${secretMark} client\n-----END PRIVATE KEY-----\n`,
    },
  },
  falcosidekick: {
    version: "2.34.1",
    image: "registry.example.org/falcosidekick:2.34.1",
    replicas: 2,
    priorityClassName: "gardener-shoot-system-900",
    podLabels: {
      "networking.gardener.cloud/to-dns": "allowed",
      "networking.gardener.cloud/to-public-networks": "allowed",
      "networking.gardener.cloud/from-falco": "allowed",
      "networking.gardener.cloud/from-seed": "allowed",
    },
    configuration: {
      listenport: 2801,
      customfields: { cluster_id: "shoot--garden--example-0000" },
      elasticsearch: {
        hostport: "https://search.example.org",
        username: "falco",
        password: `${secretMark}: "#'%@\u0085`,
      },
    },
    secretValues: { "loki-header": `X-Tenant:${secretMark}` },
    environment: [
      { name: "SA_TOKEN", secretName: "gardener-falcosidekick", secretKey: "token" },
      { name: "LOKI_CUSTOMHEADERS", value: "Authorization:Bearer $(SA_TOKEN)" },
    ],
    accessToken: { nonResourceUrls: ["/vali/api/v1/push"], readAt: "2026-01-31T00:00:00Z" },
    sleepsBeforeStop: true,
    dualStack: true,
    networkPolicies: true,
    certificates: {
      clientCa: "-----BEGIN CERTIFICATE-----\nclient CA\n-----END CERTIFICATE-----\n",
      certificate: "-----BEGIN CERTIFICATE-----\nserver\n-----END CERTIFICATE-----\n",
      key: `-----BEGIN PRIVATE KEY-----\n${secretMark} server\n-----END PRIVATE KEY-----\n`,
    },
  },
  controlPlane: { namespace: "shoot--garden--example", tokenRequest: true, scrapeConfig: true },
} as const satisfies DesiredState;

/** A shoot whose events only go to the logs of the Falco pods. */
export const sampleStateWithoutFalcosidekick: DesiredState = {
  ...without(sampleState, "falcosidekick"),
  falco: {
    ...without(sampleState.falco, "certificates"),
    podLabels: {},
    ruleFiles: [],
    shootConfigMaps: [],
    appArmorField: false,
  },
  controlPlane: { ...sampleState.controlPlane, tokenRequest: false, scrapeConfig: false },
};

/** A copy of `value` that lacks some fields. */
export function without<T extends object, K extends keyof T>(value: T, ...keys: readonly K[]): Omit<T, K> {
  const copy = { ...value };
  for (const key of keys) Reflect.deleteProperty(copy, key);
  return copy;
}
