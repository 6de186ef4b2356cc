import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { planCommand } from "../../cli/plan-command.ts";

const folder = fileURLToPath(new URL("../../examples/plan/", import.meta.url));

describe("examples/plan", () => {
  it("is told as it is kept beside it", async () => {
    const out: string[] = [];
    const err: string[] = [];
    const code = await planCommand(
      {
        profile: [`${folder}profile-after.yaml`],
        oldProfile: [`${folder}profile-before.yaml`],
        shoots: [`${folder}clusters.yaml`],
        now: new Date("2026-11-21T12:00:00Z"),
        output: "table",
        all: false,
      },
      { stdin: (async function* () {})(), out: (text) => void out.push(text), err: (lines) => void err.push(...lines) },
    );
    expect(err).to.deep.equal([]);
    expect(out.join("")).to.equal(readFileSync(`${folder}plan.txt`, "utf8"));
    expect(code).to.equal(3);
  });
});
