import { existsSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect } from "chai";
import { isObject } from "../../falco/base/json.ts";
import { parseManifests } from "../../falco/base/yaml.ts";
import { listExamples, renderExample, toGolden } from "../../hack/render-examples.ts";

const root = new URL("../../", import.meta.url);
const schemas = new URL("../shared/data/schemas/", root);

describe("examples", () => {
  for (const example of listExamples()) {
    describe(example.input, () => {
      it("renders to what is kept beside it (npm run generate)", async () => {
        const { output, problems } = await renderExample(example);
        expect(problems).to.equal("");
        expect(toGolden(output)).to.equal(readFileSync(new URL(example.golden, root), "utf8"));
      });

      it("renders to the same bytes every time", async () => {
        expect((await renderExample(example)).output).to.equal((await renderExample(example)).output);
      });

      it("has a falco.yaml that Falco's own schema of that version takes", async function () {
        // Where the shared facts are not at hand there is nothing to hold it against.
        if (!existsSync(schemas)) this.skip();
        const { version, configuration } = falcoOf((await renderExample(example)).output);
        const file = new URL(`falco-config-${version}.json`, schemas);
        const schema = JSON.parse(readFileSync(file, "utf8")) as { $schema?: string };
        delete schema.$schema;
        const check = new Ajv({ strict: false, allErrors: true, formats: { uri: true } }).compile(schema);
        check(configuration);
        expect(check.errors ?? []).to.deep.equal([]);
      });
    });
  }

  it("the landscape's FalcoProfile is the one that ships", () => {
    const read = (file: string): string => readFileSync(new URL(file, root), "utf8");
    expect(read("examples/landscape/falco-profile.yaml")).to.equal(read("profiles/falco-profile.yaml"));
  });
});

/** The version of Falco in a rendered manifest, and its falco.yaml. */
function falcoOf(output: string): { readonly version: string; readonly configuration: unknown } {
  const configMap = parseManifests(output).find((each) => isObject(each) && isNamed(each, "ConfigMap", "falco"));
  const data = isObject(configMap) && isObject(configMap["data"]) ? configMap["data"] : {};
  const [configuration] = parseManifests(String(data["falco.yaml"]));
  const fields = isObject(configuration) ? configuration["static_fields"] : undefined;
  return { version: isObject(fields) ? String(fields["falco_version"]) : "", configuration };
}

function isNamed(object: Readonly<Record<string, unknown>>, kind: string, name: string): boolean {
  return object["kind"] === kind && isObject(object["metadata"]) && object["metadata"]["name"] === name;
}
