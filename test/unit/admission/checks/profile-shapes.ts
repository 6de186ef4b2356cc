import type { ProfileCheck } from "./profile-check.ts";

/** How a FalcoProfile is written. */
export const profileShapes: readonly ProfileCheck[] = [
  {
    what: "a field that does not exist",
    code: "FIELD_UNKNOWN",
    path: "spec.versoins",
    fields: { "spec.versoins": {} },
    message: 'There is no field "versoins" here. Did you mean "versions"?',
  },
  {
    what: "a value of the wrong type",
    code: "FIELD_TYPE",
    path: "spec.images.falco[1].tag",
    fields: { "spec.images.falco[1].tag": 0.44 },
    message: "This must be a string, not a number.",
  },
  {
    what: "a required field that is missing",
    code: "FIELD_REQUIRED",
    path: "spec.versions.falco[1].rulesVersion",
    fields: { "spec.versions.falco[1].rulesVersion": null },
    message: "This field is required.",
  },
  {
    what: "a required text that is empty",
    code: "FIELD_VALUE",
    path: "spec.versions.falco[1].rulesVersion",
    fields: { "spec.versions.falco[1].rulesVersion": "" },
    message: "This must not be empty.",
  },
  {
    what: "a value that is not among those allowed",
    code: "FIELD_VALUE",
    path: "spec.versions.falco[1].classification",
    fields: { "spec.versions.falco[1].classification": "new" },
    message: '"new" is not allowed here. Use one of preview, supported, deprecated.',
  },
  {
    what: "a version of the kind that is not served",
    code: "KIND_UNSUPPORTED",
    path: "apiVersion",
    fields: { apiVersion: "falco.gardener.cloud/v1" },
    message: '"falco.gardener.cloud/v1" is not allowed here. Use falco.gardener.cloud/v1alpha1.',
  },
  {
    what: "a name of a rule set or a plugin that nobody could write",
    code: "FIELD_VALUE",
    path: "spec.rules[0].name",
    fields: { "spec.rules[0].name": "Falco Rules" },
    message: "This must have the form ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$ (a regular expression).",
  },
  {
    what: "a name of a rule set or a plugin that is too long",
    code: "FIELD_VALUE",
    path: "spec.rules[0].name",
    fields: { "spec.rules[0].name": "a".repeat(64) },
    example: "64 letters",
    message: "This must have at most 63 characters.",
  },
  {
    what: "a digest of an OCI artifact that is none",
    code: "FIELD_VALUE",
    path: "spec.rules[0].source.digest",
    fields: { "spec.rules[0].source": { ref: "ghcr.io/falcosecurity/rules/falco-rules", digest: "sha256:abc" } },
    message: "This must have the form ^sha256:[0-9a-f]{64}$ (a regular expression).",
  },
];

/** What an API server sends about FalcoProfiles. */
export const profileRequests: readonly ProfileCheck[] = [
  {
    what: "a request about another kind",
    code: "KIND_UNSUPPORTED",
    path: "request.kind",
    request: { kind: { group: "", version: "v1", kind: "Pod" } },
    example: "a Pod",
    message: 'This webhook decides about FalcoProfiles of falco.gardener.cloud, not about Pod of "".',
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
    what: "JSON that is nested too deeply",
    code: "INPUT_TOO_LARGE",
    path: "request.object",
    fields: { "spec.versions.falco[0].classification": JSON.parse(`${"[".repeat(1e5)}${"]".repeat(1e5)}`) as unknown },
    example: "100,000 lists in each other as a classification",
    message: "The object is nested too deeply.",
  },
];
