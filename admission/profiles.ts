import { sliceReader } from "../falco/api/decode.ts";
import { type FalcoProfile, falcoProfileSchema } from "../falco/api/falco-profile.ts";
import { isObject } from "../falco/base/json.ts";
import { type Problem, problemsBelow } from "../falco/base/problem.ts";
import { buildCatalogue, type Catalogue } from "../falco/catalog/catalogue.ts";

/** Fields that a later version of the kind may have do not make a profile unreadable. */
const readProfile = sliceReader(falcoProfileSchema);

/** The catalogue of the FalcoProfiles of a garden. One that cannot be read is reported and left out; the others count. */
export function catalogueOf(objects: readonly unknown[]): {
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
