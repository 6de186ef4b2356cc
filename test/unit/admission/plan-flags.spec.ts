import { expect } from "chai";
import { planUsage, readPlanFlags } from "../../../admission/plan-flags.ts";

const read = (args: readonly string[], environment = {}): unknown => {
  const flags = readPlanFlags(args, environment);
  return flags.ok ? flags.value : flags.problems.map(({ code, path }) => `${code} ${path}`);
};

const least = { profiles: ["a.yaml"], output: "table", all: false };

const cases: readonly (readonly [string, readonly string[], unknown])[] = [
  ["a profile", ["--profile", "a.yaml"], least],
  ["several profiles", ["--profile", "a.yaml", "--profile=b.yaml"], { ...least, profiles: ["a.yaml", "b.yaml"] }],
  [
    "everything",
    ["--profile=a.yaml", "--kubeconfig=k", "--config=c", "--now=2027-01-31T00:00:00Z", "-o", "json", "--all"],
    {
      ...{ profiles: ["a.yaml"], kubeconfig: "k", configFile: "c", output: "json", all: true },
      now: new Date("2027-01-31T00:00:00Z"),
    },
  ],
  ["a wish for help", ["--help", "--profil"], "help"],
  ["a short wish for help", ["-h"], "help"],
  ["no profile", [], ["FIELD_REQUIRED --profile"]],
  ["a slip", ["--profile", "a.yaml", "--kubconfig", "k"], ["FIELD_UNKNOWN --kubconfig"]],
  ["something quite different", ["--profile", "a.yaml", "--xyzzy"], ["FIELD_UNKNOWN --xyzzy"]],
  ["a file with Shoots", ["--profile", "a.yaml", "shoots.yaml"], ["FIELD_UNKNOWN shoots.yaml"]],
  ["no value", ["--profile"], ["FIELD_REQUIRED --profile"]],
  ["a value too many", ["--profile=a.yaml", "--all=yes"], ["FIELD_TYPE --all"]],
  ["no time", ["--profile=a.yaml", "--now=today"], ["FIELD_VALUE --now"]],
  ["no format", ["--profile=a.yaml", "--output=yaml"], ["FIELD_VALUE --output"]],
  ["what ends flags", ["--profile=a.yaml", "--"], least],
];

describe("the flags of plan", () => {
  for (const [name, args, expected] of cases) {
    it(`read ${name}`, () => {
      expect(read(args)).to.deep.equal(expected);
    });
  }

  it("take the garden's kubeconfig from the environment, unless it is named", () => {
    const environment = { GARDEN_KUBECONFIG: "garden" };
    expect(read(["--profile=a.yaml"], environment)).to.include({ kubeconfig: "garden" });
    expect(read(["--profile=a.yaml", "--kubeconfig=k"], environment)).to.include({ kubeconfig: "k" });
  });

  it("are all in the help", () => {
    const usage = planUsage("node admission/main.ts");
    for (const flag of ["profile", "kubeconfig", "config", "now", "output", "all"])
      expect(usage).to.include(`--${flag}`);
    expect(usage).to.include("node admission/main.ts plan --profile FILE");
  });
});
