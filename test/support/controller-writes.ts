import type { InterceptedRequest } from "./apiserver/start.ts";

const verbs: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

/** How often the controllers have written what. Leases do not count: they are written all the time. */
export class ControllerWrites {
  readonly #counts = new Map<string, number>();

  add({ method, path }: InterceptedRequest): void {
    const verb = verbs[method];
    const resource = resourceOf(path);
    if (verb === undefined || resource.startsWith("leases.")) return;
    const key = `${verb} ${resource}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** By verb and resource, such as "patch extensions.extensions.gardener.cloud/status" or "create secrets". */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  reset(): void {
    this.#counts.clear();
  }
}

/** The resource that a path of a namespace's object or collection leads to. */
function resourceOf(path: string): string {
  const [root = "", ...rest] = new URL(path, "https://server").pathname.split("/").slice(1);
  const [group, ...within] = root === "api" ? ["", ...rest.slice(1)] : [rest[0], ...rest.slice(2)];
  const [plural = "", , subresource] = within[0] === "namespaces" ? within.slice(2) : within;
  return plural + (group === "" ? "" : `.${group ?? ""}`) + (subresource === undefined ? "" : `/${subresource}`);
}
