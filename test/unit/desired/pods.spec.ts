import { expect } from "chai";
import type { FalcoServiceConfig, Toleration } from "../../../falco/api/falco-service-config.ts";
import { falcoCapabilities, falcoResources, falcoTolerations, maxUnavailable } from "../../../falco/desired/pods.ts";
import { config, show } from "./samples.ts";

type Resources = NonNullable<NonNullable<FalcoServiceConfig["falcoConfig"]>["resources"]>;

describe("falco/desired/pods", () => {
  const resources: readonly (readonly [string, Resources | undefined, object, object])[] = [
    ["nothing", undefined, { cpu: "100m", memory: "512Mi" }, { memory: "1Gi" }],
    ["one request", { requests: { cpu: "200m" } }, { cpu: "200m", memory: "512Mi" }, { memory: "1Gi" }],
    [
      "numbers",
      { requests: { cpu: 1 }, limits: { cpu: 1.5 } },
      { cpu: "1", memory: "512Mi" },
      { cpu: "1.5", memory: "1Gi" },
    ],
    [
      "a request above the default limit",
      { requests: { memory: "2Gi" } },
      { cpu: "100m", memory: "2Gi" },
      { memory: "2Gi" },
    ],
    [
      "a limit below the default request",
      { limits: { memory: "256Mi", cpu: "50m" } },
      { cpu: "50m", memory: "256Mi" },
      { cpu: "50m", memory: "256Mi" },
    ],
    [
      "both",
      { requests: { memory: "1Gi" }, limits: { memory: "3Gi" } },
      { cpu: "100m", memory: "1Gi" },
      { memory: "3Gi" },
    ],
  ];
  for (const [what, given, requests, limits] of resources) {
    it(`completes ${what}`, () => {
      const fields = given === undefined ? {} : { falcoConfig: { resources: given } };
      expect(falcoResources(config(fields))).to.deep.equal({ requests, limits });
    });
  }

  it("tolerates every taint unless the user says otherwise", () => {
    expect(falcoTolerations(config())).to.deep.equal([
      { operator: "Exists", effect: "NoSchedule" },
      { operator: "Exists", effect: "NoExecute" },
    ]);
    const tolerations: readonly Toleration[] = [{ key: "a", operator: "Exists" }];
    expect(falcoTolerations(config({ tolerations }))).to.deep.equal(tolerations);
    expect(falcoTolerations(config({ tolerations: [] }))).to.deep.equal([]);
  });

  const nodes: readonly (readonly [readonly number[] | undefined, number])[] = [
    [undefined, 1],
    [[], 1],
    [[0], 1],
    [[4], 1],
    [[9], 1],
    [[4, 6], 2],
    [[100], 20],
  ];
  for (const [minimums, expected] of nodes) {
    it(`may be missing on ${String(expected)} of ${show(minimums)} as least nodes`, () => {
      expect(maxUnavailable(minimums?.map((minimum) => ({ minimum })))).to.equal(expected);
    });
  }

  it("counts a pool without a minimum as none", () => {
    expect(maxUnavailable([{ name: "a" }, { minimum: 10 }])).to.equal(2);
  });

  const least = ["BPF", "DAC_READ_SEARCH", "PERFMON", "SYS_PTRACE", "SYS_RESOURCE"];
  const images: readonly (readonly [readonly (string | undefined)[] | undefined, boolean])[] = [
    [undefined, true],
    [[], true],
    [["flatcar"], false],
    [["flatcar", "suse-chost"], false],
    [["flatcar", "ubuntu"], true],
    [["gardenlinux"], true],
    [[undefined], true],
  ];
  for (const [names, admin] of images) {
    it(`${show(names)} ${admin ? "need" : "do not need"} SYS_ADMIN`, () => {
      const workers = names?.map((name) => (name === undefined ? {} : { machine: { image: { name } } }));
      expect(falcoCapabilities(workers)).to.deep.equal(admin ? [...least, "SYS_ADMIN"] : least);
    });
  }
});
