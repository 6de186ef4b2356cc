import { expect } from "chai";
import {
  webhookConfigurations,
  webhookPaths,
} from "../../../../admission/webhook-certificate/webhook-configurations.ts";

const host = "https://gardener-extension-admission-shoot-falco-service.garden";
const suffix = "admission-shoot-falco-service.extensions.gardener.cloud";

const always = {
  namespaceSelector: {},
  matchPolicy: "Exact",
  failurePolicy: "Fail",
  sideEffects: "None",
  timeoutSeconds: 10,
  admissionReviewVersions: ["v1", "v1beta1"],
};

const garden = {
  rules: ["shoots", "seeds"].map((resource) => ({
    apiGroups: ["core.gardener.cloud"],
    apiVersions: ["v1beta1"],
    operations: ["CREATE", "UPDATE"],
    resources: [resource],
    scope: "*",
  })),
  objectSelector: { matchLabels: { "extensions.extensions.gardener.cloud/shoot-falco-service": "true" } },
};

const profiles = {
  rules: [
    {
      apiGroups: ["falco.gardener.cloud"],
      apiVersions: ["v1alpha1"],
      operations: ["CREATE", "UPDATE", "DELETE"],
      resources: ["falcoprofiles"],
      scope: "*",
    },
  ],
  objectSelector: {},
};

const head = {
  apiVersion: "admissionregistration.k8s.io/v1",
  metadata: {
    name: "gardener-extension-admission-shoot-falco-service",
    labels: { "remediation.webhook.shoot.gardener.cloud/exclude": "true" },
  },
};

describe("webhookConfigurations", () => {
  it("are those of Gardener's contract, and one for FalcoProfiles", () => {
    const clientConfig = (path: string): object => ({ url: `${host}${path}`, caBundle: "UEVN" });
    expect(webhookConfigurations({ address: { kind: "url", url: host }, caBundle: "PEM" })).to.deep.equal([
      {
        ...head,
        kind: "MutatingWebhookConfiguration",
        webhooks: [
          {
            ...always,
            ...garden,
            name: `mutator.${suffix}`,
            clientConfig: clientConfig("/webhooks/mutate"),
            reinvocationPolicy: "Never",
          },
        ],
      },
      {
        ...head,
        kind: "ValidatingWebhookConfiguration",
        webhooks: [
          { ...always, ...garden, name: `validator.${suffix}`, clientConfig: clientConfig("/webhooks/validate") },
          { ...always, ...profiles, name: `profile.${suffix}`, clientConfig: clientConfig("/webhooks/profile") },
        ],
      },
    ]);
  });

  it("reach a Service, without a bundle, and go away with their owner", () => {
    const service = { name: "admission", namespace: "garden", port: 8443 };
    const owner = { name: "extension-falco-x7", uid: "1-2" };
    const [mutating] = webhookConfigurations({ address: { kind: "service", ...service }, owner });
    expect(mutating).to.have.deep.nested.property("webhooks[0].clientConfig", {
      service: { ...service, path: webhookPaths.mutate },
    });
    expect(mutating).to.have.deep.nested.property("metadata.ownerReferences", [
      { apiVersion: "v1", kind: "Namespace", ...owner, controller: true, blockOwnerDeletion: false },
    ]);
  });

  it("name the port that an API server would fill in", () => {
    const [mutating] = webhookConfigurations({ address: { kind: "service", name: "a", namespace: "b" } });
    expect(mutating).to.have.nested.property("webhooks[0].clientConfig.service.port", 443);
  });
});
