import { expect } from "chai";
import { exitCodeOf, findingLine, noFindings, pathOf, reportLines, stepsOf } from "../../../cli/findings.ts";
import { problem } from "../../../falco/base/problem.ts";

const wrong = problem("FIELD_TYPE", "spec.a", "This is wrong.");

describe("stepsOf", () => {
  const cases: readonly (readonly [string, readonly (string | number)[]])[] = [
    ["", []],
    ["spec", ["spec"]],
    ["spec.extensions[0].providerConfig", ["spec", "extensions", 0, "providerConfig"]],
    ['metadata.annotations["a.b/c"].d', ["metadata", "annotations", "a.b/c", "d"]],
    ['["say \\"hi\\""][12][3]', ['say "hi"', 12, 3]],
  ];
  for (const [path, steps] of cases) {
    it(`takes ${path === "" ? "nothing" : path} apart`, () => {
      expect(stepsOf(path)).to.deep.equal(steps);
      expect(pathOf(steps)).to.equal(path);
    });
  }
});

describe("findingLine", () => {
  it("names file, line, column, path, message and code", () => {
    const line = findingLine({ file: "a.yaml", position: { line: 3, column: 5 }, problem: wrong });
    expect(line).to.equal("a.yaml:3:5: spec.a: This is wrong. (FIELD_TYPE)");
  });

  it("leaves out what is not known, and stays on one line", () => {
    const line = findingLine({ file: "a.yaml", problem: problem("YAML_INVALID", "", "One\n  two") });
    expect(line).to.equal("a.yaml: One two (YAML_INVALID)");
  });
});

describe("reportLines", () => {
  it("has notes first and what is wrong last, nothing twice, and no warning about what is wrong anyway", () => {
    const finding = { file: "a", problem: wrong };
    const findings = noFindings();
    findings.problems.push(finding, finding);
    findings.warnings.push(finding, { file: "b", problem: wrong });
    findings.notes.push("n", "n");
    const line = "spec.a: This is wrong. (FIELD_TYPE)";
    expect(reportLines(findings)).to.deep.equal(["note: n", `warning: b: ${line}`, `a: ${line}`]);
  });

  it("does not flood the screen", () => {
    const findings = noFindings();
    for (let index = 0; index < 1000; index += 1) findings.unusable.push({ file: String(index), problem: wrong });
    expect(reportLines(findings)).to.have.length(51);
    expect(reportLines(findings).at(-1)).to.equal("… and 950 more like these");
  });
});

describe("exitCodeOf", () => {
  it("is 0, 1 with problems and 2 with unusable input", () => {
    const finding = { file: "a", problem: wrong };
    expect(exitCodeOf(noFindings())).to.equal(0);
    expect(exitCodeOf({ ...noFindings(), warnings: [finding] })).to.equal(0);
    expect(exitCodeOf({ ...noFindings(), problems: [finding] })).to.equal(1);
    expect(exitCodeOf({ ...noFindings(), problems: [finding], unusable: [finding] })).to.equal(2);
  });
});
