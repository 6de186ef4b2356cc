import { decoder } from "../api/decode.ts";
import { type FalcoProfile, falcoProfileSchema } from "../api/falco-profile.ts";
import { joinPath, problem, type Problem, type Result } from "../base/problem.ts";
import { buildCatalogue, profileName } from "./catalogue.ts";
import { highestSupported } from "./choose.ts";

/** What is to be said about a profile: it can be taken when there are no problems. */
export interface ProfileVerdict {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const decode = decoder(falcoProfileSchema);

/**
 * Checks a FalcoProfile on its own: shape, versions, dates, an image for every version, something supported. Where it disagrees with
 * `others` is a warning, because two profiles can only be edited one after the other.
 */
export function checkProfile(object: unknown, others: readonly FalcoProfile[], now: Date): ProfileVerdict {
  const decoded: Result<FalcoProfile> = decode(object);
  if (!decoded.ok) return { problems: decoded.problems, warnings: [] };
  const profile = decoded.value;
  const name = profileName(profile);
  const { catalogue, problems } = buildCatalogue([profile]);
  const supported = highestSupported(catalogue.falco, now) !== undefined;
  const together = buildCatalogue([profile, ...others.filter((each) => profileName(each) !== name)]);
  return {
    problems: [
      ...problems.map((each) => withinProfile(each, name)),
      ...missingImages(profile),
      ...(supported ? [] : [noneSupported]),
    ],
    warnings: together.problems
      .filter(({ code }) => code === "PROFILE_CONFLICT")
      .filter((each) => !problems.some((own) => own.path === each.path)),
  };
}

const noneSupported = problem(
  "VERSION_NONE_SUPPORTED",
  "spec.versions.falco",
  "No version of Falco is supported and unexpired, so a shoot that names none would get none. Classify one as supported.",
);

function withinProfile(each: Problem, name: string): Problem {
  const prefix = `falcoprofiles[${name}].`;
  return each.path.startsWith(prefix) ? { ...each, path: each.path.slice(prefix.length) } : each;
}

function missingImages({ spec: { versions, images } }: FalcoProfile): readonly Problem[] {
  return (["falco", "falcosidekick", "falcoctl"] as const).flatMap((tool) => {
    const known = (images[tool] ?? []).map(({ version }) => version);
    return (versions[tool] ?? []).flatMap(({ version }, index) =>
      known.includes(version)
        ? []
        : [
            problem(
              "IMAGE_MISSING",
              joinPath("spec.versions", tool, index, "version"),
              `There is no image for ${tool} ${version}. Add one to spec.images.${tool}.`,
            ),
          ],
    );
  });
}
