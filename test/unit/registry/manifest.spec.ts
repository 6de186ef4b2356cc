import { expect } from "chai";
import { chooseFrom, layerOf, manifestTypes, readManifest } from "../../../registry/manifest.ts";

const descriptor = (letter: string, mediaType = "a/b") => ({
  mediaType,
  digest: `sha256:${letter.repeat(64)}`,
  size: 1,
});
const entry = (letter: string, os?: string, architecture = "amd64") => ({
  descriptor: descriptor(letter),
  ...(os !== undefined && { platform: { os, architecture } }),
});
const read = (value: unknown) => readManifest(Buffer.from(typeof value === "string" ? value : JSON.stringify(value)));

describe("registry/manifest", () => {
  it("asks for manifests and indexes", () => {
    expect(manifestTypes).to.have.length(4);
  });

  it("reads layers", () => {
    const layers = [descriptor("a"), descriptor("b", "c/d")];
    expect(read({ layers })).to.deep.equal({ ok: true, value: { kind: "manifest", layers }, warnings: [] });
  });

  it("reads indexes", () => {
    const manifests = [
      { ...descriptor("a"), platform: { os: "linux", architecture: "arm64", variant: "v8" } },
      { ...descriptor("b"), platform: { os: "linux" } },
      descriptor("c"),
    ];
    const entries = [entry("a", "linux", "arm64"), entry("b"), entry("c")];
    expect(read({ manifests })).to.deep.equal({ ok: true, value: { kind: "index", entries }, warnings: [] });
  });

  const mistakes: readonly unknown[] = [
    "no JSON",
    "[]",
    {},
    { layers: "x" },
    { layers: [1] },
    { layers: [{ ...descriptor("a"), digest: "sha256:../../x" }] },
    { layers: [{ ...descriptor("a"), size: -1 }] },
    { layers: [{ ...descriptor("a"), mediaType: 1 }] },
    { manifests: [{ ...descriptor("a"), size: "1" }] },
    { manifests: [null] },
  ];
  for (const mistake of mistakes) {
    it(`refuses ${JSON.stringify(mistake).slice(0, 60)}`, () => {
      const manifest = read(mistake);
      expect(manifest.ok ? [] : manifest.problems.map(({ code }) => code)).to.deep.equal(["ARTIFACT_INVALID"]);
    });
  }

  const linux = { os: "linux", architecture: "amd64" };
  const choices: readonly (readonly [string, readonly ReturnType<typeof entry>[], typeof linux | undefined, string])[] =
    [
      ["the platform", [entry("a", "linux", "arm64"), entry("b", "linux")], linux, "b"],
      ["the one for any platform", [entry("a", "linux", "arm64"), entry("b")], linux, "b"],
      ["the one for any platform, if none is asked for", [entry("a", "linux"), entry("b")], undefined, "b"],
      ["the only one", [entry("a", "linux"), entry("b", "unknown", "unknown")], undefined, "a"],
      ["none of two", [entry("a", "linux"), entry("b", "linux", "arm64")], undefined, ""],
      ["none for another platform", [entry("a", "linux", "arm64")], linux, ""],
      ["none of nothing", [], undefined, ""],
    ];
  for (const [what, entries, platform, letter] of choices) {
    it(`chooses ${what}`, () => {
      const chosen = chooseFrom(entries, platform);
      expect(chosen.ok ? chosen.value.digest : "").to.equal(letter === "" ? "" : `sha256:${letter.repeat(64)}`);
      if (!chosen.ok) expect(chosen.problems[0]?.message).to.include("The index has nothing for");
    });
  }

  it("takes the layer of the preferred kind", () => {
    const layers = [descriptor("a", "old"), descriptor("b", "new"), descriptor("c", "new")];
    expect(layerOf(layers, ["new", "old"])).to.deep.include({ value: layers[1] });
    expect(layerOf(layers, ["older", "old"])).to.deep.include({ value: layers[0] });
  });

  it("says what is there instead, within bounds", () => {
    const layers = ["a", "b", "c", "d", "e", "f"].map((letter) => descriptor(letter, letter.repeat(200)));
    const found = layerOf(layers, ["x", "y"]);
    const message = found.ok ? "" : (found.problems[0]?.message ?? "");
    expect(message).to.match(/no layer of type x or y; it has a{100}, b{100}, c{100}, d{100}, e{100}, …\./);
  });
});
