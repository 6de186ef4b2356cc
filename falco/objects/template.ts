import Handlebars from "handlebars";
import { isObject } from "../base/json.ts";

/** What a template gives for a context. */
export interface Written {
  /** YAML with a mark in the place of each value: the same for all contexts that take the same way through the template. */
  readonly skeleton: string;
  /** The values, in the order of their marks. */
  readonly values: readonly unknown[];
}

/** Writes a context into a template; the same context gives the same. */
export type Template = (context: object) => Written;

/** Helpers that write a value, and helpers of blocks. There are no others, and no partials. */
const writers = new Set(["json", "base64"]);
const blocks = new Set(["if", "unless", "each"]);
const none: ReadonlySet<string> = new Set();

/**
 * Compiles a template, once. A value gets into the result through a helper only: `json` takes any value as it is, `base64` a text as Secrets
 * want it. It stands for a whole value or key of the YAML round it, and never is text: it cannot break out of its place. A value that the
 * context lacks, also in a condition, is an error that names the template, the value, and line and column; optional values must
 * be in the context as null. The prototypes of values cannot be reached.
 */
export function compileTemplate(name: string, source: string): Template {
  const render = inTemplate(name, () => {
    const program = Handlebars.parse(source);
    new Strict().accept(program);
    return environment.compile<object>(program, options);
  });
  return (context) => {
    const values: unknown[] = [];
    const skeleton = inTemplate(name, () => render(context, { ...runtimeOptions, data: { values } }));
    return { skeleton, values };
  };
}

/** What was read out of a skeleton, with the values in the place of their marks. */
export function withValues(read: unknown, values: readonly unknown[]): unknown {
  if (typeof read === "string") return valueOf(read, values);
  if (Array.isArray(read)) return read.map((each) => withValues(each, values));
  if (!isObject(read)) return read;
  return Object.fromEntries(
    Object.entries(read).map(([key, value]) => [String(valueOf(key, values)), withValues(value, values)]),
  );
}

/** A mark is a text that no template can hold by itself: it would be a call that does not compile. */
function markOf(index: number): string {
  return `"{{${String(index)}}}"`;
}

function valueOf(text: string, values: readonly unknown[]): unknown {
  if (!text.startsWith("{{")) return text;
  const index = /^\{\{(\d+)\}\}$/.exec(text)?.[1];
  return index === undefined ? text : values[Number(index)];
}

const options = {
  strict: true,
  noEscape: true,
  knownHelpersOnly: true,
  knownHelpers: { json: true, base64: true },
} as const;
const runtimeOptions = { allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false } as const;

/** Handlebars of our own: helpers that others register do not reach it. */
const environment = Handlebars.create();
environment.registerHelper("json", (value: unknown, { data }: Marking) => {
  if (value === undefined) throw new TypeError("There is no value to write.");
  return mark(value, data);
});
environment.registerHelper("base64", (value: unknown, { data }: Marking) => {
  if (typeof value !== "string") throw new TypeError("base64 takes a text.");
  return mark(Buffer.from(value, "utf8").toString("base64"), data);
});

/** What Handlebars hands to helpers: the values of the run that they are called in. */
interface Marking {
  readonly data: { readonly values: unknown[] };
}

function mark(value: unknown, { values }: Marking["data"]): string {
  return markOf(values.push(value) - 1);
}

/** Its cause is left out on purpose: only the message's first line is sure to hold no value. */
function inTemplate<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`Template ${name}: ${withoutValues(message)}`);
  }
}

/** The messages of a look-up that fails end with the thing that was looked into; as a text it may be a secret. */
function withoutValues(message: string): string {
  const [, failed, place = ""] = lookUpFailed.exec(message) ?? [];
  return failed === undefined ? (message.split("\n")[0] ?? "") : `${failed}${place}`;
}

const lookUpFailed = /^("[^"]*" not defined|Cannot use 'in' operator to search for '[^']*') in [^]*?( - \d+:\d+)?$/;

/** Handlebars' `strict` covers plain look-ups, not arguments of helpers and conditions: this makes every look-up strict. */
class Strict extends Handlebars.Visitor {
  override PathExpression(path: hbs.AST.PathExpression & { strict?: boolean }): void {
    path.strict = true;
  }

  override MustacheStatement(mustache: hbs.AST.MustacheStatement): void {
    demand(mustache, writers);
    super.MustacheStatement(mustache);
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    demand(block, blocks);
    super.BlockStatement(block);
  }

  override SubExpression(expression: hbs.AST.SubExpression): void {
    demand(expression, none);
  }

  override PartialStatement({ loc }: hbs.AST.PartialStatement): void {
    refuse("A partial", none, loc);
  }

  override PartialBlockStatement({ loc }: hbs.AST.PartialBlockStatement): void {
    refuse("A partial", none, loc);
  }

  override Decorator({ loc }: hbs.AST.Decorator): void {
    refuse("A decorator", none, loc);
  }

  override DecoratorBlock({ loc }: hbs.AST.DecoratorBlock): void {
    refuse("A decorator", none, loc);
  }
}

type Call = hbs.AST.MustacheStatement | hbs.AST.BlockStatement | hbs.AST.SubExpression;

function demand({ path, params, loc }: Call, helpers: ReadonlySet<string>): void {
  const helper = "original" in path ? path.original : "";
  if (!helpers.has(helper) || params.length !== 1) refuse(`"${helper}"`, helpers, loc);
}

function refuse(what: string, helpers: ReadonlySet<string>, { start }: hbs.AST.SourceLocation): never {
  const allowed = helpers.size === 0 ? "is not allowed" : `is none of ${[...helpers].join(", ")} with one value`;
  throw new Error(`${what} ${allowed} - ${String(start.line)}:${String(start.column)}`);
}
