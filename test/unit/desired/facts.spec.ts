import { expect } from "chai";
import type { Cluster } from "../../../falco/api/gardener.ts";
import {
  clusterFactsOfGarden,
  clusterFactsOfSeed,
  clusterFactsOfShoot,
  isHibernated,
} from "../../../falco/desired/cluster-facts.ts";
import { otlpEndpoint, valiEndpoint } from "../../../falco/desired/gardener-logging.ts";
import { identityFromSecret, identitySecretKeys } from "../../../falco/desired/identity.ts";
import { declaredResource } from "../../../falco/desired/resources.ts";
import { expandVariables, variablesIn } from "../../../falco/desired/template-variables.ts";
import { cluster, problemsOf, resource, resources, secret, valueOf } from "./samples.ts";

const metadata = { name: "shoot--dev--one" };

describe("falco/desired/cluster-facts", () => {
  it("reads a Cluster", () => {
    const full: Cluster = {
      metadata,
      spec: {
        shoot: {
          metadata: { name: "one" },
          spec: {
            kubernetes: { version: "1.33.4" },
            networking: { ipFamilies: ["IPv6", "IPv4"] },
            resources,
            provider: { workers: [{ minimum: 3 }] },
          },
          status: { technicalID: "shoot--dev--other", clusterIdentity: "identity" },
        },
        seed: { metadata: {}, spec: { ingress: { domain: "seed.example.org" } } },
      },
    };
    expect(clusterFactsOfShoot(full)).to.deep.equal({
      namespace: "shoot--dev--one",
      technicalId: "shoot--dev--other",
      clusterIdentity: "identity",
      kubernetesVersion: "1.33.4",
      ipFamilies: ["IPv6", "IPv4"],
      seedIngressDomain: "seed.example.org",
      resources,
      workers: [{ minimum: 3 }],
    });
  });

  it("takes a Cluster in its first moments", () => {
    expect(clusterFactsOfShoot({ metadata, spec: { shoot: { metadata: {} } } })).to.deep.equal({
      namespace: "shoot--dev--one",
      technicalId: "shoot--dev--one",
      kubernetesVersion: "",
      ipFamilies: ["IPv4"],
      resources: [],
      workers: [],
    });
  });

  it("reads the cluster that the garden runs in, which is neither a shoot nor a seed", () => {
    const spec = {
      resources,
      runtimeCluster: { networking: { ipFamilies: ["IPv6"] } },
      virtualCluster: { gardener: { clusterIdentity: "landscape" } },
    };
    const garden = { metadata: { name: "the-garden" }, spec };
    const known = { garden, clusterIdentity: undefined, kubernetesVersion: "1.34.2" };
    const facts = {
      namespace: "garden",
      technicalId: "the-garden",
      kubernetesVersion: "1.34.2",
      ipFamilies: ["IPv6"],
      resources,
      priorityClassName: "gardener-garden-system-400",
    };
    expect(clusterFactsOfGarden(known)).to.deep.equal({ ...facts, clusterIdentity: "landscape-runtime" });
    const named = { ...known, clusterIdentity: "its-own" };
    expect(clusterFactsOfGarden(named)).to.deep.equal({ ...facts, clusterIdentity: "its-own" });
  });

  it("knows little of a garden that says little", () => {
    const facts = clusterFactsOfGarden({ garden: { metadata: {} }, clusterIdentity: undefined, kubernetesVersion: "" });
    expect(facts).to.include({ technicalId: "garden", namespace: "garden" });
    expect(facts).to.not.have.property("clusterIdentity");
  });

  it("reads a Seed, whose workers are not known", () => {
    const spec = { ingress: { domain: "d" }, networks: { ipFamilies: ["IPv6"] }, resources: [] };
    const status = { clusterIdentity: "i", kubernetesVersion: "1.33.1" };
    expect(clusterFactsOfSeed({ metadata: { name: "local" }, spec, status })).to.deep.equal({
      namespace: "garden",
      technicalId: "local",
      clusterIdentity: "i",
      kubernetesVersion: "1.33.1",
      ipFamilies: ["IPv6"],
      seedIngressDomain: "d",
      resources: [],
    });
    expect(clusterFactsOfSeed({ metadata: {} })).to.include({ technicalId: "", kubernetesVersion: "" });
  });

  const states: readonly (readonly [boolean | undefined, boolean | undefined, boolean])[] = [
    [undefined, undefined, false],
    [true, undefined, false],
    [true, false, false],
    [false, true, false],
    [true, true, true],
  ];
  for (const [enabled, hibernated, expected] of states) {
    it(`enabled ${String(enabled)}, hibernated ${String(hibernated)}: ${expected ? "asleep" : "awake"}`, () => {
      const spec = enabled === undefined ? {} : { hibernation: { enabled } };
      const status = hibernated === undefined ? {} : { hibernated };
      expect(isHibernated({ metadata, spec: { shoot: { metadata, spec, status } } })).to.equal(expected);
    });
  }
});

