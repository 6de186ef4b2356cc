import { expect } from "chai";
import { readFalcoLog } from "../../../../controller/shoot/falco-log.ts";
import { beginning, brokenOutput, brokenYaml, kernelTooOld, withWarnings } from "./falco-logs.ts";

describe("Falco's log", () => {
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ["nothing", "", undefined],
    ["only a beginning", beginning, undefined],
    [
      "a file that is no YAML",
      brokenYaml,
      "rules /etc/falco/rules.d/10000-mine.yaml: LOAD_ERR_YAML_PARSE (YAML parse error): yaml-cpp: error at line 3, column 8: illegal map value (rules content, line 1)",
    ],
    [
      "a rule that does not compile",
      brokenOutput,
      "rules /etc/falco/rules.d/10000-mine.yaml: LOAD_ERR_COMPILE_OUTPUT (Error compiling output): invalid formatting token container.nme (rule output, line 126)",
    ],
    [
      "a condition that does not compile, and warnings",
      withWarnings,
      `rules /etc/falco/shoot-custom-rules/mine/a.yaml: LOAD_ERR_COMPILE_CONDITION (Error compiling condition): filter_check called with nonexistent field proc.nam (rule condition, line 5)`,
    ],
    [
      "the same, with its beginning cut off",
      withWarnings.slice(withWarnings.indexOf("1 Errors")),
      `rules /etc/falco/shoot-custom-rules/mine/a.yaml: LOAD_ERR_COMPILE_CONDITION (Error compiling condition): filter_check called with nonexistent field proc.nam (rule condition, line 5)`,
    ],
    [
      "the same, with its end cut off",
      withWarnings.slice(0, withWarnings.indexOf("In rules content")),
      "rules /etc/falco/shoot-custom-rules/mine/a.yaml: Falco does not say why",
    ],
    ["only warnings", withWarnings.slice(withWarnings.indexOf("1 Warnings")), undefined],
    [
      "a kernel that it cannot use",
      kernelTooOld,
      "kernel Initialization issues during scap_init (libbpf: failed to find valid kernel BTF)",
    ],
    [
      "a kernel that it cannot use, without details",
      "Error: Initialization issues during scap_init\n",
      "kernel Initialization issues during scap_init",
    ],
    [
      "details in its own log",
      "[libs]: libpman: failed to load BPF object (errno: 13 | message: Permission denied)\nError: Initialization issues during scap_init",
      "kernel Initialization issues during scap_init (libpman: failed to load BPF object (errno: 13 | message: Permission denied))",
    ],
    [
      "a plugin that is missing",
      "Error: Plugin requirement not satisfied, must load one of: k8saudit (>= 0.16.0)",
      "other Plugin requirement not satisfied, must load one of: k8saudit (>= 0.16.0)",
    ],
    [
      "an exception",
      "2026-11-21T10:00:00.123456789+0000: Runtime error: could not initialize inotify handler. Exiting.\r\n",
      "other could not initialize inotify handler",
    ],
    ["an older form", "Wed Apr 30 17:02:04 2025: Runtime error: it is over. Exiting.", "other it is over"],
    ["an alert that looks like one", 'x: {"output":"Error: /etc/falco/rules.d/10000-a.yaml: Invalid"}', undefined],
    ["several, of which the last counts", "Error: one\nError: two\n", "other two"],
  ];
  for (const [name, log, expected] of cases) {
    it(`with ${name}`, () => {
      const error = readFalcoLog(log);
      const file = error?.kind === "rules" ? ` ${error.file}:` : "";
      expect(error && `${error.kind}${file} ${error.words}`).to.equal(expected);
    });
  }
});
