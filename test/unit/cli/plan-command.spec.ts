import { expect } from "chai";
import { parseManifests, toYaml } from "../../../falco/base/yaml.ts";
import { profile, shoot } from "./manifests.ts";
import { refuses } from "./refuses.ts";
import { type CliInput, type CliResult, runCli } from "./run-cli.ts";

const both = (classification: string, rest: object = {}): string =>
  profile("falco", {
    rest: {
      versions: {
        falco: [
          { version: "0.43.1", classification, rulesVersion: "1.0.0" },
          { version: "0.44.1", classification: "supported", rulesVersion: "1.0.0" },
        ],
        falcosidekick: [{ version: "2.34.1", classification: "supported" }],
      },
      images: {
        falco: ["0.43.1", "0.44.1"].map((version) => ({ version, repository: "example.org/falco", tag: version })),
        falcosidekick: [{ version: "2.34.1", repository: "example.org/falcosidekick", tag: "2.34.1" }],
      },
      ...rest,
    },
  });

const one = shoot(["falcoVersion: 0.43.1", "autoUpdate: false", "rules: { standard: [falco-rules] }"]);
const named = (name: string): string => one.replace("name: one", `name: ${name}`);
const files = {
  "shoot.yaml": one,
  "new.yaml": profile("falco"),
  "old.yaml": both("supported"),
  "none.yaml": profile("falco", { version: { classification: "preview", expirationDate: "2026-01-01T00:00:00Z" } }),
};
const run = (args: readonly string[], input: CliInput = {}): Promise<CliResult> =>
  runCli(["plan", ...args], { ...input, files: { ...files, ...input.files } });

interface Answer {
  readonly compared: boolean;
  readonly clusters: readonly { readonly name: string; readonly effects: readonly { readonly kind: string }[] }[];
  readonly problems: readonly { readonly code: string; readonly path: string }[];
}

async function answer(args: readonly string[], input: CliInput = {}): Promise<Answer & { readonly code: number }> {
  const { code, out, err } = await run([...args, "-o", "json"], input);
  if (out === "") throw new Error(err.join("\n"));
  return { ...(JSON.parse(out) as Answer), code };
}

const kindsOf = ({ clusters }: Answer): readonly string[] =>
  clusters.flatMap(({ effects }) => effects.map(({ kind }) => kind));

