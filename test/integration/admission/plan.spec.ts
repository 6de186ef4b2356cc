import { expect } from "chai";
import { type PlanWorld, readNewProfiles, runPlan } from "../../../admission/plan.ts";
import { isObject } from "../../../falco/base/json.ts";
import { toYaml } from "../../../falco/base/yaml.ts";
import { falco, image, profileOf } from "../../unit/catalog/profile-of.ts";
import { type ApiServer, startApiServer } from "../../support/apiserver/start.ts";
import { connectWithFaults } from "../../support/faulty-client.ts";
import { gardenerResources, seedCrds } from "../../support/gardener-resources.ts";
import { profileCrd } from "../../support/profile-crd.ts";

const label = { "extensions.extensions.gardener.cloud/shoot-falco-service": "true" };
const providerConfig = {
  apiVersion: "falco.extensions.gardener.cloud/v1alpha1",
  kind: "FalcoServiceConfig",
  falcoVersion: "0.43.1",
  autoUpdate: false,
};

function clusterOf(kind: "Shoot" | "Seed", name: string, { labels = label, config = {} } = {}): object {
  return {
    apiVersion: "core.gardener.cloud/v1beta1",
    kind,
    metadata: { name, labels, ...(kind === "Shoot" && { namespace: "garden-dev" }) },
    spec: { extensions: [{ type: "shoot-falco-service", providerConfig: { ...providerConfig, ...config } }] },
  };
}

const rules = [{ name: "falco-rules", version: "1.0.0", source: { file: "gardener/1.0.0/falco_rules.yaml" } }];
const falcosidekick = [{ version: "2.34.1", classification: "supported" } as const];
const main = (tag: string, versions = ["0.43.1"]) =>
  profileOf("falco", {
    falco: versions.map((version) => falco(version)),
    falcosidekick,
    images: { falco: versions.map((version) => image(version, tag)), falcosidekick: [image("2.34.1")] },
    rules,
  });
const extra = profileOf("extra", { falco: [falco("0.42.1", { classification: "deprecated" })] });

const disabled = {
  ...clusterOf("Shoot", "disabled"),
  spec: { extensions: [{ type: "shoot-falco-service", disabled: true, providerConfig }] },
};

/** More than fit on one page. */
const clusters = [
  ...Array.from({ length: 205 }, (_each, index) => clusterOf("Shoot", `s${String(index).padStart(3, "0")}`)),
  disabled,
  clusterOf("Shoot", "unlabelled", { labels: {} as typeof label }),
  clusterOf("Shoot", "extra", { config: { falcoVersion: "0.42.1" } }),
  clusterOf("Seed", "aws", { config: { destinations: [{ name: "stdout" }] } }),
];

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: readonly string[];
}

interface Answer {
  readonly clusters: readonly {
    readonly kind: string;
    readonly name: string;
    readonly effects: readonly { readonly kind: string }[];
  }[];
  readonly problems: readonly { readonly code: string; readonly path: string }[];
  readonly warnings: readonly { readonly code: string }[];
}

