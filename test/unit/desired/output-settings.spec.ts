import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";
import fc from "fast-check";
import { falcosidekickOutputs } from "../../../falco/desired/falcosidekick-outputs.generated.ts";
import {
  environmentOf,
  isOutputSection,
  keyAt,
  outputSections,
  readOutputSettings,
  readValue,
} from "../../../falco/desired/output-settings.ts";
import { problemsOf, show, valueOf } from "./samples.ts";

const facts = new URL("../../../../shared/data/falcosidekick-outputs.json", import.meta.url);

interface FactKey {
  readonly path: string;
  readonly type: string;
  readonly env?: string;
  readonly envBindable?: boolean;
  readonly default?: unknown;
}

describe("falco/desired/output-settings", () => {
  const variables: readonly (readonly [string, string | undefined])[] = [
    ["loki.customheaders", "LOKI_CUSTOMHEADERS"],
    ["otlp.logs.headers", "OTLP_LOGS_HEADERS"],
    ["elasticsearch.batching.enabled", "ELASTICSEARCH_BATCHING_ENABLED"],
    ["elasticsearch.customheaders", undefined],
    ["aws.s3.bucket", "AWS_S3_BUCKET"],
    ["aws.region", "AWS_REGION"],
    ["loki", undefined],
    ["loki.constructor", undefined],
    ["nothing.at.all", undefined],
  ];
  for (const [path, variable] of variables) {
    it(`${path} is set by ${variable ?? "no variable"}`, () => {
      expect(environmentOf(path)).to.equal(variable);
    });
  }

  it("knows sections and what holds some", () => {
    expect(
      ["loki", "otlp", "otlp.logs", "aws", "elasticsearch"].filter((name) => !isOutputSection(name)),
    ).to.deep.equal([]);
    expect(["vali", "", "lok", "loki.", "otlp.log", "constructor"].filter(isOutputSection)).to.deep.equal([]);
  });

  const values: readonly (readonly [string, unknown, unknown])[] = [
    ["loki.hostport", "https://a", "https://a"],
    ["loki.tenant", 5, "5"],
    ["loki.tenant", true, "true"],
    ["loki.tenant", null, undefined],
    ["loki.tenant", {}, undefined],
    ["loki.checkcert", "TRUE ", true],
    ["loki.checkcert", false, false],
    ["loki.checkcert", 1, undefined],
    ["loki.checkcert", "yes", undefined],
    ["loki.format", "json", "json"],
    ["loki.format", "xml", undefined],
    ["elasticsearch.numberofshards", " -8 ", -8],
    ["elasticsearch.numberofshards", 8, 8],
    ["elasticsearch.numberofshards", 8.5, undefined],
    ["elasticsearch.numberofshards", 1e20, undefined],
    ["elasticsearch.numberofshards", "eight", undefined],
    ["elasticsearch.numberofshards", "", undefined],
    ["elasticsearch.batching.flushinterval", "5s", "5s"],
    ["alertmanager.hostport", "a, b", ["a", "b"]],
    ["alertmanager.hostport", ["a", "b"], ["a", "b"]],
    ["alertmanager.hostport", ["a", 1], undefined],
    ["webhook.customheaders", { a: "b", c: 1 }, { a: "b", c: "1" }],
    ["webhook.customheaders", { a: ["b"] }, undefined],
    ["webhook.customheaders", { "a.b": "c" }, undefined],
    ["webhook.customheaders", ["a"], undefined],
    ["webhook.customheaders", "a:b:c, d: e,f", undefined],
    ["webhook.customheaders", 'a: b:c\n\nd: "e,f"\n', { a: "b:c", d: "e,f" }],
    ["webhook.customheaders", ":b", undefined],
    ["webhook.customheaders", "", {}],
  ];
  for (const [path, given, expected] of values) {
    it(`${path} reads ${JSON.stringify(given)} as ${show(expected)}`, () => {
      const key = keyAt(path);
      if (key === undefined) throw new Error("there is no such key");
      const read = readValue(key, given, "here");
      expect(read.ok ? read.value : undefined).to.deep.equal(expected);
      for (const problem of problemsOf(read)) expect(problem.path).to.equal("here");
    });
  }

  it("reads nested settings and dotted ones", () => {
    const nested = valueOf(
      readOutputSettings(
        "otlp",
        { logs: { endpoint: "https://a", minimumpriority: "notice" }, "traces.synced": "true" },
        "v",
      ),
    );
    expect([...nested]).to.deep.equal([
      ["otlp.logs.endpoint", "https://a"],
      ["otlp.logs.minimumpriority", "notice"],
      ["otlp.traces.synced", true],
    ]);
    expect(
      valueOf(readOutputSettings("elasticsearch", { "batching.enabled": true }, "v")).get(
        "elasticsearch.batching.enabled",
      ),
    ).to.equal(true);
  });

  it("reports every unknown and every wrong setting, at its path, without its value", () => {
    const settings = {
      hostprot: "hunter2",
      format: "hunter2",
      checkcert: "hunter2",
      customheaders: "hunter2",
      deep: { er: 1 },
    };
    const problems = problemsOf(readOutputSettings("loki", settings, "v"));
    expect(problems.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([
      "FIELD_UNKNOWN v.hostprot",
      "FIELD_VALUE v.format",
      "FIELD_TYPE v.checkcert",
      "FIELD_TYPE v.customheaders",
      "FIELD_UNKNOWN v.deep",
    ]);
    expect(problems[0]?.message).to.equal('falcosidekick has no setting "loki.hostprot". Did you mean "hostport"?');
    expect(JSON.stringify(problems)).not.to.include("hunter2");
  });

  it("never throws", () => {
    const settings = fc.dictionary(
      fc.oneof(fc.constantFrom("hostport", "batching", "constructor", "__proto__"), fc.string()),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...outputSections), settings, (section, given) => {
        readOutputSettings(section, given, "v");
      }),
    );
  });

  it("has every key of the facts about falcosidekick (skipped without ../shared/data)", function () {
    if (!existsSync(facts)) this.skip();
    const outputs = JSON.parse(readFileSync(facts, "utf8")) as readonly {
      readonly section: string;
      readonly keys: readonly FactKey[];
    }[];
    for (const { section, keys } of outputs) {
      expect(Object.keys(falcosidekickOutputs[section] ?? {}), section).to.have.length(keys.length);
      for (const { path, type, env, envBindable } of keys) {
        expect(keyAt(path)?.type, path).to.equal(type);
        expect(environmentOf(path), path).to.equal(envBindable === true ? env : undefined);
      }
    }
    const shared = ["aws", "gcp", "yandex"];
    expect(outputSections.filter((each) => !shared.includes(each))).to.have.members(
      outputs.map(({ section }) => section),
    );
  });
});
