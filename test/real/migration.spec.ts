import { expect } from "chai";
import { resourceTypes } from "../../controller/resource-types.ts";
import { isObject } from "../../falco/base/json.ts";
import type { KubeObject } from "../../kube/objects.ts";
import { viewOf } from "../support/extension-view.ts";
import { stateOf } from "../support/seed-access.ts";
import { controlPlaneName, operation, targetName } from "../support/seed-objects.ts";
import { differences } from "./example-objects.ts";
import { arrive, leave, save } from "./move.ts";
import type { RealSeed } from "./real-seed.ts";
import { present } from "./seed-and-shoot.ts";
import { TwoSeeds } from "./two-seeds.ts";
import { type Write, WriteWitness } from "./write-witness.ts";

const namespace = "shoot--local--moving";
const origin = "resources.gardener.cloud/origin";

/** The moments of a migration at which the controller is killed, and how the API server sees them. */
const moments: Readonly<Record<string, (write: Write) => boolean>> = {
  "the objects are told to stay": ({ object, ...write }) => isOf("managedresources", write) && keeps(object),
  "the ManagedResource is deleted": (write) =>
    isOf("managedresources", write) && write.operation === "DELETE" && write.name === targetName,
  "success is written": ({ object, subResource }) =>
    subResource === "status" && object !== null && stateOf(object) === "Migrate/Succeeded",
  "the request is taken off": ({ object, oldObject, ...write }) =>
    isOf("extensions", write) && isAsked(oldObject) && !isAsked(object),
};

function isOf(resource: string, write: Pick<Write, "resource" | "subResource">): boolean {
  return write.resource.resource === resource && (write.subResource ?? "") === "";
}

function keeps(object: KubeObject | null): boolean {
  return isObject(object?.["spec"]) && object["spec"]["keepObjects"] === true;
}

function isAsked(object: KubeObject | null): boolean {
  return object !== null && viewOf(object).metadata.annotations[operation] === "migrate";
}

/** Without what the resource manager of another seed may write: where the object comes from. A Deployment counts that as a generation. */
function withoutOrigin({ metadata, ...object }: KubeObject): object {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => name !== origin);
  const other = { resourceVersion: "", managedFields: [], ...(object.kind === "Deployment" && { generation: 0 }) };
  return { ...object, metadata: { ...metadata, ...other, annotations: Object.fromEntries(annotations) } };
}

/** What is no longer as it was, in either direction. */
function changes(before: readonly KubeObject[], after: readonly KubeObject[]): readonly string[] {
  const [old, present] = [before.map(withoutOrigin), after.map(withoutOrigin)];
  return [...differences(present, old, "present "), ...differences(old, present, "before ")];
}

describe("real: a shoot that moves from seed to seed", () => {
  let world: TwoSeeds;
  let witnesses: ReadonlyMap<RealSeed, WriteWitness>;
  let here: RealSeed;
  let there: RealSeed;
  /** What runs in the shoot, as it was rendered first. */
  let objects: readonly KubeObject[];

  before(async () => {
    world = await TwoSeeds.start();
    [here, there] = world.seeds;
    witnesses = new Map(
      await Promise.all(world.seeds.map(async (each) => [each, await WriteWitness.start(each.client)] as const)),
    );
    await here.host(namespace, world.shoot);
    await here.deploy(namespace);
    await here.untilState(namespace, "Create/Succeeded");
    await here.untilApplied(namespace);
    objects = await here.packedObjects(namespace);
  });
  after(async () => {
    for (const each of witnesses.values()) each.stop();
    await world.stop();
  });

  const inShoot = (): Promise<readonly KubeObject[]> => present(objects, world.shootClient);
  const origins = async (): Promise<readonly string[]> => {
    const all = (await inShoot()).map(({ metadata }) => metadata.annotations?.[origin] ?? "");
    return [...new Set(all)];
  };

  /** Moves the shoot as gardenlet does. At the moment, if there is one, the controller that lets go of it is killed; another one is started then. */
  async function move(isMoment?: (write: Write) => boolean): Promise<void> {
    const before = await inShoot();
    expect(before).to.have.lengthOf(objects.length);
    expect(await origins()).to.deep.equal([`${here.server.name}-identity:${namespace}/${targetName}`]);
    const identity = await here.identity(namespace);
    const killed = isMoment && killedAt(here, isMoment);
    await here.deploy(namespace, { operation: "migrate" });
    if (killed !== undefined) {
      await killed;
      await world.startProgram(here);
    }
    await here.untilState(namespace, "Migrate/Succeeded");
    expect((await here.extension(namespace)).metadata.finalizers).to.be.empty;
    expect(await here.list(resourceTypes.managedResource, namespace), "ManagedResources").to.be.empty;
    const saved = await save(here, namespace);
    await leave(here, namespace);
    [here, there] = [there, here];
    await arrive(here, { namespace, shoot: world.shoot, saved });
    await here.untilApplied(namespace);
    expect(changes(before, await inShoot()), "what is another way in the shoot").to.deep.equal([]);
    expect(await origins()).to.deep.equal([`${here.server.name}-identity:${namespace}/${targetName}`]);
    expect((await here.identity(namespace))?.["data"], "certificates").to.deep.equal(identity?.["data"]);
  }

  it("keeps every object, its certificates and its pods", () => move());

  for (const [moment, isMoment] of Object.entries(moments)) {
    it(`keeps them, too, when the controller is killed as ${moment}`, () => move(isMoment));
  }

  /** Resolves when the controller of a seed was killed at a moment to come. */
  function killedAt(seed: RealSeed, isMoment: (write: Write) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const witness = witnesses.get(seed);
      if (witness === undefined) throw new Error("there is no witness");
      witness.onWrite = async (write) => {
        if (!isMoment(write)) return;
        witness.onWrite = () => Promise.resolve();
        await world.killProgram(seed);
        resolve();
      };
    });
  }

  it("is removed from where it is in the end", async () => {
    const beside = await here.packedObjects(namespace, controlPlaneName);
    await here.delete(namespace);
    await here.untilGone(namespace);
    expect(await inShoot(), "in the shoot").to.be.empty;
    expect(await present(beside, here.client), "in the seed").to.be.empty;
    expect(await here.identity(namespace)).to.equal(undefined);
    expect(await there.identity(namespace)).to.equal(undefined);
  });
});