describe("plan on a live garden", () => {
  let server: ApiServer;
  const asked: string[] = [];
  let refuse: (path: string) => boolean = () => false;

  before(async () => {
    server = await startApiServer({
      crds: [...seedCrds, profileCrd()],
      resources: gardenerResources,
      objects: [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "garden-dev" } },
        ...clusters,
        main("1"),
        extra,
      ],
    });
  });

  beforeEach(() => {
    asked.length = 0;
    refuse = () => false;
  });

  after(() => server.stop());

  async function run(args: readonly string[], files: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const [out, err]: [string[], string[]] = [[], []];
    const world: PlanWorld = {
      program: "admission",
      environment: {},
      readFile: (path) => {
        const text = files[path];
        return text === undefined
          ? Promise.reject(Object.assign(new Error("no"), { code: "ENOENT" }))
          : Promise.resolve(text);
      },
      connect: () =>
        connectWithFaults(server, "plan", ({ method, path }) => {
          asked.push(`${method} ${path}`);
          const body = {
            kind: "Status",
            apiVersion: "v1",
            status: "Failure",
            reason: "Expired",
            code: 410,
            message: "old",
          };
          return refuse(path) ? { status: 410, body: JSON.stringify(body) } : undefined;
        }),
      out: (text) => void out.push(text),
      err: (line) => void err.push(line),
      now: () => new Date("2026-11-21T12:00:00Z"),
    };
    return { code: await runPlan(args, world), out: out.join(""), err };
  }

  async function answer(file: string, args: readonly string[] = []): Promise<Answer & { readonly code: number }> {
    const { code, out, err } = await run(["--profile", "new.yaml", "-o", "json", ...args], { "new.yaml": file });
    expect(err).to.deep.equal(["note: Left out: 1 without Falco."]);
    return { ...(JSON.parse(out) as Answer), code };
  }

  it("tells what a profile does to every cluster, and only lists", async () => {
    const made = await answer(toYaml(main("2")));
    expect(made.code).to.equal(0);
    expect(made.clusters).to.have.length(207);
    const affected = made.clusters.filter(({ effects }) => effects.length > 0);
    expect(affected.map(({ name }) => name)).to.not.include("extra");
    expect(new Set(affected.flatMap(({ effects }) => effects.map(({ kind }) => kind)))).to.deep.equal(
      new Set(["image"]),
    );
    expect(affected.at(-1)).to.include({ kind: "Seed", name: "aws" });
    expect(asked.every((each) => each.startsWith("GET "))).to.equal(true);
    expect(asked.filter((each) => each.includes("/shoots?"))).to.have.length(2);
  });

  it("keeps the profiles of other names", async () => {
    const { clusters: told } = await answer(toYaml(main("1", ["0.44.1"])));
    const kinds = (name: string): readonly string[] =>
      told.filter((each) => each.name === name).flatMap(({ effects }) => effects.map(({ kind }) => kind));
    expect(kinds("extra")).to.deep.equal([]);
    expect(kinds("s000")).to.deep.equal(["blocked", "forced"]);
  });

  it("ends with 3 when a cluster is left without a usable version", async () => {
    expect((await answer(toYaml({ ...extra, metadata: { name: "falco" } }))).code).to.equal(3);
  });

  it("says on standard error what it leaves out, and that an entry which cannot be read keeps versions", async () => {
    const { code, out, err } = await run(["--profile", "new.yaml"], { "new.yaml": toYaml(main("1", ["newest"])) });
    expect([code, err]).to.deep.equal([
      3,
      [
        "note: Left out: 1 without Falco.",
        "note: A FalcoProfile, or an entry of one, cannot be read. Until that is mended, no version counts as gone in the whole landscape: maintenance moves nobody off a version that no profile has.",
      ],
    ]);
    expect(out).to.not.include("Left out");
  });

  it("says where a profile disagrees with another of the garden", async () => {
    const other = { ...main("other"), metadata: { name: "second" } };
    const made = await answer(toYaml(other));
    expect(made.warnings.map(({ code }) => code)).to.include("PROFILE_CONFLICT");
  });

  it("prints a table, and problems of the profile first", async () => {
    const broken = main("1");
    const text = toYaml({ ...broken, spec: { ...broken.spec, images: { falco: [] } } });
    const { code, out } = await run(["--profile", "new.yaml"], { "new.yaml": text });
    expect(code).to.equal(3);
    expect(out).to.match(
      /^The new profiles have problems, .*\n {2}falcoprofiles\[falco\]\.spec\.versions\.falco\[0\]\.version: /,
    );
    const same = await run(["--profile", "new.yaml"], { "new.yaml": toYaml(main("1")) });
    expect(same.out).to.match(/\n207 clusters with Falco: 207 untouched\.\n$/);
  });

  it("prints the plan of a profile with a field that does not exist, which the webhook would refuse", async () => {
    const made = await answer(toYaml({ ...main("2"), spec: { ...main("2").spec, color: "red" } }));
    expect([made.code, made.problems.map(({ code, path }) => `${code} ${path}`)]).to.deep.equal([
      1,
      ["FIELD_UNKNOWN falcoprofiles[falco].spec.color"],
    ]);
  });

  it("goes by the landscape's configuration and the time", async () => {
    const configuration = toYaml({
      apiVersion: "falco.extensions.config.gardener.cloud/v1alpha1",
      kind: "Configuration",
      falco: { defaultEventDestination: "stdout" },
    });
    const moved = profileOf("falco", {
      falco: [falco("0.43.1")],
      falcosidekick: [{ version: "2.35.0", classification: "supported" }],
      images: { falco: [image("0.43.1", "1")], falcosidekick: [image("2.35.0")] },
      rules,
    });
    const files = { "new.yaml": toYaml(moved), "config.yaml": configuration };
    const args = ["--profile", "new.yaml", "--config", "config.yaml", "--now", "2027-01-31T00:00:00Z"];
    const { out } = await run(args, files);
    expect(out).to.match(/207 untouched\.\n$/);
    expect((await run(args.slice(0, 2), files)).out).to.include("206 other falcosidekick");
  });

  it("begins a list anew when the server has forgotten its beginning, once", async () => {
    let refusals = 1;
    refuse = (path) => path.includes("continue=") && refusals-- > 0;
    expect((await answer(toYaml(main("2")))).clusters).to.have.length(207);
    refuse = (path) => path.includes("continue=");
    const { code, err } = await run(["--profile", "new.yaml"], { "new.yaml": toYaml(main("2")) });
    expect([code, err.length]).to.deep.equal([2, 1]);
  });

  const refused: readonly (readonly [string, readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
    ["a wrong flag", ["--profil", "x"], {}, /^--profil: .*Did you mean --profile/],
    ["a file that is not there", ["--profile", "x"], {}, /^cannot read x: no such file$/],
    ["another kind", ["--profile", "x"], { x: toYaml(clusterOf("Shoot", "a")) }, /^x: kind: Only FalcoProfiles/],
    [
      "a configuration that cannot be read",
      ["--profile", "x", "--config", "c"],
      { x: "", c: "a: 1" },
      /^c: apiVersion: .*FIELD_REQUIRED/m,
    ],
  ];
  for (const [name, args, files, line] of refused) {
    it(`refuses ${name} before it asks the garden`, async () => {
      const { code, out, err } = await run(args, files);
      expect([code, out, asked]).to.deep.equal([2, "", []]);
      expect(err.join("\n")).to.match(line);
    });
  }

  it("prints its help", async () => {
    const { code, out } = await run(["--help"]);
    expect(code).to.equal(0);
    expect(out).to.include("Usage: admission plan --profile FILE");
  });
});

