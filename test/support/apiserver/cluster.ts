/** The state of one server and what its parts ask of each other. */
import type { JsonObject, KubeObject } from "./json.ts";
import type { Registry, ServedResource } from "./resources.ts";
import type { Failure, Status } from "./status.ts";
import type { Storage } from "./storage.ts";

/** What a write does to an object, as admission names it. */
export type Operation = "CREATE" | "UPDATE" | "DELETE";

/** A step of admission that is built in: returns the object to go on with, or a Status that refuses. */
export type BeforeWrite = (
  operation: Operation,
  before: KubeObject | undefined,
  after: KubeObject | undefined,
) => KubeObject | Status | undefined;

/** A write on its way through admission. */
export interface Attributes {
  readonly operation: Operation;
  readonly resource: ServedResource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
  readonly dryRun: boolean;
  readonly user: string;
  readonly options: JsonObject;
}

/** What admission made of a write. */
export interface Admitted {
  readonly object: KubeObject | undefined;
  readonly warnings: readonly string[];
}

/** Asks the webhooks of one phase. */
type Admit = (phase: "mutating" | "validating", attributes: Attributes) => Promise<Admitted | Failure>;

/** One server. */
export interface Cluster {
  readonly storage: Storage;
  readonly registry: Registry;
  readonly clock: () => Date;
  readonly newUid: () => string;
  readonly admit: Admit;
  readonly beforeWrite: BeforeWrite | undefined;
}

/** The time as Kubernetes writes it. */
export function timestamp(cluster: Cluster): string {
  return cluster
    .clock()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
}

/** A request for a resource, parsed from its path, query and headers. */
export interface ApiRequest {
  readonly verb: "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";
  readonly resource: ServedResource;
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: string;
  readonly userAgent: string;
  readonly user: string;
}

/** The answer to a write, or to a get. */
export interface Answer {
  readonly code: number;
  readonly object: JsonObject;
  readonly warnings: readonly string[];
}
