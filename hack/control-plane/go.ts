import { execFileSync } from "node:child_process";

/** There is no Go on this machine that could build the programs; the message says what to install. */
export class NoGoError extends Error {
  override readonly name = "NoGoError";
}

/** Where Go is: on the PATH, or where its own installer puts it. */
const candidates: readonly string[] = ["go", "/usr/local/go/bin/go"];

/** Finds a Go that is not older than `oldest` (such as `1.26.5`) and gives its command; throws NoGoError. */
export function findGo(oldest: string, askVersion: (command: string) => string | undefined = versionOf): string {
  const found = candidates.flatMap((command) => {
    const version = askVersion(command);
    return version === undefined ? [] : [{ command, version }];
  });
  const usable = found.find(({ version }) => isAtLeast(version, oldest));
  if (usable !== undefined) return usable.command;
  const present = found[0] === undefined ? "there is none on the PATH" : `the one here is ${found[0].version}`;
  throw new NoGoError(
    `The real control plane is built with Go ${oldest} or newer, and ${present}. Install Go from https://go.dev/dl and try again.`,
  );
}

/** Whether a version of Go, such as `1.26.8`, is `oldest` or newer. A release candidate counts as older than its release. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [have, need] = [numbersOf(version), numbersOf(oldest)];
  for (const [index, wanted] of need.entries()) {
    const number = have[index] ?? 0;
    if (number !== wanted) return number > wanted;
  }
  return !/[a-z]/.test(version);
}

/** `1.27rc1` has the numbers 1 and 27. */
function numbersOf(version: string): readonly number[] {
  return version
    .replace(/[a-z].*$/, "")
    .split(".")
    .map(Number);
}

/** The version in the answer of `go version`, such as `1.26.8`; undefined if it is no such answer. */
export function parseGoVersion(answer: string): string | undefined {
  return /^go version go(\d+\.\S+)/.exec(answer)?.[1];
}

function versionOf(command: string): string | undefined {
  try {
    const answer = execFileSync(command, ["version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, GOTOOLCHAIN: "local" },
    });
    return parseGoVersion(answer);
  } catch {
    return undefined;
  }
}