describe("readNewProfiles", () => {
  const [one, two] = [main("1"), extra];
  const read = (text: string): unknown => {
    const result = readNewProfiles(text);
    return result.ok
      ? result.value.map((each) => isObject(each) && each["metadata"])
      : result.problems.map(({ code, message }) =>
          code === "YAML_INVALID" && message.startsWith("This") ? message : code,
        );
  };
  const cases: readonly (readonly [string, string, unknown])[] = [
    ["documents", `${toYaml(one)}---\n${toYaml(two)}`, [{ name: "falco" }, { name: "extra" }]],
    ["a list", toYaml({ kind: "List", items: [one, two] }), [{ name: "falco" }, { name: "extra" }]],
    ["a list without items", toYaml({ kind: "List" }), ["KIND_UNSUPPORTED"]],
    ["a list of none", toYaml({ kind: "FalcoProfileList", items: [] }), ["This holds no FalcoProfile."]],
    ["nothing", "", ["This holds no FalcoProfile."]],
    ["broken YAML", "a: [", ["YAML_INVALID"]],
    ["a text", "profile", ["KIND_UNSUPPORTED"]],
    ["a profile with a slip", toYaml({ ...one, spec: { ...one.spec, color: "red" } }), [{ name: "falco" }]],
    ["one that is none", toYaml({ ...one, spec: { ...one.spec, versions: 1 } }), ["FIELD_TYPE"]],
  ];
  for (const [name, text, expected] of cases) {
    it(`reads ${name}`, () => {
      expect(read(text)).to.deep.equal(expected);
    });
  }
});