describe("falco/desired/gardener-logging", () => {
  const hosts: readonly (readonly [string, string])[] = [
    ["shoot--dev--foo", "dev--foo"],
    ["shoot-dev-foo", "dev-foo"],
    ["shoot--shoot--foo", "shoot--foo"],
    ["other", "other"],
  ];
  for (const [technicalId, short] of hosts) {
    it(`${technicalId} has the hosts of ${short}`, () => {
      const given = { ...cluster, technicalId };
      expect(valiEndpoint(given)?.host).to.equal(`https://v-${short}.seed.example.org`);
      expect(otlpEndpoint(given)?.host).to.equal(`https://otc-${short}.seed.example.org`);
    });
  }
});

describe("falco/desired/identity", () => {
  const values = Object.fromEntries(Object.entries(identitySecretKeys).map(([name, key]) => [key, `the ${name}`]));

  it("reads the Secret, under the keys of the Go extension", () => {
    expect(identityFromSecret(secret("s", values))).to.deep.equal({
      serverCa: "the serverCa",
      clientCa: "the clientCa",
      server: { certificate: "the server", key: "the serverKey" },
      client: { certificate: "the client", key: "the clientKey" },
      centralToken: "the centralToken",
      clusterIdentityToken: "the clusterIdentityToken",
      accessTokenReadAt: "the accessTokenReadAt",
    });
    expect(identitySecretKeys).to.deep.include({ serverCa: "server-ca.cert", clientCa: "client-ca.crt" });
  });

  const without = (...keys: readonly string[]) =>
    identityFromSecret(secret("s", Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)))));
  for (const key of ["server-ca.cert", "client-ca.crt", "server.crt", "server.key", "client.crt", "client.key"]) {
    it(`is none without ${key}`, () => {
      expect(without(key)).to.equal(undefined);
    });
  }

  it("can do without tokens and the keys of the CAs", () => {
    const identity = without("central.token", "cluster-identity.token", "access-token-read-at", "server-ca.key");
    expect(identity).to.have.keys("serverCa", "clientCa", "server", "client", "accessTokenReadAt");
    expect(identity?.accessTokenReadAt).to.equal("");
    expect(identityFromSecret({ metadata: {} })).to.equal(undefined);
  });
});

describe("falco/desired/resources", () => {
  it("finds an entry by its name; v1 is meant where there is no version", () => {
    expect(valueOf(declaredResource(resources, "Secret", "hook"))).to.deep.equal(resource("hook", "Secret"));
    const bare = { name: "a", resourceRef: { kind: "ConfigMap", name: "b" } };
    expect(valueOf(declaredResource([bare], "ConfigMap", "a"))).to.equal(bare);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ["hok", "RESOURCE_UNDECLARED", 'There is no entry "hok" in spec.resources. Did you mean "hook"?'],
    ["rulez", "RESOURCE_UNDECLARED", 'There is no entry "rulez" in spec.resources. Add one that refers to the Secret.'],
    [
      "hook-object",
      "RESOURCE_UNDECLARED",
      'There is no entry "hook-object" in spec.resources. Add one that refers to the Secret.',
    ],
    [
      "rules",
      "RESOURCE_KIND",
      'The entry "rules" of spec.resources refers to a ConfigMap (v1), but a Secret (v1) is needed.',
    ],
    [
      "other",
      "RESOURCE_KIND",
      'The entry "other" of spec.resources refers to a Secret (example.org/v1), but a Secret (v1) is needed.',
    ],
  ];
  for (const [name, code, message] of refused) {
    it(`refuses ${name}: ${code}`, () => {
      const given = [...resources, resource("other", "Secret", "example.org/v1")];
      expect(problemsOf(declaredResource(given, "Secret", name))).to.deep.equal([{ code, path: "", message }]);
    });
  }
});

describe("falco/desired/template-variables", () => {
  it("finds the variables in all strings, each once", () => {
    const value = { a: "<<.One>> <<One>> << .Two >>", b: ["x<<.Three>>", 5, null, { c: "<<>>" }] };
    expect(variablesIn(value)).to.deep.equal(["One", "Two", "Three", ""]);
    expect([variablesIn(undefined), variablesIn(5), variablesIn("a < b > c")]).to.deep.equal([[], [], []]);
  });

  it("puts values in, as they are, and leaves what has none", () => {
    const values = { One: "$& $1 <<.Two>>", Two: undefined };
    expect(expandVariables("a<<.One>>b<<.Two>>c<<.Three>>", values)).to.equal("a$& $1 <<.Two>>b<<.Two>>c<<.Three>>");
  });
});
