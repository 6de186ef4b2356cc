import { isObject } from "../falco/base/json.ts";
import type { Client } from "../kube/client.ts";

/** The version of an API server as it writes it itself, such as `v1.33.2+build`; throws when it does not say one. */
export async function serverVersion(client: Client, signal: AbortSignal): Promise<string> {
  const answer: unknown = JSON.parse(await client.text("/version", { signal }));
  const version = isObject(answer) ? answer["gitVersion"] : undefined;
  if (typeof version === "string" && /^v\d+\.\d+\.\d+/.test(version)) return version;
  throw new Error("The API server does not say its version.");
}
