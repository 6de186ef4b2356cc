import type { KubeObject } from "../../kube/objects.ts";
import { profileOf } from "../support/seed-objects.ts";

const versions = ["0.42.1", "0.43.1", "0.44.1"];

interface FalcoVersion {
  readonly version: string;
  readonly expirationDate?: string;
}

interface ProfileSpec {
  readonly versions: { readonly falco: readonly FalcoVersion[] };
  readonly images: object;
}

/** A FalcoProfile with three versions of Falco, all of them supported. */
export const profile: KubeObject = profileOf({ falco: versions });

/** The same, in which a version expired long ago. */
export function withExpired(expired: string): KubeObject {
  const { versions, ...spec } = specOf(profile);
  const falco = versions.falco.map((each) =>
    each.version === expired ? { ...each, expirationDate: "2026-01-01T00:00:00Z" } : each,
  );
  return { ...profile, spec: { ...spec, versions: { ...versions, falco } } };
}

/** The same without a version. */
export function without(taken: string): KubeObject {
  return profileOf({ falco: versions.filter((each) => each !== taken) });
}

/** A FalcoProfile without an image for its version: the definition allows that, so only the webhook can refuse it. */
export const imageless: KubeObject = withoutImages(profileOf({ name: "imageless", falco: ["0.45.0"] }));

function withoutImages(complete: KubeObject): KubeObject {
  const { images, ...spec } = specOf(complete);
  return { ...complete, spec: { ...spec, images: { ...images, falco: [] } } };
}

function specOf({ spec }: KubeObject): ProfileSpec {
  return spec as ProfileSpec;
}
