import { expect } from "chai";
import { formatReference, isDigest, parseReference } from "../../../registry/reference.ts";

const digest = `sha256:${"a".repeat(64)}`;

describe("registry/reference", () => {
  const good: readonly (readonly [string, object])[] = [
    ["ghcr.io/a/b:1.2.3", { registry: "ghcr.io", repository: "a/b", tag: "1.2.3" }],
    [`oci://ghcr.io/a/b@${digest}`, { registry: "ghcr.io", repository: "a/b", digest }],
    [`localhost:5000/a:v1@${digest}`, { registry: "localhost:5000", repository: "a", tag: "v1", digest }],
    ["localhost/a__b/c-d.e:x", { registry: "localhost", repository: "a__b/c-d.e", tag: "x" }],
    ["[::1]:5000/a:1_2-3", { registry: "[::1]:5000", repository: "a", tag: "1_2-3" }],
  ];
  for (const [text, expected] of good) {
    it(`reads ${text}`, () => {
      const reference = parseReference(text);
      expect(reference).to.deep.equal({ ok: true, value: expected, warnings: [] });
      expect(reference.ok && formatReference(reference.value)).to.equal(text.replace("oci://", ""));
    });
  }

  const bad: readonly (readonly [string, string])[] = [
    ["", "host[:port]/path"],
    ["chart:1", "host[:port]/path"],
    ["bitnami/chart:1", "host[:port]/path"],
    ["https://ghcr.io/a:1", "host[:port]/path"],
    ["user:password@ghcr.io/a:1", "host[:port]/path"],
    ["ghcr.io/A/b:1", "host[:port]/path"],
    ["ghcr.io/a//b:1", "host[:port]/path"],
    ["ghcr.io/../b:1", "host[:port]/path"],
    [`ghcr.io/${"a".repeat(256)}:1`, "host[:port]/path"],
    ["ghcr.io/a/b", "Add a tag or a digest"],
    [`ghcr.io/a@sha512:${"a".repeat(64)}`, "64 hexadecimal digits"],
    [`ghcr.io/a:1@${digest.toUpperCase()}`, "64 hexadecimal digits"],
  ];
  for (const [text, message] of bad) {
    it(`refuses ${text.slice(0, 40)}`, () => {
      const reference = parseReference(text);
      if (reference.ok) throw new Error("it was read");
      expect(reference.problems.map(({ code }) => code)).to.deep.equal(["REFERENCE_INVALID"]);
      expect(reference.problems[0]?.message).to.include(message).and.not.include("password");
    });
  }

  it("knows digests", () => {
    expect([digest, "sha256:a", `${digest}\n`].map(isDigest)).to.deep.equal([true, false, false]);
  });
});
