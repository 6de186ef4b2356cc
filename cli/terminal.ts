import type { Chunks } from "./read-source.ts";

/** What a command has of the outside, besides files. */
export interface Terminal {
  readonly stdin: Chunks;
  /** Writes the result, once, at the end. */
  readonly out: (text: string) => void;
  /** Writes lines for people. */
  readonly err: (lines: readonly string[]) => void;
}
