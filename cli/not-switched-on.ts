import { extensionType } from "../falco/api/gardener.ts";
import { nearest } from "../falco/api/nearest.ts";
import { isObject } from "../falco/base/json.ts";
import { joinPath } from "../falco/base/problem.ts";
import { kindOf } from "./kinds.ts";
import type { InputDocument } from "./read-input.ts";

/**
 * Why nothing is decided about a Shoot or a Seed in which `readSubject` finds no Falco: the end of a sentence. Where the type of an extension
 * looks mistyped, it says which one.
 */
export function whyNotOn(object: InputDocument): string {
  const reason = `the extension is not switched on here, or the ${kindOf(object) ?? "object"} is being deleted.`;
  const index = typesIn(object).findIndex(isMistyped);
  if (index === -1) return reason;
  const path = joinPath("spec.extensions", index, "type");
  return `${reason} ${path} is "${String(typesIn(object)[index])}". Did you mean "${extensionType}"?`;
}

function isMistyped(type: unknown): boolean {
  return typeof type === "string" && type !== extensionType && nearest(type, [extensionType]) !== undefined;
}

function typesIn({ value: { spec } }: InputDocument): readonly unknown[] {
  const extensions = isObject(spec) ? spec["extensions"] : undefined;
  return Array.isArray(extensions) ? extensions.map((each) => (isObject(each) ? each["type"] : undefined)) : [];
}
