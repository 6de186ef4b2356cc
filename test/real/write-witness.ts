import { createServer, type Server } from "node:https";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import type { Client } from "../../kube/client.ts";
import { type KubeObject, resource } from "../../kube/objects.ts";
import { makeServingIdentity } from "../support/apiserver/tls.ts";

/** A write that an API server is about to carry out. */
export interface Write {
  readonly operation: "CREATE" | "UPDATE" | "DELETE";
  readonly resource: { readonly resource: string };
  readonly subResource?: string;
  readonly name: string;
  readonly object: KubeObject | null;
  readonly oldObject: KubeObject | null;
}

const configurations = resource("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", {
  namespaced: false,
});
const configMaps = resource("v1", "ConfigMap");
const probe = { namespace: "garden", name: "probe" };

/**
 * A webhook that a real API server asks before it carries out a write to an Extension or a ManagedResource: the write is held up until
 * `onWrite` is done, and then let through. So something can be done at one certain moment of a controller's work.
 */
export class WriteWitness {
  onWrite: (write: Write) => Promise<void> = () => Promise.resolve();
  readonly #server: Server;
  #isAsked = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** The server asks from when the promise resolves. */
  static async start(client: Client): Promise<WriteWitness> {
    const { caPem, certificatePem: cert, keyPem: key } = makeServingIdentity("witness");
    const server = createServer({ cert, key });
    const witness = new WriteWitness(server);
    server.on("request", (request, response) => {
      void text(request).then(async (body) => {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(await witness.#answer(body)));
      });
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await client.create(configurations, configurationOf(port, caPem));
    await witness.#untilAsked(client);
    return witness;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(body: string): Promise<object> {
    const { request } = JSON.parse(body) as { readonly request: Write & { readonly uid: string } };
    if (request.resource.resource === "configmaps") this.#isAsked = true;
    else await this.onWrite(request);
    return {
      apiVersion: "admission.k8s.io/v1",
      kind: "AdmissionReview",
      response: { uid: request.uid, allowed: true },
    };
  }

  /** A server takes a while until it heeds a new configuration. */
  async #untilAsked(client: Client): Promise<void> {
    await client.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: probe });
    let attempt = 0;
    await waitFor("the API server to ask the webhook", async () => {
      await client.patch(configMaps, probe, { body: { data: { attempt: String(attempt++) } } });
      return this.#isAsked || undefined;
    });
  }
}

function configurationOf(port: number, caPem: string) {
  const rule = (apiGroup: string, resources: readonly string[]): object => ({
    ...{ apiGroups: [apiGroup], apiVersions: ["*"], resources },
    operations: ["CREATE", "UPDATE", "DELETE"],
  });
  const webhook = {
    name: "witness.example.org",
    clientConfig: {
      url: `https://127.0.0.1:${String(port)}/`,
      caBundle: Buffer.from(caPem).toString("base64"),
    },
    rules: [
      rule("extensions.gardener.cloud", ["extensions", "extensions/status"]),
      rule("resources.gardener.cloud", ["managedresources"]),
      { ...rule("", ["configmaps"]), operations: ["UPDATE"] },
    ],
    ...{ sideEffects: "None", admissionReviewVersions: ["v1"], failurePolicy: "Ignore", timeoutSeconds: 10 },
  };
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "witness" },
    webhooks: [webhook],
  };
}
