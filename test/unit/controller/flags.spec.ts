import { expect } from "chai";
import { readFlags, usage } from "../../../controller/flags.ts";

const lease = "extension-shoot-falco-service-leader-election";
const timing = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };
const timingFlag = (name: string, value: string): string => `--leader-election-${name}=${value}`;

describe("the controller's flags", () => {
  const defaults = {
    classes: ["shoot", "seed"],
    ignoresRequests: false,
    workers: 5,
    limits: { perSecond: 100, burst: 130 },
    serving: { health: { port: 8081 }, metrics: { port: 8080 } },
    logLevel: "info",
    logFormat: "json",
  };
  const inPod = { LEADER_ELECTION_NAMESPACE: "extension-falco" };
  const election = { lease: { namespace: "extension-falco", name: lease }, timing };
  const heartbeat = { namespace: "extension-falco", everySeconds: 30 };

  const readable: readonly [string, readonly string[], Readonly<Record<string, string>>, object][] = [
    ["the defaults", [], {}, {}],
    ["--config", ["--config", "c.yaml"], {}, { configFile: "c.yaml" }],
    ["--config-file", ["--config-file=c.yaml"], {}, { configFile: "c.yaml" }],
    ["--kubeconfig", ["--kubeconfig=k"], {}, { kubeconfig: "k" }],
    ["GARDEN_KUBECONFIG", [], { GARDEN_KUBECONFIG: "g" }, { gardenKubeconfig: "g" }],
    ["--garden-kubeconfig", ["--garden-kubeconfig=f"], { GARDEN_KUBECONFIG: "g" }, { gardenKubeconfig: "f" }],
    ["SEED_NAME", [], { SEED_NAME: "s" }, { seedName: "s" }],
    ["--extension-classes", ["--extension-classes", " seed"], {}, { classes: ["seed"] }],
    ["the class garden", ["--extension-classes=garden"], {}, { classes: ["garden"] }],
    ["--ignore-operation-annotation", ["--ignore-operation-annotation=true"], {}, { ignoresRequests: true }],
    ["limits", ["--kube-api-qps=5", "--kube-api-burst=6"], {}, { limits: { perSecond: 5, burst: 6 } }],
    ["a pod's environment", [], inPod, { election, heartbeat }],
    ["no election", ["--leader-election=false"], inPod, { heartbeat }],
    ["election as asked for", ["--leader-election"], inPod, { election, heartbeat }],
    [
      "names of the Leases' namespaces",
      ["--leader-election-namespace=a", "--leader-election-id=b", "--heartbeat-namespace=c"],
      inPod,
      { election: { lease: { namespace: "a", name: "b" }, timing }, heartbeat: { namespace: "c", everySeconds: 30 } },
    ],
    [
      "the election's timing",
      [timingFlag("lease-duration", "1m"), timingFlag("renew-deadline", "40s"), timingFlag("retry-period", "500ms")],
      inPod,
      { election: { ...election, timing: { durationMs: 60_000, renewDeadlineMs: 40_000, retryMs: 500 } }, heartbeat },
    ],
    [
      "the heartbeat's interval",
      ["--heartbeat-renew-interval-seconds=7"],
      inPod,
      { election, heartbeat: { ...heartbeat, everySeconds: 7 } },
    ],
    [
      "addresses",
      ["--health-bind-address=[::1]:1", "--metrics-bind-address=0"],
      {},
      { serving: { health: { host: "::1", port: 1 }, metrics: undefined } },
    ],
    ["--inspect alone", ["--inspect"], {}, { inspect: { host: "127.0.0.1", port: 9229 } }],
    ["--inspect with a port", ["--inspect=:0"], {}, { inspect: { host: "127.0.0.1", port: 0 } }],
    ["--inspect with a host", ["--inspect=0.0.0.0:1"], {}, { inspect: { host: "0.0.0.0", port: 1 } }],
    ["the log", ["--log-level=debug", "--log-format=text"], {}, { logLevel: "debug", logFormat: "text" }],
  ];
  for (const [name, args, environment, expected] of readable) {
    it(`reads ${name}`, () => {
      const read = readFlags(args, environment);
      expect(read).to.deep.equal({ ok: true, value: { ...defaults, ...expected }, warnings: [] });
    });
  }

  const inNamespace = "--leader-election-namespace=a";
  const mistakes: readonly [readonly string[], string][] = [
    [["--max-concurrent-reconciles=0"], "FIELD_VALUE --max-concurrent-reconciles"],
    [["--kube-api-qps=x"], "FIELD_VALUE --kube-api-qps"],
    [["--kube-api-burst=-1"], "FIELD_VALUE --kube-api-burst"],
    [["--heartbeat-renew-interval-seconds=0"], "FIELD_VALUE --heartbeat-renew-interval-seconds"],
    [["--health-bind-address=8081"], "FIELD_VALUE --health-bind-address"],
    [["--metrics-bind-address=:65536"], "FIELD_VALUE --metrics-bind-address"],
    [["--inspect=everywhere"], "FIELD_VALUE --inspect"],
    [["--extension-classes=shoot,seeds"], "FIELD_VALUE --extension-classes"],
    [["--extension-classes="], "FIELD_VALUE --extension-classes"],
    [["--extension-classes=shoot,garden"], "FIELD_CONFLICT --extension-classes"],
    [["--leader-election"], "FIELD_REQUIRED --leader-election-namespace"],
    [["--leader-election-id="], "FIELD_REQUIRED --leader-election-id"],
    [[inNamespace, timingFlag("lease-duration", "10s")], "FIELD_CONFLICT --leader-election-renew-deadline"],
    [[inNamespace, timingFlag("retry-period", "6s")], "FIELD_CONFLICT --leader-election-renew-deadline"],
    [[inNamespace, timingFlag("renew-deadline", "0")], "FIELD_VALUE --leader-election-renew-deadline"],
    [[inNamespace, timingFlag("lease-duration", "long")], "FIELD_VALUE --leader-election-lease-duration"],
    [["--log-level=loud"], "FIELD_VALUE --log-level"],
    [["--max-concurrent-reconcile", "3"], "FIELD_UNKNOWN --max-concurrent-reconcile"],
  ];
  for (const [args, expected] of mistakes) {
    it(`refuses ${args.join(" ")} with one problem`, () => {
      const read = readFlags(args, {});
      expect(read.ok ? [] : read.problems.map(({ code, path }) => `${code} ${path}`)).to.deep.equal([expected]);
    });
  }

  it("reports all mistakes at once", () => {
    const read = readFlags(["--wrokers=3", "--log-level=loud", "--inspect=x"], {});
    expect(read.ok ? [] : read.problems.map(({ path }) => path)).to.deep.equal([
      "--wrokers",
      "--inspect",
      "--log-level",
    ]);
  });

  it("explains every flag, and how it was started", () => {
    expect(readFlags(["--help", "--nonsense"], {})).to.have.property("value", "help");
    const text = usage("node dist/controller/main.js");
    expect(text).to.contain("Usage: node dist/controller/main.js [flags]");
    for (const flag of ["inspect", "leader-election-id", "kube-api-burst", "extension-classes", "config-file"]) {
      expect(text).to.contain(`--${flag}`);
    }
    expect(Math.max(...text.split("\n").map((line) => line.length))).to.be.at.most(125);
  });
});
