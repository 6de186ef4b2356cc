import type { Client } from "../../kube/client.ts";
import { type KubeObject, resource, toKubeObject } from "../../kube/objects.ts";
import { waitFor } from "./wait-for.ts";

const crdType = resource("apiextensions.k8s.io/v1", "CustomResourceDefinition", { namespaced: false });

interface Condition {
  readonly type?: unknown;
  readonly status?: unknown;
}

/** Brings CustomResourceDefinitions to a server and waits until it serves their kinds. */
export async function installCrds(crds: readonly object[], client: Client): Promise<void> {
  const objects = crds.map((each) => toKubeObject(each, crdType));
  await Promise.all(objects.map((each) => client.apply(crdType, each, { fieldManager: "control-plane", force: true })));
  await Promise.all(objects.map((each) => untilServed(each, client)));
}

async function untilServed({ metadata: { name } }: KubeObject, client: Client): Promise<void> {
  const live = await waitFor(`the CustomResourceDefinition ${name} to be established`, async () => {
    const crd = await client.get(crdType, { name });
    return crd !== undefined && isEstablished(crd) ? crd : undefined;
  });
  // It answers requests for the new kind a moment after it says so.
  const { group, version, plural } = servedBy(live);
  await waitFor(`${name} to be served`, () => client.text(`/apis/${group}/${version}/${plural}?limit=1`));
}

function isEstablished({ status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as { readonly conditions?: readonly Condition[] };
  return conditions.some((each) => each.type === "Established" && each.status === "True");
}

function servedBy({ spec }: KubeObject): { readonly group: string; readonly version: string; readonly plural: string } {
  const { group, names, versions } = spec as {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly { readonly name: string }[];
  };
  return { group, plural: names.plural, version: versions[0]?.name ?? "" };
}
