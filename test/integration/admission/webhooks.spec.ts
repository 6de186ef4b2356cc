import { expect } from "chai";
import type { LogFields, Logger } from "../../../kube/logger.ts";
import type { Reads } from "../../../admission/observe.ts";
import type { AdmissionMetrics } from "../../../admission/metrics.ts";
import { type Admission, type AdmissionOptions, startAdmission } from "../../../admission/webhooks.ts";
import type { FalcoUse } from "../../../falco/desired/falco-use.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import type { Clock } from "../../../kube/clock.ts";
import {
  archiveLandscape,
  catalogue,
  completeConfig,
  noReads,
  now,
  profile,
  projectReads,
  review,
  seed,
  serviceConfig,
  shoot,
  update,
} from "../../unit/admission/samples.ts";
import { makePair } from "./certificate.ts";
import { call } from "./client.ts";

interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly patch?: string;
  readonly patchType?: string;
  readonly warnings?: readonly string[];
  readonly status?: {
    readonly code: number;
    readonly reason: string;
    readonly message: string;
    readonly details?: object;
  };
}

const uid = "705ab4f5-6393-11e8-b7cc-42010a800002";

describe("admission over https", () => {
  let admission: Admission;
  let ca: string;
  const logged: [string, LogFields][] = [];
  const line = (message: string, fields: LogFields = {}): void => void logged.push([message, fields]);
  const logger: Logger = { debug: line, info: line, warn: line, error: line };

  async function start(fields: Partial<AdmissionOptions> = {}): Promise<void> {
    const tls = await makePair("admission");
    ({ ca } = tls);
    admission = await startAdmission({
      reads: noReads,
      catalogue: () => catalogue,
      landscape: defaultLandscape,
      options: { restrictedUsage: false, restrictedCentralizedLogging: false },
      tls,
      host: "127.0.0.1",
      port: 0,
      now: () => now,
      logger,
      ...fields,
    });
  }

  async function ask(webhook: "mutate" | "validate" | "profile", body: object): Promise<Response> {
    const url = `${admission.url}/webhooks/${webhook}?timeout=10s`;
    const { status, text } = await call({ url, ca, body: JSON.stringify(body) });
    expect(status).to.equal(200);
    const answer = JSON.parse(text) as { apiVersion: string; kind: string; response: Response };
    expect(answer).to.include({ apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview" });
    expect(answer.response.uid).to.equal(uid);
    return answer.response;
  }

  const patchOf = ({ patch = "" }: Response): unknown => JSON.parse(Buffer.from(patch, "base64").toString());

  afterEach(async () => {
    logged.length = 0;
    await admission.stop();
  });

  it("fills in version, automatic updates, rules and destinations of a minimal shoot", async () => {
    await start();
    const response = await ask("mutate", review(shoot()));
    expect(response).to.include({ allowed: true, patchType: "JSONPatch" });
    const path = "/spec/extensions/1/providerConfig";
    expect(patchOf(response)).to.deep.equal([{ op: "add", path, value: completeConfig() }]);
    expect(await ask("validate", review(shoot(completeConfig())))).to.deep.equal({ uid, allowed: true });
  });

  it("denies with every problem, as a text and for programs", async () => {
    await start();
    const config = serviceConfig({ falcoVersion: "0.1.0", destinations: [{ name: "loging" }, { name: "custom" }] });
    const { allowed, status } = await ask("validate", review(shoot(config)));
    expect(allowed).to.equal(false);
    expect(status).to.include({ code: 403, reason: "Forbidden" });
    const lines = status?.message.split("\n") ?? [];
    expect(lines[0]).to.equal("there are 3 problems:");
    const at = "- spec.extensions[1].providerConfig";
    expect(
      lines.filter((each) => each.startsWith(`${at}.falcoVersion: No FalcoProfile has Falco 0.1.0.`)),
    ).to.have.length(1);
    expect(
      lines.filter((each) => each.startsWith(`${at}.destinations[0].name: There is no destination`)),
    ).to.have.length(1);
    expect(lines.filter((each) => each.startsWith(`${at}.destinations[1].resourceSecretName: `))).to.have.length(1);
    expect(status).to.have.nested.property("details.causes").with.length(3);
  });

  const untouched: readonly [string, object][] = [
    ["a shoot in deletion", shoot("broken", { metadata: { deletionTimestamp: "2026-06-01T00:00:00Z" } })],
    ["a disabled entry", shoot({ no: "configuration" }, { extension: { disabled: true } })],
    ["a shoot without our extension", shoot(undefined, { extensions: [{ type: "shoot-dns-service" }] })],
    ["a seed without our extension", { ...seed(), spec: {} }],
  ];
  for (const [name, object] of untouched) {
    it(`lets ${name} pass as it is`, async () => {
      await start();
      expect(await ask("mutate", update(object, object))).to.deep.equal({ uid, allowed: true });
      expect(await ask("validate", update(object, shoot()))).to.deep.equal({ uid, allowed: true });
    });
  }

  it("decides about seeds", async () => {
    await start({ landscape: archiveLandscape });
    const response = await ask("mutate", review(seed()));
    expect(patchOf(response)).to.have.nested.property("[0].path", "/spec/extensions/0/providerConfig");
    const denied = await ask("validate", review(seed(completeConfig())));
    expect(denied.status?.message).to.contain('"logging" is for shoots only');
  });

  it("warns", async () => {
    await start();
    const { warnings } = await ask("validate", review(shoot(completeConfig({ falcoVersion: "0.43.1" }))));
    expect(warnings?.[0]).to.contain("Falco 0.43.1 expires on 2026-06-11");
  });

  it("answers in v1beta1 when asked in it", async () => {
    await start();
    const url = `${admission.url}/webhooks/validate`;
    const { text } = await call({ url, ca, body: JSON.stringify(review(shoot(), {}, "admission.k8s.io/v1beta1")) });
    expect(JSON.parse(text)).to.include({ apiVersion: "admission.k8s.io/v1beta1" });
  });

  it("heeds the annotations of the Namespace and of the Project", async () => {
    const options = { restrictedUsage: true, restrictedCentralizedLogging: false };
    await start({ reads: projectReads({}), options });
    expect((await ask("validate", review(shoot(completeConfig())))).status?.message).to.contain(
      "falco.gardener.cloud/enabled",
    );
    await admission.stop();
    const skip = { "falco.gardener.cloud/skip-default-destinations": "true" };
    const reads = projectReads({ "falco.gardener.cloud/enabled": "true" }, skip);
    await start({ reads, options, landscape: archiveLandscape });
    expect(await ask("validate", review(shoot(completeConfig())))).to.include({ allowed: true });
    const created = patchOf(await ask("mutate", review(shoot())));
    expect(created).to.have.deep.nested.property("[0].value.destinations", [{ name: "logging" }]);
  });

  it("asks to try again when the Project cannot be read, and never says why", async () => {
    const reads: Reads = { ...noReads, namespace: () => Promise.reject(new Error("connect ECONNREFUSED 10.0.0.1")) };
    await start({ reads, landscape: archiveLandscape });
    const { allowed, status } = await ask("mutate", review(shoot()));
    expect(allowed).to.equal(false);
    expect(status).to.include({ code: 503, reason: "ServiceUnavailable" });
    expect(status).to.have.nested.property("details.retryAfterSeconds");
    expect(status?.message).to.contain("Namespace garden-dev").and.not.contain("10.0.0.1");
    expect(JSON.stringify(logged)).to.contain("ECONNREFUSED");
    const [, fields] = logged.find(([message]) => message === "refused") ?? [];
    expect(fields).to.include({ refusal: "unavailable", why: status?.message });
  });

  it("does not decide with profiles that it does not know, but about what needs none", async () => {
    await start({ catalogue: () => undefined });
    for (const webhook of ["mutate", "validate"] as const) {
      const { allowed, status } = await ask(webhook, review(shoot()));
      expect([allowed, status?.code, status?.reason]).to.deep.equal([false, 503, "ServiceUnavailable"]);
      expect(status?.message).to.equal("The FalcoProfiles are not known yet. Try again in a moment.");
      const leaving = shoot("broken", { metadata: { deletionTimestamp: "2026-06-01T00:00:00Z" } });
      const off = shoot(completeConfig(), { extension: { disabled: true } });
      for (const object of [leaving, off]) {
        expect(await ask(webhook, update(object, shoot()))).to.deep.equal({ uid, allowed: true });
      }
    }
    const labelled = shoot(serviceConfig(), { metadata: { labels: { a: "b" } } });
    const changed = shoot(serviceConfig({ falcoVersion: "0.1.0" }));
    const verdicts = await Promise.all(
      [labelled, changed].map((each) => ask("validate", update(each, shoot(serviceConfig())))),
    );
    expect(verdicts.map(({ allowed }) => allowed)).to.deep.equal([true, false]);
  });

  it("tells its metrics of requests and decisions", async () => {
    const told: string[] = [];
    const metrics: AdmissionMetrics = {
      started: (path) => told.push(path),
      finished: (path, { status }) => told.push(`${path} ${String(status)}`),
      decided: (webhook, decision) => told.push(`${webhook} ${decision.allowed ? "allowed" : decision.refusal}`),
    };
    await start({ metrics });
    await ask("mutate", review(shoot()));
    await ask("validate", review(shoot(serviceConfig({ falcoVersion: "0.1.0" }))));
    expect(told).to.deep.equal([
      ...["/webhooks/mutate", "mutate allowed", "/webhooks/mutate 200"],
      ...["/webhooks/validate", "validate denied", "/webhooks/validate 200"],
    ]);
  });

  it("decides about FalcoProfiles, once they and those who use them are known", async () => {
    const state: { profiles?: readonly unknown[]; uses?: readonly FalcoUse[] } = {};
    await start({ profiles: { profiles: () => state.profiles, uses: () => state.uses } });
    const edit = { group: "falco.gardener.cloud", version: "v1alpha1", kind: "FalcoProfile" };
    const falco = profile.spec.versions.falco.filter(({ version }) => version !== "0.44.1");
    const without = { ...profile, spec: { ...profile.spec, versions: { ...profile.spec.versions, falco } } };
    const body = review(without, { operation: "UPDATE", oldObject: profile, kind: edit });
    expect((await ask("profile", body)).status).to.include({ code: 503 });
    state.profiles = [profile];
    const blind = await ask("profile", body);
    expect(blind).to.include({ allowed: true });
    expect(JSON.stringify(blind.warnings)).to.contain("0.44.1");
    const use = { name: "mine", namespace: "garden-dev", autoUpdate: true, maintainNow: false } as const;
    state.uses = [{ ...use, kind: "Shoot", falcoVersion: "0.44.1" }];
    expect(JSON.stringify((await ask("profile", body)).warnings)).to.not.equal(JSON.stringify(blind.warnings));
  });

  it("answers before the API server stops waiting", async () => {
    const asked: number[] = [];
    const reads: Reads = { ...noReads, namespace: () => new Promise(() => undefined) };
    const clock: Clock = {
      now: () => now,
      monotonic: () => 0,
      sleep: (ms) => {
        asked.push(ms);
        return Promise.resolve();
      },
    };
    await start({ reads, landscape: archiveLandscape, clock });
    expect((await ask("mutate", review(shoot()))).status).to.include({ code: 503 });
    const body = JSON.stringify(review(shoot()));
    await call({ url: `${admission.url}/webhooks/mutate?timeout=2s`, ca, body });
    await call({ url: `${admission.url}/webhooks/mutate`, ca, body });
    expect(asked).to.deep.equal([8000, 1600, 8000]);
  });

  it("answers when it is broken itself, without a stack", async () => {
    await start({
      catalogue: () => {
        throw new TypeError("Cannot read properties of undefined");
      },
    });
    const { status } = await ask("validate", review(shoot()));
    expect(status).to.include({ code: 500, reason: "InternalError" });
    expect(status?.message).to.not.contain("undefined").and.not.contain(".ts");
    expect(logged.map(([message]) => message)).to.include("refused");
  });

  it("refuses what it does not serve", async () => {
    await start();
    const { status } = await ask("validate", review({ ...shoot(), kind: "Project" }));
    expect(status).to.include({ code: 400, reason: "BadRequest" });
  });

  it("logs decisions, never objects", async () => {
    await start();
    await ask("validate", review(shoot(serviceConfig({ falcoVersion: "0.1.0", nodeSelector: { a: "hunter2" } }))));
    const [, fields] = logged.find(([message]) => message === "refused") ?? [];
    expect(fields).to.deep.include({
      webhook: "validate",
      operation: "CREATE",
      kind: "Shoot",
      namespace: "garden-dev",
    });
    expect(fields).to.have.deep.property("codes", ["VERSION_UNKNOWN"]);
    expect(JSON.stringify(logged)).to.not.contain("hunter2");
  });
});