describe("gardener-falco plan", () => {
  it("tells what a change brings, as a table", async () => {
    const result = await run(["--profile", "./new.yaml", "--old-profile", "./old.yaml", "./shoot.yaml"]);
    expect(result).to.deep.include({ code: 0, err: [] });
    expect(result.out.split("\n").slice(0, 5)).to.deep.equal([
      "Because of this change:",
      "",
      "CLUSTER          RUNS    WHAT HAPPENS                                          WHEN (UTC)",
      "garden-team/one  0.43.1  BLOCKED (Falco 0.43.1: VERSION_UNKNOWN)               at once",
      "garden-team/one  0.43.1  Falco 0.43.1 → 0.44.1, forced: no profile has 0.43.1  2026-11-21 00:00–23:59",
    ]);
  });

  it("tells it as JSON", async () => {
    const made = await answer(["--profile", "./new.yaml", "--old-profile", "./old.yaml", "./shoot.yaml"]);
    expect(made).to.include({ code: 0, compared: true });
    expect(kindsOf(made)).to.deep.equal(["blocked", "forced"]);
    expect((await answer(["--profile", "./new.yaml", "./shoot.yaml"])).compared).to.equal(false);
  });

  it("goes by the time that it is given", async () => {
    const expiring = profile("falco", { version: { expirationDate: "2027-01-31T00:00:00Z" } });
    const args = ["--profile", "./expiring.yaml", "./at.yaml", "--now", "2027-02-01T00:00:00Z"];
    const at = one.replace("0.43.1", "0.44.1");
    const made = await answer(args, { files: { "expiring.yaml": expiring, "at.yaml": at } });
    expect([made.code, kindsOf(made)]).to.deep.equal([3, ["stranded"]]);
  });

  it("ends with 3 when a cluster is left without a usable version, whatever else is wrong", async () => {
    const made = await answer(["--profile", "./none.yaml", "--old-profile", "./old.yaml", "./shoot.yaml"]);
    expect([made.code, kindsOf(made)]).to.deep.equal([3, ["stranded"]]);
    expect(made.problems.map(({ code }) => code)).to.deep.equal(["VERSION_NONE_SUPPORTED"]);
  });

  it("ends with 0 when that was so before", async () => {
    const args = ["--profile", "./same.yaml", "--old-profile", "./same.yaml", "./shoot.yaml"];
    const same = both("supported").replaceAll("0.43.1", "0.43.0").replaceAll("0.44.1", "0.44.0");
    const gone = same.replaceAll("classification: supported", "classification: preview");
    const made = await answer(args, { files: { "same.yaml": gone } });
    expect([made.code, kindsOf(made), made.problems]).to.deep.equal([0, [], []]);
  });

  it("ends with 1 when the webhook would refuse the profile, and says so first", async () => {
    const withoutImage = both("supported", { images: { falco: [], falcosidekick: [] } });
    const args = ["--profile", "./bad.yaml", "./stdout.yaml"];
    const stdout =
      "apiVersion: core.gardener.cloud/v1beta1\nkind: Shoot\nmetadata: { name: off, namespace: garden-team }\n";
    const result = await run(args, { files: { "bad.yaml": withoutImage, "stdout.yaml": stdout } });
    expect(result.code).to.equal(1);
    expect(result.err).to.deep.equal(["note: Left out: 1 without Falco."]);
    expect(result.out.split("\n")[0]).to.equal("The new profiles have problems, so the webhook would refuse them:");
    expect(result.out.split("\n")[1]).to.match(
      /^ {2}.*bad\.yaml:\d+:\d+: falcoprofiles\[falco\]\.spec\.versions\.falco\[0\]\.version: There is no image .*\(IMAGE_MISSING\)$/,
    );
  });

  it("prints the plan of a profile with a field that does not exist, and says so with its place", async () => {
    const text = both("supported", { color: "red" });
    const args = ["--profile", "./odd.yaml", "--old-profile", "./old.yaml", "./shoot.yaml"];
    const { code, out, err } = await run(args, { files: { "odd.yaml": text } });
    expect([code, err]).to.deep.equal([1, []]);
    expect(out.split("\n")[1]).to.match(/odd\.yaml:\d+:\d+: falcoprofiles\[falco\]\.spec\.color: .*\(FIELD_UNKNOWN\)$/);
    expect(
      (
        await run(["--profile", "./new.yaml", "--old-profile", "./odd.yaml", "./shoot.yaml"], {
          files: { "odd.yaml": text },
        })
      ).code,
    ).to.equal(0);
  });

  it("warns of old profiles that are not given as new ones", async () => {
    const args = [
      "--profile",
      "./new.yaml",
      "--old-profile",
      "./old.yaml",
      "--old-profile",
      "./more.yaml",
      "./shoot.yaml",
    ];
    const { err } = await run(args, { files: { "more.yaml": profile("more") } });
    expect(err).to.deep.equal([
      'note: The FalcoProfile "more" is not among the new ones, so it counts as deleted. If it stays, give it as --profile, too.',
    ]);
  });

  it("does not count a new profile that cannot be read as deleted", async () => {
    const args = ["--profile", "./typo.yaml", "--old-profile", "./old.yaml", "./shoot.yaml"];
    const typo = profile("falco").replace("versions:", "version:");
    const { code, err } = await run(args, { files: { "typo.yaml": typo } });
    expect(code).to.equal(2);
    expect(err.map((line) => line.replace(/^\S+ /, ""))).to.deep.equal([
      "spec.versions: This field is required. (FIELD_REQUIRED)",
    ]);
  });

  it("names the clusters whose version is a number", async () => {
    const numbers = one.replace("0.43.1", "0.43").replace("name: one", "name: number");
    const args = ["--profile", "./new.yaml", "--old-profile", "./old.yaml", "./many.yaml"];
    const input = { files: { "many.yaml": `${one}---\n${numbers}` } };
    const { out } = await run(args, input);
    expect(out).to.match(
      /\nnote: The configuration of 1 cluster cannot be read .*\n {2}garden-team\/number\n\n2 clusters .*, 1 that cannot be read\.\n$/,
    );
    expect(await answer(args, input)).to.deep.include({
      unreadable: [{ kind: "Shoot", namespace: "garden-team", name: "number" }],
    });
  });

  it("says that an entry which cannot be read keeps versions", async () => {
    const odd = both("supported").replaceAll("0.43.1", "newest");
    const args = ["--profile", "./odd.yaml", "--old-profile", "./old.yaml", "./shoot.yaml"];
    const { err } = await run(args, { files: { "odd.yaml": odd } });
    expect(err.join()).to.match(
      /^note: A FalcoProfile, or an entry of one, cannot be read\. [^,]*, no version counts as gone/,
    );
  });

  const none: readonly (readonly [string, string])[] = [
    ["no items", "apiVersion: v1\nkind: List\nitems: []\n"],
    ["no Shoots", "apiVersion: core.gardener.cloud/v1beta1\nkind: ShootList\nitems: []\n"],
    ["neither Shoots nor Seeds", "kind: ShootList\nitems: []\n---\nkind: SeedList\nitems: []\n"],
  ];
  for (const [what, text] of none) {
    it(`takes a list with ${what} for an answer`, async () => {
      const result = await run(["--profile", "./new.yaml", "--old-profile", "./old.yaml", "./none"], {
        files: { none: text },
      });
      expect(result).to.deep.equal({ code: 0, out: "0 clusters with Falco: nothing happens.\n", err: [] });
    });
  }

  it("takes the landscape's configuration", async () => {
    const configuration = toYaml({
      apiVersion: "falco.extensions.config.gardener.cloud/v1alpha1",
      kind: "Configuration",
      falco: { defaultEventDestination: "stdout" },
    });
    const withoutSidekick = profile("falco", {
      rest: {
        versions: { falco: [{ version: "0.43.1", classification: "supported", rulesVersion: "1.0.0" }] },
        images: { falco: [{ version: "0.43.1", repository: "r", tag: "t" }] },
      },
    });
    const input = { files: { "config.yaml": configuration, "bare.yaml": withoutSidekick } };
    expect(kindsOf(await answer(["--profile", "./bare.yaml", "./shoot.yaml"], input))).to.deep.equal(["stranded"]);
    const args = ["--profile", "./bare.yaml", "--config", "./config.yaml", "./shoot.yaml"];
    expect(kindsOf(await answer(args, input))).to.deep.equal([]);
  });

  const asList = toYaml({ apiVersion: "v1", kind: "List", items: parseManifests(`${named("a")}---\n${named("b")}`) });
  const inputs: readonly (readonly [string, string, readonly string[]])[] = [
    ["several documents", `${named("a")}---\n${named("b")}`, ["a", "b"]],
    ["a list", asList, ["a", "b"]],
    [
      "a list of Gardener's own",
      asList.replace("apiVersion: v1\nkind: List", "apiVersion: core.gardener.cloud/v1beta1\nkind: ShootList"),
      ["a", "b"],
    ],
    ["JSON", JSON.stringify(parseManifests(asList)[0]), ["a", "b"]],
    ["other kinds between them", `${named("a")}---\n${profile("x")}---\n${named("b")}`, ["a", "b"]],
    ["the same one twice", `${named("a")}---\n${named("a")}`, ["a"]],
  ];
  for (const [name, text, expected] of inputs) {
    it(`takes ${name}`, async () => {
      const { clusters } = await answer(["--profile", "./new.yaml", "./many"], { files: { many: text } });
      expect(clusters.map((each) => each.name)).to.deep.equal(expected);
      const fromInput = await answer(["--profile", "./new.yaml", "-"], { stdin: text });
      expect(fromInput.clusters).to.have.length(expected.length);
    });
  }

  it("takes several files and says what it leaves out", async () => {
    const shapeless = one.replace("type: shoot-falco-service", "type: 7");
    const input = { files: { "more.yaml": `${named("two")}---\n${one}---\n${shapeless}---\n${profile("x")}` } };
    const { err } = await run(["--profile", "./new.yaml", "./shoot.yaml", "./more.yaml"], input);
    expect(err).to.deep.equal([
      'note: Left out: 1 without the shape of a Shoot or Seed ("admit" says why), 1 of other kinds than Shoot and Seed, 1 given before.',
    ]);
  });

  refuses([
    {
      name: "no profile",
      args: ["plan", "./shoot.yaml"],
      files,
      code: 2,
      err: ["error: required option '--profile <file>' not specified", "(--help shows how it is used)"],
    },
    {
      name: "a file without Shoots",
      args: ["plan", "--profile", "./new.yaml", "./new.yaml"],
      files,
      code: 2,
      err: ["./new.yaml: There is no Shoot and no Seed here. (KIND_UNSUPPORTED)"],
    },
    {
      name: "an empty list of something else",
      args: ["plan", "--profile", "./new.yaml", "./list.yaml"],
      files: { ...files, "list.yaml": "kind: SecretList\nitems: []\n" },
      code: 2,
      err: ["./list.yaml: There is no Shoot and no Seed here. (KIND_UNSUPPORTED)"],
    },
    {
      name: "an empty file",
      args: ["plan", "--profile", "./new.yaml", "./list.yaml"],
      files: { ...files, "list.yaml": "" },
      code: 2,
      err: ["./list.yaml: There is no Shoot and no Seed here. (KIND_UNSUPPORTED)"],
    },
    {
      name: "a list of profiles without items",
      args: ["plan", "--profile", "./list.yaml", "--old-profile", "./old.yaml", "./shoot.yaml"],
      files: { ...files, "list.yaml": "kind: FalcoProfileList\nitems: []\n" },
      code: 2,
      err: ["./list.yaml: This holds no FalcoProfile. (KIND_UNSUPPORTED)"],
    },
    {
      name: "a file that is not there",
      args: ["plan", "--profile", "./new.yaml", "./lost.yaml"],
      files,
      code: 2,
      err: ["./lost.yaml: There is no such file. (INPUT_UNREADABLE)"],
    },
    {
      name: "broken YAML",
      args: ["plan", "--profile", "./new.yaml", "./broken.yaml"],
      files: { ...files, "broken.yaml": "a: 1\nb: [\n" },
      code: 2,
      err: ["./broken.yaml:3:1: deficient indentation. (YAML_INVALID)"],
    },
    {
      name: "a Shoot as a profile",
      args: ["plan", "--profile", "./shoot.yaml", "./shoot.yaml"],
      files,
      code: 2,
      err: ['./shoot.yaml:2:1: kind: "Shoot" is not taken here, only FalcoProfile. (KIND_UNSUPPORTED)'],
    },
  ]);
});
