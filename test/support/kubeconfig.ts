import type { ServerAddress } from "./real-server.ts";

/** A kubeconfig for a server, embedded or real. */
export function kubeconfigFor({ url, caPem, token }: ServerAddress): string {
  return JSON.stringify({
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    clusters: [
      { name: "test", cluster: { server: url, "certificate-authority-data": Buffer.from(caPem).toString("base64") } },
    ],
    users: [{ name: "test", user: { token } }],
  });
}
