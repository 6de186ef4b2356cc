/**
 * One constant describes a kind: `as const satisfies Schema`. From it come the TypeScript type (`FromSchema`), the check of
 * unknown input (`decode.ts`), the CRD and the API reference (`hack/generate.ts`).
 *
 * A subset of JSON Schema that is also a structural schema of Kubernetes; `additionalProperties` stands for maps only, fields
 * that are not named are unknown ones.
 */
export type Schema = StringSchema | NumberSchema | BooleanSchema | ListSchema | MapSchema | ObjectSchema | AnySchema;

interface Described {
  /** What the field means, its unit and its default: the text of the API reference. */
  readonly description?: string;
}

interface StringSchema extends Described {
  readonly type: "string";
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

interface NumberSchema extends Described {
  readonly type: "integer" | "number";
  readonly minimum?: number;
  readonly maximum?: number;
}

interface BooleanSchema extends Described {
  readonly type: "boolean";
}

interface ListSchema extends Described {
  readonly type: "array";
  readonly items: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
}

interface MapSchema extends Described {
  readonly type: "object";
  readonly additionalProperties: Schema;
}

/** An object with the fields it may have. */
export interface ObjectSchema extends Described {
  readonly type: "object";
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Any value at all, kept as it is. A quantity, for instance, is a number or a string. */
interface AnySchema extends Described {
  readonly "x-kubernetes-preserve-unknown-fields": true;
}

/** The type of the values that a schema admits. */
export type FromSchema<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly type: "string" }
    ? string
    : S extends { readonly type: "integer" | "number" }
      ? number
      : S extends { readonly type: "boolean" }
        ? boolean
        : S extends { readonly type: "array"; readonly items: infer I }
          ? readonly FromSchema<I>[]
          : S extends { readonly type: "object"; readonly properties: infer P }
            ? FromProperties<P, RequiredOf<S>>
            : S extends { readonly type: "object"; readonly additionalProperties: infer V }
              ? Readonly<Record<string, FromSchema<V>>>
              : unknown;

type RequiredOf<S> = S extends { readonly required: readonly (infer R)[] } ? R : never;

type FromProperties<P, R> = { readonly [K in keyof P as K extends R ? K : never]: FromSchema<P[K]> } & {
  readonly [K in keyof P as K extends R ? never : K]?: FromSchema<P[K]>;
};
