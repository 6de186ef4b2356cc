import { measureAdmission } from "./admission/admission.ts";
import { benchDecide } from "./decide.ts";
import { benchReconcile } from "./reconcile.ts";
import { embeddedServers, realServers } from "./scale/bench-server.ts";
import { measureScale } from "./scale/scale.ts";
import { benchWholeProcess } from "./whole-process.ts";

// `npm run bench`: the figures as JSON. Medians of CPU time; a wall time only where a whole process is measured.
// `npm run bench -- reconcile [--embedded] [SHOOTS…]`: the controller with that many shoots (1000 and 5000), against the real kube-apiserver,
// which needs Go, or against the tests' own.
// `npm run bench -- admission [REQUESTS]`: the webhooks over https, with that many requests in each run (10,000).
const [topic, ...rest] = process.argv.slice(2);
const print = (figures: unknown): void => {
  process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
};
if (topic === "reconcile") {
  const counts = rest.filter((each) => /^\d+$/.test(each)).map(Number);
  const servers = rest.includes("--embedded") ? embeddedServers() : await realServers();
  for (const count of counts.length > 0 ? counts : [1000, 5000]) print(await measureScale(servers, count));
  await servers.stop();
} else if (topic === "admission") {
  print(await measureAdmission(Number(rest[0] ?? "10000")));
} else if (topic !== undefined) {
  process.stderr.write("Usage: npm run bench [-- reconcile [--embedded] [SHOOTS…] | -- admission [REQUESTS]]\n");
  process.exitCode = 2;
} else {
  print([...(await benchDecide()), ...(await benchReconcile()), ...benchWholeProcess()]);
}
