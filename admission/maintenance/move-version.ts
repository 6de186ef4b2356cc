import type { VersionUpdate } from "../../falco/catalog/next-version.ts";
import { falcoUseOf } from "../../falco/desired/falco-use.ts";
import { maintain, type MaintenanceContext, type PatchStep } from "../../falco/desired/maintain.ts";
import type { Client } from "../../kube/client.ts";
import { ApiError, isConflict, isNotFound, isTransient } from "../../kube/errors.ts";
import type { KubeObject, ObjectName } from "../../kube/objects.ts";
import { shoots } from "../garden.ts";

/** A move to another version that can be made. */
type Move = VersionUpdate & { readonly kind: "update" };
type Stranded = VersionUpdate & { readonly kind: "stranded" };

/** What came of it. `shoot` is the object as it was when that was decided. */
export type Moved =
  /** It need not be moved any more, or is gone. */
  | { readonly kind: "unchanged" }
  | { readonly kind: "updated"; readonly shoot: KubeObject; readonly update: Move }
  /** It cannot stay, and there is no version to go to. */
  | { readonly kind: "stranded"; readonly shoot: KubeObject; readonly update: Stranded }
  /** The API server, or a webhook, does not allow it: the same write would be refused again. */
  | { readonly kind: "refused"; readonly shoot: KubeObject; readonly update: Move; readonly error: unknown }
  /** It may go through another time. */
  | { readonly kind: "failed"; readonly shoot: KubeObject; readonly update: Move; readonly error: unknown };

export interface MoveInput {
  readonly client: Pick<Client, "get" | "patch">;
  readonly context: MaintenanceContext;
  readonly signal: AbortSignal;
}

/** So often in a row others may write in between. */
const mostAttempts = 4;

/**
 * Reads the Shoot, decides what is to become of its version, and writes that one field; should somebody have written the Shoot in between,
 * all of that again. Throws when the Shoot cannot be read, and when it may not be written by this process any more.
 */
export async function moveVersion(name: ObjectName, input: MoveInput): Promise<Moved> {
  for (let attempt = 1; ; attempt++) {
    const decision = await decide(name, input);
    if (decision.kind !== "updated") return decision;
    const error = await write(name, decision, input);
    if (error === undefined) return decision;
    const verdict = verdictOn(error);
    if (verdict === "again" && attempt < mostAttempts) continue;
    // Of a write whose answer got lost, only the object itself can tell.
    if (verdict === "failed" && (await isWritten(name, decision.update, input))) return decision;
    return { ...decision, kind: verdict === "refused" || error.status === 422 ? "refused" : "failed", error };
  }
}

async function decide(name: ObjectName, { client, context, signal }: MoveInput): Promise<Decision> {
  const shoot = await client.get(shoots, name, { signal });
  const { due = false, update, patch = [] } = maintain(shoot, context) ?? {};
  if (shoot === undefined || !due || update === undefined) return { kind: "unchanged" };
  return update.kind === "update" ? { kind: "updated", shoot, update, patch } : { kind: "stranded", shoot, update };
}

type Decision =
  | (Moved & { readonly kind: "unchanged" | "stranded" })
  | (Moved & { readonly kind: "updated" } & { readonly patch: readonly PatchStep[] });

/** The error, if there is one that the API server is the reason for. */
async function write(
  name: ObjectName,
  { shoot, patch }: Decision & { readonly kind: "updated" },
  { client, signal }: MoveInput,
): Promise<ApiError | undefined> {
  const { resourceVersion } = shoot.metadata;
  // With this in it, the patch of any other object than the one that was read is a conflict.
  const guard = { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion };
  try {
    await client.patch(shoots, name, { body: [guard, ...patch], signal });
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

/** A patch of a place that is no longer there is Invalid, like an object that must not be: reading it again tells which. */
function verdictOn(error: ApiError): "again" | "refused" | "failed" {
  if (isConflict(error) || isNotFound(error) || error.status === 422) return "again";
  return isTransient(error) || error.status === 401 ? "failed" : "refused";
}

async function isWritten(name: ObjectName, { to }: Move, { client, signal }: MoveInput): Promise<boolean> {
  return falcoUseOf(await client.get(shoots, name, { signal }))?.falcoVersion === to;
}
