import { expect } from "chai";
import { loadTemplates } from "../../../charts/load.ts";
import type { Helm } from "../../../controller/helm.ts";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { startController } from "../../../controller/start.ts";
import type { AdditionalChart } from "../../../falco/desired/additional-charts.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { createMetrics } from "../../../kube/runtime-metrics.ts";
import { loadRuleFiles } from "../../../profiles/load.ts";
import { packedObjects, secretsOf } from "../../support/packed-objects.ts";
import { chartOf } from "../../unit/controller/additional/chart-of.ts";
import { needHelm } from "../../unit/controller/additional/real-helm.ts";
import { ChartLandscape, name, namespace, template } from "./chart-landscape.ts";

const hour = 3_600_000;
const label = "falco.gardener.cloud/additional-resource";
const archive = chartOf({ "templates/tools.yaml": template("{{ .Values.key | quote }}") });

describe("the landscape's own charts", () => {
  let landscape: ChartLandscape;
  beforeEach(async () => {
    landscape = await ChartLandscape.start();
  });
  afterEach(() => landscape.stop());

  it("become ManagedResources for the seed, beside the extension", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    await landscape.lead([landscape.chart(`tools@${digest}`, { key: "one" })]);
    await landscape.settled();
    const resource = await landscape.resource();
    expect(resource?.metadata.labels).to.deep.equal({
      [label]: "true",
      "gardener.cloud/role": "seed-system-component",
    });
    expect(resource?.["spec"]).to.deep.include({ class: "seed", keepObjects: false });
    const [secret] = await secretsOf(resource, landscape.client);
    expect(secret?.metadata.name).to.match(/^managedresource-falco-additional-tools-[0-9a-f]{8}$/);
    expect(secret?.["immutable"]).to.equal(true);
    expect(Object.values(resource?.metadata.annotations ?? {})).to.deep.equal([secret?.metadata.name]);
    expect((await landscape.objects()).map((each) => each["data"])).to.deep.equal([{ key: "one" }]);
    const [release] = landscape.releases;
    expect(release).to.deep.include({ name: "tools", namespace, values: { key: "one" } });
    expect(release?.archive).to.deep.equal(archive);
    expect(release?.kubeVersion).to.match(/^v1\./);
  });

  it("are neither pulled nor rendered nor written while nothing is new", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    await landscape.lead([landscape.chart(`tools@${digest}`)]);
    await landscape.until("it has been seen, too", () => landscape.runs("tools") === 2);
    landscape.writes.reset();
    landscape.registry.seen.length = 0;
    landscape.clock.jump(hour);
    await landscape.until("a resync", () => landscape.runs("tools") === 3);
    expect([landscape.writes.counts(), landscape.registry.seen, landscape.releases.length]).to.deep.equal([{}, [], 1]);
  });

  it("are not written after a restart either", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    const chart = landscape.chart(`tools@${digest}`);
    await landscape.lead([chart]);
    await landscape.settled();
    await landscape.resign();
    landscape.writes.reset();
    await landscape.lead([chart]);
    await landscape.settled();
    expect([landscape.writes.counts(), landscape.releases.length]).to.deep.equal([{}, 2]);
  });

  it("follow their tag with the resync", async () => {
    landscape.registry.putArtifact("tools", archive, { tag: "latest" });
    await landscape.lead([landscape.chart("tools:latest")]);
    await landscape.settled();
    landscape.registry.putArtifact("tools", chartOf({ "templates/new.yaml": "" }), { tag: "latest" });
    landscape.output = template("two");
    landscape.clock.jump(hour);
    await landscape.until(
      "the new chart",
      async () =>
        (await landscape.objects())[0]?.["data"] !== undefined &&
        landscape.releases.length === 2 &&
        JSON.stringify(await landscape.objects()).includes("two"),
    );
  });

  it("come back when somebody deletes or changes them", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    await landscape.lead([landscape.chart(`tools@${digest}`)]);
    await landscape.settled();
    const before = await landscape.resource();
    await landscape.client.patch(
      resourceTypes.managedResource,
      { namespace, name },
      { body: { spec: { keepObjects: true } } },
    );
    await landscape.until("it is as before", async () => !isKept(await landscape.resource()));
    await landscape.client.delete(resourceTypes.managedResource, { namespace, name });
    await landscape.until("it is there again", async () => (await landscape.resource())?.metadata.uid !== undefined);
    expect((await landscape.resource())?.metadata.uid).to.not.equal(before?.metadata.uid);
  });

  it("are looked at when their spec changes or a Secret is missing, and not when only their status does", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    const chart = landscape.chart(`tools@${digest}`);
    await landscape.lead([chart, { ...chart, name: "other" }]);
    await landscape.until("all is seen", () => landscape.runs("tools") === 2 && landscape.runs("other") === 2);
    const type = resourceTypes.managedResource;
    const report = (status: string, reason: string): Promise<unknown> => {
      const at = "2026-11-21T10:00:00Z";
      const times = { lastTransitionTime: at, lastUpdateTime: at };
      const conditions = [{ type: "ResourcesApplied", status, reason, message: "", ...times }];
      return landscape.client.patch(
        type,
        { namespace, name },
        { body: { status: { conditions } }, subresource: "status" },
      );
    };
    await report("True", "ApplySucceeded");
    await landscape.client.patch(
      type,
      { namespace, name: "falco-additional-other" },
      { body: { spec: { keepObjects: true } } },
    );
    // Changes arrive, and are worked off, one after the other.
    await landscape.until("the other one is looked at", () => landscape.runs("other") > 2);
    expect(landscape.runs("tools")).to.equal(2);
    await report("False", "CannotReadSecret");
    await landscape.until("a run", () => landscape.runs("tools") === 3);
  });

  it("go when they are not configured any more, and nothing else does", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    const chart = landscape.chart(`tools@${digest}`);
    await landscape.lead([chart, { ...chart, name: "other" }]);
    await landscape.settled();
    const foreign = {
      apiVersion: "resources.gardener.cloud/v1alpha1",
      kind: "ManagedResource",
      metadata: { namespace, name: "foreign" },
      spec: { secretRefs: [] },
    };
    await landscape.client.create(resourceTypes.managedResource, foreign);
    await landscape.resign();
    await landscape.lead([{ ...chart, name: "other" }]);
    await landscape.until("it is gone", async () => (await landscape.resource()) === undefined);
    const { items } = await landscape.client.list(resourceTypes.managedResource, { namespace });
    expect(items.map(({ metadata }) => metadata.name)).to.have.members(["falco-additional-other", "foreign"]);
  });

  it("are asked for until their objects are gone, too", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    await landscape.lead([landscape.chart(`tools@${digest}`)]);
    await landscape.settled();
    await landscape.client.patch(
      resourceTypes.managedResource,
      { namespace, name },
      { body: { metadata: { finalizers: ["test/held"] } } },
    );
    await landscape.resign();
    await landscape.lead([]);
    await landscape.until(
      "it is being deleted",
      async () => (await landscape.resource())?.metadata.deletionTimestamp !== undefined,
    );
    await landscape.client.patch(
      resourceTypes.managedResource,
      { namespace, name },
      { body: { metadata: { finalizers: null } } },
    );
    await landscape.until("it is gone", async () => (await landscape.resource()) === undefined);
  });

  it("stay as they are where there is no helm, which is said once", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    const chart = landscape.chart(`tools@${digest}`);
    await landscape.lead([chart]);
    await landscape.settled();
    await landscape.resign();
    const before = await landscape.resource();
    landscape.log.length = 0;
    const runs = landscape.runs("tools");
    await landscape.lead([{ ...chart, values: { key: "two" } }], { helm: undefined });
    await landscape.until("a run", () => landscape.runs("tools") > runs);
    expect(landscape.log.map(({ level }) => level)).to.deep.equal(["error"]);
    expect(landscape.said("no helm program")).to.equal(true);
    expect([await landscape.resource(), landscape.additional?.failing()]).to.deep.equal([before, ["tools"]]);
  });

  it("that cannot be pulled are told, stay deployed, and hold nothing up", async () => {
    const good = landscape.registry.putArtifact("tools", archive);
    await landscape.lead([landscape.chart(`tools@${good.digest}`)]);
    await landscape.settled();
    await landscape.resign();
    const before = await landscape.resource();
    const runs = landscape.runs("tools");
    const missing = { ...landscape.chart("missing:1"), path: "list[0]" };
    await landscape.lead([missing, { ...landscape.chart(`tools@${good.digest}`), name: "other" }]);
    // The second run is for what the watch has seen of the first one's writes.
    await landscape.until("all is looked at", () => landscape.runs("tools") > runs && landscape.runs("other") === 2);
    expect(landscape.additional?.failing()).to.deep.equal(["tools"]);
    expect(landscape.said("ARTIFACT_MISSING") && landscape.said("list[0]")).to.equal(true);
    expect(await landscape.resource()).to.deep.equal(before);
    landscape.registry.putArtifact("missing", archive, { tag: "1" });
    landscape.clock.jump(hour);
    await landscape.settled();
  });

  const unusable: readonly (readonly [string, (landscape: ChartLandscape) => AdditionalChart, string])[] = [
    ["no chart", (all) => all.chart(`x@${all.registry.putArtifact("x", Buffer.from("x")).digest}`), "no gzipped tar"],
    [
      "without objects",
      (all) => {
        all.output = "hunter2";
        return all.chart(`x@${all.registry.putArtifact("x", archive).digest}`);
      },
      "no object with apiVersion",
    ],
  ];
  for (const [what, make, message] of unusable) {
    it(`that are ${what} are told, without their text`, async () => {
      await landscape.lead([make(landscape)]);
      await landscape.until("a word about it", () => landscape.said(message));
      expect([await landscape.resource(), landscape.said("hunter2")]).to.deep.equal([undefined, false]);
    });
  }

  it("are tried again when the API server or the registry fails", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    landscape.fault = ({ path }) => (path === "/version" ? { status: 500 } : undefined);
    await landscape.lead([landscape.chart(`tools@${digest}`)]);
    await landscape.until("a failure", () => landscape.said("trying again") && landscape.runs("tools") === 1);
    landscape.fault = () => undefined;
    landscape.clock.jump(hour);
    await landscape.settled();
  });

  it("leave their hooks out, and say so", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    const hook = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: probe\n  annotations:\n    helm.sh/hook: test\n";
    landscape.output = `---\n${hook}---\n${template("one")}`;
    await landscape.lead([landscape.chart(`tools@${digest}`)]);
    await landscape.settled();
    expect((await landscape.objects()).map(({ kind }) => kind)).to.deep.equal(["ConfigMap"]);
    expect(landscape.said("Pod probe is left out")).to.equal(true);
  });
});

