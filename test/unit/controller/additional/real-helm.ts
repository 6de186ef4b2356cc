import { delimiter, join } from "node:path";
import { findHelm, type Helm } from "../../../../controller/helm.ts";
import { formatProblem } from "../../../../falco/base/problem.ts";
import { cacheFolder } from "../../../../hack/control-plane/cache-folder.ts";
import { readGoModule } from "../../../../hack/control-plane/go-module.ts";

/** The helm that HELM names, that is on the PATH, or that hack/control-plane has built; undefined where there is none. */
async function realHelm(): Promise<Helm | undefined> {
  const { HELM, PATH = "" } = process.env;
  const path = `${PATH}${delimiter}${join(cacheFolder(readGoModule(), process.env), "bin")}`;
  const helm = await findHelm({ program: HELM === "" ? undefined : HELM, path });
  if (!helm.ok) throw new Error(helm.problems.map(formatProblem).join("\n"));
  return helm.value;
}

/** Skips a suite where there is no helm, and says so. */
export async function needHelm(suite: Mocha.Context): Promise<Helm> {
  const helm = await realHelm();
  if (helm !== undefined) return helm;
  process.stderr.write("\n  no helm: set HELM or build it with hack/control-plane; what needs it is skipped\n");
  suite.skip();
}
