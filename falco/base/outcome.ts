import type { Problem } from "./problem.ts";

/**
 * What a reconcile found. Anything that should simply be tried again (an API server that is down, a conflict) is no
 * Outcome but a thrown error.
 */
export type Outcome =
  /** Everything is as it should be. */
  | { readonly kind: "done" }
  /** As it should be, and there is something planned, such as the renewal of a certificate. */
  | { readonly kind: "again"; readonly afterSeconds: number }
  /** Not an error: something that others bring has not arrived yet, such as the copy of a Secret. */
  | { readonly kind: "waiting"; readonly for: string; readonly afterSeconds: number }
  /** The user must act; there is no retry until something changes, and what runs in the cluster stays as it is. */
  | { readonly kind: "stalled"; readonly problems: readonly Problem[] };
