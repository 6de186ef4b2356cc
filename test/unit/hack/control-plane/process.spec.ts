import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { Guard } from "../../../../hack/control-plane/guard.ts";
import { freePort } from "../../../../hack/control-plane/ports.ts";
import { type ProcessInput, type RunningProcess, startProcess } from "../../../../hack/control-plane/process.ts";
import { waitFor } from "../../../../hack/control-plane/wait-for.ts";

const control = new URL("../../../../hack/control-plane/", import.meta.url).href;
/** A server that says that it is ready. */
const server = `require("node:http").createServer((_, response) => response.end()).listen(process.argv[1], "127.0.0.1")`;
/** The same, started by a process that is then killed. */
const parent = `
  import { Guard } from "${control}guard.ts";
  import { startProcess } from "${control}process.ts";
  const input = JSON.parse(process.argv[1]);
  const { pid } = await startProcess(input, new Guard(process.argv[2]));
  console.log(pid);
  setInterval(() => undefined, 60_000);
`;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("startProcess", () => {
  let folder: string;
  let guard: Guard;
  const started: RunningProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "process-"));
    guard = new Guard(folder);
  });
  afterEach(async () => {
    for (const each of started.splice(0)) await each.stop();
    await guard.end();
    rmSync(folder, { recursive: true, force: true });
  });

  async function serverInput(): Promise<ProcessInput> {
    const port = await freePort(new Set());
    return {
      title: "a server",
      command: process.execPath,
      args: ["-e", server, String(port)],
      logFile: join(folder, "log"),
      ready: { url: `http://127.0.0.1:${String(port)}/readyz` },
    };
  }

  it("resolves when the program works, and stops it", async () => {
    const running = await startProcess(await serverInput(), guard);
    expect(isAlive(running.pid)).to.equal(true);
    await running.stop();
    expect(isAlive(running.pid)).to.equal(false);
  });

  it("starts it again", async () => {
    const running = await startProcess(await serverInput(), guard);
    started.push(running);
    const first = running.pid;
    await running.restart("SIGKILL");
    expect(running.pid).not.to.equal(first);
    expect([isAlive(first), isAlive(running.pid)]).to.deep.equal([false, true]);
  });

  it("tells what a program wrote that ends at once", async () => {
    const input = { ...(await serverInput()), command: "/bin/sh", args: ["-c", "echo unknown flag; exit 1"] };
    const reason = await startProcess(input, guard).then(
      () => "none",
      (error: unknown) => (error instanceof Error ? error.message : ""),
    );
    expect(reason).to.equal("a server has ended instead of getting ready. The last lines that it wrote:\nunknown flag");
  });

  it("no program outlives the one that started it, even when that is killed", async () => {
    const own = mkdtempSync(join(tmpdir(), "process-"));
    const input = { ...(await serverInput()), logFile: join(own, "log") };
    const child = spawn(process.execPath, ["--input-type=module", "-e", parent, JSON.stringify(input), own], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
    const pid = Number(value);
    expect(isAlive(pid)).to.equal(true);
    child.kill("SIGKILL");
    await waitFor("its data to be gone", () => Promise.resolve(existsSync(own) ? undefined : true), { ms: 15_000 });
    expect(isAlive(pid)).to.equal(false);
  });
});
