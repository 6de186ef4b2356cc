import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { loadCredentials, parseDockerConfig } from "../../../registry/credentials.ts";

const auth = (text: string): string => Buffer.from(text).toString("base64");
const config = JSON.stringify({
  auths: {
    "ghcr.io": { auth: auth("user:pass:word") },
    "ghcr.io/team": { username: "team", password: "secret" },
    "https://index.docker.io/v1/": { auth: auth("hub:secret") },
    "https://registry.internal:5000/v2/": { identitytoken: "identity", auth: auth("0000:") },
    "bearer.io": { registrytoken: "token" },
    "empty.io": {},
    "odd.io": "text",
  },
  credsStore: "desktop",
});

describe("registry/credentials", () => {
  const cases: readonly (readonly [string, string, object | undefined])[] = [
    ["ghcr.io", "other/chart", { kind: "basic", user: "user", password: "pass:word" }],
    ["ghcr.io", "team/chart", { kind: "basic", user: "team", password: "secret" }],
    ["ghcr.io", "teams/chart", { kind: "basic", user: "user", password: "pass:word" }],
    ["docker.io", "library/a", { kind: "basic", user: "hub", password: "secret" }],
    ["registry.internal:5000", "a", { kind: "identity-token", token: "identity" }],
    ["bearer.io", "a", { kind: "bearer", token: "token" }],
    ["empty.io", "a", undefined],
    ["odd.io", "a", undefined],
    ["xghcr.io", "a", undefined],
  ];
  for (const [host, repository, expected] of cases) {
    it(`finds what is for ${host}/${repository}`, () => {
      const credentials = parseDockerConfig(config);
      expect(credentials.ok && credentials.value({ origin: "", host, repository })).to.deep.equal(expected);
    });
  }

  for (const text of ["no JSON: secret", "[]", '{"auths":"secret"}']) {
    it(`refuses ${text} without showing it`, () => {
      const credentials = parseDockerConfig(text);
      expect(credentials.ok).to.equal(false);
      expect(JSON.stringify(credentials)).to.include("FIELD_TYPE").and.not.include("secret");
    });
  }

  describe("in files", () => {
    let directory: string;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), "credentials-"));
      await writeFile(join(directory, "config.json"), config);
    });
    after(() => rm(directory, { recursive: true }));

    const found = async (source: Parameters<typeof loadCredentials>[0]) => {
      const credentials = await loadCredentials(source);
      return credentials.ok
        ? credentials.value({ origin: "", host: "bearer.io", repository: "a" })?.kind
        : credentials.problems.map(({ code }) => code);
    };

    it("are read from a file, or from DOCKER_CONFIG's directory", async () => {
      expect(await found({ file: join(directory, "config.json") })).to.equal("bearer");
      expect(await found({ directory })).to.equal("bearer");
    });

    it("may be missing, but not where a file is named", async () => {
      expect(await found({})).to.equal(undefined);
      expect(await found({ directory: "" })).to.equal(undefined);
      expect(await found({ directory: join(directory, "none") })).to.equal(undefined);
      expect(await found({ file: join(directory, "none") })).to.deep.equal(["INPUT_UNREADABLE"]);
    });
  });
});
