import { expect } from "chai";
import { moveVersion } from "../../../../admission/maintenance/move-version.ts";
import { readProfiles } from "../../../../falco/catalog/read-profiles.ts";
import { FencedError, fencedClient } from "../../../../kube/fence.ts";
import { profileOf } from "../../../support/seed-objects.ts";
import { ObjectsInMemory } from "../../kube/objects-in-memory.ts";

const name = { namespace: "garden-dev", name: "one" };
const shoot = {
  apiVersion: "core.gardener.cloud/v1beta1",
  kind: "Shoot",
  metadata: name,
  spec: { extensions: [{ type: "shoot-falco-service", providerConfig: { falcoVersion: "0.43.1" } }] },
};
const { catalogue } = readProfiles([profileOf()]);
const context = { now: new Date("2026-11-21T10:00:00Z"), catalogue, random: 0 };
const { signal } = new AbortController();

describe("moveVersion", () => {
  it("throws, and writes nothing, when another process leads by now", async () => {
    const server = new ObjectsInMemory();
    server.put(shoot);
    const client = fencedClient(server.client, () => false);
    const error: unknown = await moveVersion(name, { client, context, signal }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(FencedError);
    expect(server.writes).to.deep.equal([]);
  });

  it("leaves a Shoot alone whose window has been moved away since it was last heard of", async () => {
    const server = new ObjectsInMemory();
    const maintenance = { timeWindow: { begin: "120000+0000", end: "140000+0000" } };
    server.put({ ...shoot, spec: { ...shoot.spec, maintenance } } as typeof shoot);
    expect(await moveVersion(name, { client: server.client, context, signal })).to.deep.equal({ kind: "unchanged" });
  });

  it("leaves a Shoot alone that is gone", async () => {
    const { client } = new ObjectsInMemory();
    expect(await moveVersion(name, { client, context, signal })).to.deep.equal({ kind: "unchanged" });
  });
});
