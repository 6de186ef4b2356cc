import { toYaml } from "../../falco/base/yaml.ts";

/** A kubeconfig for one server and one token; the certificates stand in it. */
export function kubeconfigText(name: string, server: { url: string; caPem: string; token: string }): string {
  const ca = Buffer.from(server.caPem).toString("base64");
  return toYaml({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: server.url, "certificate-authority-data": ca } }],
    users: [{ name, user: { token: server.token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
