import { type Client, connect } from "../../kube/client.ts";
import { resource } from "../../kube/objects.ts";
import { createClient } from "../../kube/rest-client.ts";
import { apiServices, gardenerService } from "./gardener-apiserver.ts";
import { waitFor } from "./wait-for.ts";

/** How to reach an API server as its administrator. */
export interface Access {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

const namespaces = resource("v1", "Namespace", { namespaced: false });
const apiServiceType = resource("apiregistration.k8s.io/v1", "APIService", { namespaced: false });

/** A client of a server, with the rights of its administrator. */
export async function administrator({ url, caPem, token }: Access): Promise<Client> {
  return createClient({ connection: await connect({ server: url, caPem, token }), userAgent: "control-plane" });
}

/** Makes a kube-apiserver hand on requests for Gardener's kinds to the gardener-apiserver at a port, and waits until it does. */
export async function announceGardener(garden: Access, port: number, caPem: string): Promise<void> {
  const client = await administrator(garden);
  const options = { fieldManager: "control-plane", force: true };
  await waitFor("the namespace kube-system", () => client.get(namespaces, { name: "kube-system" }));
  await client.apply(resource("v1", "Service"), gardenerService, options);
  const services = apiServices(port, caPem);
  for (const each of services) await client.apply(apiServiceType, each, options);
  for (const { metadata } of services) {
    const [version = "", ...group] = metadata.name.split(".");
    await waitFor(`${garden.url} to serve ${metadata.name}`, () => client.text(`/apis/${group.join(".")}/${version}`));
  }
}
