import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { placeholders } from "../../../cli/cluster-from-input.ts";
import { identitySecretKeys, identitySecretName } from "../../../falco/desired/identity.ts";
import { parseManifests, toYaml } from "../../../falco/base/yaml.ts";
import { entry, object, oneRule, profile, shoot } from "./manifests.ts";
import { type Files, runCli } from "./run-cli.ts";

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
}

function manifests(text: string): readonly Manifest[] {
  return parseManifests(text) as readonly Manifest[];
}

async function render(args: readonly string[], files: Files, stdin = ""): Promise<string> {
  const { code, out, err } = await runCli(["render", ...args], { files, stdin });
  expect({ code, wrong: err.filter((line) => !/^(note|warning): /.test(line)) }).to.deep.equal({ code: 0, wrong: [] });
  return out;
}

async function notes(args: readonly string[], files: Files): Promise<readonly string[]> {
  return (await runCli(["render", ...args], { files })).err.map((line) => line.replace(/^note: /, ""));
}

/** falcosidekick's configuration, out of its Secret. */
function sidekick(out: string): string {
  const secret = manifests(out).find(({ kind, metadata }) => kind === "Secret" && metadata.name === "falcosidekick");
  return Buffer.from(Object.values(secret?.data ?? {}).join(""), "base64").toString();
}

const cluster = (spec: object, name = "shoot--team--one"): string =>
  toYaml({ apiVersion: "extensions.gardener.cloud/v1alpha1", kind: "Cluster", metadata: { name }, spec });

const known = cluster({
  shoot: {
    metadata: { name: "one", namespace: "garden-team" },
    spec: { resources: [{ name: "splunk", resourceRef: { apiVersion: "v1", kind: "Secret", name: "splunk" } }] },
    status: { technicalID: "shoot--team--one", clusterIdentity: "identity-of-one" },
  },
  seed: { metadata: { name: "s" }, spec: { ingress: { domain: "ingress.example.org" } } },
});

