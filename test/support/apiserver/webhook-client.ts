/** Calls one admission webhook over https. */
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { asArray, asObject, asString, asStrings, at, isObject, type Json, type JsonObject } from "./json.ts";
import { badRequest, Failure, internalError } from "./status.ts";

/** Where services are, for webhooks that are not given as a url. */
export type ResolveService = (service: JsonObject) => string | undefined;

/** What a webhook answered. */
export interface Verdict {
  readonly patch: Json | undefined;
  readonly warnings: readonly string[];
  readonly denied: Failure | undefined;
}

// Connections are kept for each CA; making a TLS connection costs more than the call.
const agents = new Map<string, Agent>();

function agentFor(ca: string): Agent {
  const known = agents.get(ca) ?? new Agent({ keepAlive: true, ...(ca === "" ? {} : { ca }) });
  agents.set(ca, known);
  return known;
}

/** Ends kept connections, so that a stopped server leaves nothing open. */
export function closeWebhookConnections(): void {
  for (const agent of agents.values()) agent.destroy();
  agents.clear();
}

function reason(error: Error & { code?: string }, url: URL): string {
  if (error.code === "ECONNREFUSED") return `dial tcp ${url.host}: connect: connection refused`;
  return error.name === "TimeoutError" || error.name === "AbortError" ? "context deadline exceeded" : error.message;
}

function collect(response: IncomingMessage, done: (answer: string | Error) => void): void {
  const chunks: Buffer[] = [];
  response.on("data", (chunk: Buffer) => chunks.push(chunk));
  response.on("error", done);
  response.on("end", () => {
    const text = Buffer.concat(chunks).toString();
    done(response.statusCode === 200 ? text : new Error("the server rejected our request for an unknown reason"));
  });
}

function post(url: URL, body: string, { ca, timeout }: { ca: string; timeout: number }): Promise<string | Error> {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const signal = AbortSignal.timeout(timeout);
  return new Promise((resolve) => {
    const call = request(url, { method: "POST", headers, agent: agentFor(ca), signal }, (response) => {
      collect(response, resolve);
    });
    call.on("error", (error) => {
      resolve(new Error(reason(error, url)));
    });
    call.end(body);
  });
}

function urlOf(webhook: JsonObject, resolve: ResolveService | undefined): URL | undefined {
  const { url, service } = asObject(webhook["clientConfig"]);
  const text = asString(url) ?? (isObject(service) ? resolve?.(service) : undefined);
  return text !== undefined && URL.canParse(text) ? new URL(text) : undefined;
}

function callFailed(name: string, why: string): Failure {
  return internalError(`failed calling webhook "${name}": ${why}`);
}

function parsed(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text) as Json);
  } catch {
    return {};
  }
}

function denial(name: string, response: JsonObject): Failure {
  const { code, message, reason: why, details } = asObject(response["status"]);
  const text = asString(message) ?? asString(why);
  const denied = `admission webhook "${name}" denied the request`;
  const full = text === undefined || text === "" ? `${denied} without explanation` : `${denied}: ${text}`;
  const status = typeof code === "number" && code >= 400 ? code : 400;
  if (asString(why) === undefined && status === 400) return badRequest(full);
  return new Failure(status, asString(why), full, isObject(details) ? details : undefined);
}

function verdict(name: string, uid: string, text: string): Verdict | Failure {
  const response = at(parsed(text), "response");
  if (!isObject(response) || response["uid"] !== uid) {
    return callFailed(name, `received invalid webhook response: expected response.uid="${uid}"`);
  }
  const warnings = asStrings(asArray(response["warnings"]));
  if (response["allowed"] !== true) return { patch: undefined, warnings, denied: denial(name, response) };
  const patch = asString(response["patch"]);
  const operations = patch === undefined ? undefined : (JSON.parse(Buffer.from(patch, "base64").toString()) as Json);
  return { patch: operations, warnings, denied: undefined };
}

/** Sends an AdmissionReview; a Failure means that the webhook could not be asked. */
export async function callWebhook(
  webhook: JsonObject,
  review: JsonObject,
  resolve: ResolveService | undefined,
): Promise<Verdict | Failure> {
  const name = asString(webhook["name"]) ?? "";
  const url = urlOf(webhook, resolve);
  if (url === undefined) return callFailed(name, "failed to call webhook: no address for the service");
  const seconds = typeof webhook["timeoutSeconds"] === "number" ? webhook["timeoutSeconds"] : 10;
  url.searchParams.set("timeout", `${String(seconds)}s`);
  const bundle = asString(at(webhook, "clientConfig", "caBundle")) ?? "";
  const ca = Buffer.from(bundle, "base64").toString();
  const answer = await post(url, JSON.stringify(review), { ca, timeout: seconds * 1000 });
  if (answer instanceof Error) return callFailed(name, `failed to call webhook: Post "${url.href}": ${answer.message}`);
  return verdict(name, asString(at(review, "request", "uid")) ?? "", answer);
}
