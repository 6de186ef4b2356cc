import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { systemClock } from "../../../kube/clock.ts";
import { resource } from "../../../kube/objects.ts";
import { ControllerProgram } from "../../support/controller-program.ts";
import { connectWithFaults } from "../../support/faulty-client.ts";
import { SeedAccess } from "../../support/seed-access.ts";
import { namespaceOf, profileOf, seedOf } from "../../support/seed-objects.ts";
import { type SeedServer, startSeedServer } from "../../support/seed-server.ts";

const lease = { namespace: "garden", name: "leader" };
const heartbeat = { namespace: "garden", name: "gardener-extension-heartbeat" };
const leases = resource("coordination.k8s.io/v1", "Lease");
const timing = ["lease-duration=2s", "renew-deadline=1s", "retry-period=100ms"].map(
  (each) => `--leader-election-${each}`,
);

describe("controller/main.ts", () => {
  let folder: string;
  let server: SeedServer;
  let seed: SeedAccess;
  const programs: ControllerProgram[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "falco-controller-"));
    await writeFile(
      join(folder, "bad.yaml"),
      "apiVersion: falco.extensions.config.gardener.cloud/v1alpha1\nkind: Configuration\nfalko: {}\n",
    );
  });
  after(() => rm(folder, { recursive: true }));

  function run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ControllerProgram {
    const program = new ControllerProgram(args, environment);
    programs.push(program);
    return program;
  }

  describe("in a cluster", () => {
    beforeEach(async () => {
      server = await startSeedServer();
      seed = new SeedAccess(await connectWithFaults(server, "gardener"), systemClock);
      for (const object of [namespaceOf("garden", "garden"), seedOf("local"), profileOf()]) await seed.put(object);
      const kubeconfig = {
        "current-context": "seed",
        contexts: [{ name: "seed", context: { cluster: "seed", user: "controller" } }],
        clusters: [
          {
            name: "seed",
            cluster: {
              server: server.url,
              "certificate-authority-data": Buffer.from(server.caPem).toString("base64"),
            },
          },
        ],
        users: [{ name: "controller", user: { token: server.token } }],
      };
      await writeFile(join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
    });
    afterEach(async () => {
      for (const each of programs.splice(0)) {
        each.kill("SIGKILL");
        await each.ended;
      }
      await server.stop();
    });

    /** A replica; it stands for election when the promise resolves. */
    async function replica(...args: readonly string[]): Promise<ControllerProgram> {
      const flags = [
        `--kubeconfig=${join(folder, "kubeconfig")}`,
        "--health-bind-address=127.0.0.1:0",
        "--metrics-bind-address=127.0.0.1:0",
        "--leader-election-id=leader",
        ...timing,
      ];
      const program = run([...flags, ...args], { LEADER_ELECTION_NAMESPACE: "garden", SEED_NAME: "local" });
      await program.line("standing by");
      return program;
    }

    /** A replica that leads, and one that stands by. */
    async function two(): Promise<readonly [ControllerProgram, ControllerProgram]> {
      const first = await replica();
      await first.line("the controller works");
      return [first, await replica()];
    }

    const holder = async (): Promise<unknown> => (await seed.client.get(leases, lease))?.["spec"];

    it("told to end, it gives the lease back and ends by itself; the other one works at once", async () => {
      const [first, second] = await two();
      const { identity } = await first.line("standing by");
      expect(await holder()).to.include({ holderIdentity: identity, leaseDurationSeconds: 2 });
      expect(await seed.client.get(leases, heartbeat)).to.not.equal(undefined);
      first.kill("SIGTERM");
      expect(await first.ended).to.equal(0);
      await first.line("stopped");
      await second.line("the controller works");
      second.kill("SIGINT");
      expect(await second.ended).to.equal(0);
      expect(await holder()).to.include({ holderIdentity: "", leaseTransitions: 1 });
      expect(first.output).to.not.contain(server.token).and.not.contain("    at ");
    });

    it("killed, it is followed by the other one once its lease has run out", async () => {
      const [first, second] = await two();
      first.kill("SIGKILL");
      expect(await first.ended).to.equal("SIGKILL");
      await second.line("the controller works");
      expect(await holder()).to.include({ holderIdentity: (await second.line("standing by"))["identity"] });
    });

    it("frozen until the other one leads, it ends as soon as it wakes up, without another write", async () => {
      const [first, second] = await two();
      first.kill("SIGSTOP");
      await second.line("the controller works");
      // It finds this in what its watches have received meanwhile.
      await seed.addShoot("shoot--local--frozen");
      await seed.deploy("shoot--local--frozen");
      first.kill("SIGCONT");
      expect(await first.ended).to.equal(1);
      expect(first.output).to.contain("this replica does not lead any more").and.not.contain('"reconciled"');
      expect(await holder()).to.include({ holderIdentity: (await second.line("standing by"))["identity"] });
    });

    it("told twice, it ends at once", async () => {
      const first = await replica();
      await first.line("the controller works");
      first.kill("SIGTERM", "SIGINT");
      expect(await first.ended).to.equal(1);
      expect(first.output).to.contain("asked to stop for the second time");
    });

    it("without a namespace for it there is no election, and it says so", async () => {
      const program = run([
        `--kubeconfig=${join(folder, "kubeconfig")}`,
        "--health-bind-address=0",
        "--metrics-bind-address=0",
        "--inspect=127.0.0.1:0",
      ]);
      await program.line("the controller works");
      await program.line("leader election is off");
      const { url } = await program.line("the inspector is open");
      expect(url).to.match(/^ws:\/\/127\.0\.0\.1:\d+\//);
      program.kill("SIGTERM");
      expect(await program.ended).to.equal(0);
      expect(await holder()).to.equal(undefined);
      expect(await seed.client.get(leases, heartbeat)).to.equal(undefined);
    });
  });

  const failing: readonly (readonly [string, () => readonly string[], string])[] = [
    ["a mistyped flag", () => ["--kubeconfg", "a"], "--kubeconfg: There is no such flag. Did you mean --kubeconfig?"],
    ["a missing configuration", () => ["--config=nofile"], "--config: cannot read nofile: no such file"],
    ["a wrong configuration", () => [`--config=${join(folder, "bad.yaml")}`], 'Did you mean "falco"?'],
    ["a missing kubeconfig", () => ["--kubeconfig=nofile"], "cannot read nofile: no such file"],
  ];
  for (const [name, args, message] of failing) {
    it(`ends with one sentence: ${name}`, async () => {
      const program = run(args());
      expect(await program.ended).to.equal(1);
      expect(program.output).to.contain(message);
      expect(program.output.trimEnd().split("\n")).to.have.length(1);
    });
  }

  it("ends with one sentence when its port is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const port = String((other.address() as AddressInfo).port);
    await writeFile(join(folder, "nowhere"), JSON.stringify(nowhere));
    const program = run([`--kubeconfig=${join(folder, "nowhere")}`, `--health-bind-address=127.0.0.1:${port}`]);
    expect(await program.ended).to.equal(1);
    expect(program.output).to.contain("EADDRINUSE").and.not.contain("    at ");
    other.close();
  });

  it("ends when it is told to although it has never reached an API server", async () => {
    await writeFile(join(folder, "nowhere"), JSON.stringify(nowhere));
    const program = run([
      `--kubeconfig=${join(folder, "nowhere")}`,
      "--health-bind-address=127.0.0.1:0",
      "--metrics-bind-address=0",
    ]);
    await program.line("a watch failed; trying again");
    program.kill("SIGTERM");
    expect(await program.ended).to.equal(0);
  });

  it("explains itself", async () => {
    const program = run(["--help"]);
    expect(await program.ended).to.equal(0);
    expect(program.output).to.contain("Usage: node controller/main.ts [flags]").and.contain("--leader-election-id");
  });
});

const nowhere = {
  "current-context": "c",
  contexts: [{ name: "c", context: { cluster: "c" } }],
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
};
