import { expect } from "chai";
import type { Exchange } from "./exchange.ts";

/**
 * No controller has written anything twice: no write that has left its object as it was, and no status that says what the status before it
 * said, unless Gardener has asked in between or the answer to the first has never arrived.
 */
export function expectNothingTwice(exchanges: readonly Exchange[]): void {
  expect(repeatedWrites(exchanges).map(String)).to.deep.equal([]);
}

/** The writes that were for nothing. */
function repeatedWrites(exchanges: readonly Exchange[]): readonly Exchange[] {
  const last = new Map<string, Exchange>();
  return exchanges.filter((exchange) => {
    if (!exchange.isWrite || exchange.status === 0) return false;
    const object = objectOf(exchange);
    if (isRequestRemoval(exchange)) last.delete(`${object}/status`);
    const before = last.get(object);
    if (exchange.isDone) last.set(object, exchange);
    return exchange.isDone && before?.isAnswered === true && isRepeated(before, exchange);
  });
}

function objectOf({ method, path, body }: Exchange): string {
  const [root = ""] = path.split("?");
  const name = /"metadata":\{[^{}]*"name":"([^"]+)"/.exec(body)?.[1] ?? "";
  return method === "POST" ? `${root}/${name}` : root;
}

function isRequestRemoval({ body }: Exchange): boolean {
  return body.includes('"gardener.cloud/operation":null');
}

function isRepeated(before: Exchange, exchange: Exchange): boolean {
  if (exchange.method === "DELETE" || exchange.method === "POST") return false;
  return exchange.resourceVersion === before.resourceVersion || timeless(exchange.body) === timeless(before.body);
}

/** Without the times of operations and conditions, and without the version that guards the write. */
function timeless(body: string): string {
  return body.replaceAll(/"(last\w*Time|resourceVersion)":"[^"]*"/g, "");
}
