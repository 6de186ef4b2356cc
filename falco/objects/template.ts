import Handlebars from "handlebars";
import { toFlow } from "./flow.ts";

/** Writes a context into a template. The text is the same for the same context. */
export type Template = (context: object) => string;

/** Helpers that write a value, and helpers of blocks. There are no others, and no partials. */
const writers = new Set(["json", "base64"]);
const blocks = new Set(["if", "unless", "each"]);
const none: ReadonlySet<string> = new Set();

/**
 * Compiles a template, once. A value gets into the text through a helper only: `json` writes any value as JSON, which is YAML too,
 * `base64` a text as Secrets want it. So no value can break out of its place, and there is nothing to escape. A value that the
 * context lacks, also in a condition, is an error that names the template, the value, and line and column; optional values must
 * be in the context as null. The prototypes of values cannot be reached.
 */
export function compileTemplate(name: string, source: string): Template {
  const render = inTemplate(name, () => {
    const program = Handlebars.parse(source);
    new Strict().accept(program);
    return environment.compile<object>(program, options);
  });
  return (context) => inTemplate(name, () => render(context, runtimeOptions));
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
environment.registerHelper("json", (value: unknown) => toFlow(value));
environment.registerHelper("base64", (value: unknown) => {
  if (typeof value !== "string") throw new TypeError("base64 takes a text.");
  return toFlow(Buffer.from(value, "utf8").toString("base64"));
});

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
