import { requiredVersion } from "./go-module.ts";

/** A program of the control plane, as Go knows it. */
interface Program {
  /** The package that is built. */
  readonly package: string;
  /** The module that the package is in, whose version is the program's. */
  readonly module: string;
  /** The Go packages whose version variables are set; without them, clients cannot read the server's version. */
  readonly versions: readonly string[];
}

const componentBase = "k8s.io/component-base/version";

/** All programs that can be built, in the order in which most of what they share is compiled first. */
const programs = {
  etcd: { package: "go.etcd.io/etcd/server/v3", module: "go.etcd.io/etcd/server/v3", versions: [] },
  "kube-apiserver": {
    package: "k8s.io/kubernetes/cmd/kube-apiserver",
    module: "k8s.io/kubernetes",
    versions: [componentBase, "k8s.io/client-go/pkg/version"],
  },
  "gardener-resource-manager": {
    package: "github.com/gardener/gardener/cmd/gardener-resource-manager",
    module: "github.com/gardener/gardener",
    versions: [componentBase],
  },
  "gardener-apiserver": {
    package: "github.com/gardener/gardener/cmd/gardener-apiserver",
    module: "github.com/gardener/gardener",
    versions: [componentBase],
  },
  helm: { package: "helm.sh/helm/v4/cmd/helm", module: "helm.sh/helm/v4", versions: [] },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof programs;

/** The names of all programs, in the order of building. */
export const programNames = Object.keys(programs) as readonly ProgramName[];

/** The version of a program that a go.mod asks for. */
export function programVersion(name: ProgramName, mod: string): string {
  return requiredVersion(mod, programs[name].module);
}

/** What `go` is called with to build a program into the file `output`. */
export function buildArguments(name: ProgramName, mod: string, output: string): readonly string[] {
  const flags = linkerFlags(programs[name].versions, programVersion(name, mod));
  return ["build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", output, programs[name].package];
}

/** No symbol tables, which nobody reads here; and the version variables. */
function linkerFlags(packages: readonly string[], version: string): string {
  const [major = "", minor = ""] = version.replace(/^v/, "").split(".");
  const variables = packages.flatMap((each) => [
    `-X ${each}.gitVersion=${version}`,
    `-X ${each}.gitMajor=${major}`,
    `-X ${each}.gitMinor=${minor}`,
    `-X ${each}.gitTreeState=clean`,
  ]);
  return ["-s", "-w", ...variables].join(" ");
}

/** What the Go tools are told on top of the environment: nothing may change the module or fetch another Go. */
export const goEnvironment = {
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=readonly",
  GOTOOLCHAIN: "local",
  GOWORK: "off",
} as const;
