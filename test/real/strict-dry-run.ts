import type { KubeObject } from "../../falco/objects/kube-object.ts";
import { collectionPath } from "../../kube/objects.ts";
import { Client } from "../contract/client.ts";
import { asString } from "../support/apiserver/json.ts";
import type { ServerAddress } from "../support/real-server.ts";
import { typeOf } from "./seed-and-shoot.ts";

/** What a server would say against creating these objects: refusals and warnings, none if all is well. Nothing is created. */
export async function strictDryRun(objects: readonly KubeObject[], server: ServerAddress): Promise<readonly string[]> {
  const client = new Client({ ...server, stop: () => Promise.resolve() });
  try {
    const remarks: string[] = [];
    for (const each of objects) remarks.push(...(await remarksOn(each, client)));
    return remarks;
  } finally {
    client.close();
  }
}

async function remarksOn(object: KubeObject, client: Client): Promise<readonly string[]> {
  const path = collectionPath(typeOf(object), object.metadata.namespace);
  const { code, body, headers } = await client.post(`${path}?dryRun=All&fieldValidation=Strict`, object);
  const title = `${object.kind} ${object.metadata.name}`;
  const { warning } = headers;
  return [
    ...(code === 201 ? [] : [`${title}: ${String(code)} ${asString(body["message"]) ?? ""}`]),
    ...(warning === undefined ? [] : [`${title}: ${warning}`]),
  ];
}
