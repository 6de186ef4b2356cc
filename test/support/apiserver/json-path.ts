/** The JSONPath of printer columns: fields, indices, wildcards and equality filters. */
import { asObject, isArray, isObject, type Json, textual } from "./json.ts";

type Step = (value: Json) => readonly Json[];

const TOKEN =
  /\.([A-Za-z0-9_-]+(?:\\\.[^.[\]]+)*)|\[\?\(@\.([\w.-]+)\s*==\s*["']([^"']*)["']\)\]|\[(\*)\]|\[(\d+)\]|\[['"]([^'"]+)['"]\]/y;

function field(key: string): Step {
  return (value) => {
    const found = isObject(value) ? value[key] : undefined;
    return found === undefined ? [] : [found];
  };
}

function steps(path: string): readonly Step[] | undefined {
  const result: Step[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < path.length) {
    const match = TOKEN.exec(path);
    if (match === null) return undefined;
    result.push(step(match));
  }
  return result;
}

function step([, name, filterKey, filterValue, all, index, quoted]: RegExpExecArray): Step {
  if (name !== undefined) return field(name.replaceAll("\\", ""));
  if (quoted !== undefined) return field(quoted);
  const items = (value: Json): readonly Json[] => (isArray(value) ? value : []);
  if (all !== undefined) return items;
  if (index !== undefined) return (value) => items(value).slice(Number(index), Number(index) + 1);
  return (value) => items(value).filter((item) => textual(asObject(item)[filterKey ?? ""]) === filterValue);
}

const compiled = new Map<string, readonly Step[]>();

/** The values at a path, none if it leads nowhere. */
export function jsonPath(path: string, value: Json): readonly Json[] {
  const known = compiled.get(path) ?? steps(path) ?? [() => []];
  compiled.set(path, known);
  return known.reduce<readonly Json[]>((values, next) => values.flatMap(next), [value]);
}
