import type { Agent } from "node:https";
import { Program } from "../../support/program.ts";
import { type Answer, call } from "./client.ts";

/** The admission as a process of its own. */
export class AdmissionProgram extends Program {
  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const nothing = { RESTRICTED_USAGE: "", SOURCE_CLUSTER: "", SOURCE_KUBECONFIG: "", WEBHOOK_CONFIG_NAMESPACE: "" };
    super("admission/main.ts", args, { ...nothing, ...environment });
  }

  /** Asks one of its webhooks; without an agent on a connection of its own. */
  async ask(webhook: string, review: object, trust: { readonly ca: string; readonly agent?: Agent }): Promise<Answer> {
    const { url } = await this.line("the webhooks are served");
    const target = `${String(url)}/webhooks/${webhook}?timeout=10s`;
    return call({ url: target, body: JSON.stringify(review), ...trust });
  }

  /** Status and body of an endpoint for probes or metrics. */
  async get(of: "health" | "metrics", path: string): Promise<string> {
    const { port } = await this.line(of === "health" ? "health is served" : "metrics are served");
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`);
    return `${String(response.status)} ${await response.text()}`;
  }

  /** Resolves when it is ready; it becomes so with what arrives over the network. */
  async ready(): Promise<void> {
    for (let turn = 0; turn < 1000; turn++) if ((await this.get("health", "/readyz")) === "200 ok\n") return;
    throw new Error(`it is not ready\n${await this.get("health", "/readyz")}${this.output}`);
  }
}
