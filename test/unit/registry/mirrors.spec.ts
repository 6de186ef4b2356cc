import { expect } from "chai";
import { endpointOf, isDockerHub, isSafe, parseMirrors } from "../../../registry/mirrors.ts";
import { parseReference } from "../../../registry/reference.ts";

const mirrorsOf = (text: string) => {
  const mirrors = parseMirrors(text);
  if (!mirrors.ok) throw new Error(JSON.stringify(mirrors.problems));
  return mirrors.value;
};

describe("registry/mirrors", () => {
  const mirrors = "ghcr.io=mirror.internal/ghcr/, quay.io=http://plain.internal:5000,docker.io=127.0.0.1:5000";
  const places: readonly (readonly [string, string, string, string])[] = [
    ["registry.internal:5000/a:1", "https://registry.internal:5000", "registry.internal:5000", "a"],
    ["127.0.0.1:5000/a:1", "http://127.0.0.1:5000", "127.0.0.1:5000", "a"],
    ["localhost/a:1", "http://localhost", "localhost", "a"],
    ["localhost.example.org/a:1", "https://localhost.example.org", "localhost.example.org", "a"],
    ["127.0.0.1.example.org/a:1", "https://127.0.0.1.example.org", "127.0.0.1.example.org", "a"],
    ["ghcr.io/a/b:1", "https://mirror.internal", "mirror.internal", "ghcr/a/b"],
    ["quay.io/a:1", "http://plain.internal:5000", "plain.internal:5000", "a"],
    ["docker.io/a/b:1", "http://127.0.0.1:5000", "127.0.0.1:5000", "a/b"],
    ["index.docker.io/alpine:1", "https://registry-1.docker.io", "docker.io", "library/alpine"],
    ["registry-1.docker.io/a/b:1", "https://registry-1.docker.io", "docker.io", "a/b"],
  ];
  for (const [text, origin, host, repository] of places) {
    it(`asks ${origin} for ${text}`, () => {
      const reference = parseReference(text);
      expect(reference.ok && endpointOf(reference.value, mirrorsOf(mirrors))).to.deep.equal({
        origin,
        host,
        repository,
      });
    });
  }

  const mistakes: readonly (readonly [string, string])[] = [
    ["ghcr.io", "must be written host=mirror"],
    ["ghcr.io=", "must be written host=mirror"],
    ["ghcr.io=ftp://x", "must be written host=mirror"],
    ["ghcr.io=http://user:secret@x", "without user or password"],
    ["a.io=x,a.io=y", "a.io has two mirrors"],
  ];
  for (const [text, message] of mistakes) {
    it(`refuses ${text}`, () => {
      const read = parseMirrors(text);
      if (read.ok) throw new Error("it was read");
      expect(read.problems[0]?.message).to.include(message).and.not.include("secret");
    });
  }

  it("takes nothing as no mirrors", () => {
    expect(mirrorsOf("").size).to.equal(0);
  });

  it("calls TLS and this machine safe", () => {
    const urls = ["https://a.b", "http://127.0.0.1:1", "http://[::1]/x", "http://a.b", "ftp://localhost"];
    expect(urls.map((url) => isSafe(new URL(url)))).to.deep.equal([true, true, true, false, false]);
  });

  it("knows docker's names", () => {
    expect(["docker.io", "index.docker.io", "docker.io.evil.org"].map(isDockerHub)).to.deep.equal([true, true, false]);
  });
});
