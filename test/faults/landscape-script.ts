import { resourceTypes } from "../../controller/resource-types.ts";
import { identityName, profileOf, targetName } from "../support/seed-objects.ts";
import { first, second } from "./prepared.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import { undisturbed } from "./wire.ts";

/** Of about ten shoots. */
export const shoots = Array.from({ length: 10 }, (_each, index) => `shoot--local--m${String(index)}zq`);

const hour = 3600 * 1000;

/** One thing that somebody does to the landscape. */
type Act = (stage: Stage, random: Random) => Promise<void>;

/**
 * Some days in the life of a landscape, as the random numbers have it: what Gardener asks for, what people do by hand, and how time goes. Who
 * acts here does not look at what the controller has done, so the same numbers make the same days, whatever goes wrong meanwhile.
 */
export async function playLandscape(stage: Stage, random: Random, acts: number): Promise<void> {
  const there = new Set<string>();
  for (const namespace of shoots.slice(0, 6)) await create(stage, namespace, there);
  for (let count = 0; count < acts; count++) {
    const namespace = random.pick(shoots);
    if (there.has(namespace)) await random.pick(onShoot)({ stage, namespace, there, random });
    else await create(stage, namespace, there);
    if (random.next() < 0.3) await random.pick(onAll)(stage, random);
    await stage.pass(500 + random.next() * 2_000);
  }
}

interface OnShoot {
  readonly stage: Stage;
  readonly namespace: string;
  readonly there: Set<string>;
  readonly random: Random;
}

async function create(stage: Stage, namespace: string, there: Set<string>): Promise<void> {
  there.add(namespace);
  await stage.seed.addShoot(namespace);
  await stage.seed.deploy(namespace, { providerConfig: first });
}

async function change({ stage: { seed }, namespace, random }: OnShoot): Promise<void> {
  await seed.deploy(namespace, { providerConfig: random.pick([first, second]) });
}

/** Gardener makes another one only when this one is gone. */
async function remove({ stage, namespace, there }: OnShoot): Promise<void> {
  there.delete(namespace);
  await stage.seed.delete(namespace);
  await patiently(stage, `${namespace} is gone`, async () => (await stage.seed.rawExtension(namespace)) === undefined);
}

/** After a while, faults stop: with so many of them, a run that has to begin again each time takes days. */
async function patiently(stage: Stage, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const { disturb } = stage.wire;
  await stage.until(what, isSo, 100).catch(() => {
    stage.wire.disturb = undisturbed;
    return stage.until(what, isSo);
  });
  stage.wire.disturb = disturb;
}

async function removeResource({ stage: { seed }, namespace }: OnShoot): Promise<void> {
  await seed.remove(resourceTypes.managedResource, { namespace, name: targetName });
}

async function removeIdentity({ stage: { seed }, namespace }: OnShoot): Promise<void> {
  await seed.remove(resourceTypes.secret, { namespace, name: identityName });
}

const onShoot: readonly ((on: OnShoot) => Promise<void>)[] = [
  change,
  change,
  change,
  remove,
  removeResource,
  removeIdentity,
];

const newProfile: Act = ({ seed }, random) =>
  seed.put(profileOf({ tags: { "0.43.1": random.pick(["0.43.1", "0.43.1-patched"]) } }));
const newController: Act = async (stage) => {
  const { disturb } = stage.wire;
  await stage.replaceController();
  stage.wire.disturb = disturb;
};
const cutWatches: Act = ({ wire }) => {
  wire.cutWatches();
  return Promise.resolve();
};
const longNight: Act = (stage, random) => {
  stage.jump(random.next() * 12 * hour);
  return Promise.resolve();
};
const wrongDate: Act = (stage, random) => {
  stage.clock.shiftMs = (random.next() - 0.5) * 4 * hour;
  return Promise.resolve();
};

const onAll: readonly Act[] = [newProfile, newController, cutWatches, longNight, wrongDate];
