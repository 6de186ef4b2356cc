import { expect } from "chai";
import { oldestGo, readGoModule, requiredVersion } from "../../../../hack/control-plane/go-module.ts";
import { buildArguments, programNames, programVersion } from "../../../../hack/control-plane/programs.ts";

const mod = `module example

go 1.26.5

require go.etcd.io/etcd/server/v3 v3.6.8

require (
	github.com/gardener/gardener v1.149.0 // indirect
	github.com/gardener/gardener/pkg/apis v1.149.1
	k8s.io/kubernetes v1.36.3 // indirect
)

replace k8s.io/api => k8s.io/api v0.36.3
`;

describe("the Go module of the control plane", () => {
  it("pins a version of every program", () => {
    const versions = programNames.map((name) => [name, programVersion(name, readGoModule().mod)]);
    expect(Object.fromEntries(versions)).to.deep.equal({
      etcd: "v3.6.8",
      "kube-apiserver": "v1.36.3",
      "gardener-resource-manager": "v1.149.0",
      "gardener-apiserver": "v1.149.0",
      helm: "v4.2.3",
    });
  });

  it("finds required versions on lines of their own and in blocks", () => {
    expect(requiredVersion(mod, "go.etcd.io/etcd/server/v3")).to.equal("v3.6.8");
    expect(requiredVersion(mod, "github.com/gardener/gardener")).to.equal("v1.149.0");
  });

  it("takes no replacement for a requirement", () => {
    expect(() => requiredVersion(mod, "k8s.io/api")).to.throw("go.mod requires no k8s.io/api.");
  });

  it("knows the oldest Go", () => {
    expect(oldestGo(mod)).to.equal("1.26.5");
    expect(() => oldestGo("module example\n")).to.throw("go.mod has no go line.");
  });
});

describe("buildArguments", () => {
  it("sets every version variable that clients read", () => {
    const [, , , , flags] = buildArguments("kube-apiserver", mod, "out");
    expect(flags).to.equal(
      "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 -X k8s.io/component-base/version.gitMajor=1" +
        " -X k8s.io/component-base/version.gitMinor=36 -X k8s.io/component-base/version.gitTreeState=clean" +
        " -X k8s.io/client-go/pkg/version.gitVersion=v1.36.3 -X k8s.io/client-go/pkg/version.gitMajor=1" +
        " -X k8s.io/client-go/pkg/version.gitMinor=36 -X k8s.io/client-go/pkg/version.gitTreeState=clean",
    );
  });

  it("is a whole command", () => {
    expect(buildArguments("etcd", mod, "/cache/etcd")).to.deep.equal([
      "build",
      "-trimpath",
      "-buildvcs=false",
      "-ldflags",
      "-s -w",
      "-o",
      "/cache/etcd",
      "go.etcd.io/etcd/server/v3",
    ]);
  });
});
