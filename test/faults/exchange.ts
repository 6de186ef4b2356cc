import { isObject } from "../../falco/base/json.ts";
import type { WireRequest } from "../../kube/transport.ts";
import type { WireFault } from "./wire-fault.ts";

/** One request of a controller, and what became of it. */
export class Exchange {
  /** Whose it was. */
  readonly who: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: string;
  readonly isWatch: boolean;
  fault: WireFault | undefined;
  /** The server's answer, whether it arrived or not; 0 while there is none. */
  status = 0;
  /** Whether the answer has arrived. */
  isAnswered = false;
  /** Of the object in the answer. */
  resourceVersion: string | undefined;

  constructor(who: string, { method, path, body, streaming }: WireRequest) {
    this.who = who;
    this.method = method;
    this.path = path;
    this.body = body ?? "";
    this.isWatch = streaming;
  }

  /** Empty for what belongs to no namespace. */
  get namespace(): string {
    return /\/namespaces\/([^/?]+)\//.exec(this.path)?.[1] ?? "";
  }

  get isWrite(): boolean {
    return this.method !== "GET";
  }

  /** Whether it is the health loop's, which works beside the reconcile. */
  get isAboutHealth(): boolean {
    return this.body.includes('"conditions"');
  }

  /** Whether it has changed something on the server. */
  get isDone(): boolean {
    return this.isWrite && this.status >= 200 && this.status < 300;
  }

  /** What is written, by a name that is the same for all shoots. */
  get target(): string {
    const [path = ""] = this.path.split("?");
    return `${this.method} ${path.replace(/^.*\/namespaces\/[^/]+\//, "").replace(/-[0-9a-f]{8}$/, "-HASH")}`;
  }

  /** The server has answered. */
  done(status: number, text: string): void {
    this.status = status;
    if (this.isDone) this.resourceVersion = versionIn(text);
  }

  /** For reports. */
  toString(): string {
    return `${this.namespace}: ${this.target} → ${String(this.status)}`;
  }
}

function versionIn(text: string): string | undefined {
  const answer: unknown = JSON.parse(text);
  const metadata = isObject(answer) ? answer["metadata"] : undefined;
  const version = isObject(metadata) ? metadata["resourceVersion"] : undefined;
  return typeof version === "string" ? version : undefined;
}
