import type { Client } from "../../kube/client.ts";

/** A client for what only reads: it answers as a test says, and everything else, above all a write, is a mistake. */
export function readingClient(answers: Partial<Pick<Client, "get" | "list" | "text">>): Client {
  const unexpected = (): never => {
    throw new Error("nobody should ask for this here");
  };
  return {
    get: unexpected,
    list: unexpected,
    text: unexpected,
    create: unexpected,
    update: unexpected,
    patch: unexpected,
    apply: unexpected,
    delete: unexpected,
    watch: unexpected,
    ...answers,
  };
}
