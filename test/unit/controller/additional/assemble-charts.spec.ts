import { expect } from "chai";
import { assembleCharts } from "../../../../controller/additional/assemble-charts.ts";
import { chartUsage, readChartFlags } from "../../../../controller/additional/chart-flags.ts";
import { openCharts } from "../../../../controller/additional/open-charts.ts";
import { readFlags, usage } from "../../../../controller/flags.ts";
import { defaultLandscape, type Landscape } from "../../../../falco/desired/landscape.ts";
import { createMetrics } from "../../../../kube/runtime-metrics.ts";
import { fencedClient } from "../../../../kube/fence.ts";
import { SteppedClock } from "../../../support/clock.ts";
import { connectWithFaults } from "../../../support/faulty-client.ts";
import { type LogLine, recordingLogger } from "../../../support/recording-logger.ts";

const landscapeWith = (ref: string): Landscape => ({
  ...defaultLandscape,
  additionalCharts: [{ name: "tools", path: "list[0]", source: { kind: "oci", ref }, values: {} }],
});

describe("controller/additional/assemble-charts", () => {
  let log: LogLine[];
  const clock = new SteppedClock();
  const logger = () => recordingLogger(log, () => undefined);
  beforeEach(() => {
    log = [];
  });

  const assembled = async (landscape: Landscape, namespace?: string) => {
    // Nothing may be asked or written before there is a leader.
    const silent = await connectWithFaults({ url: "https://127.0.0.1:1", caPem: "", token: "" }, "test");
    const client = fencedClient(silent, () => false);
    const settings = await openCharts({ flags: {}, namespace, landscape, environment: {} }, clock, logger());
    const charts = settings.ok && settings.value !== undefined ? { charts: settings.value } : {};
    const metrics = createMetrics();
    const made = assembleCharts(client, { landscape, ...charts, clock, random: () => 0, metrics }, logger());
    return { made, text: await metrics.text() };
  };

  it("puts charts together, and shows the failing ones", async () => {
    const { made, text } = await assembled(landscapeWith(`ghcr.io/a@sha256:${"a".repeat(64)}`), "extension-falco");
    expect(made.ok && made.value?.failing()).to.deep.equal([]);
    expect(text).to.include("falco_extension_charts_failing");
    expect(log.map(({ message }) => message.slice(0, 24))).to.deep.equal(["there is no helm program"]);
  });

  it("says nothing where there are no charts", async () => {
    const { made } = await assembled(defaultLandscape, "extension-falco");
    expect([made.ok, log]).to.deep.equal([true, []]);
    expect((await assembled(defaultLandscape)).made).to.deep.include({ ok: true, value: undefined });
    expect(log).to.deep.equal([]);
  });

  it("warns of a chart without a digest", async () => {
    await assembled(landscapeWith("ghcr.io/a:1"), "extension-falco");
    expect(log.map(({ level }) => level)).to.deep.equal(["warn", "error"]);
  });

  it("says that there is no place for charts without a namespace", async () => {
    const { made } = await assembled(landscapeWith(`ghcr.io/a@sha256:${"a".repeat(64)}`));
    expect(made).to.deep.include({ ok: true, value: undefined });
    expect(log.map(({ message }) => message)[0]).to.include("set LEADER_ELECTION_NAMESPACE");
  });

  it("refuses references that cannot be read", async () => {
    const { made } = await assembled(landscapeWith("a"), "extension-falco");
    expect(made.ok ? [] : made.problems.map(({ code }) => code)).to.deep.equal(["REFERENCE_INVALID"]);
  });

  it("refuses a helm that cannot be run, and mirrors that cannot be read, at once", async () => {
    const flags = { helm: "/nowhere/helm", registryMirror: "x" };
    const landscape = landscapeWith("ghcr.io/a:1");
    const opened = await openCharts({ flags, namespace: "x", landscape, environment: {} }, clock, logger());
    expect(opened.ok ? [] : opened.problems.map(({ path }) => path)).to.deep.equal(["--helm", "--registry-mirror"]);
    // Without charts nobody needs helm.
    const without = { flags: { helm: "/nowhere/helm" }, namespace: "x", landscape: defaultLandscape, environment: {} };
    expect((await openCharts(without, clock, logger())).ok).to.equal(true);
  });
});

describe("controller/additional/chart-flags", () => {
  it("are read, and told by --help", () => {
    const names = ["helm", "registry-config", "registry-mirror", "registry-ca", "registry-cache"];
    const read = readFlags(
      names.map((name) => `--${name}=${name}`),
      {},
    );
    expect(read.ok && read.value).to.include({
      helm: "helm",
      registryConfig: "registry-config",
      registryMirror: "registry-mirror",
      registryCa: "registry-ca",
      registryCache: "registry-cache",
    });
    for (const name of names) expect(chartUsage).to.include(`--${name} `);
    expect(usage("x")).to.include(chartUsage);
  });

  it("take helm from the environment, too", () => {
    expect(readChartFlags({}, { HELM: "a" })).to.deep.equal({ helm: "a" });
    expect(readChartFlags({ helm: "b" }, { HELM: "a" })).to.deep.equal({ helm: "b" });
    expect(readChartFlags({}, {})).to.deep.equal({});
  });
});
