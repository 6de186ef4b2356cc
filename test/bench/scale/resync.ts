import { createInterface } from "node:readline";
import { loadTemplates } from "../../../charts/load.ts";
import { resyncSeconds } from "../../../controller/assemble.ts";
import { startController } from "../../../controller/start.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";
import { formatProblem } from "../../../falco/base/problem.ts";
import { connect } from "../../../kube/client.ts";
import type { Logger } from "../../../kube/logger.ts";
import { createClient } from "../../../kube/rest-client.ts";
import { loadRuleFiles } from "../../../profiles/load.ts";
import { JumpingClock } from "../../support/jumping-clock.ts";

// A controller whose clock can be moved: for each line on its input an hour passes. It then tells, as a line of JSON, how much CPU time every
// Extension being looked at again took, and how many writes that made. Arguments: a kubeconfig, and how many Extensions there are.
const [kubeconfig = "", count = "0"] = process.argv.slice(2);
const clock = new JumpingClock(new Date().toISOString());
let runs = 0;
let writes = 0;
let told: (() => void) | undefined;
const nothing = (): void => undefined;
const logger: Logger = {
  debug: nothing,
  warn: nothing,
  error: nothing,
  info: (message) => {
    if (message !== "reconciled") return;
    runs += 1;
    if (runs >= Number(count)) told?.();
  },
};
const client = createClient({
  connection: await connect({ kubeconfig }),
  userAgent: "bench-resync",
  limits: { perSecond: 1e6, burst: 1e6 },
  observe: ({ method }) => {
    if (method !== "GET") writes += 1;
  },
});
const controller = await startController(
  { seed: client, garden: client },
  {
    landscape: defaultLandscape,
    templates: loadTemplates(),
    loadRuleFiles,
    classes: ["shoot"],
    workers: 5,
    clock,
    random: () => 0.5,
  },
  logger,
);
if (!controller.ok) throw new Error(controller.problems.map(formatProblem).join("\n"));
createInterface(process.stdin)
  .on("line", () => void passAnHour())
  .on("close", () => void controller.value.stop());
process.stdout.write("ready\n");

async function passAnHour(): Promise<void> {
  [runs, writes] = [0, 0];
  const done = new Promise<void>((resolve) => {
    told = resolve;
  });
  const before = process.cpuUsage();
  clock.jump((resyncSeconds + 1) * 1000);
  await done;
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1000, writes })}\n`);
}
