import { expect } from "chai";
import { parseChallenge } from "../../../registry/challenge.ts";

describe("registry/challenge", () => {
  const cases: readonly (readonly [string | undefined, object | undefined])[] = [
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"',
      {
        kind: "bearer",
        realm: new URL("https://auth.docker.io/token"),
        service: "registry.docker.io",
        scope: "repository:a/b:pull,push",
      },
    ],
    ["bearer realm=https://a.b/t", { kind: "bearer", realm: new URL("https://a.b/t") }],
    ['Basic realm="x", Bearer realm="https://a.b/t"', { kind: "bearer", realm: new URL("https://a.b/t") }],
    [
      'Bearer realm="https://a.b/t",service="a \\"b\\""',
      { kind: "bearer", realm: new URL("https://a.b/t"), service: 'a "b"' },
    ],
    ['Basic realm="x"', { kind: "basic" }],
    ["BASIC", { kind: "basic" }],
    ['Bearer realm="no url"', undefined],
    ["Bearer", undefined],
    ["Negotiate", undefined],
    ["", undefined],
    [undefined, undefined],
  ];
  for (const [header, expected] of cases) {
    it(`reads ${header ?? "none"}`, () => {
      expect(parseChallenge(header)).to.deep.equal(expected);
    });
  }
});
