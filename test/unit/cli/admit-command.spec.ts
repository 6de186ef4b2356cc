import { expect } from "chai";
import { parseManifests, toYaml } from "../../../falco/base/yaml.ts";
import { entry, object, profile, shoot } from "./manifests.ts";
import { type Files, runCli } from "./run-cli.ts";

interface Answer {
  readonly allowed: boolean;
  readonly problems: readonly { readonly code: string; readonly path: string; readonly message: string }[];
  readonly warnings: readonly string[];
  readonly object: unknown;
  readonly patch: readonly { readonly op: string; readonly path: string; readonly value?: unknown }[];
}

async function admit(args: readonly string[], files: Files): Promise<Answer> {
  const { code, out } = await runCli(["admit", ...args], { files });
  const answer = JSON.parse(out) as Answer;
  expect(code).to.equal(answer.allowed ? 0 : 1);
  return answer;
}

async function codes(args: readonly string[], files: Files): Promise<readonly string[]> {
  return (await admit(args, files)).problems.map(({ code, path }) => `${code} ${path}`);
}

const path = "spec.extensions[0].providerConfig";
const complete = shoot([
  "falcoVersion: 0.44.1",
  "autoUpdate: true",
  "rules: { standard: [falco-rules] }",
  "destinations: [{ name: logging }]",
]);

