import { problem, type Result, failure, success } from "../../falco/base/problem.ts";
import { configurationName, type WebhookAddress } from "./webhook-configurations.ts";

/** What flags say about the way to the webhooks. */
export interface WebhookConfigFlags {
  /** `url`: the virtual garden has no Service that leads here; `service`: API server and webhooks are of one cluster. */
  readonly mode: "url" | "service";
  /** Needed for `url`: a host, with a port if it is not 443; `https://` may stand before it. */
  readonly url?: string | undefined;
  /** For `service`: the namespace that this program runs in. */
  readonly namespace: string;
  readonly servicePort?: number | undefined;
}

/** How API servers reach the webhooks. */
export function webhookAddress({ mode, url, namespace, servicePort }: WebhookConfigFlags): Result<WebhookAddress> {
  if (mode === "url") return urlAddress(url);
  const port = servicePort === undefined ? {} : { port: servicePort };
  return success({ kind: "service", name: configurationName, namespace, ...port });
}

const urlFlag = "--webhook-config-url";

function urlAddress(text: string | undefined): Result<WebhookAddress> {
  if (text === undefined || text === "") {
    return failure([problem("FIELD_REQUIRED", urlFlag, "Name the host that API servers call the webhooks by.")]);
  }
  const url = URL.parse(text.includes("://") ? text : `https://${text}`);
  if (url !== null && url.protocol === "https:" && url.href === `${url.origin}/`) {
    return success({ kind: "url", url: url.origin });
  }
  const message = "This must be a host, or a host and a port, such as admission.garden or admission.garden:8443.";
  return failure([problem("FIELD_VALUE", urlFlag, message)]);
}

/** The names, or the IP address, that the webhooks are called by: the server's certificate must be for them. */
export function hostsOf(address: WebhookAddress): readonly string[] {
  if (address.kind === "url") return [new URL(address.url).hostname.replace(/^\[(.*)\]$/, "$1")];
  const { name, namespace } = address;
  return [name, `${name}.${namespace}`, `${name}.${namespace}.svc`];
}
