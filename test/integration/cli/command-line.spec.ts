import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const main = join(import.meta.dirname, "../../../cli/main.ts");
const minimal = join(import.meta.dirname, "../../../examples/minimal/shoot.yaml");

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], { input = "", env = {} }: { input?: string; env?: object } = {}): Run {
  const options = { input, encoding: "utf8", env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, [main, ...args], options);
}

/** The command line as its own process: what tests within one process cannot see. */
describe("the process gardener-falco", () => {
  it("renders, byte for byte the same on every run, from a file and from standard input", () => {
    const first = run(["render", "--target", "all", minimal]);
    expect(first).to.include({ status: 0 });
    expect(first.stdout.length).to.be.greaterThan(50_000);
    expect(first.stderr).to.match(/^note: No Cluster is given/);
    const second = run(["render", "--target", "all", "-"], {
      input: spawnSync("cat", [minimal], { encoding: "utf8" }).stdout,
    });
    expect(second.stdout).to.equal(first.stdout);
  });

  it("ends with 1 and one line for each problem, and writes nothing else", () => {
    const input =
      "apiVersion: falco.extensions.gardener.cloud/v1alpha1\nkind: FalcoServiceConfig\nfalcoVersion: 1\nui: 2\n";
    expect(run(["render", "-"], { input })).to.deep.include({
      status: 1,
      stdout: "",
      stderr: [
        '<stdin>:3:1: falcoVersion: This must be a string, not a number. Put the version in quotes, such as "0.44.1". (FIELD_TYPE)',
        "<stdin>:4:1: ui: This must be a mapping, not a number. (FIELD_TYPE)",
        "",
      ].join("\n"),
    });
  });

  it("ends with 2 when there is nothing to work with", () => {
    expect(run(["render", "/nowhere.yaml"])).to.deep.include({
      status: 2,
      stdout: "",
      stderr: "/nowhere.yaml: There is no such file. (INPUT_UNREADABLE)\n",
    });
    expect(run(["rendr"])).to.deep.include({ status: 2, stdout: "" });
  });

  it("ends with 0 after its version and with 1 after a denial", () => {
    expect(run(["--version"]).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    const denied = run(["admit", "-"], {
      input: "apiVersion: core.gardener.cloud/v1beta1\nkind: Shoot\nmetadata: 1\n",
    });
    expect(denied.status).to.equal(1);
    expect(JSON.parse(denied.stdout)).to.have.nested.property("problems[0].path", "metadata");
  });

  it("does not mind when its output is no longer wanted", async () => {
    const child = spawn(process.execPath, [main, "render", minimal], { stdio: ["ignore", "pipe", "pipe"] });
    const stderr: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).to.equal(0);
    expect(stderr.join("")).not.to.match(/EPIPE|\n {4}at /);
  });

  it("says when there is no permission to read", function () {
    if (process.getuid?.() === undefined) this.skip();
    const folder = mkdtempSync(join(tmpdir(), "gardener-falco-"));
    try {
      const file = join(folder, "shoot.yaml");
      writeFileSync(file, "kind: Shoot\n");
      chmodSync(file, 0);
      chmodSync(folder, 0o755);
      const nobody = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};
      // Coverage would be written by that user, too, who may not.
      const env = { ...process.env, NODE_V8_COVERAGE: "" };
      const result = spawnSync(process.execPath, [main, "render", file], { encoding: "utf8", env, ...nobody });
      // Where nobody may even start the program there is nothing to see.
      if (result.error !== undefined || result.stderr.includes("ERR_MODULE_NOT_FOUND")) this.skip();
      expect(result.stderr).to.equal(`${file}: There is no permission to read this file. (INPUT_UNREADABLE)\n`);
      expect(result.status).to.equal(2);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
