import { startApiServer } from "../support/apiserver/start.ts";
import { gardenerResources } from "../support/gardener-resources.ts";
import { benchCrds, seedObjects } from "./seed-objects.ts";

// A process of its own, so that its CPU time does not count as the controller's. Argument: how many clusters there are; without it there is
// nothing at all, not even a FalcoProfile.
const count = process.argv[2];
const server = await startApiServer({
  crds: benchCrds(),
  resources: gardenerResources,
  objects: count === undefined ? [] : seedObjects(Number(count)),
});
const { url, caPem, token } = server;
process.stdout.write(`${JSON.stringify({ url, caPem, token })}\n`);
process.stdin.once("end", () => void server.stop()).resume();
