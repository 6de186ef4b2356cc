import { expect } from "chai";
import { loadTemplates } from "../../../charts/load.ts";
import type { DesiredState } from "../../../falco/desired/state.ts";
import { toKubeObject } from "../../../falco/objects/kube-object.ts";
import { compileTemplates, render } from "../../../falco/objects/render.ts";
import { at, find, ids, target, templates } from "./look-up.ts";
import { sampleState, sampleStateWithoutFalcosidekick, secretMark, without } from "./sample-state.ts";

describe("render", () => {
  it("gives everything in apply order", () => {
    expect(ids(target(sampleState))).to.deep.equal([
      "ConfigMap/falco-rules",
      "ConfigMap/falco-custom-rules-0a1b2c3d",
      "ServiceAccount/falco",
      "ServiceAccount/gardener-falcosidekick",
      "ClusterRole/extensions.gardener.cloud:shoot-falco-service:falcosidekick",
      "ClusterRoleBinding/extensions.gardener.cloud:shoot-falco-service:falcosidekick",
      "ConfigMap/falco",
      "Secret/falco-certs",
      "Secret/falcosidekick",
      "Secret/falcosidekick-certs",
      "NetworkPolicy/gardener.cloud--allow-to-falcosidekick",
      "NetworkPolicy/gardener.cloud--allow-to-falcosidekick-ingress",
      "Service/falcosidekick",
      "PodDisruptionBudget/falcosidekick",
      "Deployment/falcosidekick",
      "DaemonSet/falco",
    ]);
    expect(ids(render(sampleState, templates).controlPlane)).to.deep.equal([
      "Secret/shoot-access-falcosidekick",
      "ScrapeConfig/shoot-falco",
    ]);
  });

  it("gives no more than is needed", () => {
    expect(ids(target(sampleStateWithoutFalcosidekick))).to.deep.equal([
      "ServiceAccount/falco",
      "ConfigMap/falco",
      "DaemonSet/falco",
    ]);
    expect(render(sampleStateWithoutFalcosidekick, templates).controlPlane).to.deep.equal([]);
    const falcosidekick = { ...without(sampleState.falcosidekick, "accessToken"), networkPolicies: false };
    const seed = { ...sampleState, falcosidekick };
    expect(ids(target(seed)).filter((id) => /^(ClusterRole|NetworkPolicy)/.test(id))).to.deep.equal([]);
  });

  it("gives no ClusterRole without a path, which an API server refuses: a landscape's destination may send the token elsewhere", () => {
    const accessToken = { ...sampleState.falcosidekick.accessToken, nonResourceUrls: [] };
    const state = { ...sampleState, falcosidekick: { ...sampleState.falcosidekick, accessToken } };
    expect(ids(target(state)).filter((id) => id.startsWith("ClusterRole"))).to.deep.equal([]);
    expect(ids(render(state, templates).controlPlane)).to.include("Secret/shoot-access-falcosidekick");
  });

  it("gives the same text twice", () => {
    const [one, two] = [render(sampleState, loadTemplates()), render(structuredClone(sampleState), templates)];
    expect(JSON.stringify(one)).to.equal(JSON.stringify(two));
  });

  it("puts everything into the state's namespace, with labels", () => {
    for (const { kind, metadata } of target({ ...sampleState, namespace: "elsewhere" })) {
      if (!kind.startsWith("ClusterRole")) expect(metadata.namespace, kind).to.equal("elsewhere");
      expect(metadata["labels"], kind).to.include({
        "app.kubernetes.io/instance": "falco",
        "app.kubernetes.io/managed-by": "gardener-extension-shoot-falco-service",
      });
    }
    for (const { metadata } of render(sampleState, templates).controlPlane) {
      expect(metadata.namespace).to.equal("shoot--garden--example");
    }
  });

  it("shows secrets in Secrets only", () => {
    const objects = [...target(sampleState), ...render(sampleState, templates).controlPlane];
    for (const object of objects.filter(({ kind }) => kind !== "Secret")) {
      const text = JSON.stringify(object);
      expect(text)
        .not.to.contain(secretMark)
        .and.not.to.contain(Buffer.from(secretMark).toString("base64").slice(0, 6));
    }
  });

  it("throws when the state lacks something that a template needs", () => {
    const broken = { ...sampleState, falco: without(sampleState.falco, "image") } as unknown as DesiredState;
    expect(() => target(broken)).to.throw('Template shoot/falco-daemonset: "image" not defined');
  });

  it("does not show the text of a template that gives no objects", () => {
    const broken = compileTemplates(() => "a: {{json falco.version}}\na: twice");
    expect(() => render(sampleState, broken)).to.throw(/^Template shoot\/falco-serviceaccount gives no YAML: [^\n]*$/);
    expect(() => toKubeObject("t", { kind: "ConfigMap" })).to.throw("Template t holds something");
    expect(() => toKubeObject("t", ["a"])).to.throw("Template t holds something");
  });
});

