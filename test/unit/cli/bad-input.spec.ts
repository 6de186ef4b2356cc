import { expect } from "chai";
import fc from "fast-check";
import { profile, shoot } from "./manifests.ts";
import { type BadInput, refuses } from "./refuses.ts";
import { runCli } from "./run-cli.ts";

const render = ["render", "./shoot.yaml"];
const withProfile = ["render", "--profile", "./profile.yaml", "./shoot.yaml"];
const config = "spec.extensions[0].providerConfig";

const cases: readonly BadInput[] = [
  {
    name: "unknown fields, each with its place",
    args: render,
    files: { "shoot.yaml": shoot(["falcoVersoin: 0.44.1", "rules:", "  standart: [falco-rules]"]) },
    code: 1,
    err: [
      `./shoot.yaml:11:9: ${config}.falcoVersoin: There is no field "falcoVersoin" here. Did you mean "falcoVersion"? (FIELD_UNKNOWN)`,
      `./shoot.yaml:13:11: ${config}.rules.standart: There is no field "standart" here. Did you mean "standard"? (FIELD_UNKNOWN)`,
    ],
  },
  {
    name: "wrong types",
    args: render,
    files: { "shoot.yaml": shoot(["falcoVersion: 0.44", "rules: falco-rules"]) },
    code: 1,
    err: [
      `./shoot.yaml:11:9: ${config}.falcoVersion: This must be a string, not a number. Put the version in quotes, such as "0.44.1". (FIELD_TYPE)`,
      `./shoot.yaml:12:9: ${config}.rules: This must be a mapping, not a string. (FIELD_TYPE)`,
    ],
  },
  {
    name: "YAML that is broken",
    args: render,
    files: { "shoot.yaml": "kind: Shoot\nspec: [1, 2\nmetadata: {}\n" },
    code: 2,
    err: [
      "./shoot.yaml:3:1: Flow sequence in block collection must be sufficiently indented and end with a ]. (YAML_INVALID)",
    ],
  },
  {
    name: "the same key twice",
    args: render,
    files: { "shoot.yaml": "kind: Shoot\nkind: Seed\n" },
    code: 2,
    err: ["./shoot.yaml:2:1: Map keys must be unique. (YAML_INVALID)"],
  },
  {
    name: "a text that is no object",
    args: render,
    files: { "shoot.yaml": "just a text\n" },
    code: 2,
    err: ["./shoot.yaml:1:1: An object with apiVersion and kind is needed here. (KIND_UNSUPPORTED)"],
  },
  {
    name: "an empty file",
    args: render,
    files: { "shoot.yaml": "# nothing\n" },
    code: 2,
    err: ["./shoot.yaml: This is empty. An object is needed. (YAML_INVALID)"],
  },
  {
    name: "an empty list",
    args: render,
    files: { "shoot.yaml": "apiVersion: v1\nkind: List\nitems: []\n" },
    code: 2,
    err: ["./shoot.yaml: This is empty. An object is needed. (YAML_INVALID)"],
  },
  {
    name: "another kind",
    args: render,
    files: { "shoot.yaml": "apiVersion: v1\nkind: Shot\nmetadata: { name: a }\n" },
    code: 2,
    err: ['./shoot.yaml:2:1: kind: "Shot" is not taken here. Did you mean "Shoot"? (KIND_UNSUPPORTED)'],
  },
  {
    name: "a Shoot without Falco",
    args: render,
    files: { "shoot.yaml": shoot([]).replace("type: shoot-falco-service", "type: shoot-falco-servce") },
    code: 1,
    err: [
      './shoot.yaml:7:7: spec.extensions[0].type: No entry has the type shoot-falco-service, so this Shoot gets no Falco. Did you mean it by "shoot-falco-servce"? (FIELD_REQUIRED)',
    ],
  },
  {
    name: "a version that no profile has",
    args: render,
    files: { "shoot.yaml": shoot(["falcoVersion: 0.99.0"]) },
    code: 1,
    err: [
      `./shoot.yaml:11:9: ${config}.falcoVersion: No FalcoProfile has Falco 0.99.0. Use one of 0.42.1 (deprecated), 0.43.0 (deprecated), 0.43.1 (supported), 0.44.1 (supported). (VERSION_UNKNOWN)`,
    ],
  },
  {
    name: "an expired version, when none else is supported",
    args: withProfile,
    files: {
      "shoot.yaml": shoot([]),
      "profile.yaml": profile("a", { version: { expirationDate: "2026-01-01T00:00:00Z" } }),
    },
    code: 1,
    err: [
      `./shoot.yaml:8:7: ${config}.falcoVersion: No FalcoProfile has a version of Falco that is supported and has not expired. Ask the operators of the landscape for one. (VERSION_NONE_SUPPORTED)`,
    ],
  },
  {
    name: "a profile without supported versions",
    args: withProfile,
    files: { "shoot.yaml": shoot([]), "profile.yaml": profile("a", { version: { classification: "preview" } }) },
    code: 1,
    err: [
      `./shoot.yaml:8:7: ${config}.falcoVersion: No FalcoProfile has a version of Falco that is supported and has not expired. Ask the operators of the landscape for one. (VERSION_NONE_SUPPORTED)`,
    ],
  },
  {
    name: "a profile with an unknown field",
    args: withProfile,
    files: { "shoot.yaml": shoot([]), "profile.yaml": profile("a", { rest: { imagse: {} } }) },
    code: 2,
    err: ['./profile.yaml:23:3: spec.imagse: There is no field "imagse" here. Did you mean "images"? (FIELD_UNKNOWN)'],
  },
  {
    name: "two profiles that disagree about the version in use",
    args: ["render", "--profile", "./a.yaml", "--profile", "./b.yaml", "./shoot.yaml"],
    files: {
      "shoot.yaml": shoot(["falcoVersion: 0.44.1"]),
      "a.yaml": profile("a"),
      "b.yaml": profile("b", { version: { classification: "preview" } }),
    },
    code: 1,
    err: [
      './b.yaml:8:9: falcoprofiles[b].spec.versions.falco[0]: "0.44.1" is described differently in the FalcoProfile a. Make both say the same, or remove one. (PROFILE_CONFLICT)',
    ],
  },
  {
    name: "two profiles of one name",
    args: ["render", "--profile", "./a.yaml", "--profile", "./b.yaml", "./shoot.yaml"],
    files: { "shoot.yaml": shoot([]), "a.yaml": profile("a"), "b.yaml": profile("a") },
    code: 2,
    err: [
      './b.yaml:4:3: metadata.name: There is a FalcoProfile "a" in ./a.yaml already. Give each a name of its own. (FIELD_DUPLICATE)',
    ],
  },
  {
    name: "a rules file of a profile that does not exist",
    args: withProfile,
    files: {
      "shoot.yaml": shoot([]),
      "profile.yaml": profile("a", {
        rest: { rules: [{ name: "falco-rules", version: "1.0.0", source: { file: "mine.yaml" } }] },
      }),
    },
    code: 1,
    err: [
      `./shoot.yaml:8:7: ${config}.rules.standard[0]: The rules "falco-rules" are to come from the file "mine.yaml", which does not ship with the extension. (RULES_SOURCE_MISSING)`,
    ],
  },
  {
    name: "a rules file of a profile that is not YAML",
    args: withProfile,
    files: {
      "shoot.yaml": shoot([]),
      "mine.yaml": "- rule: [\n",
      "profile.yaml": profile("a", {
        rest: { rules: [{ name: "falco-rules", version: "1.0.0", source: { file: "mine.yaml" } }] },
      }),
    },
    code: 2,
    err: [
      './profile.yaml:27:9: spec.rules[0].source.file: The rules file "mine.yaml": It is not YAML: line 2, column 1: Flow sequence in block collection must be sufficiently indented and end with a ]. (RULES_INVALID)',
    ],
  },
  {
    name: "a destination twice",
    args: render,
    files: { "shoot.yaml": shoot(["destinations:", "  - name: stdout", "  - name: stdout"]) },
    code: 1,
    err: [
      `./shoot.yaml:13:13: ${config}.destinations[1].name: The destination "stdout" stands here twice. Remove one. (FIELD_DUPLICATE)`,
    ],
  },
  {
    name: "files that cannot be read, all of them",
    args: ["render", "--config", "./.", "--profile", "./none.yaml", "--resource", "./shoot.yaml/x", "./latin.yaml"],
    files: { "shoot.yaml": "", "latin.yaml": Buffer.from([0x61, 0xe4, 0x0a]) },
    code: 2,
    err: [
      "./latin.yaml: This is not UTF-8 text. Give a text file. (INPUT_UNREADABLE)",
      "./shoot.yaml/x: There is no such file: a part of the path is no folder. (INPUT_UNREADABLE)",
      "./.: This is a folder. Name the files in it. (INPUT_UNREADABLE)",
      "./none.yaml: There is no such file. (INPUT_UNREADABLE)",
    ],
  },
  {
    name: "a file without an end",
    args: ["render", "/dev/zero"],
    files: {},
    code: 2,
    err: ["/dev/zero: This is larger than 16 MiB. Give less at once. (INPUT_TOO_LARGE)"],
  },
  {
    name: "standard input twice",
    args: ["render", "--config", "-", "-"],
    files: {},
    code: 2,
    err: [
      "<stdin>: This is empty. An object is needed. (YAML_INVALID)",
      "<stdin>: Standard input can be given once only. Use a file for the other. (INPUT_UNREADABLE)",
    ],
  },
  {
    name: "a configuration with mistakes",
    args: ["render", "--config", "./config.yaml", "./shoot.yaml"],
    files: {
      "shoot.yaml": shoot([]),
      "config.yaml":
        "apiVersion: falco.extensions.config.gardener.cloud/v1alpha1\nkind: Configuration\nfalco:\n  certificateLifetime: ten days\n  defaultEventDestination: splunk\n",
    },
    code: 2,
    err: [
      './config.yaml:4:3: falco.certificateLifetime: "ten days" is not a duration above zero such as 720h or 1h30m. (FIELD_VALUE)',
      './config.yaml:5:3: falco.defaultEventDestination: "splunk" needs a Secret of each shoot, so it cannot be the default. (FIELD_VALUE)',
    ],
  },
  {
    name: "a target that does not fit",
    args: ["render", "--target", "seed", "./shoot.yaml"],
    files: { "shoot.yaml": shoot([]) },
    code: 2,
    err: [
      "./shoot.yaml:1:1: This is about a shoot, so there is nothing for the target seed. Use --target shoot. (FIELD_CONFLICT)",
    ],
  },
];

