import { ApiError, type RequestTitle } from "./errors.ts";

/** Parses what an API server sent. JSON.parse quotes the text in its errors, which may be a Secret: not so here. */
export function parseJson(text: string, { method, path }: RequestTitle): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const message = `${method} ${path}: the answer is not JSON (${String(text.length)} characters)`;
    throw new ApiError({ status: 0, reason: "InvalidAnswer", message });
  }
}
