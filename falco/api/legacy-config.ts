import { isObject } from "../base/json.ts";
import { combine, failure, problem, type Problem, type Result, success } from "../base/problem.ts";
import { decoder } from "./decode.ts";
import type { FalcoServiceConfig } from "./falco-service-config.ts";
import type { ObjectSchema } from "./schema.ts";

const flag = { type: "boolean" } as const;
const anything = { "x-kubernetes-preserve-unknown-fields": true } as const;

/** The older shape, from Gardener's enhancement proposal: only the fields that the newer one no longer has. */
const legacySchema = {
  type: "object",
  properties: {
    resources: { type: "string", enum: ["gardener", "falcoctl"] },
    gardener: {
      type: "object",
      properties: {
        useFalcoRules: flag,
        useFalcoIncubatingRules: flag,
        useFalcoSandboxRules: flag,
        customRules: { type: "array", items: anything },
      },
    },
    output: {
      type: "object",
      properties: {
        logFalcoEvents: flag,
        eventCollector: { type: "string", enum: ["none", "cluster", "central", "custom"] },
        customWebhook: {
          type: "object",
          properties: {
            enabled: flag,
            address: anything,
            method: anything,
            customHeaders: anything,
            checkcerts: anything,
            secretRef: { type: "string", minLength: 1 },
          },
        },
      },
    },
  },
} as const satisfies ObjectSchema;

const decodeLegacy = decoder(legacySchema);
type Rules = NonNullable<FalcoServiceConfig["rules"]>;
type Destinations = NonNullable<FalcoServiceConfig["destinations"]>;
type Legacy = ReturnType<typeof decodeLegacy> extends Result<infer T> ? T : never;

const legacyFields = ["resources", "gardener", "output"];

/** Whether a configuration has the older shape. */
export function isLegacy(raw: Readonly<Record<string, unknown>>): boolean {
  return legacyFields.some((field) => Object.hasOwn(raw, field));
}

/** Null counts as absent here, too. */
function isGiven(raw: Readonly<Record<string, unknown>>, field: string): boolean {
  return Object.hasOwn(raw, field) && raw[field] !== null;
}

/**
 * The same configuration in today's shape, with a warning that says what became of it. Both shapes at once, and a webhook written
 * out instead of being kept in a Secret, are problems.
 */
export function convertLegacy(raw: Readonly<Record<string, unknown>>): Result<Readonly<Record<string, unknown>>> {
  const older = legacyFields.filter((field) => isGiven(raw, field));
  const rest = Object.entries(raw).filter(([field]) => !legacyFields.includes(field));
  if (older.length === 0) return success(Object.fromEntries(rest));
  const mixed = ["rules", "destinations"].filter((field) => isGiven(raw, field));
  if (mixed.length > 0) return failure(mixed.map(bothShapes));
  const decoded = decodeLegacy(Object.fromEntries(older.map((field) => [field, raw[field]])));
  if (!decoded.ok) return decoded;
  const converted = combine({ rules: toRules(decoded.value), destinations: toDestinations(decoded.value) });
  if (!converted.ok) return converted;
  const { rules, destinations } = converted.value;
  const value = {
    ...Object.fromEntries(rest),
    ...(rules !== undefined && { rules }),
    ...(destinations !== undefined && { destinations }),
    ...(decoded.value.resources === "falcoctl" && { falcoctl: raw["falcoctl"] ?? {} }),
  };
  return success(value, [deprecation(Object.keys(raw).filter((field) => older.includes(field)))]);
}

function bothShapes(field: string): Problem {
  const message = `"${field}" cannot stand beside the older fields ${legacyFields.join(", ")}. Remove these.`;
  return problem("FIELD_CONFLICT", field, message);
}

function deprecation(fields: readonly string[]): Problem {
  const message = `The older fields ${fields.join(", ")} are deprecated. They are converted; write rules and destinations instead.`;
  return problem("DEPRECATED", fields[0] ?? "", message);
}

function toRules({ resources, gardener }: Legacy): Result<Rules | undefined> {
  if (resources === "falcoctl" || (resources === undefined && gardener === undefined)) return success(undefined);
  const names = (gardener?.customRules ?? []).map(customRuleName);
  const unreadable = names.flatMap((name, index) =>
    name === undefined
      ? [
          problem(
            "FIELD_TYPE",
            `gardener.customRules[${String(index)}]`,
            "This must be the name of an entry of spec.resources.",
          ),
        ]
      : [],
  );
  if (unreadable.length > 0) return failure(unreadable);
  const custom = names.flatMap((resourceName) => (resourceName === undefined ? [] : [{ resourceName }]));
  return success({ standard: standardSets(gardener ?? {}), ...(custom.length > 0 && { custom }) });
}

/** The stable set unless it is switched off, the others when they are switched on. */
function standardSets(flags: NonNullable<Legacy["gardener"]>): readonly string[] {
  return [
    ...(flags.useFalcoRules === false ? [] : ["falco-rules"]),
    ...(flags.useFalcoIncubatingRules === true ? ["falco-incubating-rules"] : []),
    ...(flags.useFalcoSandboxRules === true ? ["falco-sandbox-rules"] : []),
  ];
}

function customRuleName(rule: unknown): string | undefined {
  const name = isObject(rule) ? (rule["resourceName"] ?? rule["ref"]) : rule;
  return typeof name === "string" && name !== "" ? name : undefined;
}

const collectors = { none: "stdout", cluster: "logging", central: "central", custom: "custom" } as const;

function toDestinations({ output }: Legacy): Result<Destinations | undefined> {
  if (output === undefined) return success(undefined);
  const name = output.eventCollector === undefined ? undefined : collectors[output.eventCollector];
  const stdout = output.logFalcoEvents === true && name !== "stdout" ? [{ name: "stdout" }] : [];
  // An output that says nothing leaves it at the default.
  if (name === undefined) return success(stdout.length > 0 ? stdout : undefined);
  if (name !== "custom") return success([{ name }, ...stdout]);
  const secretRef = output.customWebhook?.secretRef;
  if (secretRef !== undefined) return success([{ name, resourceSecretName: secretRef }, ...stdout]);
  const message =
    "A webhook cannot be written out here. Put it into a Secret, and name its entry of spec.resources as secretRef.";
  return failure([problem("SECRET_REQUIRED", "output.customWebhook", message)]);
}
