import { expect } from "chai";
import { parseManifests } from "../../../falco/base/yaml.ts";
import type { DesiredState } from "../../../falco/desired/state.ts";
import { at, find, target } from "./look-up.ts";
import { sampleState, sampleStateWithoutFalcosidekick } from "./sample-state.ts";

describe("the rules", () => {
  it("are in ConfigMaps as they are, and in one directory", () => {
    const objects = target(sampleState);
    for (const { configMap, file, text } of sampleState.falco.ruleFiles) {
      expect(find(objects, `ConfigMap/${configMap}`)["data"]).to.deep.equal({ [file]: text });
    }
    expect(at(find(objects, "DaemonSet/falco"), "spec/template/spec/volumes/1/projected/sources")).to.deep.equal(
      sampleState.falco.ruleFiles.map(({ configMap, file }) => ({
        configMap: { name: configMap, items: [{ key: file, path: file }] },
      })),
    );
  });

  it("may be none", () => {
    const daemonSet = find(target(sampleStateWithoutFalcosidekick), "DaemonSet/falco");
    expect(at(daemonSet, "spec/template/spec/volumes/1/projected/sources")).to.deep.equal([]);
  });

  it("do not roll the pods when their text changes, falco.yaml and certificates do", () => {
    const { falco } = sampleState;
    const certificates = { ...falco.certificates, key: "other" };
    const changes: readonly (readonly [string, DesiredState["falco"], boolean])[] = [
      ["rules", { ...falco, ruleFiles: falco.ruleFiles.map((each) => ({ ...each, text: "[]" })) }, false],
      ["falco.yaml", { ...falco, configuration: { ...falco.configuration, priority: "info" } }, true],
      ["certificates", { ...falco, certificates }, true],
    ];
    const pods = (state: DesiredState): unknown => at(find(target(state), "DaemonSet/falco"), "spec/template");
    for (const [what, changed, rolls] of changes) {
      const same = JSON.stringify(pods({ ...sampleState, falco: changed })) === JSON.stringify(pods(sampleState));
      expect(same, what).to.equal(!rolls);
    }
  });
});

describe("the DaemonSet falco", () => {
  const daemonSet = find(target(sampleState), "DaemonSet/falco");
  const pod = "spec/template/spec";
  const container = `${pod}/containers/0`;

  const facts: readonly (readonly [string, unknown])[] = [
    ["spec/selector", { matchLabels: { "app.kubernetes.io/name": "falco", "app.kubernetes.io/instance": "falco" } }],
    ["spec/updateStrategy", { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 2 } }],
    [`${pod}/serviceAccountName`, "falco"],
    [`${pod}/automountServiceAccountToken`, false],
    [`${pod}/enableServiceLinks`, false],
    [`${pod}/hostPID`, undefined],
    [`${pod}/hostNetwork`, undefined],
    [`${pod}/priorityClassName`, "gardener-shoot-system-900"],
    [`${pod}/nodeSelector`, sampleState.falco.nodeSelector],
    [`${pod}/tolerations`, sampleState.falco.tolerations],
    [`${container}/image`, sampleState.falco.image],
    [`${container}/args`, ["/usr/bin/falco"]],
    [`${container}/resources`, sampleState.falco.resources],
    [
      `${container}/securityContext`,
      {
        privileged: false,
        runAsUser: 0,
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"], add: sampleState.falco.capabilities },
        seccompProfile: { type: "Unconfined" },
        appArmorProfile: { type: "Unconfined" },
      },
    ],
    [`${container}/startupProbe/httpGet`, { path: "/healthz", port: "web" }],
    [`${container}/ports/0/containerPort`, 8765],
  ];
  for (const [path, expected] of facts) {
    it(`has ${path}`, () => {
      expect(at(daemonSet, path)).to.deep.equal(expected);
    });
  }

  it("mounts of the host only directories that the probe needs, and reads them only", () => {
    const volumes = at(daemonSet, `${pod}/volumes`) as readonly {
      name: string;
      hostPath?: { path: string; type: string };
    }[];
    const host = volumes.flatMap(({ name, hostPath }) => (hostPath === undefined ? [] : [{ name, ...hostPath }]));
    expect(host.map(({ path }) => path)).to.deep.equal(["/proc", "/etc", "/sys/kernel", "/run/containerd"]);
    expect(new Set(host.map(({ type }) => type))).to.deep.equal(new Set(["Directory"]));
    const mounts = at(daemonSet, `${container}/volumeMounts`) as readonly { name: string; readOnly?: boolean }[];
    expect(mounts.filter(({ readOnly }) => readOnly !== true).map(({ name }) => name)).to.deep.equal(["tmp"]);
    expect(mounts.map(({ name }) => name).sort()).to.deep.equal(volumes.map(({ name }) => name).sort());
  });

  it("mounts the shoot's own ConfigMaps without depending on them", () => {
    const text = JSON.stringify(daemonSet);
    expect(text).to.contain('{"name":"shoot-rules-0","configMap":{"name":"team-rules","optional":true}}');
    expect(text).to.contain('"mountPath":"/etc/falco/shoot-custom-rules/team-rules"');
  });

  it("knows AppArmor by an annotation where there is no field, and no certificates without falcosidekick", () => {
    const older = find(target(sampleStateWithoutFalcosidekick), "DaemonSet/falco");
    expect(Object.keys(at(older, "spec/template/metadata/annotations") as object)).to.deep.equal([
      "checksum/config",
      "container.apparmor.security.beta.kubernetes.io/falco",
    ]);
    expect(at(older, `${container}/securityContext/appArmorProfile`)).to.equal(undefined);
    expect(JSON.stringify(older)).not.to.contain("falco-certs");
    expect(at(daemonSet, "spec/template/metadata/annotations")).to.have.all.keys(
      "checksum/config",
      "checksum/certificates",
    );
  });

  it("finds falco.yaml as it was decided", () => {
    const text = at(find(target(sampleState), "ConfigMap/falco"), "data/falco.yaml") as string;
    expect(parseManifests(text)).to.deep.equal([sampleState.falco.configuration]);
  });
});
