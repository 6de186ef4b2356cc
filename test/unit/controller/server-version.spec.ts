import { expect } from "chai";
import { serverVersion } from "../../../controller/server-version.ts";
import { readingClient } from "../../support/reading-client.ts";

async function versionIn(answer: string): Promise<string> {
  const client = readingClient({ text: (path) => Promise.resolve(path === "/version" ? answer : "{}") });
  return serverVersion(client, new AbortController().signal).catch(String);
}

describe("serverVersion", () => {
  const none = "Error: The API server does not say its version.";
  const cases: readonly (readonly [string, string])[] = [
    ['{"major":"1","gitVersion":"v1.33.2"}', "v1.33.2"],
    ['{"gitVersion":"v1.33.2-gke.1+build"}', "v1.33.2-gke.1+build"],
    ['{"gitVersion":"unknown"}', none],
    ['{"gitVersion":1}', none],
    ["[]", none],
  ];
  for (const [answer, expected] of cases) {
    it(`in ${answer} is ${expected}`, async () => {
      expect(await versionIn(answer)).to.equal(expected);
    });
  }
});
