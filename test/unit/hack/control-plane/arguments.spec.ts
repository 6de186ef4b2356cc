import { expect } from "chai";
import { parseManifests } from "../../../../falco/base/yaml.ts";
import { crdFileName, crdFiles } from "../../../../hack/control-plane/crds.ts";
import { etcdArguments, etcdUrl } from "../../../../hack/control-plane/etcd.ts";
import {
  apiServices,
  gardenerApiserverArguments,
  gardenerService,
} from "../../../../hack/control-plane/gardener-apiserver.ts";
import { kubeApiserverArguments } from "../../../../hack/control-plane/kube-apiserver.ts";
import { kubeconfigText } from "../../../../hack/control-plane/kubeconfig.ts";
import { resourceManagerConfiguration } from "../../../../hack/control-plane/resource-manager.ts";

const identity = (name: string) => ({
  ca: `/${name}-ca`,
  certificate: `/${name}-crt`,
  key: `/${name}-key`,
  caPem: "PEM",
});
const kubeApiserver = kubeApiserverArguments({
  etcdUrl: "http://127.0.0.1:1",
  prefix: "/seed",
  port: 2,
  files: { serving: identity("serving"), proxy: identity("proxy"), tokens: "/tokens", serviceAccountKey: "/sa" },
});
const gardenerApiserver = gardenerApiserverArguments({
  etcdUrl: "http://127.0.0.1:1",
  prefix: "/garden",
  port: 3,
  serving: identity("serving"),
  kubeconfig: "/kubeconfig",
});
const etcd = etcdArguments({ dataFolder: "/data", clientPort: 4, peerPort: 5 });

describe("what the programs of the control plane are started with", () => {
  it("nothing listens anywhere but on this machine", () => {
    const addresses = [...etcd, ...kubeApiserver, ...gardenerApiserver].filter((each) =>
      /-(bind-address|listen-\w+-urls)=/.test(each),
    );
    expect(addresses).to.deep.equal([
      "--listen-client-urls=http://127.0.0.1:4",
      "--listen-peer-urls=http://127.0.0.1:5",
      "--bind-address=127.0.0.1",
      "--bind-address=127.0.0.1",
    ]);
    expect(etcdUrl(4)).to.equal("http://127.0.0.1:4");
  });

  it("each server has its own part of the etcd", () => {
    expect(kubeApiserver).to.include.members([
      "--etcd-servers=http://127.0.0.1:1",
      "--etcd-prefix=/seed",
      "--secure-port=2",
    ]);
    expect(gardenerApiserver).to.include.members(["--etcd-servers=http://127.0.0.1:1", "--etcd-prefix=/garden"]);
  });

  it("the kube-apiserver is given each file where it belongs", () => {
    expect(kubeApiserver).to.include.members([
      "--tls-cert-file=/serving-crt",
      "--tls-private-key-file=/serving-key",
      "--client-ca-file=/serving-ca",
      "--token-auth-file=/tokens",
      "--service-account-key-file=/sa",
      "--service-account-signing-key-file=/sa",
      "--requestheader-client-ca-file=/proxy-ca",
      "--proxy-client-cert-file=/proxy-crt",
      "--proxy-client-key-file=/proxy-key",
    ]);
  });

  it("the resource manager looks at one class, or at ManagedResources without any", () => {
    const input = { certificateFolder: "/tls", ports: { webhooks: 1, health: 2, metrics: 3 } };
    const [plain] = parseManifests(resourceManagerConfiguration(input));
    const controllers = { health: { syncPeriod: "15s" }, managedResources: { syncPeriod: "15s" } };
    expect(plain).to.deep.include({ controllers });
    const [seed] = parseManifests(resourceManagerConfiguration({ ...input, resourceClass: "seed" }));
    expect(seed).to.deep.include({ controllers: { resourceClass: "seed", ...controllers } });
    expect(seed).to.deep.include({
      server: {
        webhooks: { bindAddress: "127.0.0.1", port: 1, tls: { serverCertDir: "/tls" } },
        healthProbes: { bindAddress: "127.0.0.1", port: 2 },
        metrics: { bindAddress: "127.0.0.1", port: 3 },
      },
    });
  });

  it("Gardener's kinds are served by way of a Service that leads to this machine", () => {
    expect(gardenerService["spec"]).to.deep.equal({ type: "ExternalName", externalName: "localhost" });
    const services = apiServices(3, "PEM");
    expect(services.map(({ metadata }) => metadata.name)).to.deep.equal([
      "v1.core.gardener.cloud",
      "v1beta1.core.gardener.cloud",
      "v1alpha1.operations.gardener.cloud",
      "v1alpha1.security.gardener.cloud",
      "v1alpha1.seedmanagement.gardener.cloud",
    ]);
    expect(services[0]?.["spec"]).to.deep.include({
      caBundle: "UEVN",
      service: { namespace: "kube-system", name: "gardener-apiserver", port: 3 },
    });
  });

  it("a kubeconfig holds all that it takes", () => {
    const [config] = parseManifests(kubeconfigText("seed", { url: "https://127.0.0.1:2", caPem: "PEM", token: "t" }));
    expect(config).to.deep.include({
      clusters: [{ name: "seed", cluster: { server: "https://127.0.0.1:2", "certificate-authority-data": "UEVN" } }],
      users: [{ name: "seed", user: { token: "t" } }],
      "current-context": "seed",
    });
  });

  it("no two CustomResourceDefinitions are kept under the same name", () => {
    expect(new Set(crdFiles.map(crdFileName)).size).to.equal(crdFiles.length);
  });
});