describe("gardener-falco admit", () => {
  it("completes a Shoot and gives the patch", async () => {
    const answer = await admit(["./shoot.yaml"], { "shoot.yaml": shoot(["autoUpdate: false"]) });
    expect(answer).to.deep.include({ allowed: true, problems: [], warnings: [] });
    expect(answer.patch).to.deep.equal([
      { op: "add", path: "/spec/extensions/0/providerConfig/falcoVersion", value: "0.44.1" },
      { op: "add", path: "/spec/extensions/0/providerConfig/rules", value: { standard: ["falco-rules"] } },
      { op: "add", path: "/spec/extensions/0/providerConfig/destinations", value: [{ name: "logging" }] },
    ]);
    const [expected] = parseManifests(complete.replace("autoUpdate: true", "autoUpdate: false"));
    expect(answer.object).to.deep.equal({ ...(expected as object) });
  });

  it("changes nothing about a complete one", async () => {
    expect((await admit(["./shoot.yaml"], { "shoot.yaml": complete })).patch).to.deep.equal([]);
  });

  it("refuses with code, path and message", async () => {
    const answer = await admit(["./shoot.yaml"], { "shoot.yaml": shoot(["falcoVersion: 0.99.0"]) });
    expect(answer.allowed).to.equal(false);
    expect(answer.problems).to.deep.equal([
      {
        code: "VERSION_UNKNOWN",
        path: `${path}.falcoVersion`,
        message:
          "No FalcoProfile has Falco 0.99.0. Use one of 0.42.1 (deprecated), 0.43.0 (deprecated), 0.43.1 (supported), 0.44.1 (supported).",
      },
    ]);
  });

  it("refuses an expired version, but not when it was there before", async () => {
    const expired = profile("a", { version: { expirationDate: "2026-01-01T00:00:00Z" } });
    const files = {
      "profile.yaml": expired,
      "old.yaml": complete,
      "shoot.yaml": complete.replace("logging", "stdout"),
    };
    const args = ["--profile", "./profile.yaml", "./shoot.yaml"];
    expect(await codes(args, files)).to.deep.equal([`VERSION_EXPIRED ${path}.falcoVersion`]);
    expect(await codes(["--old", "./old.yaml", ...args], files)).to.deep.equal([]);
  });

  const undecided =
    "note: The webhooks decide nothing about this: the extension is not switched on here, or the Shoot is being deleted.";
  const notOn: readonly (readonly [string, string, readonly string[]])[] = [
    ["a Shoot with Falco", complete, []],
    ["a Shoot without extensions", complete.replace("extensions:", "others:"), [undecided]],
    ["extensions of another shape", complete.replace(/extensions:[^]*/, "extensions: []"), [undecided]],
    ["another extension", complete.replace("shoot-falco-service", "shoot-cert-service"), [undecided]],
    ["Falco that is disabled", complete.replace("falco-service", "falco-service\n      disabled: true"), [undecided]],
    [
      "a type that is mistyped, behind another one",
      complete.replace("- type: shoot-falco-service", "- type: shoot-dns-service\n    - type: shoot-falco-servce"),
      [`${undecided} spec.extensions[1].type is "shoot-falco-servce". Did you mean "shoot-falco-service"?`],
    ],
  ];
  for (const [what, file, notes] of notOn) {
    it(`says of ${what} ${notes.length === 0 ? "nothing more" : "that nothing is decided about it"}`, async () => {
      const { code, out, err } = await runCli(["admit", "-o", "text", "./shoot.yaml"], {
        files: { "shoot.yaml": file },
      });
      expect({ code, out, err }).to.deep.equal({ code: 0, out: "allowed\n", err: notes });
    });
  }

  it("runs one webhook alone", async () => {
    const files = { "shoot.yaml": shoot(["falcoVersion: 0.99.0"]) };
    const mutated = await admit(["--only", "mutate", "./shoot.yaml"], files);
    expect(mutated.allowed).to.equal(true);
    expect(mutated.patch).not.to.deep.equal([]);
    const validated = await admit(["--only", "validate", "./shoot.yaml"], files);
    expect(validated.allowed).to.equal(false);
    expect(validated.patch).to.deep.equal([]);
  });

  it("knows the landscape's restrictions and what opens them", async () => {
    const central = shoot(["destinations: [{ name: stdout }]"]);
    const namespace = (annotations: object): string =>
      toYaml({ apiVersion: "v1", kind: "Namespace", metadata: { name: "garden-team", annotations } });
    const files = {
      "shoot.yaml": central,
      "closed.yaml": namespace({}),
      "open.yaml": namespace({ "falco.gardener.cloud/enabled": "true" }),
    };
    const restricted = ["--restricted-usage", "./shoot.yaml"];
    expect(await codes(["--resource", "./closed.yaml", ...restricted], files)).to.deep.equal([
      "USAGE_RESTRICTED spec.extensions",
    ]);
    expect(await codes(["--resource", "./open.yaml", ...restricted], files)).to.deep.equal([]);
    const { err } = await runCli(["admit", ...restricted], { files });
    expect(err).to.deep.equal([
      'note: The Namespace "garden-team" is not given: it counts as one without annotations.',
    ]);
  });

  it("offers otlp when told so", async () => {
    const files = { "shoot.yaml": shoot(["destinations: [{ name: otlp }]"]) };
    expect(await codes(["./shoot.yaml"], files)).to.deep.equal([`DESTINATION_FORBIDDEN ${path}.destinations[0].name`]);
    expect(await codes(["--otlp-logging", "./shoot.yaml"], files)).to.deep.equal([]);
  });

  it("checks Secrets of the project when they are given", async () => {
    const subject = shoot(
      ["destinations: [{ name: splunk, resourceSecretName: s }]"],
      [entry("Secret", "s", "splunk")],
    );
    const files = {
      "shoot.yaml": subject,
      "secret.yaml": object("Secret", "splunk", { stringData: { host: "https://a" } }),
    };
    expect(await codes(["./shoot.yaml"], files)).to.deep.equal([]);
    expect(await codes(["--resource", "./secret.yaml", "./shoot.yaml"], files)).to.deep.equal([
      `SECRET_INVALID ${path}.destinations[0].resourceSecretName`,
    ]);
  });

  it("answers in YAML and in plain words as well", async () => {
    const files = { "shoot.yaml": shoot(["falcoVersion: 0.99.0"]) };
    const json = await runCli(["admit", "./shoot.yaml"], { files });
    const yaml = await runCli(["admit", "-o", "yaml", "./shoot.yaml"], { files });
    expect(parseManifests(yaml.out)).to.deep.equal([JSON.parse(json.out)]);
    const text = await runCli(["admit", "-o", "text", "./shoot.yaml"], { files });
    expect(text.code).to.equal(1);
    expect(text.out.split("\n")[0]).to.equal("denied");
    expect(text.out).to.match(/^problem: .*shoot.yaml:11:9: spec.*\(VERSION_UNKNOWN\)$/m);
  });

  it("refuses input that it cannot use", async () => {
    const files = {
      "shoot.yaml": complete,
      "other.yaml": complete.replace("name: one", "name: two"),
      "config.yaml": "kind: x\n",
    };
    const result = await runCli(["admit", "--old", "./other.yaml", "--config", "./config.yaml", "./shoot.yaml"], {
      files,
    });
    expect(result).to.deep.include({ code: 2, out: "" });
    expect(result.err).to.deep.equal([
      './config.yaml:1:1: kind: "x" is not taken here, only Configuration. (KIND_UNSUPPORTED)',
      "./other.yaml:3:1: metadata: This is not an earlier state of the object in ./shoot.yaml: kind, name and namespace must be the same. (FIELD_CONFLICT)",
    ]);
  });

  describe("of a FalcoProfile", () => {
    const cases: readonly (readonly [string, string, readonly string[]])[] = [
      ["allows one that is fine", profile("a"), []],
      [
        "refuses one without a supported version",
        profile("a", { version: { classification: "preview" } }),
        ["VERSION_NONE_SUPPORTED spec.versions.falco"],
      ],
      [
        "refuses a version without an image",
        profile("a", { version: { version: "0.44.2" } }),
        ["IMAGE_MISSING spec.versions.falco[0].version"],
      ],
      [
        "refuses what is no version",
        profile("a", { version: { version: "v1" } }),
        [
          "FIELD_VALUE spec.versions.falco[0].version",
          "IMAGE_MISSING spec.versions.falco[0].version",
          "VERSION_NONE_SUPPORTED spec.versions.falco",
        ],
      ],
      ["refuses unknown fields", profile("a", { rest: { x: 1 } }), ["FIELD_UNKNOWN spec.x"]],
    ];
    for (const [name, text, problems] of cases) {
      it(name, async () => {
        expect(await codes(["./profile.yaml"], { "profile.yaml": text })).to.deep.equal(problems);
      });
    }

    it("warns when it disagrees with another", async () => {
      const files = { "a.yaml": profile("a"), "b.yaml": profile("b", { version: { classification: "deprecated" } }) };
      const { warnings, allowed } = await admit(["--profile", "./b.yaml", "./a.yaml"], files);
      expect(allowed).to.equal(true);
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include("(PROFILE_CONFLICT)");
    });
  });
});
