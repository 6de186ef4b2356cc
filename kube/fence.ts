import type { Client, WriteGuard } from "./client.ts";

/** Thrown instead of a write that is no longer ours to make. */
export class FencedError extends Error {
  override readonly name = "FencedError";

  constructor() {
    super("This process is not the leader any more.");
  }
}

/**
 * The same client, which refuses to write unless `mayWrite` says yes at that moment, and once more when the request is about
 * to leave: a process that was asleep for a minute, or whose request had to wait, learns of the lost leadership here, before
 * it does harm.
 */
export function fencedClient(client: Client, mayWrite: () => boolean): Client {
  const guarded = <T>(write: (guard: WriteGuard) => Promise<T>): Promise<T> =>
    mayWrite() ? write({ mayWrite }) : Promise.reject(new FencedError());
  return {
    ...client,
    create: (type, object, options) => guarded((guard) => client.create(type, object, { ...options, ...guard })),
    update: (type, object, options) => guarded((guard) => client.update(type, object, { ...options, ...guard })),
    patch: (type, name, options) => guarded((guard) => client.patch(type, name, { ...options, ...guard })),
    apply: (type, object, options) => guarded((guard) => client.apply(type, object, { ...options, ...guard })),
    delete: (type, name, options) => guarded((guard) => client.delete(type, name, { ...options, ...guard })),
  };
}
