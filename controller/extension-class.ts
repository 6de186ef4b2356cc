import { extensionType } from "../falco/api/gardener.ts";
import { failure, problem, type Result, success } from "../falco/base/problem.ts";
import { managedResourceNames } from "../falco/objects/managed-resource.ts";

/**
 * Whose Falco an Extension asks for: a shoot's, the one of the seed that the controller runs in, or the one of the cluster that the garden
 * itself runs in.
 */
export type ExtensionClass = "shoot" | "seed" | "garden";

export const extensionClasses: readonly ExtensionClass[] = ["shoot", "seed", "garden"];

/** The names of the objects that an installation looks after: which cluster it runs in decides, so that each name has a watch of its own. */
export interface InstallationNames {
  /** Gardener's name for our Extensions. */
  readonly extension: string;
  /** The ManagedResource with what runs in the shoot, the seed or the garden's cluster. */
  readonly target: string;
}

/** The names in a seed, or (for the class garden, which has an installation of its own) in the garden's cluster. */
export function namesFor(classes: readonly ExtensionClass[]): InstallationNames {
  return classes.includes("garden")
    ? { extension: `garden-${extensionType}`, target: managedResourceNames.garden }
    : { extension: extensionType, target: managedResourceNames.shoot };
}

/** The class of an Extension; Gardener leaves it out for shoots. */
export function classOf({ spec }: { readonly spec: { readonly class?: string } }): ExtensionClass | undefined {
  const named = spec.class === undefined || spec.class === "" ? "shoot" : spec.class;
  return extensionClasses.find((each) => each === named);
}

/** The flag `--extension-classes`: a list of classes with commas between them. */
export function classesFlag(value: unknown): Result<readonly ExtensionClass[]> {
  const path = "--extension-classes";
  const words = typeof value === "string" ? value.split(",").map((word) => word.trim()) : [];
  const classes = extensionClasses.filter((each) => words.includes(each));
  if (classes.length === 0 || words.some((word) => !classes.some((each) => each === word))) {
    return failure([
      problem("FIELD_VALUE", path, `This must be a list of ${extensionClasses.join(", ")}, with commas between them.`),
    ]);
  }
  if (classes.includes("garden") && classes.length > 1) {
    return failure([problem("FIELD_CONFLICT", path, "The class garden has an installation of its own.")]);
  }
  return success(classes);
}
