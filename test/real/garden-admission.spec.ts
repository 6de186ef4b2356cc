import { expect } from "chai";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { toYaml } from "../../falco/base/yaml.ts";
import { waitFor } from "../../hack/control-plane/wait-for.ts";
import { type KubeObject, resource } from "../../kube/objects.ts";
import type { Reply } from "../contract/client.ts";
import { AdmissionProgram } from "../integration/admission/admission-program.ts";
import { putObject } from "../support/object-writes.ts";
import { configOf } from "../support/seed-objects.ts";
import { entryOf, extensionType, gardenSeed, gardenShoot, projectNamespace, windowAround } from "./garden-objects.ts";
import { imageless, profile, without, withExpired } from "./garden-profiles.ts";
import { messageOf, RealGarden, webhookName } from "./real-garden.ts";
import { patience } from "./seed-and-shoot.ts";

const label = `extensions.extensions.gardener.cloud/${extensionType}`;
const shoots = resource("core.gardener.cloud/v1beta1", "Shoot");
const events = resource("v1", "Event");
const filledIn = {
  falcoVersion: "0.44.1",
  autoUpdate: true,
  rules: { standard: ["falco-rules"] },
  destinations: [{ name: "logging" }],
};
const configPath = "spec.extensions[0].providerConfig";

function refusal(
  webhook: Parameters<typeof webhookName>[0],
  path: string,
  { says, code }: { readonly says: string; readonly code: string },
): string {
  return `admission webhook "${webhookName(webhook)}" denied the request: ${path}: ${says} (${code})`;
}

/** Shoots that are there before the admission is: one without what it would fill in, and one that it would refuse. */
const early = [
  gardenShoot("bare", { isHeld: true }),
  gardenShoot("wrong", { isHeld: true, providerConfig: configOf({ falcoVersion: "0.1.0" }) }),
];

