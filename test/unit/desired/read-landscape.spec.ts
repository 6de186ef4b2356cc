import { expect } from "chai";
import { readLandscape } from "../../../falco/desired/read-landscape.ts";
import { defaultLandscape } from "../../../falco/desired/landscape.ts";

const kind = "apiVersion: falco.extensions.config.gardener.cloud/v1alpha1\nkind: Configuration\n";
const plain = { otlpLogging: false };

describe("readLandscape", () => {
  it("is the landscape with every default without a file", () => {
    expect(readLandscape(undefined, plain)).to.have.deep.property("value", defaultLandscape);
    expect(readLandscape(undefined, { otlpLogging: true })).to.have.nested.property("value.otlpLogging", true);
  });

  it("reads the file, and what the command line adds before it is checked", () => {
    const text = `${kind}falco:\n  defaultEventDestination: otlp\n`;
    expect(readLandscape(text, { otlpLogging: true })).to.have.nested.property("value.defaultEventDestination", "otlp");
    expect(readLandscape(text, plain)).to.have.nested.property("problems[0].path", "falco.defaultEventDestination");
    expect(readLandscape(`${kind}otlpLogging: true\n`, plain)).to.have.nested.property("value.otlpLogging", true);
  });

  const wrong: readonly [string, string, string][] = [
    ["an empty file", "", "0 documents"],
    ["two documents", `${kind}---\n${kind}`, "2 documents"],
    ["no YAML", "a: [", "line 1"],
    ["an unknown field", `${kind}falko: {}\n`, 'Did you mean "falco"?'],
  ];
  for (const [name, text, message] of wrong) {
    it(`reports ${name}`, () => {
      expect(readLandscape(text, plain)).to.have.nested.property("problems[0].message").that.contains(message);
    });
  }
});
