import { expect } from "chai";
import { readFlags } from "../../../admission/flags.ts";

const tls = ["--tls-cert-file", "tls.crt", "--tls-private-key-file=tls.key"];

describe("readFlags", () => {
  const defaults = {
    restrictedUsage: false,
    restrictedCentralizedLogging: false,
    otlpLogging: false,
    certificateFile: "tls.crt",
    keyFile: "tls.key",
    port: 10250,
    health: { port: 8081 },
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
    ["an IPv6 address", ["--health-bind-address", "[::1]:9"], {}, { health: { host: "::1", port: 9 } }],
    ["the log", ["--log-level=debug", "--log-format=text"], {}, { logLevel: "debug", logFormat: "text" }],
  ];
  for (const [name, args, environment, expected] of readable) {
    it(`reads ${name}`, () => {
      const read = readFlags([...tls, ...args], environment);
      expect(read).to.deep.equal({ ok: true, value: { ...defaults, ...expected }, warnings: [] });
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

  it("suggests the right flag, and names what is missing", () => {
    const read = readFlags(["--restricted-usag"], {});
    const messages = read.ok ? [] : read.problems.map(({ path, message }) => `${path} ${message}`);
    expect(messages).to.deep.equal([
      "--restricted-usag There is no such flag. Did you mean --restricted-usage?",
      "--tls-cert-file This flag is required.",
      "--tls-private-key-file This flag is required.",
    ]);
  });
});
