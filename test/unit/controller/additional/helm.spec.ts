import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { findHelm, type Helm, type Release } from "../../../../controller/helm.ts";
import { formatProblem, type Result } from "../../../../falco/base/problem.ts";
import { chartOf } from "./chart-of.ts";
import { needHelm } from "./real-helm.ts";

const never = new AbortController().signal;

/** A program that stands in for helm where helm itself cannot be made to misbehave. */
const standIn = `
const [command, name] = process.argv.slice(2);
const { readFileSync, statSync } = require("node:fs");
const values = () => process.argv[process.argv.indexOf("--values") + 1];
const acts = {
  arguments: () => console.log(JSON.stringify(process.argv.slice(2))),
  environment: () => console.log(JSON.stringify({ ...process.env, cwd: process.cwd() })),
  values: () => console.log((statSync(values()).mode & 0o777).toString(8), readFileSync(values(), "utf8")),
  flood: () => process.stdout.write("x".repeat(17 * 1024 * 1024), () => setInterval(() => {}, 1000)),
  babble: () => { process.stderr.write("Error: " + "y".repeat(100_000)); process.exitCode = 1; },
  leak: () => { process.stderr.write("Error: bad value hunter2\\n"); process.exitCode = 1; },
  hang: () => setInterval(() => {}, 1000),
};
if (command === "version") console.log("v4.2.3+g1234567");
else acts[name]();
`;

const release = (name: string, more: Partial<Release> = {}): Release => ({
  name,
  namespace: "extension-falco",
  archive: chartOf({}),
  values: { password: "hunter2" },
  kubeVersion: "v1.34.1",
  ...more,
});

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join("\n"));
  return result.value;
}

const mistakesOf = (result: Result<unknown>): string =>
  result.ok ? "" : result.problems.map(formatProblem).join("\n");

async function foundHelm(location: Parameters<typeof findHelm>[0]): Promise<Helm> {
  const helm = valueOf(await findHelm(location));
  if (helm === undefined) throw new Error("there is no helm");
  return helm;
}

describe("controller/helm", () => {
  let directory: string;
  let program: string;
  let helm: Helm;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "stand-in-"));
    program = await write("helm", `#!${process.execPath}\n${standIn}`);
    helm = await foundHelm({ program });
  });
  after(() => rm(directory, { recursive: true }));

  async function write(name: string, text: string): Promise<string> {
    const file = join(directory, name);
    await writeFile(file, text);
    await chmod(file, 0o755);
    return file;
  }

  it("is found by its name, or on the PATH", async () => {
    expect((await foundHelm({ program })).version).to.equal("v4.2.3+g1234567");
    const path = ["relative", "", "/nowhere", directory].join(delimiter);
    expect((await foundHelm({ path })).version).to.equal("v4.2.3+g1234567");
    expect(valueOf(await findHelm({ path: "/nowhere" }))).to.equal(undefined);
    expect(valueOf(await findHelm({}))).to.equal(undefined);
  });

  const useless: readonly (readonly [string, () => Promise<string>])[] = [
    ["is not there", () => Promise.resolve("/nowhere/helm")],
    ["fails", () => write("fails", "#!/bin/sh\nexit 1\n")],
    ["is helm 2", () => write("old", "#!/bin/sh\necho v2.17.0\n")],
  ];
  for (const [what, make] of useless) {
    it(`is no program that ${what}`, async () => {
      expect(mistakesOf(await findHelm({ program: await make() }))).to.include("is no helm 3 or 4 that can be run");
    });
  }

  const template = (name: string, signal = never): Promise<Result<string>> => helm.template(release(name), signal);

  it("is told what to render", async () => {
    const args = JSON.parse(valueOf(await template("arguments"))) as readonly string[];
    expect(args.slice(0, 2)).to.deep.equal(["template", "arguments"]);
    expect(args.slice(3)).to.include.members(["--namespace", "extension-falco", "--kube-version", "v1.34.1"]);
  });

  it("sees nothing of our environment, and nothing is left of its own", async () => {
    process.env["HELM_SECRET_OF_OURS"] = "hunter2";
    const { cwd = "", ...seen } = JSON.parse(valueOf(await template("environment"))) as Record<string, string>;
    delete process.env["HELM_SECRET_OF_OURS"];
    // Node gives this to every child while coverage is measured.
    const environment = Object.entries(seen).filter(([name]) => name !== "NODE_V8_COVERAGE");
    expect(environment.map(([name]) => name))
      .to.include("HELM_PLUGINS")
      .and.not.include("PATH");
    expect(Object.keys(seen)).to.not.include("HELM_SECRET_OF_OURS");
    for (const [name, value] of environment) expect(value, name).to.include(cwd);
    expect(await readdir(cwd).catch((error: unknown) => String(error))).to.include("ENOENT");
  });

  it("gets the values in a file that only we can read", async () => {
    expect(valueOf(await template("values"))).to.equal('600 {"password":"hunter2"}\n');
  });

  it("is stopped when it says too much, and cut short when it complains too long", async () => {
    expect(mistakesOf(await template("flood"))).to.include("more than 16777216 bytes");
    expect(mistakesOf(await template("babble"))).to.match(/helm refuses it: y{900,1000} \(CHART_INVALID\)/);
  });

  it("shows no values when it complains", async () => {
    expect(mistakesOf(await template("leak"))).to.equal("helm refuses it: bad value … (CHART_INVALID)");
  });

  it("is broken off with its signal", async () => {
    const failed = await template("hang", AbortSignal.abort()).catch((error: unknown) => String(error));
    expect(failed).to.include("helm was broken off");
  });
});

describe("controller/helm, the real one", () => {
  let helm: Helm;
  before(async function () {
    helm = await needHelm(this);
  });

  it("renders templates, CRDs and hooks with the values", async () => {
    const text = `a: "{{ .Release.Name }} {{ .Release.Namespace }} {{ .Values.a }} {{ .Capabilities.KubeVersion }}"`;
    const archive = chartOf({
      "templates/a.yaml": text,
      "templates/hook.yaml": "metadata:\n  annotations:\n    helm.sh/hook: test\nkind: Pod\napiVersion: v1",
      "crds/crd.yaml": "kind: CustomResourceDefinition",
      "values.yaml": "a: 1",
    });
    const output = valueOf(await helm.template(release("real", { archive, values: { a: 2 } }), never));
    expect(output).to.include('a: "real extension-falco 2 v1.34.1"');
    expect(output).to.include("helm.sh/hook: test").and.include("kind: CustomResourceDefinition");
  });

  it("refuses what it cannot render, and shows none of the values", async () => {
    const archive = chartOf({ "templates/a.yaml": 'a: {{ fail (printf "no good: %s" .Values.password) }}' });
    const text = mistakesOf(await helm.template(release("real", { archive }), never));
    expect(text).to.include("CHART_INVALID").and.include("no good: …").and.not.include("hunter2");
  });

  it("asks no network for what a chart lacks", async () => {
    const dependency = "dependencies: [{name: other, version: 1.0.0, repository: 'https://charts.example.org'}]";
    const archive = chartOf({}, `name: test\nversion: 1.0.0\n${dependency}`);
    expect(mistakesOf(await helm.template(release("real", { archive }), never))).to.include("missing in charts/");
  });
});
