import type { Check } from "./check.ts";

/** A new value each time, as it is in a request. */
function deeply(autoUpdate: boolean): object {
  const initConfig: unknown = JSON.parse(`${"[".repeat(1e5)}${"]".repeat(1e5)}`);
  return { plugins: [{ name: "container", initConfig }], autoUpdate };
}

/** What an API server sends. */
export const requests: readonly Check[] = [
  {
    what: "a request about another kind",
    code: "KIND_UNSUPPORTED",
    path: "request.kind",
    request: { kind: { group: "", version: "v1", kind: "Pod" } },
    example: "a Pod",
    message: 'This webhook decides about Shoots and Seeds of core.gardener.cloud, not about Pod of "".',
  },
  {
    what: "a request without an object",
    code: "FIELD_REQUIRED",
    path: "request.object",
    request: { object: null },
    example: "`object: null`",
    message: "There is no object to decide about.",
  },
  {
    what: "an object of another kind than the request",
    code: "KIND_UNSUPPORTED",
    path: "request.object",
    object: { apiVersion: "v1" },
    example: "`apiVersion: v1`",
    message: "The object is not the Shoot of core.gardener.cloud that the request is about.",
  },
  {
    what: "an object in another namespace than the request",
    code: "FIELD_CONFLICT",
    path: "request.object.metadata.namespace",
    request: { namespace: "other" },
    example: "`namespace: other`",
    message: 'The object is not in the namespace "other" that the request is about.',
  },
  {
    what: "JSON that is nested too deeply",
    code: "INPUT_TOO_LARGE",
    path: "request.object",
    config: deeply(false),
    old: deeply(true),
    example: "100,000 lists in each other, on a change",
    message: "The object is nested too deeply.",
  },
];