describe("gardener-falco with bad input", () => {
  refuses(cases);

  it("deploys an expired version that a shoot names, with a warning", async () => {
    const files = {
      "shoot.yaml": shoot(["falcoVersion: 0.44.1"]),
      "profile.yaml": profile("a", { version: { expirationDate: "2026-01-01T00:00:00Z" } }),
    };
    const result = await runCli(withProfile, { files });
    expect(result.code).to.equal(0);
    expect(result.err).to.include(
      `warning: ./shoot.yaml:11:9: ${config}.falcoVersion: Falco 0.44.1 expired at 2026-01-01T00:00:00Z. There is no version that can be used. (VERSION_EXPIRED)`,
    );
  });

  it("has an answer to anything", async () => {
    const kinds = ["Shoot", "Seed", "Extension", "FalcoServiceConfig", "Cluster", "Secret", "List"];
    const apiVersions = ["v1", "core.gardener.cloud/v1beta1", "extensions.gardener.cloud/v1alpha1"];
    const anything = fc.record({
      apiVersion: fc.constantFrom(...apiVersions, "falco.extensions.gardener.cloud/v1alpha1"),
      kind: fc.constantFrom(...kinds),
      metadata: fc.jsonValue(),
      spec: fc.jsonValue(),
      items: fc.array(fc.jsonValue(), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom("render", "admit"), anything, async (command, value) => {
        const { code, out, err } = await runCli([command, "-"], { stdin: JSON.stringify(value) });
        expect([1, 2].includes(code) || out !== "").to.equal(true);
        expect(code === 2 ? out : "").to.equal("");
        expect(err.filter((line) => /\n|undefined|\[object/.test(line))).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });
});
