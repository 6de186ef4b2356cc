import { type FalcoProfile, type FalcoProfileSpec, falcoProfileKind } from "../../../falco/api/falco-profile.ts";

type ImageEntry = FalcoProfileSpec["images"]["falco"][number];

/** The image of a version, and an entry of `spec.versions.falco`. */
export const image = (version: string, tag = version, repository = "registry.example.org/falco"): ImageEntry => ({
  version,
  repository,
  tag,
});

type FalcoEntry = FalcoProfileSpec["versions"]["falco"][number];

export const falco = (version: string, fields: Partial<FalcoEntry> = {}): FalcoEntry => ({
  version,
  classification: "supported",
  rulesVersion: "1.0.0",
  ...fields,
});

export interface ProfileParts {
  readonly falco?: FalcoProfileSpec["versions"]["falco"];
  readonly falcosidekick?: NonNullable<FalcoProfileSpec["versions"]["falcosidekick"]>;
  readonly images?: FalcoProfileSpec["images"];
  readonly rules?: NonNullable<FalcoProfileSpec["rules"]>;
}

/** A profile that has an image for each of its versions, unless `images` says otherwise. */
export function profileOf(name: string, parts: ProfileParts): FalcoProfile {
  const { falco: versions = [], falcosidekick = [], rules } = parts;
  const images = {
    falco: versions.map(({ version }) => image(version)),
    falcosidekick: falcosidekick.map(({ version }) => image(version, version, "registry.example.org/falcosidekick")),
  };
  return {
    ...falcoProfileKind,
    metadata: { name },
    spec: {
      versions: { falco: versions, falcosidekick },
      images: parts.images ?? images,
      ...(rules !== undefined && { rules }),
    },
  };
}
