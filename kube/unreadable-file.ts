import { isObject } from "../falco/base/json.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "this is a folder",
  EACCES: "no permission",
};

/** What a person is told of a file that cannot be read: `cannot read FILE: no such file`. */
export function unreadableFile(file: string, error: unknown): string {
  const code = isObject(error) && typeof error["code"] === "string" ? error["code"] : "";
  return `cannot read ${file}: ${reasons[code] ?? (code === "" ? "it is not readable" : code)}`;
}
