import type { Catalogue } from "../../falco/catalog/catalogue.ts";
import type { MaintenancePorts } from "./ports.ts";

/**
 * The catalogue, if it can be gone by. One that is not known, may be out of date, or has no version of Falco at all is none: whoever took it
 * at its word would have to think that every version is gone. Each change from the one to the other is logged once.
 */
export function usableCatalogue({
  catalogue,
  logger,
}: Pick<MaintenancePorts, "catalogue" | "logger">): () => Catalogue | undefined {
  let trouble: string | undefined;
  return () => {
    const found = catalogue();
    const before = trouble;
    trouble = troubleWith(found);
    if (trouble !== undefined && trouble !== before)
      logger.warn("no Shoot is maintained for the time being", { trouble });
    if (trouble === undefined && before !== undefined) logger.info("Shoots are maintained again");
    return trouble === undefined ? found : undefined;
  };
}

function troubleWith(catalogue: Catalogue | undefined): string | undefined {
  if (catalogue === undefined) return "the FalcoProfiles are not known, or what is known of them may be out of date";
  return catalogue.falco.length === 0 ? "no FalcoProfile has any version of Falco" : undefined;
}
