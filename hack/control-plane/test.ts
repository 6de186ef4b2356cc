import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { errorText } from "../../kube/logger.ts";
import { build, type Built } from "./build.ts";
import { NoGoError } from "./go.ts";
import { programNames } from "./programs.ts";
import { startControlPlane } from "./start.ts";

const usage = `Runs the tests that need the real programs of Kubernetes and Gardener, and those that run on any API server, on the real one.

Usage: npm run test:real [-- SPEC…]

  SPEC   files or patterns instead of all of them, such as test/contract/watches.spec.ts

The programs are built first if they are not there; see npm run control-plane -- --help.
Ends with 0 when all is well, 1 when something failed, and 77 when nothing was tested because there is no Go to build the programs with.
`;

/** What runs on the kube-apiserver that KUBECONFIG_REAL names, and what starts servers of its own. */
const suites = [
  "test/contract/**/*.spec.ts",
  "test/integration/controller/**/*.spec.ts",
  "test/faults/**/*.spec.ts",
  "test/real/**/*.spec.ts",
];
/** As other test runners say that they have skipped something. */
const nothingTested = 77;
/** Real programs take seconds to start and to notice. */
const timeoutMs = 60_000;
const print = (text: string): void => void process.stdout.write(text);

try {
  const { values, positionals } = parseArgs({
    options: { help: { type: "boolean", short: "h", default: false } },
    allowPositionals: true,
  });
  if (values.help) print(usage);
  else process.exitCode = await main(positionals.length > 0 ? positionals : suites);
} catch (error) {
  process.stderr.write(`${error instanceof NoGoError ? "Nothing was tested. " : ""}${errorText(error)}\n`);
  process.exitCode = error instanceof NoGoError ? nothingTested : 1;
}

async function main(specs: readonly string[]): Promise<number> {
  // A Ctrl-C reaches mocha, too; this process outlives it to end the servers in order.
  process.on("SIGINT", () => undefined);
  const built = await build({ names: programNames, print });
  return runMocha(specs, built);
}

async function runMocha(specs: readonly string[], built: Built): Promise<number> {
  const plane = await startControlPlane(built);
  try {
    const server = await plane.startKubeApiserver("tests");
    const mocha = createRequire(import.meta.url).resolve("mocha/bin/mocha.js");
    const options = ["--no-config", "--timeout", String(timeoutMs), "--reporter", "dot"];
    return await exitCodeOf([mocha, ...options, ...specs], {
      KUBECONFIG_REAL: server.kubeconfig,
      HELM: built.programs.helm,
    });
  } finally {
    await plane.stop();
  }
}

function exitCodeOf(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: "inherit", env: { ...process.env, ...environment } });
    child.once("error", reject);
    child.once("exit", (code) => {
      // Mocha ends with the number of failures.
      resolve(code === 0 ? 0 : 1);
    });
  });
}
