import type { KubeObject } from "../../../../kube/objects.ts";
import type { Fault, InterceptedRequest } from "../../../support/apiserver/start.ts";
import { profileOf } from "../../../support/seed-objects.ts";

/** For a Shoot that asks for its maintenance from the start. */
export const maintainNow = { annotations: { "gardener.cloud/operation": "maintain" } };

/** A date in the past. */
export const expirationDate = "2026-01-01T00:00:00Z";

/** Whether a request writes the Shoot `one`. */
export function isWrite({ method, path }: InterceptedRequest): boolean {
  return method === "PATCH" && path.endsWith("/shoots/one");
}

/** What an API server answers when it does not do what it was asked. */
export function answer(code: number, reason: string, message: string): Exclude<Fault, string> {
  const body = JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message });
  return { status: code, body };
}

interface Version {
  readonly version: string;
  readonly classification?: string;
  readonly expirationDate?: string;
}

/** A profile with versions that are supported unless it says otherwise. */
export function profileWith(...versions: readonly Version[]): KubeObject {
  const falco = versions.map((each) => ({ classification: "supported", rulesVersion: "1.0.0", ...each }));
  const { spec, ...profile } = profileOf({ falco: versions.map(({ version }) => version) });
  return { ...profile, spec: { ...(spec as object), versions: { falco } } };
}
