import type { Client } from "../../../kube/client.ts";
import { ApiError } from "../../../kube/errors.ts";
import { keyOf, type KubeObject, type ObjectToWrite } from "../../../kube/objects.ts";

type Fields = Record<string, unknown>;

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged: Fields = typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, field);
    else merged[field] = merge(merged[field], value);
  }
  return merged;
}

const problem = (status: number, reason: string): ApiError => new ApiError({ status, reason, message: reason });

/** Objects with optimistic locking, and nothing else of an API server; what a test does not expect, it refuses. */
export class ObjectsInMemory {
  readonly objects = new Map<string, KubeObject>();
  readonly writes: string[] = [];
  /** Called before each write; may change things, or throw. */
  beforeWrite: (kind: string) => void = () => undefined;
  #version = 0;

  /** Puts an object there, as somebody else would. */
  put(object: ObjectToWrite): KubeObject {
    const key = keyOf(object.metadata);
    this.#version++;
    const before = this.objects.get(key)?.metadata;
    const uid = before?.uid ?? `uid-${String(this.#version)}`;
    const stored: KubeObject = {
      ...object,
      metadata: { uid, ...object.metadata, resourceVersion: String(this.#version) },
    };
    this.objects.set(key, stored);
    return stored;
  }

  readonly client: Client = {
    get: (_type, name) => Promise.resolve(this.objects.get(keyOf(name))),
    create: async (_type, object) => {
      await this.#write("create");
      if (this.objects.has(keyOf(object.metadata))) throw problem(409, "AlreadyExists");
      return this.put(object);
    },
    update: async (_type, object) => {
      await this.#write("update");
      this.#lock(object.metadata);
      return this.put(object);
    },
    patch: async (_type, name, { body }) => {
      await this.#write(`patch ${JSON.stringify(body)}`);
      const { metadata } = body as { metadata?: { resourceVersion?: string } };
      const present = this.#lock({ ...name, ...metadata });
      return this.put(merge(present, body) as KubeObject);
    },
    delete: (_type, name) => Promise.resolve(this.objects.delete(keyOf(name))),
    list: () => Promise.reject(new Error("not expected")),
    apply: () => Promise.reject(new Error("not expected")),
    text: () => Promise.reject(new Error("not expected")),
    watch: () => {
      throw new Error("not expected");
    },
  };

  async #write(kind: string): Promise<void> {
    await Promise.resolve();
    this.writes.push(kind);
    this.beforeWrite(kind);
  }

  #lock(metadata: { namespace?: string; name: string; resourceVersion?: string }): KubeObject {
    const present = this.objects.get(keyOf(metadata));
    if (present === undefined) throw problem(404, "NotFound");
    const { resourceVersion } = metadata;
    if (resourceVersion !== undefined && resourceVersion !== present.metadata.resourceVersion) {
      throw problem(409, "Conflict");
    }
    return present;
  }
}
