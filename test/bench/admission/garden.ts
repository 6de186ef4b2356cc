import { readFileSync } from "node:fs";
import { parseManifests } from "../../../falco/base/yaml.ts";
import { kubeconfigText } from "../../../hack/control-plane/kubeconfig.ts";
import { startApiServer } from "../../support/apiserver/start.ts";
import { gardenerResources } from "../../support/gardener-resources.ts";
import { profileCrd } from "../../support/profile-crd.ts";
import { realSizedShoot } from "./reviews.ts";

// The garden as a process of its own, so that its CPU time does not count as the admission's. Argument: how many Shoots there are. It writes
// its kubeconfig as one line of JSON, and ends with its standard input.
const count = Number(process.argv[2]);
const profiles = parseManifests(
  readFileSync(new URL("../../../profiles/falco-profile.yaml", import.meta.url), "utf8"),
) as readonly object[];
const shoots = Array.from({ length: count }, (_, index) => realSizedShoot(`bench-${String(index)}`));
const project = { metadata: { name: "bench" }, spec: { namespace: "garden-bench" } };
const labels = { "gardener.cloud/role": "project", "project.gardener.cloud/name": "bench" };
const server = await startApiServer({
  crds: [profileCrd()],
  resources: gardenerResources,
  objects: [
    ...profiles,
    { apiVersion: "v1", kind: "Namespace", metadata: { name: "garden-bench", labels } },
    { apiVersion: "core.gardener.cloud/v1beta1", kind: "Project", ...project },
    ...shoots,
  ],
});
process.stdout.write(`${JSON.stringify(kubeconfigText("bench", server))}\n`);
process.stdin.once("end", () => void server.stop()).resume();