describe("real: the admission, behind a real gardener-apiserver", () => {
  let garden: RealGarden;
  let program: AdmissionProgram;

  before(async () => {
    garden = await RealGarden.open([profile]);
    for (const each of early) expect((await garden.create(each)).code, each.metadata.name).to.equal(201);
    program = await garden.startReplica();
    await garden.untilAsked();
  });
  after(() => garden.stop());

  /** Creates it; it must not be refused. */
  async function created(object: KubeObject): Promise<KubeObject> {
    const reply = await garden.create(object);
    expect(reply.code, messageOf(reply)).to.equal(201);
    return reply.body as unknown as KubeObject;
  }
  const shootWith = (name: string, fields: Parameters<typeof configOf>[0]): KubeObject =>
    gardenShoot(name, { providerConfig: configOf(fields) });
  const changeConfig = (shoot: KubeObject, fields: Parameters<typeof configOf>[0]): Promise<Reply> =>
    garden.patch(shoot, { spec: { extensions: [{ type: extensionType, providerConfig: configOf(fields) }] } });
  /** Replaces the FalcoProfile and waits until the program decides with it. */
  async function decideWith(next: KubeObject, version: string, isRefused: boolean): Promise<void> {
    await putObject(garden.client, next);
    await waitFor(
      "the program to know the FalcoProfile",
      async () => {
        const { code } = await garden.create(shootWith("probe", { falcoVersion: version }), "?dryRun=All");
        return (code === 201) !== isRefused || undefined;
      },
      patience,
    );
  }

  describe("Shoots and Seeds", () => {
    it("a new Shoot gets what it leaves out", async () => {
      const shoot = await created(gardenShoot("plain"));
      expect(shoot.metadata.labels).to.include({ [label]: "true" });
      expect(entryOf(shoot)?.providerConfig).to.deep.equal(configOf(filledIn));
      expect(entryOf(await garden.live(shoot))).to.deep.equal(entryOf(shoot));
    });

    // Gardener compares configurations byte by byte, and some kinds of patches put all keys in order.
    for (const [name, input] of [
      ["nothing", {}],
      ["little", { providerConfig: configOf() }],
      ["more", { providerConfig: configOf({ destinations: [{ name: "stdout" }], rules: filledIn.rules }) }],
    ] as const) {
      it(`what it has filled in is no change of the spec later on: ${name}`, async () => {
        const shoot = await created(gardenShoot(name, input));
        const path = `/apis/core.gardener.cloud/v1beta1/namespaces/${projectNamespace}/shoots/${name}`;
        for (const type of ["merge", "strategic"] as const) {
          const { code } = await garden.plain.patch(path, type, { metadata: { labels: { [type]: "yes" } } });
          const { generation } = (await garden.live(shoot)).metadata;
          expect([code, generation], type).to.deep.equal([200, 1]);
        }
      });
    }

    it("a new Seed gets what it leaves out, and is refused what only Shoots have", async () => {
      const seed = await created(gardenSeed("plain"));
      expect(seed.metadata.labels).to.include({ [label]: "true" });
      expect(entryOf(seed)?.providerConfig).to.include({ falcoVersion: "0.44.1" });
      const reply = await garden.create(gardenSeed("bad", configOf({ destinations: [{ name: "logging" }] })));
      expect([reply.code, messageOf(reply)]).to.deep.equal([
        403,
        refusal("validator", `${configPath}.destinations[0].name`, {
          says: '"logging" is for shoots only. Use one of stdout, custom, opensearch, splunk.',
          code: "DESTINATION_FORBIDDEN",
        }),
      ]);
    });

    it("a Shoot that has it switched off is left as it is", async () => {
      const shoot = await created(gardenShoot("off", { entry: { disabled: true } }));
      expect(shoot.metadata.labels).not.to.have.property(label);
      expect(entryOf(shoot)).to.deep.equal({ type: extensionType, disabled: true });
    });

    it("what is wrong is refused with its code, its place and what to write instead", async () => {
      const reply = await garden.create(shootWith("bad", { falcoVersion: "0.1.0" }));
      expect([reply.code, reply.body["reason"], messageOf(reply)]).to.deep.equal([
        403,
        "Forbidden",
        refusal("validator", `${configPath}.falcoVersion`, {
          says: "No FalcoProfile has Falco 0.1.0. Use one of 0.42.1 (supported), 0.43.1 (supported), 0.44.1 (supported).",
          code: "VERSION_UNKNOWN",
        }),
      ]);
    });

    it("a change may switch it off, whatever is wrong", async () => {
      const shoot = await created(gardenShoot("turned"));
      const providerConfig = configOf({ falcoVersion: "0.1.0" });
      for (const extensions of [[{ type: extensionType, disabled: true, providerConfig }], []]) {
        const reply = await garden.patch(shoot, { spec: { extensions } });
        expect(reply.code, messageOf(reply)).to.equal(200);
      }
    });
  });

  describe("a version that has expired", () => {
    let shoot: KubeObject;

    before(async () => {
      shoot = await created(shootWith("older", { falcoVersion: "0.43.1", autoUpdate: false }));
      await decideWith(withExpired("0.43.1"), "0.43.1", true);
    });
    after(() => decideWith(profile, "0.43.1", false));

    it("stays where it is, with a warning, when something else changes", async () => {
      const labelled = await garden.patch(shoot, { metadata: { labels: { team: "a" } } });
      expect([labelled.code, labelled.headers.warning], messageOf(labelled)).to.deep.equal([200, undefined]);
      const fields = { ...filledIn, falcoVersion: "0.43.1", autoUpdate: false, heartbeatEvent: true };
      const changed = await changeConfig(shoot, fields);
      expect(changed.code, messageOf(changed)).to.equal(200);
      expect(changed.headers.warning).to.contain("VERSION_EXPIRED").and.contain("0.43.1");
    });

    it("is not the one to go to, nor is one that nobody knows", async () => {
      for (const [falcoVersion, code] of [
        ["0.43.0", "VERSION_UNKNOWN"],
        ["9.9.9", "VERSION_UNKNOWN"],
      ] as const) {
        const reply = await changeConfig(shoot, { ...filledIn, falcoVersion });
        expect(reply.code, falcoVersion).to.equal(403);
        expect(messageOf(reply)).to.contain(webhookName("validator")).and.contain(code).and.contain(falcoVersion);
      }
      const late = await garden.create(shootWith("late", { falcoVersion: "0.43.1" }));
      expect(late.code).to.equal(403);
      expect(messageOf(late))
        .to.contain("Falco 0.43.1 expired at 2026-01-01T00:00:00Z.")
        .and.contain("(VERSION_EXPIRED)");
    });
  });

  describe("a Shoot in deletion", () => {
    for (const shoot of early) {
      it(`can be changed, and go: ${shoot.metadata.name}`, async () => {
        expect((await garden.delete(shoot)).code).to.equal(200);
        const { metadata, spec } = await garden.live(shoot);
        expect(metadata.deletionTimestamp).to.be.a("string");
        const labelled = await garden.patch(shoot, { metadata: { labels: { team: "b" } } });
        expect(labelled.code, messageOf(labelled)).to.equal(200);
        expect((await garden.live(shoot))["spec"]).to.deep.equal(spec);
        const freed = await garden.patch(shoot, { metadata: { finalizers: null } });
        expect(freed.code, messageOf(freed)).to.equal(200);
        expect(await garden.client.get(shoots, shoot.metadata)).to.equal(undefined);
      });
    }
  });

  describe("FalcoProfiles", () => {
    before(async () => {
      await created(shootWith("user", { falcoVersion: "0.43.1", autoUpdate: false }));
    });

    it("one that is wrong is refused", async () => {
      const reply = await garden.create(imageless);
      expect([reply.code, messageOf(reply)]).to.deep.equal([
        403,
        refusal("profile", "spec.versions.falco[0].version", {
          says: "There is no image for falco 0.45.0. Add one to spec.images.falco.",
          code: "IMAGE_MISSING",
        }),
      ]);
    });

    it("whoever takes away a version is told who uses it", async () => {
      const reply = await garden.plain.put(
        "/apis/falco.gardener.cloud/v1alpha1/falcoprofiles/falco?dryRun=All",
        JSON.parse(JSON.stringify({ ...without("0.43.1"), metadata: (await garden.live(profile)).metadata })) as never,
      );
      const warning =
        "spec.versions.falco: 2 shoots (garden-dev/older, garden-dev/user) use Falco 0.43.1, which this edit takes away; maintenance moves them to 0.44.1 in their next window. (VERSION_IN_USE)";
      expect([reply.code, reply.headers.warning], messageOf(reply)).to.deep.equal([200, `299 - "${warning}"`]);
    });

    it("whoever deletes it is told what that means", async () => {
      const reply = await garden.delete(profile, "?dryRun=All");
      expect(reply.code, messageOf(reply)).to.equal(200);
      for (const user of [
        "use Falco 0.44.1, which this edit takes away",
        "2 shoots (garden-dev/older, garden-dev/user) use Falco 0.43.1",
        "1 Seed (seed/plain)",
      ]) {
        expect(reply.headers.warning).to.contain(user);
      }
      expect(reply.headers.warning).to.contain("After this edit no profile has a supported version of Falco");
    });
  });

  describe("maintenance", () => {
    /** The Shoot once it is no longer at its version; nothing else of it has changed but what Gardener writes along. */
    async function untilMoved(before: KubeObject, to: string): Promise<void> {
      const after = await waitFor(
        `${before.metadata.name} to be moved`,
        async () => {
          const live = await garden.live(before);
          return entryOf(live)?.providerConfig?.falcoVersion === to ? live : undefined;
        },
        patience,
      );
      const expected = JSON.parse(JSON.stringify(before["spec"])) as Record<string, unknown>;
      const [entry] = (expected["extensions"] ?? []) as { providerConfig: object }[];
      if (entry !== undefined) entry.providerConfig = { ...entry.providerConfig, falcoVersion: to };
      expect(after["spec"]).to.deep.equal(expected);
      expect(after.metadata.generation).to.equal((before.metadata.generation ?? 0) + 1);
    }
    /** Waits until there is an Event of the Shoot, and no other one, that counts so often; it is written after the Shoot. */
    async function untilTold({ metadata: { name } }: KubeObject, count: number): Promise<void> {
      const message = "Falco is updated from 0.43.1 to 0.44.1, the highest supported version.";
      const expected = [["Normal", "FalcoUpdated", message, count]];
      const selection = { namespace: projectNamespace, fieldSelector: `involvedObject.name=${name}` };
      await waitFor(
        `the Event of ${name}`,
        async () => {
          const { items } = await garden.client.list(events, selection);
          const found = items.map((each) => [each["type"], each["reason"], each["message"], each["count"]]);
          expect(found).to.deep.equal(expected);
          return true;
        },
        patience,
      );
    }
    const old = (name: string): Promise<KubeObject> => created(shootWith(name, { falcoVersion: "0.43.1" }));
    const versionOf = (shoot: KubeObject): unknown => entryOf(shoot)?.providerConfig?.falcoVersion;
    async function ask(shoot: KubeObject, operation: "maintain" | null): Promise<KubeObject> {
      const reply = await garden.patch(shoot, { metadata: { annotations: { "gardener.cloud/operation": operation } } });
      expect(reply.code, messageOf(reply)).to.equal(200);
      return reply.body as unknown as KubeObject;
    }

    it("moves a Shoot in its window", async () => {
      const timeWindow = windowAround(3);
      const providerConfig = configOf({ falcoVersion: "0.43.1" });
      const shoot = await created(gardenShoot("windowed", { providerConfig, timeWindow }));
      expect(entryOf(shoot)?.providerConfig).to.include({ falcoVersion: "0.43.1", autoUpdate: true });
      await untilMoved(shoot, "0.44.1");
      await untilTold(shoot, 1);
    });

    it("moves a Shoot when it is asked to, once for each time", async () => {
      const [first, second] = [await old("first"), await old("second")];
      await untilMoved(await ask(first, "maintain"), "0.44.1");
      // Somebody puts the old version back, and the request still stands there.
      const back = await changeConfig(first, { ...filledIn, falcoVersion: "0.43.1" });
      expect(back.code, messageOf(back)).to.equal(200);
      await untilMoved(await ask(second, "maintain"), "0.44.1");
      expect(versionOf(await garden.live(first))).to.equal("0.43.1");
      await untilTold(first, 1);
      await ask(first, null);
      await untilMoved(await ask(first, "maintain"), "0.44.1");
      await untilTold(first, 2);
    });
  });

  describe("as an operator sees it", () => {
    it("says what an edit of the FalcoProfile would do to the live garden", async () => {
      const file = join(garden.folder, "profile.yaml");
      writeFileSync(file, toYaml(without("0.43.1")));
      const plan = new AdmissionProgram(["plan", "--kubeconfig", garden.kubeconfig, "--profile", file]);
      expect(await plan.ended, plan.output).to.equal(0);
      const line = /^garden-dev\/user +0\.43\.1 +Falco 0\.43\.1 → 0\.44\.1, forced: no profile has 0\.43\.1 /m;
      expect(plan.output).to.match(line).and.contain("2 BLOCKED, 2 forced");
    });

    it("needs no other rights than those of docs/rbac-admission.yaml", async () => {
      const metrics = await program.get("metrics", "/metrics");
      const codes = [...metrics.matchAll(/^rest_client_requests_total\{code="(\d+)"/gm)].map(([, code]) => code);
      expect(codes).to.include("200").and.include("201");
      expect(codes).not.to.include("403").and.not.to.include("401");
    });
  });
});
