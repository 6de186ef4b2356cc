/** How often which request was made, so that a test can assert that nothing was written. */
import type { ApiRequest } from "./cluster.ts";
import { qualified } from "./status.ts";

type Verb = ApiRequest["verb"];
const READS: ReadonlySet<string> = new Set<Verb>(["get", "list", "watch"]);

/** Counts by verb and resource (plural, with /status and .group as in "falcoprofiles.falco.gardener.cloud/status"). */
export class WriteCounts {
  readonly #counts = new Map<string, number>();

  add({ verb, resource, subresource }: ApiRequest): void {
    const name = qualified(resource.plural, resource.group) + (subresource === "" ? "" : `/${subresource}`);
    const key = `${verb} ${name}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The requests of one verb for one resource. */
  count(verb: Verb, resource: string): number {
    return this.#counts.get(`${verb} ${resource}`) ?? 0;
  }

  /** All requests that may change something: key ("patch secrets") and number. */
  writes(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].filter(([key]) => !READS.has(key.split(" ")[0] ?? "")));
  }

  /** All requests. */
  all(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  reset(): void {
    this.#counts.clear();
  }
}
