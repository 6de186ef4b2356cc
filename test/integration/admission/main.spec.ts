import { expect } from "chai";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { profile, review, shoot } from "../../unit/admission/samples.ts";
import { makePair, type TestPair } from "./certificate.ts";
import { call } from "./client.ts";

/** As much of an API server as the program needs: one FalcoProfile and one Namespace. */
async function startGarden(): Promise<Server> {
  const profiles = {
    metadata: { resourceVersion: "1" },
    items: [{ ...profile, metadata: { name: "falco", resourceVersion: "1" } }],
  };
  const namespace = { metadata: { name: "garden-dev", annotations: { "falco.gardener.cloud/enabled": "true" } } };
  const answers: Readonly<Record<string, object>> = {
    "/apis/falco.gardener.cloud/v1alpha1/falcoprofiles": profiles,
    "/api/v1/namespaces/garden-dev": namespace,
  };
  const server = createServer((request, response) => {
    const [path = "", query = ""] = (request.url ?? "").split("?", 2);
    const answer = request.headers.authorization === "Bearer hunter2" ? answers[path] : undefined;
    response.setHeader("content-type", "application/json");
    // A watch stays open.
    if (query.includes("watch=true")) response.flushHeaders();
    else response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? { code: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

describe("admission/main.ts", () => {
  let folder: string;
  let garden: Server;
  let pair: TestPair;
  let program: ChildProcess;
  let output: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "falco-admission-"));
    garden = await startGarden();
    pair = await makePair("admission");
    const server = `http://127.0.0.1:${String((garden.address() as AddressInfo).port)}`;
    const kubeconfig = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "garden",
      contexts: [{ name: "garden", context: { cluster: "garden", user: "admission" } }],
      clusters: [{ name: "garden", cluster: { server } }],
      users: [{ name: "admission", user: { token: "hunter2" } }],
    };
    await writeFile(join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
    await writeFile(join(folder, "tls.crt"), pair.certificate);
    await writeFile(join(folder, "tls.key"), pair.key);
    await writeFile(join(folder, "bad.yaml"), "apiVersion: v1\nkind: Configuration\nfalko: {}\n");
  });
  afterEach(() => {
    program.kill("SIGKILL");
  });
  after(async () => {
    garden.closeAllConnections();
    garden.close();
    await rm(folder, { recursive: true });
  });

  function run(...args: readonly string[]): Promise<unknown[]> {
    output = "";
    const env = { ...process.env, KUBECONFIG: "", GARDEN_KUBECONFIG: "", RESTRICTED_USAGE: "true" };
    program = spawn(process.execPath, ["admission/main.ts", ...args], {
      env,
      cwd: join(import.meta.dirname, "../../.."),
    });
    for (const stream of [program.stdout, program.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    return once(program, "exit");
  }

  const files = (): string[] => [
    `--tls-cert-file=${join(folder, "tls.crt")}`,
    `--tls-private-key-file=${join(folder, "tls.key")}`,
    `--kubeconfig=${join(folder, "kubeconfig")}`,
    "--port=0",
    "--health-bind-address=127.0.0.1:0",
  ];

  /** The first log line with this message, once it is there. */
  function logLine(message: string): Promise<Readonly<Record<string, unknown>>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = output.split("\n").find((each) => each.includes(`"${message}"`) && each.endsWith("}"));
        if (found === undefined) return;
        program.stderr?.off("data", look);
        resolve(JSON.parse(found) as Readonly<Record<string, unknown>>);
      };
      program.stderr?.on("data", look);
      look();
    });
  }

  it("serves the webhooks with the garden's profiles, and ends when it is told to", async () => {
    const exit = run(...files());
    const { url } = await logLine("the webhooks are served");
    const ask = { url: `${String(url)}/webhooks/validate?timeout=10s`, ca: pair.ca };
    const { status, text } = await call({ ...ask, body: JSON.stringify(review(shoot())) });
    expect(status).to.equal(200);
    expect(JSON.parse(text)).to.have.nested.property("response.allowed", true);
    program.kill("SIGTERM");
    expect(await exit).to.deep.equal([0, null]);
    expect(output).to.contain('"versions":["0.42.1","0.43.1","0.44.1"]').and.not.contain("hunter2");
  });

  const failing: readonly [string, () => readonly string[], string][] = [
    ["flags", () => ["--port=x"], "--port: This must be a port"],
    ["a configuration", () => [...files(), `--config=${join(folder, "bad.yaml")}`], 'Did you mean "falco"?'],
    ["a missing file", () => [...files(), "--tls-cert-file=/none.crt"], "/none.crt"],
    ["a bad certificate", () => [...files(), `--tls-cert-file=${join(folder, "kubeconfig")}`], "PEM"],
  ];
  for (const [name, args, message] of failing) {
    it(`ends with one sentence a problem: ${name}`, async () => {
      expect(await run(...args())).to.deep.equal([1, null]);
      expect(output).to.contain(message).and.not.contain("    at ").and.not.contain("hunter2");
    });
  }

  it("explains itself", async () => {
    expect(await run("--help")).to.deep.equal([0, null]);
    expect(output).to.contain("--restricted-usage");
  });
});