describe("the network policies of a seed, which may be a shoot that denies what nothing allows", () => {
  const { falcosidekick } = sampleState;
  const seed: DesiredState = {
    ...sampleState,
    place: "seed",
    falcosidekick: { ...falcosidekick, networkPolicies: false },
  };
  const policies = (state: DesiredState) => target(state).filter(({ kind }) => kind === "NetworkPolicy");

  it("let Falco and falcosidekick out, and Falco's events into falcosidekick", () => {
    const [out, into] = policies(seed);
    expect(at(out, "spec")).to.deep.equal({
      podSelector: {
        matchLabels: { "app.kubernetes.io/instance": "falco" },
        matchExpressions: [{ key: "app.kubernetes.io/name", operator: "In", values: ["falco", "falcosidekick"] }],
      },
      policyTypes: ["Egress"],
      egress: [{}],
    });
    expect(at(into, "spec/podSelector/matchLabels")).to.deep.equal(
      at(find(target(seed), "Deployment/falcosidekick"), "spec/selector/matchLabels"),
    );
    expect(at(into, "spec/ingress/0/from/0/podSelector/matchLabels")).to.deep.equal(
      at(find(target(seed), "DaemonSet/falco"), "spec/selector/matchLabels"),
    );
    expect(at(into, "spec/ingress/0/ports")).to.deep.equal([{ protocol: "TCP", port: 2801 }]);
  });

  it("let Falco find names where there is no falcosidekick", () => {
    expect(ids(policies({ ...sampleStateWithoutFalcosidekick, place: "seed" }))).to.deep.equal([
      "NetworkPolicy/gardener.cloud--allow-from-falco",
    ]);
  });
});

describe("the control plane", () => {
  it("asks for falcosidekick's token as Gardener wants it", () => {
    const [secret] = render(sampleState, templates).controlPlane;
    expect(at(secret, "metadata/labels")).to.include({
      "resources.gardener.cloud/purpose": "token-requestor",
      "resources.gardener.cloud/class": "shoot",
    });
    expect(at(secret, "metadata/annotations")).to.deep.equal({
      "serviceaccount.resources.gardener.cloud/name": "gardener-falcosidekick",
      "serviceaccount.resources.gardener.cloud/namespace": "kube-system",
      "serviceaccount.resources.gardener.cloud/token-expiration-duration": "720h",
      "token-requestor.resources.gardener.cloud/target-secret-name": "gardener-falcosidekick",
      "token-requestor.resources.gardener.cloud/target-secret-namespace": "kube-system",
    });
  });

  it("has falcosidekick scraped through the API server", () => {
    const scrapeConfig = render(sampleState, templates).controlPlane[1];
    expect(at(scrapeConfig, "metadata/labels/prometheus")).to.equal("shoot");
    expect(at(scrapeConfig, "spec/relabelings/5")).to.deep.equal({
      sourceLabels: ["__meta_kubernetes_pod_name", "__meta_kubernetes_pod_container_port_number"],
      regex: "(.+);(.+)",
      targetLabel: "__metrics_path__",
      replacement: "/api/v1/namespaces/kube-system/pods/${1}:${2}/proxy/metrics",
    });
  });
});
