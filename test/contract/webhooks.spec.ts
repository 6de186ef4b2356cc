import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { asObject, at, type Json, type JsonObject } from "../support/apiserver/json.ts";
import { makeServingIdentity } from "../support/apiserver/tls.ts";
import { body, describeContract, failure, type Fixture, gadget, textAt } from "./fixture.ts";

type Answer = (request: JsonObject) => JsonObject;
const group = "/apis/admissionregistration.k8s.io/v1";
const identity = makeServingIdentity("contract-webhook");

/** A webhook that answers by path and remembers the last request of each. */
class Hooks {
  readonly answers = new Map<string, Answer>();
  readonly seen = new Map<string, JsonObject>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer({ cert: identity.certificatePem, key: identity.keyPem }, (message, response) => {
      const chunks: Buffer[] = [];
      message.on("data", (chunk: Buffer) => chunks.push(chunk));
      message.on("end", () => {
        const path = (message.url ?? "").replace(/\?.*/, "");
        const request = asObject(at(JSON.parse(Buffer.concat(chunks).toString()) as Json, "request"));
        this.seen.set(path, request);
        const answer = this.answers.get(path)?.(request) ?? { allowed: true };
        const review = {
          apiVersion: "admission.k8s.io/v1",
          kind: "AdmissionReview",
          response: { uid: request["uid"], ...answer },
        };
        response.setHeader("content-type", "application/json").end(JSON.stringify(review));
      });
    });
  }

  start(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  url(path: string): string {
    return `https://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}${path}`;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) =>
      this.#server.close(() => {
        resolve();
      }),
    );
  }
}

interface Hook {
  readonly kind: "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration";
  readonly name: string;
  readonly url: string;
  readonly extra?: JsonObject;
}

function configuration(api: Fixture, { kind, name, url, extra }: Hook): JsonObject {
  const webhook = {
    name: `${name}.contract.test`,
    clientConfig: { url, caBundle: Buffer.from(identity.caPem).toString("base64") },
    rules: [
      {
        apiGroups: ["contract.test"],
        apiVersions: ["*"],
        operations: ["CREATE", "UPDATE", "DELETE"],
        resources: ["gadgets"],
      },
    ],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": api.namespace } },
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    timeoutSeconds: 5,
    ...extra,
  };
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    metadata: { name: `${api.namespace}-${name}` },
    webhooks: [webhook],
  };
}

