import { expect } from "chai";
import { webhookConfigurations } from "../../../admission/webhook-configurations.ts";

const host = "https://gardener-extension-admission-shoot-falco-service.garden";

describe("webhookConfigurations", () => {
  it("are those of Gardener's contract", () => {
    const [mutating, validating] = webhookConfigurations({ address: { kind: "url", url: host }, caBundle: "PEM" });
    const rules = ["shoots", "seeds"].map((resource) => ({
      apiGroups: ["core.gardener.cloud"],
      apiVersions: ["v1beta1"],
      operations: ["CREATE", "UPDATE"],
      resources: [resource],
    }));
    expect(mutating).to.deep.equal({
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "MutatingWebhookConfiguration",
      metadata: {
        name: "gardener-extension-admission-shoot-falco-service",
        labels: { "remediation.webhook.shoot.gardener.cloud/exclude": "true" },
      },
      webhooks: [
        {
          name: "mutator.admission-shoot-falco-service.extensions.gardener.cloud",
          clientConfig: { url: `${host}/webhooks/mutate`, caBundle: "UEVN" },
          rules,
          objectSelector: { matchLabels: { "extensions.extensions.gardener.cloud/shoot-falco-service": "true" } },
          namespaceSelector: {},
          matchPolicy: "Exact",
          failurePolicy: "Fail",
          sideEffects: "None",
          timeoutSeconds: 10,
          admissionReviewVersions: ["v1", "v1beta1"],
        },
      ],
    });
    expect(validating).to.have.property("kind", "ValidatingWebhookConfiguration");
    expect(validating).to.have.nested.property(
      "webhooks[0].name",
      "validator.admission-shoot-falco-service.extensions.gardener.cloud",
    );
    expect(validating).to.have.nested.property("webhooks[0].clientConfig.url", `${host}/webhooks/validate`);
  });

  it("reach a Service, without a bundle, and go away with their owner", () => {
    const service = { name: "admission", namespace: "garden", port: 443 };
    const owner = { name: "extension-falco-x7", uid: "1-2" };
    const [mutating] = webhookConfigurations({ address: { kind: "service", ...service }, owner });
    expect(mutating).to.have.deep.nested.property("webhooks[0].clientConfig", {
      service: { ...service, path: "/webhooks/mutate" },
    });
    expect(mutating).to.have.deep.nested.property("metadata.ownerReferences", [
      { apiVersion: "v1", kind: "Namespace", ...owner, controller: true, blockOwnerDeletion: false },
    ]);
  });
});
