import { expect } from "chai";
import { readFlags } from "../../../admission/flags.ts";
import { flagOptions, usage } from "../../../admission/usage.ts";

const tls = ["--tls-cert-file", "tls.crt", "--tls-private-key-file=tls.key"];

describe("readFlags", () => {
  const defaults = {
    restrictedUsage: false,
    restrictedCentralizedLogging: false,
    otlpLogging: false,
    certificate: { kind: "files", certificateFile: "tls.crt", keyFile: "tls.key" },
    port: 10250,
    drainMs: 3000,
    limits: { perSecond: 100, burst: 130 },
    serving: { health: { port: 8081 }, metrics: { port: 8080 } },
    logLevel: "info",
    logFormat: "json",
  };

  const readable: readonly [string, readonly string[], Readonly<Record<string, string>>, object][] = [
    ["the defaults", [], {}, {}],
    ["--config", ["--config", "c.yaml"], {}, { configFile: "c.yaml" }],
    ["--config-file", ["--config-file=c.yaml"], {}, { configFile: "c.yaml" }],
    ["--kubeconfig", ["--kubeconfig=k"], { GARDEN_KUBECONFIG: "g" }, { kubeconfig: "k" }],
    ["GARDEN_KUBECONFIG", [], { GARDEN_KUBECONFIG: "g" }, { kubeconfig: "g" }],
    ["a switch", ["--otlp-logging"], {}, { otlpLogging: true }],
    ["a switch as Go writes it", ["--otlp-logging=true", "--restricted-usage=false"], {}, { otlpLogging: true }],
    [
      "--restricted-centralized-logging",
      ["--restricted-centralized-logging"],
      {},
      { restrictedCentralizedLogging: true },
    ],
    ["RESTRICTED_USAGE", [], { RESTRICTED_USAGE: "true" }, { restrictedUsage: true }],
    ["RESTRICTED_USAGE over the flag", ["--restricted-usage"], { RESTRICTED_USAGE: "0" }, { restrictedUsage: false }],
    ["no RESTRICTED_USAGE", ["--restricted-usage"], { RESTRICTED_USAGE: "" }, { restrictedUsage: true }],
    ["--port", ["--port", "0"], {}, { port: 0 }],
    [
      "an IPv6 address",
      ["--health-bind-address", "[::1]:9"],
      {},
      { serving: { health: { host: "::1", port: 9 }, metrics: { port: 8080 } } },
    ],
    [
      "addresses that are off",
      ["--health-bind-address=0", "--metrics-bind-address=0"],
      {},
      { serving: { health: undefined, metrics: undefined } },
    ],
    ["the limits", ["--kube-api-qps=5", "--kube-api-burst=7"], {}, { limits: { perSecond: 5, burst: 7 } }],
    ["the delay of the end", ["--shutdown-delay-duration=0"], {}, { drainMs: 0 }],
    ["--inspect", ["--inspect"], {}, { inspect: { host: "127.0.0.1", port: 9229 } }],
    ["SOURCE_CLUSTER", [], { SOURCE_CLUSTER: "enabled" }, { source: {} }],
    ["SOURCE_KUBECONFIG", [], { SOURCE_CLUSTER: "enabled", SOURCE_KUBECONFIG: "s" }, { source: { kubeconfig: "s" } }],
    ["no SOURCE_CLUSTER", [], { SOURCE_CLUSTER: "disabled", SOURCE_KUBECONFIG: "" }, {}],
    [
      "the election",
      ["--leader-election-lease-duration=30s"],
      { LEADER_ELECTION_NAMESPACE: "garden" },
      {
        election: {
          lease: { namespace: "garden", name: "gardener-extension-admission-shoot-falco-service" },
          timing: { durationMs: 30_000, renewDeadlineMs: 10_000, retryMs: 2000 },
        },
      },
    ],
    ["the log", ["--log-level=debug", "--log-format=text"], {}, { logLevel: "debug", logFormat: "text" }],
  ];
  for (const [name, args, environment, expected] of readable) {
    it(`reads ${name}`, () => {
      const read = readFlags([...tls, ...args], environment);
      expect(read).to.deep.equal({ ok: true, value: { ...defaults, ...expected }, warnings: [] });
    });
  }

  const own = { kind: "own", namespace: "garden" };
  const service = { kind: "service", name: "gardener-extension-admission-shoot-falco-service", namespace: "garden" };
  const certificates: readonly [string, readonly string[], Readonly<Record<string, string>>, object][] = [
    ["behind a Service", ["--webhook-config-namespace=garden"], {}, { ...own, address: { ...service, port: 443 } }],
    [
      "behind another port of a Service",
      ["--webhook-config-service-port=8443"],
      { WEBHOOK_CONFIG_NAMESPACE: "garden", LEADER_ELECTION_NAMESPACE: "other" },
      { ...own, address: { ...service, port: 8443 } },
    ],
    [
      "called by a URL",
      ["--webhook-config-mode=url", "--webhook-config-url=admission.garden", "--webhook-config-owner-namespace=owner"],
      { LEADER_ELECTION_NAMESPACE: "garden" },
      { ...own, address: { kind: "url", url: "https://admission.garden" }, ownerNamespace: "owner" },
    ],
  ];
  for (const [name, args, environment, expected] of certificates) {
    it(`reads how its own certificate is used: ${name}`, () => {
      const read = readFlags(args, environment);
      expect(read.ok && read.value !== "help" && read.value.certificate).to.deep.equal(expected);
    });
  }

  const uncertain: readonly [string, readonly string[], string][] = [
    ["no certificate at all", [], "--webhook-config-namespace"],
    ["half a pair", ["--tls-cert-file=tls.crt"], "--tls-private-key-file"],
    ["the other half", ["--tls-private-key-file=tls.key"], "--tls-cert-file"],
    ["a mode that is none", ["--webhook-config-namespace=a", "--webhook-config-mode=uri"], "--webhook-config-mode"],
    [
      "a port that is none",
      ["--webhook-config-namespace=a", "--webhook-config-service-port=0"],
      "--webhook-config-service-port",
    ],
    ["a URL that is missing", ["--webhook-config-namespace=a", "--webhook-config-mode=url"], "--webhook-config-url"],
  ];
  for (const [name, args, path] of uncertain) {
    it(`reports ${name}`, () => {
      const read = readFlags(args, {});
      expect(read.ok ? [] : read.problems.map((each) => each.path)).to.deep.equal([path]);
    });
  }

  it("asks for nothing when help is wanted", () => {
    expect(readFlags(["--help"], {})).to.have.property("value", "help");
  });

  const wrong: readonly [string, readonly string[], Readonly<Record<string, string>>, readonly string[]][] = [
    ["an unknown flag", ["--restricted-usag"], {}, ["--restricted-usag"]],
    ["a negated unknown flag", ["--no-thing"], {}, ["--no-thing"]],
    ["an argument", ["config.yaml"], {}, ["config.yaml"]],
    ["a flag without its value", ["--config"], {}, ["--config"]],
    ["a value where none belongs", ["--otlp-logging=perhaps"], {}, ["--otlp-logging"]],
    ["a port that is none", ["--port=65536"], {}, ["--port"]],
    ["a port that is text", ["--port=http"], {}, ["--port"]],
    ["an address without a port", ["--health-bind-address=localhost"], {}, ["--health-bind-address"]],
    ["a delay that is too long", ["--shutdown-delay-duration=5s"], {}, ["--shutdown-delay-duration"]],
    ["a delay that is none", ["--shutdown-delay-duration=soon"], {}, ["--shutdown-delay-duration"]],
    ["no requests at all", ["--kube-api-qps=0"], {}, ["--kube-api-qps"]],
    ["an election without a namespace", ["--leader-election"], {}, ["--leader-election-namespace"]],
    ["an unknown level", ["--log-level=loud"], {}, ["--log-level"]],
    ["an unclear environment", [], { RESTRICTED_USAGE: "yes" }, ["RESTRICTED_USAGE"]],
    ["several at once", ["--port=x", "--log-format=x", "--x"], {}, ["--x", "--port", "--log-format"]],
  ];
  for (const [name, args, environment, paths] of wrong) {
    it(`reports ${name}`, () => {
      const read = readFlags([...tls, ...args], environment);
      expect(read.ok ? [] : read.problems.map(({ path }) => path)).to.have.members(paths);
    });
  }

  it("explains every flag", () => {
    const text = usage("node admission/main.ts");
    expect(text).to.contain("Usage: node admission/main.ts [flags]");
    for (const name of Object.keys(flagOptions)) {
      if (name !== "help") expect(text, name).to.match(new RegExp(`--${name}[ =\\[)]`));
    }
    for (const line of text.split("\n")) expect(line.length, line).to.be.at.most(120);
  });

  it("suggests the right flag, and names what is missing", () => {
    const read = readFlags(["--restricted-usag"], {});
    const messages = read.ok ? [] : read.problems.map(({ path, message }) => `${path} ${message}`);
    expect(messages).to.deep.equal([
      "--restricted-usag There is no such flag. Did you mean --restricted-usage?",
      "--webhook-config-namespace Name the namespace that this program runs in, or give --tls-cert-file and --tls-private-key-file.",
    ]);
  });
});
