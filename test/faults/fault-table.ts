import { writeFileSync } from "node:fs";
import process from "node:process";

interface Row {
  readonly what: string;
  faults: number;
  runs: number;
  compared: number;
  differences: number;
}

/** What the suite has done, for a report: one row for each kind of disturbance. */
class FaultTable {
  readonly #rows: Row[] = [];
  #row: Row | undefined;

  /** From now on, everything is counted for this row. */
  begin(what: string): void {
    this.#row = this.#rows.find((row) => row.what === what);
    if (this.#row !== undefined) return;
    this.#row = { what, faults: 0, runs: 0, compared: 0, differences: 0 };
    this.#rows.push(this.#row);
  }

  /** Runs that were made, and faults that really happened in them. */
  ran(runs: number, faults: number): void {
    if (this.#row === undefined) return;
    this.#row.runs += runs;
    this.#row.faults += faults;
  }

  /** States that were compared with that of an undisturbed run. */
  compared(states: number, differences: number): void {
    if (this.#row === undefined) return;
    this.#row.compared += states;
    this.#row.differences += differences;
  }

  toString(): string {
    const lines = this.#rows.map(({ what, faults, runs, compared, differences }) =>
      [what, faults, runs, compared, differences].join(" | "),
    );
    return ["disturbance | faults injected | runs | states compared | differences", ...lines, ""].join("\n");
  }
}

/** There is one for all specs of the process. */
export const faultTable = new FaultTable();

/** Writes the table into the file that the environment variable FAULT_REPORT names; without it, nothing. */
export function reportFaults(): void {
  const file = process.env["FAULT_REPORT"];
  if (file !== undefined) writeFileSync(file, String(faultTable));
}
