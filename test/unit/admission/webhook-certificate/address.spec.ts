import { expect } from "chai";
import { hostsOf, webhookAddress, type WebhookConfigFlags } from "../../../../admission/webhook-certificate/address.ts";

const service = "gardener-extension-admission-shoot-falco-service";

describe("webhookAddress", () => {
  const cases: readonly (readonly [Partial<WebhookConfigFlags>, object, readonly string[]])[] = [
    [{ url: `${service}.garden` }, { kind: "url", url: `https://${service}.garden` }, [`${service}.garden`]],
    [{ url: "https://Admission.garden:443/" }, { kind: "url", url: "https://admission.garden" }, ["admission.garden"]],
    [{ url: "localhost:8443" }, { kind: "url", url: "https://localhost:8443" }, ["localhost"]],
    [{ url: "10.0.0.7" }, { kind: "url", url: "https://10.0.0.7" }, ["10.0.0.7"]],
    [{ url: "[FD00:0::7]:8443" }, { kind: "url", url: "https://[fd00::7]:8443" }, ["fd00::7"]],
    [
      { mode: "service" },
      { kind: "service", name: service, namespace: "garden" },
      [service, `${service}.garden`, `${service}.garden.svc`],
    ],
    [
      { mode: "service", servicePort: 8443 },
      { kind: "service", name: service, namespace: "garden", port: 8443 },
      [service, `${service}.garden`, `${service}.garden.svc`],
    ],
  ];
  for (const [flags, address, hosts] of cases) {
    it(`of ${JSON.stringify(flags)}`, () => {
      const read = webhookAddress({ mode: "url", namespace: "garden", ...flags });
      expect(read).to.deep.include({ ok: true, value: address });
      if (read.ok) expect(hostsOf(read.value)).to.deep.equal(hosts);
    });
  }

  const mistakes: readonly (readonly [string | undefined, string])[] = [
    [undefined, "FIELD_REQUIRED"],
    ["", "FIELD_REQUIRED"],
    ["http://admission.garden", "FIELD_VALUE"],
    ["https://admission.garden/webhooks", "FIELD_VALUE"],
    ["https://user@admission.garden", "FIELD_VALUE"],
    ["admission.garden?x", "FIELD_VALUE"],
    ["a b", "FIELD_VALUE"],
  ];
  for (const [url, code] of mistakes) {
    it(`refuses ${String(url)}`, () => {
      const read = webhookAddress({ mode: "url", url, namespace: "garden" });
      expect(read).to.have.property("ok", false);
      if (!read.ok) expect(read.problems[0]).to.include({ code, path: "--webhook-config-url" });
    });
  }
});
