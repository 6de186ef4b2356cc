/** Get and list. */
import type { ApiRequest, Cluster } from "./cluster.ts";
import { asObject, type Json, type JsonObject, type KubeObject } from "./json.ts";
import { apiVersionOf, type ServedResource, storageKey } from "./resources.ts";
import { fieldSelector, labelSelector, type Selector } from "./selectors.ts";
import { badRequest, expired, Failure, notFound } from "./status.ts";

/** An object in the version that is asked for. */
export function present(resource: ServedResource, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(resource);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** The object of a request. */
export function readObject(cluster: Cluster, { resource, namespace, name }: ApiRequest): KubeObject | Failure {
  const stored = cluster.storage.collection(storageKey(resource)).get(namespace, name);
  return stored === undefined ? notFound(resource, name) : present(resource, stored);
}

/** Which objects a list or watch is about. */
export function selectorOf({ resource, query }: ApiRequest): Selector | undefined | Failure {
  const labels = query.get("labelSelector") ?? "";
  const fields = query.get("fieldSelector") ?? "";
  if (labels === "" && fields === "") return undefined;
  const byLabels = labelSelector(labels);
  if (byLabels instanceof Failure) return byLabels;
  const byFields = fieldSelector(storageKey(resource), fields);
  return byFields instanceof Failure ? byFields : (object) => byLabels(object) && byFields(object);
}

/** The namespace to look in; all of them for a request without one. */
export function scopeOf({ resource, namespace }: ApiRequest): string | undefined {
  return resource.namespaced && namespace !== "" ? namespace : undefined;
}

/** A page of a list. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly metadata: JsonObject;
}

interface Rest {
  readonly revision: number;
  readonly items: readonly KubeObject[];
}

/** What is left of lists that were asked for in pages: later pages show the state of the first one. */
export class Pages {
  readonly #rests = new Map<string, Rest>();
  readonly #most = 100;
  #next = 1;

  #keep(rest: Rest): string {
    const token = Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: rest.revision, start: this.#next++ })).toString(
      "base64url",
    );
    this.#rests.set(token, rest);
    const [oldest] = this.#rests.keys();
    if (this.#rests.size > this.#most && oldest !== undefined) this.#rests.delete(oldest);
    return token;
  }

  /** Forgets all of them, as compaction does. */
  forget(): void {
    this.#rests.clear();
  }

  #page({ revision, items }: Rest, limit: number): Page {
    const resourceVersion = String(revision);
    if (limit <= 0 || items.length <= limit) return { items, metadata: { resourceVersion } };
    const rest = items.slice(limit);
    const metadata = {
      resourceVersion,
      continue: this.#keep({ revision, items: rest }),
      remainingItemCount: rest.length,
    };
    return { items: items.slice(0, limit), metadata };
  }

  /** The objects of a list request, as far as its limit goes. */
  list(cluster: Cluster, request: ApiRequest): Page | Failure {
    const limit = Number(request.query.get("limit") ?? 0);
    const token = request.query.get("continue") ?? "";
    if (token !== "") return this.#following(token, limit);
    const selector = selectorOf(request);
    if (selector instanceof Failure) return selector;
    const { resource } = request;
    const all = cluster.storage.collection(storageKey(resource)).list(scopeOf(request));
    const selected = selector === undefined ? all : all.filter(selector);
    const items = selected.map((object) => present(resource, object));
    return this.#page({ revision: cluster.storage.revision, items }, limit);
  }

  #following(token: string, limit: number): Page | Failure {
    const rest = this.#rests.get(token);
    if (rest !== undefined) return this.#page(rest, limit);
    if (isToken(token)) return expired(TOO_OLD);
    return badRequest("invalid continue token: continue key is not valid: it was not issued by this server");
  }
}

const TOO_OLD =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

function isToken(token: string): boolean {
  try {
    return asObject(JSON.parse(Buffer.from(token, "base64url").toString()) as Json)["v"] !== undefined;
  } catch {
    return false;
  }
}
