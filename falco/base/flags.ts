import { parseArgs } from "node:util";
import { failure, problem, type Problem, type Result, success } from "./problem.ts";

/** The flags of a program, as `node:util` describes them. */
export type FlagOptions = Readonly<Record<string, FlagOption>>;

interface FlagOption {
  readonly type: "string" | "boolean";
  readonly default?: string | boolean;
  /** A letter that does the same. */
  readonly short?: string;
  /** Whether it may be given several times; then its value is a list. */
  readonly multiple?: boolean;
}

/** The variables that a program was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line says, by the flag's name, and every mistake in it. */
export interface ReadFlags {
  readonly values: Readonly<Partial<Record<string, unknown>>>;
  readonly problems: readonly Problem[];
}

/**
 * Reads the flags of a program that has no commands. Booleans may be written as Go's are: `--leader-elect=false`. `suggest`
 * finds the flag that was probably meant.
 */
export function parseFlags(
  args: readonly string[],
  options: FlagOptions,
  suggest: (word: string, names: readonly string[]) => string | undefined,
): ReadFlags {
  const { values, tokens } = parseArgs({
    args: args.map((arg) => asNodeWritesIt(arg, options)),
    options,
    strict: false,
    allowNegative: true,
    tokens: true,
  });
  const own = tokens.filter((token, index) => !isValueOfUnknown(token, tokens[index - 1], options));
  return { values, problems: own.flatMap((token) => tokenProblems(token, options, suggest)) };
}

/** What follows a flag that does not exist was probably meant as its value; that flag is the mistake. */
function isValueOfUnknown(token: Token, before: Token | undefined, options: FlagOptions): boolean {
  if (token.kind !== "positional" || before?.kind !== "option" || token.index !== before.index + 1) return false;
  return before.value === undefined && !Object.hasOwn(options, before.name);
}

/** `--flag=true` as `--flag`, and `--flag=false` as `--no-flag`. */
function asNodeWritesIt(arg: string, options: FlagOptions): string {
  const [, name = "", value] = /^--([a-z-]+)=(true|false)$/.exec(arg) ?? [];
  if (!Object.hasOwn(options, name) || options[name]?.type !== "boolean") return arg;
  return value === "true" ? `--${name}` : `--no-${name}`;
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

function tokenProblems(
  token: Token,
  options: FlagOptions,
  suggest: (word: string, names: readonly string[]) => string | undefined,
): readonly Problem[] {
  if (token.kind === "option-terminator") return [];
  if (token.kind === "positional") {
    return [problem("FIELD_UNKNOWN", token.value, "This is no flag. Flags begin with --.")];
  }
  const { rawName, value } = token;
  const name = nameOf(token);
  if (!Object.hasOwn(options, name)) {
    const suggestion = suggest(name, Object.keys(options));
    const hint = suggestion === undefined ? "See --help." : `Did you mean --${suggestion}?`;
    return [problem("FIELD_UNKNOWN", rawName, `There is no such flag. ${hint}`)];
  }
  const isBoolean = options[name]?.type === "boolean";
  if (isBoolean && value !== undefined) {
    return [problem("FIELD_TYPE", rawName, "Write it alone, or with =true or =false.")];
  }
  return isBoolean || value !== undefined ? [] : [problem("FIELD_REQUIRED", rawName, "This flag needs a value.")];
}

/** The name of a flag, whether it was negated or written as its letter. */
function nameOf({ name, rawName }: Token & { readonly kind: "option" }): string {
  return rawName.startsWith("--") ? rawName.replace(/^--(no-)?/, "") : name;
}

/** A flag that must be there. */
export function requiredFlag(values: ReadFlags["values"], name: string): Result<string> {
  const value = values[name];
  if (typeof value === "string" && value !== "") return success(value);
  return failure([problem("FIELD_REQUIRED", `--${name}`, "This flag is required.")]);
}

/** `{[key]: value}` when there is a value, else nothing: for optional fields. */
export function namedFlag<K extends string>(key: K, value: unknown): { readonly [each in K]?: string } {
  return typeof value === "string" && value !== "" ? ({ [key]: value } as { [each in K]: string }) : {};
}

/** A flag that holds a whole number within bounds. */
export function numberFlag(
  value: unknown,
  path: string,
  { lowest, highest, what }: { readonly lowest: number; readonly highest: number; readonly what: string },
): Result<number> {
  const number = typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : -1;
  if (number >= lowest && number <= highest) return success(number);
  const message = `This must be ${what} from ${String(lowest)} to ${String(highest)}.`;
  return failure([problem("FIELD_VALUE", path, message)]);
}

/** A flag that holds one of a few words. */
export function choiceFlag<T extends string>(allowed: readonly T[], value: unknown, path: string): Result<T> {
  const found = allowed.find((each) => each === value);
  return found === undefined
    ? failure([problem("FIELD_VALUE", path, `This must be one of ${allowed.join(", ")}.`)])
    : success(found);
}
