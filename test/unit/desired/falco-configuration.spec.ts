import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { expect } from "chai";
import { parseManifests, toYaml } from "../../../falco/base/yaml.ts";
import {
  falcoArguments,
  falcoConfiguration,
  type FalcoConfigurationInput,
} from "../../../falco/desired/falco-configuration.ts";
import { omit } from "./samples.ts";

const input: FalcoConfigurationInput = {
  version: "0.44.1",
  rulesFiles: ["/etc/falco/rules.d"],
  heartbeat: false,
  stdout: false,
  url: "https://falcosidekick.kube-system.svc.cluster.local:2801",
  ipv6: false,
  staticFields: { cluster_id: "one", falco_version: "0.44.1" },
};
const alone = omit(input, "url");

const schemas = new URL("../../../../shared/data/schemas/", import.meta.url);
const draft06: unknown = createRequire(import.meta.url)("ajv/dist/refs/json-schema-draft-06.json");

function schemaErrors(version: string, configuration: unknown): readonly string[] {
  const schema = JSON.parse(readFileSync(new URL(`falco-config-${version}.json`, schemas), "utf8")) as object;
  const ajv = new Ajv({ allErrors: true, strict: false, logger: false });
  ajv.addMetaSchema(draft06 as object);
  const check = ajv.compile(schema);
  check(configuration);
  return (check.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath} ${message}`);
}

describe("falco/desired/falco-configuration", () => {
  const inputs: readonly (readonly [string, FalcoConfigurationInput])[] = [
    ["with falcosidekick", input],
    ["alone", { ...alone, stdout: true }],
    ["with a heartbeat and IPv6", { ...input, heartbeat: true, ipv6: true, rulesFiles: ["/a", "/b"] }],
    ["without fields of its own", { ...alone, staticFields: {} }],
  ];
  for (const version of ["0.42.1", "0.43.1", "0.44.1"]) {
    for (const [what, given] of inputs) {
      it(`is what Falco ${version}'s own schema takes, ${what} (skipped without ../shared/data/schemas)`, function () {
        if (!existsSync(schemas)) this.skip();
        const configuration = falcoConfiguration({ ...given, version });
        expect(schemaErrors(version, configuration)).to.deep.equal([]);
        expect(schemaErrors(version, parseManifests(toYaml(configuration))[0])).to.deep.equal([]);
        expect(schemaErrors(version, { ...configuration, grpc_outptu: {} })).not.to.deep.equal([]);
      });
    }
  }

  const older = falcoConfiguration({ ...input, version: "0.43.1" });
  const newer = falcoConfiguration(input);

  it("says the same to 0.42 and 0.43, and three things more to 0.44", () => {
    expect(falcoConfiguration({ ...input, version: "0.42.1" })).to.deep.equal(older);
    expect(falcoConfiguration({ ...input, version: "0.44.0-rc1" })).to.deep.equal(newer);
    expect(newer).to.have.nested.property("engine.modern_ebpf.disable_iterators", false);
    expect(newer).to.have.nested.property("capture.max_file_size_mb", 100);
    expect(newer).to.have.nested.property("metrics.kernel_iter_event_counters_enabled", true);
    for (const path of [
      "engine.modern_ebpf.disable_iterators",
      "capture.max_file_size_mb",
      "metrics.kernel_iter_event_counters_enabled",
    ]) {
      expect(older).not.to.have.nested.property(path);
    }
  });

  it("keeps events from waiting in a buffer, by the command line before 0.44", () => {
    expect(falcoArguments("0.42.1")).to.deep.equal(["/usr/bin/falco", "-U"]);
    expect(falcoArguments("0.43.1")).to.deep.equal(["/usr/bin/falco", "-U"]);
    expect(falcoArguments("0.44.0")).to.deep.equal(["/usr/bin/falco"]);
    expect(newer["buffered_outputs"]).to.equal(false);
  });

  const facts: readonly (readonly [string, FalcoConfigurationInput, string, unknown])[] = [
    ["never leaves the engine to Falco's default, the kernel module", input, "engine.kind", "modern_ebpf"],
    ["loads the container plugin once", input, "load_plugins", ["container"]],
    [
      "names all seven engines of the container plugin",
      input,
      "plugins[0].init_config.engines.bpm",
      { enabled: false },
    ],
    [
      "gives disabled engines their sockets, which plugin 0.6.3 wants",
      input,
      "plugins[0].init_config.engines.docker.sockets",
      ["/var/run/docker.sock"],
    ],
    ["writes fields that falcosidekick needs", input, "json_include_output_fields_property", true],
    ["adds the cluster to every event", input, "static_fields", input.staticFields],
    ["reads the rules in the order given", { ...input, rulesFiles: ["/b", "/a"] }, "rules_files", ["/b", "/a"]],
    ["posts with mutual TLS", input, "http_output.mtls", true],
    ["posts to falcosidekick", input, "http_output.url", input.url],
    ["posts nowhere alone", alone, "http_output.enabled", false],
    ["has no certificates alone", alone, "http_output.client_key", ""],
    ["prints events where asked", { ...input, stdout: true }, "stdout_output", { enabled: true }],
    ["does not print them otherwise", input, "stdout_output", { enabled: false }],
    ["listens for probes with IPv4", input, "webserver.listen_address", "0.0.0.0"],
    ["listens for probes with IPv6", { ...input, ipv6: true }, "webserver.listen_address", "::"],
    ["has a heartbeat where asked", { ...input, heartbeat: true }, "metrics.output_rule", true],
    ["has none otherwise", input, "metrics.output_rule", false],
    ["bounds the queue", input, "outputs_queue.capacity", 10_000],
  ];
  for (const [what, given, path, value] of facts) {
    it(what, () => {
      expect(falcoConfiguration(given)).to.have.nested.property(path).that.deep.equals(value);
    });
  }

  it("has no config_files, which would load the image's own plugin again", () => {
    expect(newer).not.to.have.any.keys("config_files", "rules_file", "grpc", "grpc_output");
  });

  it("takes the container plugin's settings one by one, engines too", () => {
    const engines = { cri: { enabled: true, sockets: ["/run/crio/crio.sock"] } };
    const given = falcoConfiguration({ ...input, containerPlugin: { initConfig: { label_max_len: 20, engines } } });
    expect(given).to.have.nested.property("plugins[0].init_config.label_max_len", 20);
    expect(given).to.have.nested.property("plugins[0].init_config.with_size", false);
    expect(given).to.have.deep.nested.property("plugins[0].init_config.engines.cri", engines.cri);
    expect(given).to.have.nested.property("plugins[0].init_config.engines.docker.enabled", false);
  });
});
