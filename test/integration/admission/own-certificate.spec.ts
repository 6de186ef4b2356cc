import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { falcoProfiles, shoots } from "../../../admission/garden.ts";
import { extensionLabels } from "../../../hack/landscape/extension-labels.ts";
import type { Client } from "../../../kube/client.ts";
import { type KubeObject, resource } from "../../../kube/objects.ts";
import { type ApiServer, type Fault, startApiServer } from "../../support/apiserver/start.ts";
import { connectWithFaults, type FaultHook } from "../../support/faulty-client.ts";
import { gardenerResources } from "../../support/gardener-resources.ts";
import { kubeconfigFor } from "../../support/kubeconfig.ts";
import { editObject, putObject } from "../../support/object-writes.ts";
import { profileCrd } from "../../support/profile-crd.ts";
import { namespaceOf } from "../../support/seed-objects.ts";
import { profile, serviceConfig } from "../../unit/admission/samples.ts";
import { admissionRights, isAllowed, type Rule, unusedRights } from "./rights.ts";
import { AdmissionProgram } from "./admission-program.ts";

const patienceTurns = 2000;

/** The program as it is in a landscape: two clusters, no certificate from outside. */
describe("admission/main.ts with a certificate of its own", () => {
  let folder: string;
  let garden: ApiServer;
  let source: ApiServer;
  let operator: Client;
  let runtime: Client;
  let program: AdmissionProgram;
  /** What was asked of each cluster, and what of it by this spec. */
  const requests = { garden: requestLog(), source: requestLog() };
  /** What the garden answers to whoever reads a Namespace. */
  let trouble: Fault | undefined;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "falco-admission-"));
    garden = await startApiServer({
      crds: [profileCrd()],
      resources: gardenerResources,
      beforeWrite: extensionLabels,
      intercept: ({ method, path }) => {
        requests.garden.all.push(`${method} ${path}`);
        return method === "GET" && path.startsWith("/api/v1/namespaces/garden-dev") ? trouble : undefined;
      },
    });
    source = await startApiServer({
      intercept: ({ method, path }) => {
        requests.source.all.push(`${method} ${path}`);
        return undefined;
      },
    });
    await writeFile(join(folder, "garden"), kubeconfigFor(garden));
    await writeFile(join(folder, "source"), kubeconfigFor(source));
    operator = await connectWithFaults(garden, "operator", requests.garden.noteOwn);
    runtime = await connectWithFaults(source, "operator", requests.source.noteOwn);
    await putObject(runtime, namespaceOf("garden", "garden"));
    const allowed = { "falco.gardener.cloud/enabled": "true" };
    const project = namespaceOf("garden-dev", "project");
    await putObject(operator, { ...project, metadata: { ...project.metadata, annotations: allowed } });
    await putObject(operator, namespaceOf("extension-admission", "extension"));
    await putObject(operator, { ...profile, metadata: { name: "falco" } });
    // Its version has expired since.
    await putObject(operator, shootOf("old", serviceConfig({ falcoVersion: "0.43.1" })));
    const port = await freePort();
    program = new AdmissionProgram(
      [
        `--port=${port}`,
        "--health-bind-address=127.0.0.1:0",
        "--metrics-bind-address=127.0.0.1:0",
        "--webhook-config-mode=url",
        `--webhook-config-url=localhost:${port}`,
        "--webhook-config-owner-namespace=extension-admission",
        "--restricted-usage",
        "--shutdown-delay-duration=0",
      ],
      {
        GARDEN_KUBECONFIG: join(folder, "garden"),
        SOURCE_KUBECONFIG: join(folder, "source"),
        LEADER_ELECTION_NAMESPACE: "garden",
      },
    );
    await program.ready();
    await until("webhooks are registered", async () => (await bundles()).every((each) => each !== undefined));
  });
  after(async () => {
    program.kill("SIGKILL");
    await program.ended;
    await Promise.all([garden.stop(), source.stop()]);
    await rm(folder, { recursive: true });
  });

  /** Asks again and again; each question is a request, so something else may happen between two. */
  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    for (let turn = 0; turn < patienceTurns; turn++) if (await isSo()) return;
    throw new Error(`it never came to: ${what}\n${program.output}`);
  }

  /** The CA bundles of all webhooks that are registered. */
  async function bundles(): Promise<readonly unknown[]> {
    const kinds = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
    const found = await Promise.all(
      kinds.map((kind) =>
        operator.get(resource("admissionregistration.k8s.io/v1", kind, { namespaced: false }), {
          name: "gardener-extension-admission-shoot-falco-service",
        }),
      ),
    );
    return found.flatMap((each) =>
      each === undefined
        ? [undefined]
        : (each["webhooks"] as { clientConfig: { caBundle?: string } }[]).map((one) => one.clientConfig.caBundle),
    );
  }

  const configOf = (shoot: KubeObject | undefined): unknown =>
    (shoot?.["spec"] as { extensions: { providerConfig?: unknown }[] } | undefined)?.extensions[0]?.providerConfig;

  it("keeps its certificate in the cluster that it runs in, and nothing in the garden", async () => {
    const secrets = resource("v1", "Secret");
    const inGarden = await operator.list(secrets);
    const { items } = await runtime.list(secrets);
    expect(items.map(({ metadata: { namespace, name } }) => [namespace, name])).to.deep.equal([
      ["garden", "gardener-extension-admission-shoot-falco-service-webhook"],
    ]);
    expect(inGarden.items).to.deep.equal([]);
    expect(await bundles()).to.have.length(3);
  });

  it("fills in what a new Shoot leaves out", async () => {
    const created = await operator.create(shoots, shootOf("new", serviceConfig()));
    expect(configOf(created)).to.deep.include({ falcoVersion: "0.44.1", autoUpdate: true });
  });

  it("refuses a Shoot that asks for what there is not", async () => {
    const refused: unknown = await operator
      .create(shoots, shootOf("bad", serviceConfig({ falcoVersion: "0.1.0" })))
      .catch((error: unknown) => error);
    expect(String(refused)).to.contain("No FalcoProfile has Falco 0.1.0.");
  });

  it("asks to try again when it cannot tell", async () => {
    trouble = { status: 403, body: "{}" };
    const refused: unknown = await operator
      .create(shoots, shootOf("patient", serviceConfig()))
      .catch((error: unknown) => error);
    expect(refused).to.include({ status: 503, reason: "ServiceUnavailable", retryAfterSeconds: 2 });
    expect(String(refused)).to.contain(
      "The Namespace garden-dev could not be read, and the decision about Falco depends on it. Try again in a moment.",
    );
    trouble = undefined;
    await operator.create(shoots, shootOf("patient", serviceConfig()));
  });

  it("refuses a FalcoProfile that contradicts another one", async () => {
    const spec = {
      ...profile.spec,
      versions: { falco: [{ version: "0.44.1", classification: "preview", rulesVersion: "1" }] },
    };
    const refused: unknown = await operator
      .create(falcoProfiles, { ...profile, metadata: { name: "other" }, spec } as unknown as KubeObject)
      .catch((error: unknown) => error);
    expect(String(refused)).to.contain("profile.admission-shoot-falco-service.extensions.gardener.cloud");
  });

  it("gives a Shoot the version that it should have when it is asked to", async () => {
    const name = { namespace: "garden-dev", name: "old" };
    await program.line("the maintenance works");
    await editObject(operator, { type: shoots, name }, (live) => ({
      ...live,
      metadata: { ...live.metadata, annotations: { "gardener.cloud/operation": "maintain" } },
    }));
    await until("the Shoot has been moved", async () => {
      const config = configOf(await operator.get(shoots, name)) as { falcoVersion?: string };
      return config.falcoVersion === "0.44.1";
    });
  });

  it("counts the clusters by version, and names none", async () => {
    const metrics = await program.get("metrics", "/metrics");
    expect(metrics).to.match(/^falco_admission_shoots\{version="0\.44\.1"\} [1-3]$/m);
    expect(metrics).to.not.contain("garden-dev");
    expect(program.output).to.not.contain(garden.token).and.not.contain(source.token);
  });

  it("has asked for nothing that docs/rbac-admission.yaml does not allow", () => {
    const { garden: inGarden, source: inSource } = admissionRights();
    const beyond = (asked: readonly string[], rights: readonly Rule[]): readonly string[] =>
      asked.filter((each) => !isAllowed(each, rights));
    expect(beyond(requests.source.ofProgram(), inSource)).to.deep.equal([]);
    expect(beyond(requests.garden.ofProgram(), inGarden)).to.deep.equal([]);
    expect(isAllowed("GET /api/v1/namespaces/garden/secrets/other", inSource), "a name").to.equal(false);
    expect(isAllowed("DELETE /apis/core.gardener.cloud/v1beta1/namespaces/a/shoots/b", inGarden), "a verb").to.equal(
      false,
    );
  });

  it("ends in order", async () => {
    program.kill("SIGTERM");
    expect(await program.ended).to.equal(0);
  });

  it("needs all that docs/rbac-admission.yaml allows, but for what has not happened here", () => {
    const { garden: inGarden, source: inSource } = admissionRights();
    // The CA has not been renewed, and nobody has made the Secret immutable.
    expect(unusedRights(requests.source.ofProgram(), inSource)).to.deep.equal(["patch secrets", "delete secrets"]);
    // Nothing has happened twice to one Shoot, and the landscape has no destinations of its own.
    expect(unusedRights(requests.garden.ofProgram(), inGarden)).to.deep.equal([
      "get projects",
      "get events",
      "patch events",
    ]);
  });
});

interface RequestLog {
  readonly all: string[];
  /** To be asked before each request of this spec. */
  readonly noteOwn: FaultHook;
  /** Those that this spec has not made. */
  readonly ofProgram: () => readonly string[];
}

function requestLog(): RequestLog {
  const all: string[] = [];
  const own: string[] = [];
  return {
    all,
    noteOwn: ({ method, path }) => {
      own.push(`${method} ${path}`);
      return undefined;
    },
    ofProgram: () => {
      const left = [...own];
      return all.filter((each) => {
        const index = left.indexOf(each);
        if (index !== -1) left.splice(index, 1);
        return index === -1;
      });
    },
  };
}

function shootOf(name: string, providerConfig: object): KubeObject {
  return {
    apiVersion: "core.gardener.cloud/v1beta1",
    kind: "Shoot",
    metadata: { namespace: "garden-dev", name },
    spec: { extensions: [{ type: "shoot-falco-service", providerConfig }] },
  };
}

/** The URL in the webhook configurations must have a port before the program starts. */
async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}