describe("gardener-falco render", () => {
  const minimal = { "shoot.yaml": shoot([]) };

  it("writes the objects of a shoot in apply order, the DaemonSet last", async () => {
    const kinds = manifests(await render(["./shoot.yaml"], minimal)).map(({ kind }) => kind);
    expect(kinds.at(-1)).to.equal("DaemonSet");
    expect(kinds).to.include.members(["ConfigMap", "Secret", "ServiceAccount", "Deployment"]);
  });

  it("says what it assumes when there is no Cluster", async () => {
    expect(await notes(["./shoot.yaml"], minimal)).to.deep.equal([
      'No Cluster is given: a plain one called "shoot--team--one" is derived from the Shoot. Give the real one with --resource.',
      `What the input does not say is filled in: ${placeholders.clusterIdentity} (the cluster's identity), ${placeholders.seedIngressDomain} (the seed's ingress domain).`,
      `Certificates and tokens are placeholders; they come from the Secret "${identitySecretName}".`,
    ]);
  });

  it("takes identity and ingress domain from the Cluster, and the rest from the Shoot", async () => {
    const files = { ...minimal, "cluster.yaml": known };
    const out = await render(["--resource", "./cluster.yaml", "./shoot.yaml"], files);
    expect(out).to.include("identity-of-one");
    expect(sidekick(out)).to.include("v-team--one.ingress.example.org");
    expect(out).not.to.include("PLACEHOLDER-");
  });

  it("fills in the parts of a Cluster that are empty", async () => {
    const files = { ...minimal, "cluster.yaml": cluster({ shoot: {}, seed: {} }, "shoot--x--y") };
    const out = await render(["--target", "all", "--resource", "./cluster.yaml", "./shoot.yaml"], files);
    expect(manifests(out).map(({ metadata }) => metadata.namespace)).to.include("shoot--x--y");
    expect(out).to.include(placeholders.clusterIdentity);
  });

  it("names the control plane after the Project", async () => {
    const project = object("Project", "p", {
      apiVersion: "core.gardener.cloud/v1beta1",
      spec: { namespace: "garden-team" },
    });
    const files = { ...minimal, "project.yaml": project };
    expect((await notes(["--resource", "./project.yaml", "./shoot.yaml"], files))[0]).to.include('"shoot--p--one"');
  });

  it("takes the same from an Extension as from a Shoot", async () => {
    const extension = toYaml({
      apiVersion: "extensions.gardener.cloud/v1alpha1",
      kind: "Extension",
      metadata: { name: "shoot-falco-service", namespace: "shoot--team--one" },
      spec: { type: "shoot-falco-service" },
    });
    const files = { "cluster.yaml": known, "extension.yaml": extension, ...minimal };
    const fromExtension = await render(["--resource", "./cluster.yaml", "./extension.yaml"], files);
    const both = { ...files, "shoot.yaml": minimal["shoot.yaml"].replace(/  kubernetes:.*\n/, "") };
    expect(fromExtension).to.equal(await render(["--resource", "./cluster.yaml", "./shoot.yaml"], both));
    expect((await notes(["./extension.yaml"], files))[0]).to.include('"shoot--team--one" is assumed');
  });

  it("takes an Extension of class seed, and a Seed", async () => {
    const seed = toYaml({
      apiVersion: "core.gardener.cloud/v1beta1",
      kind: "Seed",
      metadata: { name: "s" },
      spec: { extensions: [{ type: "shoot-falco-service" }] },
      status: { clusterIdentity: "identity-of-s", kubernetesVersion: "1.34.1" },
    });
    const extension = toYaml({
      apiVersion: "extensions.gardener.cloud/v1alpha1",
      kind: "Extension",
      metadata: { name: "shoot-falco-service", namespace: "garden" },
      spec: { type: "shoot-falco-service", class: "seed" },
    });
    const files = { "seed.yaml": seed, "extension.yaml": extension };
    const out = await render(["--target", "seed", "./seed.yaml"], files);
    expect(out).to.include("identity-of-s");
    expect(await render(["--resource", "./seed.yaml", "./extension.yaml"], files)).to.equal(out);
  });

  it("takes a bare FalcoServiceConfig, with the resources that are given", async () => {
    const config = [
      "apiVersion: falco.extensions.gardener.cloud/v1alpha1",
      "kind: FalcoServiceConfig",
      "rules: { custom: [{ resourceName: team }] }",
      "destinations: [{ name: stdout }]",
    ].join("\n");
    const team = object("ConfigMap", "ref-team", { data: { "a.yaml": oneRule } }, "shoot--team--one");
    const out = await render(
      ["--resource", "./team.yaml", "-"],
      { "team.yaml": team.replace(/  namespace.*\n/, "") },
      config,
    );
    expect(out).to.include("rule: One");
  });

  it("finds Secrets and ConfigMaps under their own name and as copies, also in the input itself", async () => {
    const config = [
      "destinations: [{ name: splunk, resourceSecretName: s }]",
      "rules: { custom: [{ resourceName: r }] }",
    ];
    const subject = shoot(config, [entry("Secret", "s", "splunk"), entry("ConfigMap", "r", "team")]);
    const secret = object("Secret", "splunk", { stringData: { host: "https://own.example.org", token: "t" } });
    const copy = object(
      "Secret",
      "ref-splunk",
      { stringData: { host: "https://copy.example.org", token: "t" } },
      "shoot--team--one",
    );
    const rules = object("ConfigMap", "team", { data: { "a.yaml": oneRule } });
    const own = await render(["./all.yaml"], { "all.yaml": [subject, secret, rules].join("---\n") });
    expect(sidekick(own)).to.include("https://own.example.org");
    expect(own).to.include("rule: One");
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [subject, secret, copy, rules].flatMap((each) => parseManifests(each)),
    };
    expect(sidekick(await render(["-"], {}, JSON.stringify(list)))).to.include("https://copy.example.org");
  });

  it("does not mind a list of resources that is empty", async () => {
    const files = { ...minimal, "none.yaml": "apiVersion: v1\nkind: List\nitems: []\n" };
    expect(await render(["--resource", "./none.yaml", "./shoot.yaml"], files)).to.include("DaemonSet");
  });

  it("takes certificates from the cluster's Secret", async () => {
    const data = Object.fromEntries(Object.values(identitySecretKeys).map((key) => [key, `content of ${key}`]));
    const secret = object("Secret", identitySecretName, { stringData: data }, "shoot--team--one");
    const out = await render(["--resource", "./secret.yaml", "./shoot.yaml"], { ...minimal, "secret.yaml": secret });
    const content = manifests(out).flatMap((each) => (each.kind === "Secret" ? Object.values(each.data ?? {}) : []));
    const texts = content.map((each) => Buffer.from(each, "base64").toString());
    expect(texts).to.include.members(["content of server.key", "content of client.crt"]);
    expect(texts.join(" ")).not.to.include("PLACEHOLDER:");
  });

  it("looks for rules files beside the profile, and never outside of its folder", async () => {
    const set = (file: string): object => ({ rules: [{ name: "falco-rules", version: "1.0.0", source: { file } }] });
    const files = {
      ...minimal,
      "outside.yaml": oneRule,
      "p/rules/mine.yaml": oneRule,
      "p/inside.yaml": profile("a", { rest: set("rules/mine.yaml") }),
      "p/up.yaml": profile("a", { rest: set("../outside.yaml") }),
    };
    expect(await render(["--profile", "./p/inside.yaml", "./shoot.yaml"], files)).to.include("rule: One");
    const { code, err } = await runCli(["render", "--profile", "./p/up.yaml", "./shoot.yaml"], { files });
    expect(code).to.equal(1);
    expect(err.join("\n")).to.include("RULES_SOURCE_MISSING");
  });

  it("decides for the time that is given", async () => {
    const expiring = profile("a", { version: { expirationDate: "2026-12-01T00:00:00Z" } });
    const files = { ...minimal, "profile.yaml": expiring };
    const at = async (...now: readonly string[]): Promise<number> =>
      (await runCli(["render", ...now, "--profile", "./profile.yaml", "./shoot.yaml"], { files })).code;
    expect(await at()).to.equal(0);
    expect(await at("--now", "2027-01-01T00:00:00+01:00")).to.equal(1);
    expect(await at("--now", "tomorrow")).to.equal(2);
  });

  describe("output", () => {
    it("says for all targets where each object belongs", async () => {
      const out = await render(["--target", "all", "./shoot.yaml"], minimal);
      const documents = out.split(/^---\n/m).slice(1);
      const marks = documents.map((each) => /^# target: (.*)$/m.exec(each)?.[1]);
      expect([...new Set(marks)]).to.deep.equal(["shoot", "control-plane"]);
      const shootOnly = await render(["--target", "shoot", "./shoot.yaml"], minimal);
      const controlPlane = await render(["--target", "control-plane", "./shoot.yaml"], minimal);
      expect(out.replaceAll(/^# target: .*\n/gm, "")).to.equal(shootOnly + controlPlane);
    });

    it("is a List in JSON, or one for each target", async () => {
      const list: unknown = JSON.parse(await render(["-o", "json", "./shoot.yaml"], minimal));
      expect(list).to.include({ apiVersion: "v1", kind: "List" });
      const all: unknown = JSON.parse(await render(["-o", "json", "--target", "all", "./shoot.yaml"], minimal));
      expect(all).to.have.all.keys("shoot", "control-plane").and.have.property("shoot").which.deep.equals(list);
    });

    it("is a file for each object, numbered, in a folder that is replaced", async () => {
      const after = (folder: string): void => {
        expect(readdirSync(join(folder, "out")).sort()).to.deep.equal(["control-plane", "shoot"]);
        expect(readdirSync(join(folder, "out/shoot"))[0]).to.equal("001-configmap-falco-rules.yaml");
        expect(readdirSync(folder).sort()).to.deep.equal(["out", "shoot.yaml"]);
      };
      const files = { ...minimal, "out/042-secret-old.yaml": "" };
      const result = await runCli(["render", "--target", "all", "-o", "dir=./out", "./shoot.yaml"], { files, after });
      expect(result).to.include({ code: 0, out: "" });
    });

    it("leaves a folder alone that holds anything else", async () => {
      const files = { ...minimal, "out/notes.txt": "mine", "out/001-secret-old.yaml": "old" };
      const after = (folder: string): void => {
        expect(readdirSync(join(folder, "out"))).to.have.members(["notes.txt", "001-secret-old.yaml"]);
        expect(readFileSync(join(folder, "out/notes.txt"), "utf8")).to.equal("mine");
      };
      const { code, err } = await runCli(["render", "-o", "dir=./out", "./shoot.yaml"], { files, after });
      expect(code).to.equal(2);
      expect(err.at(-1)).to.equal(
        "./out: This folder holds other files than an earlier output. Name another one, or empty it. (FIELD_VALUE)",
      );
    });

    it("does not write through a file or when there are problems", async () => {
      const onto = await runCli(["render", "-o", "dir=./shoot.yaml", "./shoot.yaml"], { files: minimal });
      expect(onto.err.at(-1)).to.equal("./shoot.yaml: This is a file. Name a folder. (FIELD_VALUE)");
      const after = (folder: string): void => {
        expect(readdirSync(folder)).to.deep.equal(["shoot.yaml"]);
      };
      const bad = { "shoot.yaml": shoot(["falcoVersion: 1"]) };
      expect(await runCli(["render", "-o", "dir=./out", "./shoot.yaml"], { files: bad, after })).to.include({
        code: 1,
      });
    });
  });

  it("does not follow symbolic links out of the profile's folder", async () => {
    const set = { rules: [{ name: "falco-rules", version: "1.0.0", source: { file: "link.yaml" } }] };
    const files = { ...minimal, "outside.yaml": oneRule, "p/profile.yaml": profile("a", { rest: set }) };
    const before = (folder: string): void => {
      symlinkSync("../outside.yaml", join(folder, "p/link.yaml"));
    };
    const { err } = await runCli(["render", "--profile", "./p/profile.yaml", "./shoot.yaml"], { files, before });
    expect(err.join("\n")).to.include("RULES_SOURCE_MISSING");
  });
});