describe("a controller", () => {
  let landscape: ChartLandscape;
  beforeEach(async () => {
    landscape = await ChartLandscape.start();
  });
  afterEach(() => landscape.stop());

  it("deploys the landscape's own charts while it leads, and shows those that fail", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    const good = landscape.chart(`tools@${digest}`);
    const missing = { ...landscape.chart("missing:1"), name: "missing" };
    const metrics = createMetrics();
    const { clock, client, helm } = landscape;
    const options = {
      landscape: { ...defaultLandscape, additionalCharts: [good, missing] },
      charts: { namespace, helm, registry: landscape.openRegistry() },
      ...{ templates: loadTemplates(), loadRuleFiles, classes: ["shoot"] as const, workers: 1 },
      ...{ clock, random: () => 0.5, metrics },
    };
    const controller = await startController({ seed: client, garden: client }, options, landscape.logger());
    if (!controller.ok) throw new Error("it does not start");
    await landscape.until("a word about the missing chart", () => landscape.said("ARTIFACT_MISSING"));
    expect(await landscape.resource()).to.not.equal(undefined);
    const text = await metrics.text();
    expect(text).to.include('falco_extension_charts_failing{chart="missing"} 1').and.not.include('chart="tools"');
    expect(text).to.include('controller="charts"');
    await controller.value.stop();
    expect(await metrics.text()).to.not.include('chart="missing"');
  });

  it("does not start with references that cannot be read", async () => {
    const { clock, client } = landscape;
    const options = {
      landscape: { ...defaultLandscape, additionalCharts: [{ ...landscape.chart(""), name: "bad" }] },
      ...{ templates: loadTemplates(), loadRuleFiles, classes: ["shoot"] as const, workers: 1 },
      ...{ clock, random: () => 0.5 },
    };
    const controller = await startController({ seed: client, garden: client }, options, landscape.logger());
    expect(controller.ok ? [] : controller.problems.map(({ code }) => code)).to.deep.equal(["REFERENCE_INVALID"]);
  });
});

describe("the landscape's own charts with the real helm", () => {
  let landscape: ChartLandscape;
  let helm: Helm;
  before(async function () {
    helm = await needHelm(this);
    landscape = await ChartLandscape.start();
  });
  after(async () => {
    await (landscape as ChartLandscape | undefined)?.stop();
  });

  it("are deployed with their values, from the registry or out of the configuration", async () => {
    const { digest } = landscape.registry.putArtifact("tools", archive);
    const values = { key: "yes: it works" };
    const inline = { kind: "archive", base64: Buffer.from(archive).toString("base64") } as const;
    await landscape.lead(
      [landscape.chart(`tools@${digest}`, values), { name: "inline", path: "list[1]", source: inline, values }],
      { helm },
    );
    await landscape.settled();
    for (const each of [name, "falco-additional-inline"]) {
      const resource = await landscape.client.get(resourceTypes.managedResource, { namespace, name: each });
      const objects = await packedObjects(resource, landscape.client);
      expect(objects.map((object) => object["data"])).to.deep.equal([values].map(({ key }) => ({ key })));
    }
  });
});

function isKept(resource: KubeObject | undefined): boolean {
  return (resource?.["spec"] as { readonly keepObjects?: boolean } | undefined)?.keepObjects === true;
}
