import { expect } from "chai";
import { parseManifests, toYaml } from "../../../falco/base/yaml.ts";
import { profile, shoot } from "./manifests.ts";
import { refuses } from "./refuses.ts";
import { type CliResult, type Files, runCli } from "./run-cli.ts";

/** A Shoot with a window from 21:00 to 22:00 in UTC, less the last 15 minutes. */
function windowed(config: readonly string[], operation = ""): string {
  return shoot(config)
    .replace("spec:\n", 'spec:\n  maintenance: { timeWindow: { begin: "220000+0100", end: "230000+0100" } }\n')
    .replace(
      "namespace: garden-team",
      `namespace: garden-team, annotations: { gardener.cloud/operation: "${operation}" }`,
    );
}

const inWindow = "2026-11-21T21:30:00Z";
const outside = "2026-11-21T12:00:00Z";
const older = windowed(["falcoVersion: 0.43.1", "heartbeatEvent: true"]);

interface Answer {
  readonly object: unknown;
  readonly [key: string]: unknown;
}

async function maintain(
  file: string,
  now: string,
  files: Files = {},
): Promise<CliResult & { readonly answer: Answer }> {
  const profiles = Object.keys(files).flatMap((name) => ["--profile", `./${name}`]);
  const args = ["maintain", "--now", now, ...profiles, "./shoot.yaml"];
  const result = await runCli(args, { files: { ...files, "shoot.yaml": file } });
  return { ...result, answer: JSON.parse(result.out) as Answer };
}

function parsed(text: string): unknown {
  return parseManifests(text)[0];
}

