import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { Changes } from "./changes.ts";

/** A line that the program has logged. */
type Line = Readonly<Record<string, unknown>>;

const patienceMs = 15_000;

/** One of our programs as a process of its own. */
export class Program {
  readonly #process: ChildProcess;
  readonly #changes = new Changes();
  #output = "";
  /** Its exit code, or the signal that it died of. */
  readonly ended: Promise<number | NodeJS.Signals>;

  /** `main` is its main file, from the root. */
  constructor(main: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    const nothing = { KUBECONFIG: "", GARDEN_KUBECONFIG: "", LEADER_ELECTION_NAMESPACE: "", SEED_NAME: "" };
    this.#process = spawn(process.execPath, [main, ...args], {
      env: { ...process.env, ...nothing, ...environment },
      cwd: join(import.meta.dirname, "../.."),
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output += chunk.toString();
        this.#changes.happened();
      });
    }
    // Not "exit": by then, not all of the output has arrived.
    this.ended = once(this.#process, "close").then(
      ([code, signal]: (number | NodeJS.Signals | null)[]) => code ?? signal ?? -1,
    );
  }

  /** Everything that it has written. */
  get output(): string {
    return this.#output;
  }

  kill(...signals: readonly NodeJS.Signals[]): void {
    for (const signal of signals) this.#process.kill(signal);
  }

  /** The first line with this message, once it is there. */
  async line(message: string): Promise<Line> {
    const find = (): string | undefined =>
      this.#output.split("\n").find((each) => each.includes(`"message":"${message}`) && each.endsWith("}"));
    if (!(await this.#changes.until(() => find() !== undefined, patienceMs))) {
      throw new Error(`it never said: ${message}\n${this.#output}`);
    }
    return JSON.parse(find() ?? "{}") as Line;
  }
}
