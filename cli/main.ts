#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { CommanderError } from "commander";
import { buildProgram } from "./program.ts";

/** Whoever reads the output may stop early (`| head`): that is no error. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(process.exitCode ?? 0);
});

function packageVersion(): string {
  const file = findPackageJSON("..", import.meta.url);
  const content: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8"));
  const known = typeof content === "object" && content !== null && "version" in content;
  return known ? String(content.version) : "unknown";
}

const program = buildProgram({
  terminal: {
    stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
    out: (text) => {
      process.stdout.write(text);
    },
    err: (lines) => {
      if (lines.length > 0) process.stderr.write(`${lines.join("\n")}\n`);
    },
  },
  version: packageVersion(),
  now: () => new Date(),
  ended: (code) => {
    process.exitCode = code;
  },
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    const message = error instanceof Error ? error.message : String(error);
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    const debugging = process.env["GARDENER_FALCO_DEBUG"] === "1";
    const hint = "This is a mistake in gardener-falco; GARDENER_FALCO_DEBUG=1 shows where.";
    process.stderr.write(debugging ? `${stack}\n` : `gardener-falco: ${message.split("\n")[0] ?? ""} ${hint}\n`);
    process.exitCode = 2;
  }
}
