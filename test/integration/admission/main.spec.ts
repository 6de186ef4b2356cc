import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { Agent } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../../../kube/client.ts";
import { type KubeObject, resource } from "../../../kube/objects.ts";
import { type ApiServer, startApiServer } from "../../support/apiserver/start.ts";
import { connectWithFaults } from "../../support/faulty-client.ts";
import { gardenerResources } from "../../support/gardener-resources.ts";
import { kubeconfigFor } from "../../support/kubeconfig.ts";
import { putObject } from "../../support/object-writes.ts";
import { profileCrd } from "../../support/profile-crd.ts";
import { namespaceOf } from "../../support/seed-objects.ts";
import { profile, review, serviceConfig, shoot } from "../../unit/admission/samples.ts";
import { AdmissionProgram } from "./admission-program.ts";
import { makePair, type TestPair } from "./certificate.ts";

const leases = resource("coordination.k8s.io/v1", "Lease");
const lease = { namespace: "garden", name: "gardener-extension-admission-shoot-falco-service" };
const timing = ["lease-duration=2s", "renew-deadline=1s", "retry-period=100ms"].map(
  (each) => `--leader-election-${each}`,
);

describe("admission/main.ts", () => {
  let folder: string;
  let pair: TestPair;
  const programs: AdmissionProgram[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "falco-admission-"));
    pair = await makePair("admission");
    await writeFile(join(folder, "tls.crt"), pair.certificate);
    await writeFile(join(folder, "tls.key"), pair.key);
    await writeFile(
      join(folder, "bad.yaml"),
      "apiVersion: falco.extensions.config.gardener.cloud/v1alpha1\nkind: Configuration\nfalko: {}\n",
    );
    const nowhere = { url: "https://127.0.0.1:1", caPem: pair.ca, token: "hunter2" };
    await writeFile(join(folder, "nowhere"), kubeconfigFor(nowhere));
  });
  afterEach(async () => {
    for (const each of programs.splice(0)) {
      each.kill("SIGKILL");
      await each.ended;
    }
  });
  after(() => rm(folder, { recursive: true }));

  const files = (): string[] => [
    `--tls-cert-file=${join(folder, "tls.crt")}`,
    `--tls-private-key-file=${join(folder, "tls.key")}`,
  ];
  const anyPort = ["--port=0", "--health-bind-address=127.0.0.1:0", "--metrics-bind-address=127.0.0.1:0"];

  function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): AdmissionProgram {
    const program = new AdmissionProgram(args, environment);
    programs.push(program);
    return program;
  }

  describe("beside a garden", () => {
    let garden: ApiServer;
    let source: ApiServer;
    let client: Client;

    beforeEach(async () => {
      garden = await startApiServer({ crds: [profileCrd()], resources: gardenerResources });
      source = await startApiServer();
      await writeFile(join(folder, "garden"), kubeconfigFor(garden));
      await writeFile(join(folder, "source"), kubeconfigFor(source));
      client = await connectWithFaults(source, "gardener");
      await putObject(client, namespaceOf("garden", "garden"));
      await putObject(await connectWithFaults(garden, "operator"), { ...profile, metadata: { name: "falco" } });
    });
    afterEach(async () => {
      await Promise.all([garden.stop(), source.stop()]);
    });

    /** A replica that serves; with `flags` instead of the garden's certificate files if there are any. */
    function replica(...flags: readonly string[]): AdmissionProgram {
      return run([...anyPort, ...timing, ...files(), "--shutdown-delay-duration=0", ...flags], {
        GARDEN_KUBECONFIG: join(folder, "garden"),
        SOURCE_KUBECONFIG: join(folder, "source"),
        LEADER_ELECTION_NAMESPACE: "garden",
      });
    }

    const holder = async (): Promise<unknown> => (await client.get(leases, lease))?.["spec"];
    const isAllowed = (text: string): unknown =>
      (JSON.parse(text) as { response: { allowed: unknown } }).response.allowed;

    it("serves the webhooks with the garden's profiles, and ends when it is told to", async () => {
      const program = replica();
      await program.ready();
      const { status, text } = await program.ask("validate", review(shoot()), pair);
      expect([status, isAllowed(text)]).to.deep.equal([200, true]);
      const denied = await program.ask("validate", review(shoot(serviceConfig({ falcoVersion: "0.1.0" }))), pair);
      expect(isAllowed(denied.text)).to.equal(false);
      await program.line("this replica leads");
      const metrics = await program.get("metrics", "/metrics");
      for (const line of [
        /^controller_runtime_webhook_requests_total\{webhook="\/webhooks\/validate",code="200"\} 2$/m,
        /^controller_runtime_webhook_latency_seconds_count\{webhook="\/webhooks\/validate"\} 2$/m,
        /^falco_admission_decisions_total\{webhook="validate",decision="allowed",code=""\} 1$/m,
        /^falco_admission_decisions_total\{webhook="validate",decision="denied",code="VERSION_UNKNOWN"\} 1$/m,
        /^falco_admission_catalogue_out_of_contact_seconds 0$/m,
        /^falco_admission_certificate_expiration_timestamp_seconds [1-9]\d+$/m,
        /^rest_client_requests_total\{code="200",method="GET",host="127\.0\.0\.1:\d+"\} [1-9]/m,
        /^leader_election_master_status\{name="gardener-extension-admission-shoot-falco-service"\} 1$/m,
      ]) {
        expect(metrics).to.match(line);
      }
      program.kill("SIGTERM");
      expect(await program.ended).to.equal(0);
      await program.line("stopped");
      expect(program.output).to.contain('"versions":["0.42.1","0.43.1","0.44.1"]').and.not.contain(garden.token);
      expect(await holder(), "given back").to.include({ holderIdentity: "" });
    });

    it("asked to end, it first says so and answers on", async () => {
      const program = replica("--shutdown-delay-duration=4s");
      await program.ready();
      const agent = new Agent({ ca: pair.ca, keepAlive: true });
      const kept = { ca: pair.ca, agent };
      await program.ask("validate", review(shoot()), kept);
      program.kill("SIGTERM");
      await program.line("stopping");
      expect(await program.get("health", "/readyz")).to.equal("503 running: the admission is ending\n");
      for (const trust of [kept, pair]) {
        const { headers, text } = await program.ask("validate", review(shoot()), trust);
        expect([headers["connection"], isAllowed(text)]).to.deep.equal(["close", true]);
      }
      program.kill("SIGTERM");
      expect(await program.ended).to.equal(1);
      expect(program.output).to.contain("asked to stop for the second time");
    });

    it("of two replicas both answer, and when the leader ends the other one follows", async () => {
      const first = replica();
      await first.line("this replica leads");
      const second = replica();
      const { identity } = await first.line("standing by");
      await second.ready();
      for (const each of [first, second]) {
        expect(isAllowed((await each.ask("validate", review(shoot()), pair)).text)).to.equal(true);
      }
      expect(await holder()).to.include({ holderIdentity: identity });
      first.kill("SIGTERM");
      expect(await first.ended).to.equal(0);
      await second.line("this replica leads");
    });

    it("that has lost the leadership ends, to be started anew, and answers until then", async () => {
      const program = replica("--shutdown-delay-duration=2s");
      await program.ready();
      await program.line("this replica leads");
      const live = await client.get(leases, lease);
      const spec = { ...(live?.["spec"] as object), holderIdentity: "somebody else" };
      await client.update(leases, { ...live, spec } as unknown as KubeObject);
      await untilNotReady(program);
      expect(isAllowed((await program.ask("validate", review(shoot()), pair)).text)).to.equal(true);
      expect(await program.ended).to.equal(1);
      expect(program.output).to.contain("this replica does not lead any more");
    });

    it("does not decide before it knows the FalcoProfiles", async () => {
      const program = run([...anyPort, ...files(), `--kubeconfig=${join(folder, "nowhere")}`]);
      const { text } = await program.ask("validate", review(shoot()), pair);
      expect(JSON.parse(text)).to.have.deep.nested.property("response.status", {
        status: "Failure",
        code: 503,
        reason: "ServiceUnavailable",
        message: "The FalcoProfiles are not known yet. Try again in a moment.",
        details: { retryAfterSeconds: 2 },
      });
      expect(await program.get("health", "/readyz")).to.equal(
        "503 informer-sync: the FalcoProfiles are not known yet\n",
      );
      expect(await program.get("health", "/healthz")).to.equal("200 ok\n");
      await program.line("leader election is off");
      program.kill("SIGINT");
      expect(await program.ended).to.equal(0);
      expect(program.output).to.not.contain("hunter2");
    });
  });

  async function untilNotReady(program: AdmissionProgram): Promise<void> {
    for (let turn = 0; turn < 2000; turn++) if ((await program.get("health", "/readyz")).startsWith("503")) return;
    throw new Error(`it is still ready\n${program.output}`);
  }

  const nowhere = (): string => `--kubeconfig=${join(folder, "nowhere")}`;
  const failing: readonly (readonly [string, () => readonly string[], string])[] = [
    ["flags", () => [...files(), "--port=x"], "--port: This must be a port"],
    ["a configuration", () => [...files(), `--config=${join(folder, "bad.yaml")}`], 'Did you mean "falco"?'],
    ["a missing configuration", () => [...files(), "--config=nofile"], "--config: cannot read nofile: no such file"],
    ["a missing kubeconfig", () => [...files(), "--kubeconfig=nofile"], "cannot read nofile: no such file"],
    [
      "a missing certificate",
      () => [...anyPort, ...files(), nowhere(), "--tls-cert-file=/none.crt"],
      "cannot read /none.crt: no such file",
    ],
    [
      "a bad certificate",
      () => [...anyPort, ...files(), nowhere(), `--tls-cert-file=${join(folder, "nowhere")}`],
      "are not a certificate and its key in PEM",
    ],
  ];
  for (const [name, args, message] of failing) {
    it(`ends with one sentence: ${name}`, async () => {
      const program = run(args());
      expect(await program.ended).to.equal(1);
      expect(program.output).to.contain(message).and.not.contain("    at ").and.not.contain("hunter2");
      const sentences = program.output.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
      expect(sentences).to.have.length(1);
    });
  }

  it("ends with one sentence when a port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, resolve));
    const port = String((other.address() as AddressInfo).port);
    for (const taken of [`--port=${port}`, `--health-bind-address=:${port}`]) {
      const program = run([...anyPort, ...files(), nowhere(), taken]);
      expect(await program.ended).to.equal(1);
      expect(program.output).to.contain("EADDRINUSE").and.not.contain("    at ");
    }
    other.close();
  });

  it("explains itself, by the name that it was started with", async () => {
    const program = run(["--help"]);
    expect(await program.ended).to.equal(0);
    expect(program.output).to.contain("--restricted-usage").and.contain("Usage: node admission/main.ts [flags]");
  });
});