describe("gardener-falco maintain", () => {
  it("updates in the window", async () => {
    const { code, err, answer } = await maintain(older, inWindow);
    expect({ code, err }).to.deep.equal({ code: 0, err: [] });
    expect(answer).to.deep.equal({
      updated: true,
      from: "0.43.1",
      to: "0.44.1",
      reason: "newer",
      object: parsed(older.replace("0.43.1", "0.44.1")),
      next: "2026-11-22T21:00:00Z",
    });
  });

  it("waits for the window, and says what it will do then", async () => {
    const { code, err, answer } = await maintain(older, outside);
    expect(code).to.equal(0);
    expect(answer).to.deep.equal({
      updated: false,
      from: null,
      to: null,
      reason: null,
      object: parsed(older),
      next: "2026-11-21T21:00:00Z",
    });
    expect(err).to.deep.equal([
      "note: In the window that begins at 2026-11-21T21:00:00Z: Falco is updated from 0.43.1 to 0.44.1, the highest supported version.",
    ]);
  });

  it("does not wait when it is asked for", async () => {
    const { answer } = await maintain(windowed(["falcoVersion: 0.43.1"], "maintain"), outside);
    expect(answer).to.include({ updated: true, to: "0.44.1", next: "2026-11-21T21:00:00Z" });
  });

  it("leaves a pinned version until it expires", async () => {
    const pinned = windowed(["falcoVersion: 0.44.1", "autoUpdate: false"]);
    const spec = (expirationDate: string, version: string): string =>
      profile(version, { version: { version, expirationDate } }).replaceAll("0.44.1", version);
    const files = {
      "a.yaml": spec("2026-11-21T00:00:00Z", "0.44.1"),
      "b.yaml": spec("2027-11-21T00:00:00Z", "0.45.0"),
    };
    const before = await maintain(pinned, "2026-11-20T21:30:00Z", files);
    expect(before.answer).to.include({ updated: false });
    expect(before.err).to.deep.equal([
      "note: In the window that begins at 2026-11-21T21:00:00Z: Falco 0.44.1 has expired; 0.45.0 takes its place.",
    ]);
    expect((await maintain(pinned, inWindow, files)).answer).to.include({ to: "0.45.0", reason: "expired" });
    const gone = { "b.yaml": files["b.yaml"] };
    expect((await maintain(pinned, inWindow, gone)).answer).to.include({ to: "0.45.0", reason: "unknown" });
  });

  it("says where no version is left, in the window and before", async () => {
    const files = { "a.yaml": profile("a", { version: { expirationDate: "2026-01-01T00:00:00Z" } }) };
    for (const now of [inWindow, outside]) {
      const { code, err, answer } = await maintain(windowed(["falcoVersion: 0.44.1"]), now, files);
      expect(code).to.equal(1);
      expect(answer).to.include({ updated: false, from: null, to: null, reason: null });
      expect(err).to.deep.equal([
        "./shoot.yaml:12:9: spec.extensions[0].providerConfig.falcoVersion: Falco 0.44.1 has expired, and there is no other version that can be used. Ask the operators of the landscape for one. (VERSION_EXPIRED)",
      ]);
    }
  });

  it("says that a Shoot without a window is maintained at any time", async () => {
    for (const file of [
      shoot(["falcoVersion: 0.44.1"]),
      older.replace("220000+0100", "22:00").replace("0.43.1", "0.44.1"),
    ]) {
      const { err, answer } = await maintain(file, outside);
      expect(err).to.deep.equal([
        "note: The Shoot has no maintenance window (or none that can be read): it may be maintained at any time.",
      ]);
      expect(answer).to.include({ updated: false, next: "2026-11-22T00:00:00Z" });
    }
  });

  it("does what the example says", async () => {
    const file = (name: string): string => `${import.meta.dirname}/../../../examples/maintenance/${name}`;
    const outputs = ["2027-01-30T22:45:00Z", "2027-01-31T22:45:00Z"].map(async (now) => {
      const args = ["--profile", file("falco-profile.yaml"), "--now", now, "-o", "text", file("shoot.yaml")];
      return (await runCli(["maintain", ...args])).out;
    });
    expect(await Promise.all(outputs)).to.deep.equal([
      "Nothing changes.\nnext window: 2027-01-31T22:30:00Z\n",
      "Falco 0.42.1 has expired; 0.43.1 takes its place.\nnext window: 2027-02-01T22:30:00Z\n",
    ]);
  });

  const never: readonly (readonly [string, string, string])[] = [
    [
      "a Seed",
      shoot(["falcoVersion: 0.43.1"]).replace("Shoot", "Seed"),
      "note: A Seed has no maintenance window and belongs to the operators: maintenance never changes its version.",
    ],
    [
      "a Shoot without Falco",
      older.replace("shoot-falco-service", "shoot-dns-service"),
      "note: There is nothing to maintain: the extension is not switched on here, or the Shoot is being deleted.",
    ],
    [
      "a Shoot with a type that is mistyped",
      older.replace("shoot-falco-service", "shoot-falko-service"),
      'note: There is nothing to maintain: the extension is not switched on here, or the Shoot is being deleted. spec.extensions[0].type is "shoot-falko-service". Did you mean "shoot-falco-service"?',
    ],
  ];
  for (const [what, file, note] of never) {
    it(`has no next time for ${what}`, async () => {
      const { code, err, answer } = await maintain(file, inWindow);
      expect({ code, err }).to.deep.equal({ code: 0, err: [note] });
      expect(answer).to.deep.include({ updated: false, next: null, object: parsed(file) });
    });
  }

  it("maintains a configuration with mistakes, and warns of them", async () => {
    const { code, err, answer } = await maintain(windowed(["falcoVersion: 0.43.1", "heartbeat: true"]), inWindow);
    expect(code).to.equal(0);
    expect(answer).to.include({ updated: true, to: "0.44.1" });
    expect(err.map((line) => line.split(": ").slice(0, 3))).to.deep.equal([
      ["warning", "./shoot.yaml:13:9", "spec.extensions[0].providerConfig.heartbeat"],
    ]);
  });

  it("answers in YAML and in plain words as well, and takes the present for the time", async () => {
    const files = { "shoot.yaml": windowed(["falcoVersion: 0.43.1"], "maintain") };
    const json = await runCli(["maintain", "./shoot.yaml"], { files });
    expect(JSON.parse(json.out)).to.include({ next: "2026-11-21T21:00:00Z" });
    const yaml = await runCli(["maintain", "-o", "yaml", "./shoot.yaml"], { files });
    expect(parsed(yaml.out)).to.deep.equal(JSON.parse(json.out));
    const text = await runCli(["maintain", "-o", "text", "./shoot.yaml"], { files });
    expect(text.out).to.equal(
      "Falco is updated from 0.43.1 to 0.44.1, the highest supported version.\nnext window: 2026-11-21T21:00:00Z\n",
    );
    const stdin = await runCli(["maintain", "-o", "text", "-"], { stdin: shoot([]).replace("Shoot", "Seed") });
    expect(stdin.out).to.equal("Nothing changes.\nnext window: none\n");
  });

  it("says in plain words why a version goes that no profile has", async () => {
    const files = { "shoot.yaml": windowed(["falcoVersion: 0.42.9", "autoUpdate: false"], "maintain") };
    const { out } = await runCli(["maintain", "-o", "text", "./shoot.yaml"], { files });
    expect(out.split("\n")[0]).to.equal("No FalcoProfile has Falco 0.42.9; 0.43.0 takes its place.");
  });

  it("takes a Shoot beside other objects of its file", async () => {
    const secret = toYaml({ apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "garden-team" } });
    expect((await maintain(`${secret}---\n${older}`, inWindow)).answer).to.include({ updated: true });
  });

  refuses([
    {
      name: "a file without a Shoot",
      args: ["maintain", "./profile.yaml"],
      files: { "profile.yaml": profile("a") },
      code: 2,
      err: ['./profile.yaml:2:1: kind: "FalcoProfile" is not taken here, only Shoot or Seed. (KIND_UNSUPPORTED)'],
    },
    {
      name: "two Shoots",
      args: ["maintain", "./shoots.yaml"],
      files: { "shoots.yaml": `${older}---\n${older}` },
      code: 2,
      err: [
        "./shoots.yaml:16:1: There is more than one object here that this could be about. Leave one. (FIELD_DUPLICATE)",
      ],
    },
    {
      name: "a Shoot of the wrong shape",
      args: ["maintain", "./shoot.yaml"],
      files: { "shoot.yaml": older.replace("type: shoot-falco-service", "type: 7") },
      code: 1,
      err: ["./shoot.yaml:8:7: spec.extensions[0].type: This must be a string, not a number. (FIELD_TYPE)"],
    },
    {
      name: "a profile that cannot be read",
      args: ["maintain", "--profile", "./none.yaml", "./shoot.yaml"],
      files: { "shoot.yaml": older },
      code: 2,
      err: ["./none.yaml: There is no such file. (INPUT_UNREADABLE)"],
    },
  ]);

  const mistakes: readonly (readonly [string, readonly string[], string])[] = [
    ["a time that is none", ["--now", "22:00", "a"], "Write date and time as RFC 3339, such as 2027-01-31T00:00:00Z."],
    ["a missing Shoot", [], "error: missing required argument 'SHOOT'"],
    ["an option of the others", ["--resource", "b", "a"], "error: unknown option '--resource'"],
    ["an unknown output", ["-o", "table", "a"], "Allowed choices are json, yaml, text."],
  ];
  for (const [name, args, text] of mistakes) {
    it(`explains ${name} and where help is`, async () => {
      const { code, out, err } = await runCli(["maintain", ...args]);
      expect({ code, out }).to.deep.equal({ code: 2, out: "" });
      expect(err.join("\n")).to.include(text).and.include("--help");
    });
  }

  it("has help with examples", async () => {
    const { code, out, err } = await runCli(["maintain", "--help"]);
    expect({ code, err }).to.deep.equal({ code: 0, err: [] });
    expect(out).to.match(/Examples:\n {2}\$ gardener-falco maintain /);
  });
});
