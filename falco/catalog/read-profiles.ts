import { type Decoder, sliceReader } from "../api/decode.ts";
import { type FalcoProfile, falcoProfileSchema } from "../api/falco-profile.ts";
import { type Problem, problemsBelow } from "../base/problem.ts";
import { buildCatalogue, type Catalogue, profileName } from "./catalogue.ts";

/** Reads one profile. Fields that a later version of the kind may have do not make it unreadable. */
export const readProfile: Decoder<typeof falcoProfileSchema> = sliceReader(falcoProfileSchema);

/**
 * The catalogue of the FalcoProfiles of a garden. One that cannot be read is reported and left out; the others count, and the catalogue
 * says that it is incomplete.
 */
export function readProfiles(objects: readonly unknown[]): {
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
} {
  const read = objects.map((object) => ({ name: profileName(object), result: readProfile(object) }));
  const profiles = read.flatMap(({ result }): readonly FalcoProfile[] => (result.ok ? [result.value] : []));
  const unreadable = read.flatMap(({ name, result }) =>
    result.ok ? [] : problemsBelow(`falcoprofiles[${name}]`, result.problems),
  );
  const { catalogue, problems } = buildCatalogue(profiles);
  const isIncomplete = catalogue.isIncomplete || unreadable.length > 0;
  return { catalogue: Object.freeze({ ...catalogue, isIncomplete }), problems: [...unreadable, ...problems] };
}
