import { gzipSync } from "node:zlib";
import { entry, object, oneRule, shoot } from "./manifests.ts";
import { type BadInput, refuses } from "./refuses.ts";

const render = ["render", "./shoot.yaml"];
const withResources = ["render", "--resource", "./resources.yaml", "./shoot.yaml"];
const custom = shoot(["rules: { custom: [{ resourceName: team }] }"], [entry("ConfigMap", "team")]);
const splunk = shoot(["destinations: [{ name: splunk, resourceSecretName: splunk }]"], [entry("Secret", "splunk")]);
const customAt = "./shoot.yaml:11:29: spec.extensions[0].providerConfig.rules.custom[0].resourceName";
const secretAt = "./shoot.yaml:11:40: spec.extensions[0].providerConfig.destinations[0].resourceSecretName";

const customRules = (name: string, data: object, err: string, code = 1): BadInput => ({
  name,
  args: withResources,
  files: { "shoot.yaml": custom, "resources.yaml": object("ConfigMap", "team", data) },
  code,
  err: [`${customAt}: ConfigMap "team"${err}`],
});

const cases: readonly BadInput[] = [
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
];

describe("gardener-falco with bad resources", () => {
  refuses(cases);
});
