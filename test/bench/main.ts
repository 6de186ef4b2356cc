import { benchDecide } from "./decide.ts";
import { benchReconcile } from "./reconcile.ts";
import { benchWholeProcess } from "./whole-process.ts";

// `npm run bench`: the figures as JSON. Medians of CPU time; a wall time only where a whole process is measured.
const figures = [...(await benchDecide()), ...(await benchReconcile()), ...benchWholeProcess()];
process.stdout.write(`${JSON.stringify(figures, undefined, 2)}\n`);
