import { falco } from "../../catalog/profile-of.ts";
import type { ProfileCheck } from "./profile-check.ts";

const digest = `sha256:${"a".repeat(64)}`;

/** What the entries of a FalcoProfile say. */
export const profileEntries: readonly ProfileCheck[] = [
  {
    what: "a version that is none",
    code: "FIELD_VALUE",
    path: "spec.versions.falco[1].version",
    fields: { "spec.versions.falco[1].version": "latest" },
    message: '"latest" is not a semantic version such as 0.44.1.',
  },
  {
    what: "a date that is none",
    code: "FIELD_VALUE",
    path: "spec.versions.falco[0].expirationDate",
    fields: { "spec.versions.falco[0].expirationDate": "2027-01-31" },
    message: '"2027-01-31" is not an RFC 3339 date and time such as 2027-01-31T00:00:00Z.',
  },
  {
    what: "no version of Falco that is supported and has not expired",
    code: "VERSION_NONE_SUPPORTED",
    path: "spec.versions.falco",
    fields: { "spec.versions.falco": [] },
    message:
      "No version of Falco is supported and unexpired, so a shoot that names none would get none. Classify one as supported.",
  },
  {
    what: "a version without an image",
    code: "IMAGE_MISSING",
    path: "spec.versions.falco[1].version",
    fields: { "spec.images.falco[1]": null },
    message: "There is no image for falco 0.44.1. Add one to spec.images.falco.",
  },
  {
    what: "the same for each other tool: falcosidekick, falcoctl, falcosidekickUi, falcoTalon, k8sMetacollector",
    code: "IMAGE_MISSING",
    path: "spec.versions.falcoctl[0].version",
    fields: { "spec.versions.falcoctl": [{ version: "0.11.4", classification: "supported" }] },
    message: "There is no image for falcoctl 0.11.4. Add one to spec.images.falcoctl.",
  },
  {
    what: "a version, an image, a rule set or a plugin that stands twice and differs",
    code: "PROFILE_CONFLICT",
    path: "spec.versions.falco[2]",
    fields: { "spec.versions.falco[2]": falco("0.44.1", { classification: "preview" }) },
    message: '"0.44.1" stands here twice with different content. Make both say the same, or remove one.',
  },
  {
    what: "a repository with a tag, a scheme or a blank",
    code: "FIELD_VALUE",
    path: "spec.images.falco[1].repository",
    fields: { "spec.images.falco[1].repository": "registry.example.org/falco:0.44.1" },
    message:
      '"registry.example.org/falco:0.44.1" is no repository. Write registry and path only, such as registry.example.org/falco.',
  },
  {
    what: "a tag that is none",
    code: "FIELD_VALUE",
    path: "spec.images.falco[1].tag",
    fields: { "spec.images.falco[1].tag": "-0.44.1" },
    message: '"-0.44.1" is neither a tag such as 0.44.1 nor a digest (sha256: and 64 hexadecimal digits).',
  },
  {
    what: "a digest that is none",
    code: "FIELD_VALUE",
    path: "spec.images.falco[1].tag",
    fields: { "spec.images.falco[1].tag": "sha256:abc" },
    message: '"sha256:abc" is no digest: sha256: and 64 hexadecimal digits in lower case.',
  },
  {
    what: "a rule set or a plugin from two places at once, or from none",
    code: "FIELD_CONFLICT",
    path: "spec.rules[0].source",
    fields: { "spec.rules[0].source": {} },
    message: "Give either file, or both ref and digest.",
  },
  {
    what: "rules from a file that cannot be one of those that ship",
    code: "FIELD_VALUE",
    path: "spec.rules[0].source.file",
    fields: { "spec.rules[0].source.file": "../falco_rules.yaml" },
    message:
      '"../falco_rules.yaml" cannot be a file below profiles/rules. Write a name such as gardener/1.0.0/falco_rules.yaml.',
  },
  {
    what: "a reference that no registry could find",
    code: "REFERENCE_INVALID",
    path: "spec.rules[0].source.ref",
    fields: { "spec.rules[0].source": { ref: "falco-rules", digest } },
    example: '`{"spec.rules[0].source":{"ref":"falco-rules","digest":"sha256:…"}}`',
    message: '"falco-rules" is no reference to an OCI artifact such as ghcr.io/falcosecurity/rules/falco-rules:5.1.0.',
  },
];
