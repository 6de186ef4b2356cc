import { Program } from "./program.ts";

/** The controller as a process of its own. */
export class ControllerProgram extends Program {
  constructor(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    super("controller/main.ts", args, environment);
  }
}
