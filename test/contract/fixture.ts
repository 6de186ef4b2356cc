/** What each group of specs starts from: a client, a namespace of its own and a small custom resource. */
import { randomUUID } from "node:crypto";
import { expect } from "chai";
import { asArray, asObject, asString, at, type Json, type JsonObject } from "../support/apiserver/json.ts";
import { Client, type Reply } from "./client.ts";
import { startTarget, type Target } from "./target.ts";

const properties: JsonObject = {
  size: { type: "integer", minimum: 1, maximum: 5 },
  color: { type: "string", enum: ["red", "blue"], default: "red" },
  note: { type: "string" },
  list: { type: "array", items: { type: "string" } },
  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  parts: {
    type: "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["key"],
    items: { type: "object", required: ["key"], properties: { key: { type: "string" }, value: { type: "string" } } },
  },
};

/** Gadgets: a namespaced kind with a status subresource, defaults, a keyed list and printer columns. */
const gadgets: JsonObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "gadgets.contract.test" },
  spec: {
    group: "contract.test",
    scope: "Namespaced",
    names: { kind: "Gadget", plural: "gadgets", singular: "gadget", shortNames: ["gd"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: "Size", type: "integer", jsonPath: ".spec.size" },
          { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        ],
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", required: ["size"], properties },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};

const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** A gadget to send. */
export function gadget(name: string, spec: JsonObject = { size: 1 }, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: "contract.test/v1", kind: "Gadget", metadata: { name, ...metadata }, spec };
}

/** A ConfigMap to send. */
export function configMap(name: string, data: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

/** A Secret to send. */
export function secret(name: string, rest: JsonObject): JsonObject {
  return { apiVersion: "v1", kind: "Secret", metadata: { name }, ...rest };
}

/** The server under test, from the point of view of one group of specs. */
export interface Fixture {
  client: Client;
  namespace: string;
  /** Paths of collections in the namespace. */
  gadgets: string;
  configMaps: string;
  secrets: string;
}

async function establish(client: Client): Promise<void> {
  await client.post(crdPath, gadgets);
  const stream = await client.watch(`${crdPath}?watch=true&fieldSelector=metadata.name=gadgets.contract.test`);
  for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
    const conditions = asArray(at(event, "object", "status", "conditions")).map(asObject);
    if (conditions.some((condition) => condition["type"] === "Established" && condition["status"] === "True")) break;
  }
  stream.close();
  // A real server serves a new kind a moment after it says so.
  while ((await client.get("/apis/contract.test/v1/gadgets")).code !== 200);
}

/** A group of specs with its own namespace; the fixture is filled in before the first of them. */
export function describeContract(title: string, specs: (fixture: Fixture) => void): void {
  describe(`contract: ${title}`, () => {
    const fixture = {} as Fixture;
    let target: Target | undefined;
    before(async () => {
      target = await startTarget();
      const client = new Client(target);
      const namespace = `contract-${randomUUID().slice(0, 8)}`;
      await client.post("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      await establish(client);
      const core = `/api/v1/namespaces/${namespace}`;
      Object.assign(fixture, {
        client,
        namespace,
        gadgets: `/apis/contract.test/v1/namespaces/${namespace}/gadgets`,
        configMaps: `${core}/configmaps`,
        secrets: `${core}/secrets`,
      });
    });
    after(async () => {
      await fixture.client.delete(`/api/v1/namespaces/${fixture.namespace}`);
      fixture.client.close();
      await target?.stop();
    });
    specs(fixture);
  });
}

/** The body of an answer that must have this code. */
export function body(reply: Reply, code: number): JsonObject {
  expect(reply.code, JSON.stringify(reply.body)).to.equal(code);
  return reply.body;
}

/** What a failed request says: code, reason, message. */
export function failure(reply: Reply): JsonObject {
  const { reason, message } = reply.body;
  return { code: reply.code, reason: reason ?? null, message: message ?? null };
}

/** A string in a value. */
export function textAt(value: Json | undefined, ...path: readonly string[]): string {
  return asString(at(value, ...path)) ?? "";
}

/** metadata.resourceVersion */
export const revisionOf = (object: JsonObject): string => textAt(object, "metadata", "resourceVersion");

/** The names of a list's items. */
export function namesOf(list: JsonObject): readonly string[] {
  return asArray(list["items"]).map((item) => textAt(item, "metadata", "name"));
}
