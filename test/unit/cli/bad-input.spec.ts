import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { entry, object, oneRule, profile, shoot } from "./manifests.ts";
import { type Files, runCli } from "./run-cli.ts";

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly files: Files;
  readonly code: number;
  /** All lines but the notes. */
  readonly err: readonly string[];
}

const render = ["render", "./shoot.yaml"];
const withResources = ["render", "--resource", "./resources.yaml", "./shoot.yaml"];
const withProfile = ["render", "--profile", "./profile.yaml", "./shoot.yaml"];
const config = "spec.extensions[0].providerConfig";
const custom = shoot(["rules: { custom: [{ resourceName: team }] }"], [entry("ConfigMap", "team")]);
const splunk = shoot(["destinations: [{ name: splunk, resourceSecretName: splunk }]"], [entry("Secret", "splunk")]);
const customAt = "./shoot.yaml:11:29: spec.extensions[0].providerConfig.rules.custom[0].resourceName";
const secretAt = "./shoot.yaml:11:40: spec.extensions[0].providerConfig.destinations[0].resourceSecretName";

const customRules = (name: string, data: object, err: string, code = 1): Case => ({
  name,
  args: withResources,
  files: { "shoot.yaml": custom, "resources.yaml": object("ConfigMap", "team", data) },
  code,
  err: [`${customAt}: ConfigMap "team"${err}`],
});

const cases: readonly Case[] = [
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
      `./shoot.yaml:11:9: ${config}.falcoVersion: This must be a string, not a number. (FIELD_TYPE)`,
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
    name: "a Secret that is not there",
    args: render,
    files: { "shoot.yaml": splunk },
    code: 1,
    err: [`${secretAt}: The Secret "splunk" has not been found. (RESOURCE_MISSING)`],
  },
  {
    name: "a Secret in another namespace",
    args: withResources,
    files: { "shoot.yaml": splunk, "resources.yaml": object("Secret", "splunk", {}, "garden-other") },
    code: 1,
    err: [
      'warning: ./resources.yaml:5:3: metadata.namespace: The Secret "splunk" lies in the namespace "garden-other", where it is not looked for. Put it into "garden-team". (RESOURCE_MISSING)',
      `${secretAt}: The Secret "splunk" has not been found. (RESOURCE_MISSING)`,
    ],
  },
  {
    name: "a Secret with wrong and missing keys",
    args: withResources,
    files: {
      "shoot.yaml": splunk,
      "resources.yaml": object("Secret", "splunk", { stringData: { host: "nowhere", tokne: "s3cret" } }),
    },
    code: 1,
    err: [
      `${secretAt}: The Secret "splunk" needs the key "token" for the destination "splunk". (SECRET_INVALID)`,
      `${secretAt}: The Secret "splunk" has no URL under "host". Write it with https:// or http://. (SECRET_INVALID)`,
      `${secretAt}: The Secret "splunk" has the unknown key "tokne". Did you mean "token"? (SECRET_INVALID)`,
    ],
  },
  {
    name: "a Secret with a value of the wrong type",
    args: withResources,
    files: { "shoot.yaml": splunk, "resources.yaml": object("Secret", "splunk", { data: { host: 1 } }) },
    code: 2,
    err: ["./resources.yaml:7:3: data.host: This must be a string, not a number. (FIELD_TYPE)"],
  },
  {
    name: "the same Secret twice, differing",
    args: ["render", "--resource", "./a.yaml", "--resource", "./b.yaml", "./shoot.yaml"],
    files: {
      "shoot.yaml": splunk,
      "a.yaml": object("Secret", "splunk", { stringData: { host: "a" } }),
      "b.yaml": object("Secret", "splunk", { stringData: { host: "b" } }),
    },
    code: 2,
    err: [
      './b.yaml:4:3: metadata.name: The Secret "splunk" is given twice, with different content (also in ./a.yaml). Remove one. (FIELD_DUPLICATE)',
    ],
  },
  {
    name: "certificates that are not complete",
    args: withResources,
    files: {
      "shoot.yaml": shoot([]),
      "resources.yaml": object(
        "Secret",
        "gardener-extension-shoot-falco-service-certificates",
        { data: {} },
        "shoot--team--one",
      ),
    },
    code: 2,
    err: [
      './resources.yaml:6:1: data: The Secret "gardener-extension-shoot-falco-service-certificates" lacks a certificate or a key. Give it whole, or leave it out. (SECRET_INVALID)',
    ],
  },
  {
    name: "a ConfigMap that is not there",
    args: render,
    files: { "shoot.yaml": custom },
    code: 1,
    err: [`${customAt}: The ConfigMap "team" has not been found. (RESOURCE_MISSING)`],
  },
  customRules(
    "rules that are not YAML",
    { data: { "a.yaml": "- [\n" } },
    ', key "a.yaml": It is not YAML: line 2, column 1: Flow sequence in block collection must be sufficiently indented and end with a ]. (RULES_INVALID)',
  ),
  customRules(
    "rules over 1 MiB",
    { data: { "a.yaml": `# ${"x".repeat(1024 * 1024)}\n` } },
    ', key "a.yaml": It is larger than 1 MiB once unpacked. Split it. (RULES_TOO_LARGE)',
  ),
  customRules(
    "a gzip bomb",
    { binaryData: { "a.yaml.gz": gzipSync(Buffer.alloc(200 * 1024 * 1024)).toString("base64") } },
    ', key "a.yaml.gz": It is larger than 1 MiB once unpacked. Split it. (RULES_TOO_LARGE)',
  ),
  customRules(
    "gzip that is damaged",
    { binaryData: { "a.yaml.gz": "bm90IGd6aXA=" } },
    ', key "a.yaml.gz": It is not gzip, or damaged, or holds no UTF-8 text. (RULES_UNPACK)',
  ),
  {
    name: "more than ten rules files",
    args: withResources,
    files: {
      "shoot.yaml": custom,
      "resources.yaml": object("ConfigMap", "team", {
        data: Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`${String(index)}.yaml`, oneRule])),
      }),
    },
    code: 1,
    err: [`${customAt}: The ConfigMap "team" has 11 rules files; ten at most are taken. (RULES_TOO_LARGE)`],
  },
  {
    name: "a file name twice",
    args: withResources,
    files: {
      "shoot.yaml": custom,
      "resources.yaml": object("ConfigMap", "team", {
        data: { "a.yaml": oneRule },
        binaryData: { "a.yaml.gz": gzipSync(oneRule).toString("base64") },
      }),
    },
    code: 1,
    err: [
      `${customAt}: There is a rules file "a.yaml" twice in "team". Give each a name of its own. (FIELD_DUPLICATE)`,
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
    name: "the Cluster of another shoot",
    args: withResources,
    files: {
      "shoot.yaml": shoot([]),
      "resources.yaml":
        "apiVersion: extensions.gardener.cloud/v1alpha1\nkind: Cluster\nmetadata: { name: shoot--team--two }\nspec: { shoot: { metadata: { name: two, namespace: garden-team } } }\n",
    },
    code: 2,
    err: [
      './resources.yaml:3:13: metadata.name: The Cluster "shoot--team--two" belongs to another shoot than "garden-team/one". Give its own, or none. (FIELD_CONFLICT)',
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
  for (const { name, args, files, code, err } of cases) {
    it(`refuses ${name}`, async () => {
      const result = await runCli(args, { files });
      expect(result.err.filter((line) => !line.startsWith("note: "))).to.deep.equal(err);
      expect(result).to.include({ code, out: "" });
    });
  }

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
});
