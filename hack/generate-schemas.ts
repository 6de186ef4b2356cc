import { configurationKind, configurationSchema } from "../falco/api/configuration.ts";
import { falcoProfileKind, falcoProfileSchema } from "../falco/api/falco-profile.ts";
import { falcoServiceConfigKind, falcoServiceConfigSchema } from "../falco/api/falco-service-config.ts";
import { strictSchema } from "../falco/api/decode.ts";
import type { ObjectSchema } from "../falco/api/schema.ts";

/** JSON schemas of the three kinds, for editors that complete and check YAML: file name → text. */
export function generateSchemas(): ReadonlyMap<string, string> {
  const kinds: readonly (readonly [{ readonly kind: string }, ObjectSchema])[] = [
    [falcoServiceConfigKind, falcoServiceConfigSchema],
    [falcoProfileKind, falcoProfileSchema],
    [configurationKind, configurationSchema],
  ];
  return new Map(
    kinds.map(([{ kind }, schema]) => {
      const document = { $schema: "http://json-schema.org/draft-07/schema#", title: kind, ...strictSchema(schema) };
      return [`${kind.toLowerCase()}.schema.json`, `${JSON.stringify(document, undefined, 2)}\n`] as const;
    }),
  );
}
