import { type Decoder, sliceReader } from "../api/decode.ts";
import { type FalcoProfile, falcoProfileSchema } from "../api/falco-profile.ts";
import { isObject } from "../base/json.ts";
import { type Problem, problemsBelow } from "../base/problem.ts";
import { buildCatalogue, type Catalogue } from "./catalogue.ts";

/** Reads one profile. Fields that a later version of the kind may have do not make it unreadable. */
export const readProfile: Decoder<typeof falcoProfileSchema> = sliceReader(falcoProfileSchema);

/** The catalogue of the FalcoProfiles of a garden. One that cannot be read is reported and left out; the others count. */
export function readProfiles(objects: readonly unknown[]): {
  readonly catalogue: Catalogue;
  readonly problems: readonly Problem[];
} {
  const read = objects.map((object) => ({ name: nameOf(object), result: readProfile(object) }));
  const profiles = read.flatMap(({ result }): readonly FalcoProfile[] => (result.ok ? [result.value] : []));
  const unreadable = read.flatMap(({ name, result }) =>
    result.ok ? [] : problemsBelow(`falcoprofiles[${name}]`, result.problems),
  );
  const { catalogue, problems } = buildCatalogue(profiles);
  return { catalogue, problems: [...unreadable, ...problems] };
}

function nameOf(object: unknown): string {
  const metadata = isObject(object) ? object["metadata"] : undefined;
  return isObject(metadata) && typeof metadata["name"] === "string" ? metadata["name"] : "";
}
