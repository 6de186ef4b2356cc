import type { Problem } from "../../../../falco/base/problem.ts";
import type { Situation } from "./situations.ts";

/** One check of the webhooks by its smallest example: a row of docs/admission-checks.md, and a test. */
export interface Check extends Problem {
  /** What is wrong; the name of the test. `path` is below the providerConfig, unless it begins with `request`, `spec` or `falcoprofiles`. */
  readonly what: string;
  /** The fields of the providerConfig. */
  readonly config?: unknown;
  /** Instead of `config`: the fields of the whole Shoot, or of the request, and how the document writes them. */
  readonly object?: object;
  readonly request?: object;
  readonly example?: string;
  /** The same before the change; without it the Shoot is being created. */
  readonly old?: unknown;
  /** A Seed instead of a Shoot. */
  readonly seed?: true;
  readonly where?: Situation;
  /** It only warns. */
  readonly warns?: true;
  /** Said by the mutating webhook. */
  readonly mutates?: true;
}
