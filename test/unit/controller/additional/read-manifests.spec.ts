import { expect } from "chai";
import { readManifests } from "../../../../controller/additional/read-manifests.ts";

const configMap = (name: string, more = ""): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}${more}`;
const hook = "\n  annotations:\n    helm.sh/hook: pre-install";

describe("controller/additional/read-manifests", () => {
  const readable: readonly (readonly [string, string, readonly string[], number])[] = [
    ["nothing", "", [], 0],
    ["nothing but comments", "---\n# Source: a\n---\n\n", [], 0],
    ["one", configMap("a"), [configMap("a")], 0],
    [
      "several, as they are written",
      `---\n${configMap("a")}\nmode: 0644\n--- # x\n${configMap("b")}\n`,
      [`${configMap("a")}\nmode: 0644`, configMap("b")],
      0,
    ],
    [
      "hyphens in a text",
      `${configMap("a")}\ndata:\n  a: |\n    ---\n    b`,
      [`${configMap("a")}\ndata:\n  a: |\n    ---\n    b`],
      0,
    ],
    ["hooks, which are left out", `---\n${configMap("a", hook)}\n---\n${configMap("b")}`, [configMap("b")], 1],
  ];
  for (const [what, output, manifests, warnings] of readable) {
    it(`reads ${what}`, () => {
      const read = readManifests(output);
      expect(read.ok && read.value).to.deep.equal(manifests);
      expect(read.ok && read.warnings).to.have.length(warnings);
    });
  }

  it("names the hooks that it leaves out", () => {
    const read = readManifests(configMap("a", hook));
    expect(read.ok && read.warnings[0]?.message).to.include("ConfigMap a is left out");
  });

  const unreadable = ["hunter2", "- hunter2", "a: hunter2", "a: {hunter2", "kind: List\napiVersion: v1\nmetadata: {}"];
  for (const text of unreadable) {
    it(`refuses ${text}, and shows where it is and none of it`, () => {
      const read = readManifests(`---\n# Source: test/templates/a.yaml\n${text}`);
      if (read.ok) throw new Error("it was read");
      expect(read.problems[0]?.message).to.include("test/templates/a.yaml").and.not.include("hunter2");
      expect(readManifests(text).ok).to.equal(false);
    });
  }
});
