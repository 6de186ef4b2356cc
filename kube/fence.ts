import type { Client } from "./client.ts";

/** Thrown instead of a write that is no longer ours to make. */
export class FencedError extends Error {
  override readonly name = "FencedError";
}

/**
 * The same client, which refuses to write unless `mayWrite` says yes at that moment: a process that was asleep for a
 * minute learns of the lost leadership here, before it does harm.
 */
export function fencedClient(client: Client, mayWrite: () => boolean): Client {
  const guarded =
    <Arguments extends unknown[], T>(write: (...args: Arguments) => Promise<T>) =>
    (...args: Arguments): Promise<T> =>
      mayWrite() ? write(...args) : Promise.reject(new FencedError("This process is not the leader any more."));
  return {
    ...client,
    create: guarded(client.create),
    update: guarded(client.update),
    patch: guarded(client.patch),
    apply: guarded(client.apply),
    delete: guarded(client.delete),
  };
}
