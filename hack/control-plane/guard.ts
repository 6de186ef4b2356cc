import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";

/**
 * Reads lines of process ids; the last one counts. When there are no more, because whoever wrote them has ended in whatever way,
 * it ends those processes, kindly first, and removes the folder.
 */
const script = `
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill $pids
for second in 1 2 3 4 5; do
  alive=; for pid in $pids; do kill -0 $pid && alive="$alive $pid"; done
  pids=$alive; [ -n "$pids" ] || break
  sleep 1
done
[ -z "$pids" ] || kill -KILL $pids
rm -rf "$1"
`;

/**
 * Sees to it that no process outlives this one, not even when this one is killed: a small shell waits at the other end of a pipe, and the
 * operating system closes that when this process ends.
 */
export class Guard {
  readonly #shell: ChildProcess;
  readonly #pids = new Set<number>();

  /** `folder` is removed at the end. */
  constructor(folder: string) {
    // In a session of its own, so that a Ctrl-C does not end it together with what it guards.
    this.#shell = spawn("/bin/sh", ["-c", script, "guard", folder], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    this.#shell.unref();
    if (this.#shell.stdin instanceof Socket) this.#shell.stdin.unref();
    // A guard that is gone has nothing more to be told.
    this.#shell.stdin?.on("error", () => undefined);
  }

  /** From now on this process is ended together with this one. */
  add(pid: number): void {
    this.#pids.add(pid);
    this.#tell();
  }

  /** The process has ended: its id may soon be another's. */
  delete(pid: number): void {
    this.#pids.delete(pid);
    this.#tell();
  }

  /** Ends the guard, and with it whatever it still guards. */
  async end(): Promise<void> {
    if (this.#shell.exitCode !== null) return;
    this.#shell.ref();
    const ended = new Promise<void>((resolve) => {
      this.#shell.once("exit", () => {
        resolve();
      });
    });
    this.#shell.stdin?.end();
    await ended;
  }

  #tell(): void {
    this.#shell.stdin?.write(`${[...this.#pids].join(" ")}\n`);
  }
}