describeContract("admission webhooks", (api) => {
  const hooks = new Hooks();
  const installed: string[] = [];

  /** Stores a configuration and tries until it is in force, which takes a real server a moment. */
  async function install(hook: Hook, inForce: () => Promise<boolean>): Promise<void> {
    const path = `${group}/${hook.kind.toLowerCase()}s`;
    body(await api.client.post(path, configuration(api, hook)), 201);
    installed.push(`${path}/${api.namespace}-${hook.name}`);
    while (!(await inForce()));
  }

  const called = (path: string) => async (): Promise<boolean> => {
    await api.client.post(`${api.gadgets}?dryRun=All`, gadget("probe"));
    return hooks.seen.has(path);
  };

  before(() => hooks.start());
  afterEach(async () => {
    for (const path of installed.splice(0)) body(await api.client.delete(path), 200);
    hooks.answers.clear();
    hooks.seen.clear();
  });
  after(() => hooks.stop());

  it("change an object and warn", async () => {
    const patch = [{ op: "add", path: "/spec/note", value: "patched" }];
    hooks.answers.set("/mutate", () => ({
      allowed: true,
      patchType: "JSONPatch",
      patch: Buffer.from(JSON.stringify(patch)).toString("base64"),
      warnings: ["take care"],
    }));
    await install(
      { kind: "MutatingWebhookConfiguration", name: "mutate", url: hooks.url("/mutate") },
      called("/mutate"),
    );
    const reply = await api.client.post(api.gadgets, gadget("mutated"));
    expect(at(body(reply, 201), "spec", "note")).to.equal("patched");
    expect(reply.headers["warning"]).to.equal('299 - "take care"');
    const request = hooks.seen.get("/mutate") ?? {};
    expect(request["operation"]).to.equal("CREATE");
    expect(request["kind"]).to.deep.equal({ group: "contract.test", version: "v1", kind: "Gadget" });
    expect(request["resource"]).to.deep.equal({ group: "contract.test", version: "v1", resource: "gadgets" });
    expect(request["namespace"]).to.equal(api.namespace);
    expect(request["name"]).to.equal("mutated");
    expect(request["oldObject"]).to.equal(null);
    expect(at(request, "object", "spec", "color")).to.equal("red");
    expect(request["dryRun"]).to.equal(false);
    expect(textAt(request, "userInfo", "username")).not.to.equal("");
  });

  it("refuse with their own words", async () => {
    hooks.answers.set("/deny", ({ operation }) =>
      operation === "CREATE" ? { allowed: true } : { allowed: false, status: { code: 403, message: "not like this" } },
    );
    await install({ kind: "ValidatingWebhookConfiguration", name: "deny", url: hooks.url("/deny") }, called("/deny"));
    body(await api.client.post(api.gadgets, gadget("denied")), 201);
    const update = await api.client.patch(`${api.gadgets}/denied`, "merge", { spec: { size: 2 } });
    expect(failure(update)).to.deep.include({
      code: 403,
      message: 'admission webhook "deny.contract.test" denied the request: not like this',
    });
    const request = hooks.seen.get("/deny") ?? {};
    expect(request["operation"]).to.equal("UPDATE");
    expect(at(request, "oldObject", "spec", "size")).to.equal(1);
    expect(at(request, "object", "spec", "size")).to.equal(2);
    expect((await api.client.delete(`${api.gadgets}/denied`)).code).to.equal(403);
    expect(hooks.seen.get("/deny")?.["object"]).to.equal(null);
  });

  it("refuse without words", async () => {
    hooks.answers.set("/silent", () => ({ allowed: false }));
    await install(
      { kind: "ValidatingWebhookConfiguration", name: "silent", url: hooks.url("/silent") },
      called("/silent"),
    );
    expect(failure(await api.client.post(api.gadgets, gadget("silent")))).to.deep.include({
      code: 400,
      message: 'admission webhook "silent.contract.test" denied the request without explanation',
    });
  });

  it("see only the objects that they select", async () => {
    hooks.answers.set("/selected", () => ({ allowed: false, status: { message: "selected" } }));
    const extra = { objectSelector: { matchLabels: { look: "yes" } } };
    const chosen = gadget("chosen", { size: 1 }, { labels: { look: "yes" } });
    await install(
      { kind: "ValidatingWebhookConfiguration", name: "selected", url: hooks.url("/selected"), extra },
      async () => {
        return (await api.client.post(`${api.gadgets}?dryRun=All`, chosen)).code !== 201;
      },
    );
    body(await api.client.post(api.gadgets, gadget("not-chosen")), 201);
    // A label that only the new or only the old object has is enough.
    const labelled = await api.client.patch(`${api.gadgets}/not-chosen`, "merge", {
      metadata: { labels: { look: "yes" } },
    });
    expect(labelled.code).to.equal(400);
  });

  it("that cannot be reached fail the request, or are passed over", async () => {
    const closed = "https://127.0.0.1:9/closed";
    await install({ kind: "ValidatingWebhookConfiguration", name: "closed", url: closed }, async () => {
      return (await api.client.post(`${api.gadgets}?dryRun=All`, gadget("probe"))).code !== 201;
    });
    const reply = await api.client.post(api.gadgets, gadget("unreached"));
    expect(failure(reply)).to.deep.include({ code: 500, reason: "InternalError" });
    expect(textAt(reply.body, "message")).to.contain(
      'failed calling webhook "closed.contract.test": failed to call webhook: Post "https://127.0.0.1:9/closed?timeout=5s"',
    );
    expect(textAt(reply.body, "message")).to.contain("connection refused");
    const path = `${group}/validatingwebhookconfigurations/${api.namespace}-closed`;
    body(
      await api.client.patch(path, "json", [{ op: "replace", path: "/webhooks/0/failurePolicy", value: "Ignore" }]),
      200,
    );
    while ((await api.client.post(`${api.gadgets}?dryRun=All`, gadget("probe"))).code !== 201);
    body(await api.client.post(api.gadgets, gadget("unreached")), 201);
  });

  it("hear of dry runs", async () => {
    await install({ kind: "ValidatingWebhookConfiguration", name: "dry", url: hooks.url("/dry") }, called("/dry"));
    expect(hooks.seen.get("/dry")?.["dryRun"]).to.equal(true);
  });
});
