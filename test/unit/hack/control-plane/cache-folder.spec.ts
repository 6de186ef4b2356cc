import { expect } from "chai";
import { buildKey, cacheFolder } from "../../../../hack/control-plane/cache-folder.ts";
import { readGoModule } from "../../../../hack/control-plane/go-module.ts";

const module = readGoModule();
const key = buildKey(module);

describe("cacheFolder", () => {
  for (const [title, environment, expected] of [
    ["is in the home", { HOME: "/home/me" }, `/home/me/.cache/gardener-falco/control-plane/${key}`],
    ["is in the user's cache", { HOME: "/home/me", XDG_CACHE_HOME: "/c" }, `/c/gardener-falco/control-plane/${key}`],
    ["is where one wants it", { HOME: "/home/me", XDG_CACHE_HOME: "/c", CONTROL_PLANE_CACHE: "/mine" }, `/mine/${key}`],
    [
      "takes no empty value",
      { HOME: "/home/me", XDG_CACHE_HOME: "", CONTROL_PLANE_CACHE: "" },
      `/home/me/.cache/gardener-falco/control-plane/${key}`,
    ],
  ] as const) {
    it(title, () => {
      expect(cacheFolder(module, environment)).to.equal(expected);
    });
  }

  it("is another one for other versions", () => {
    const newer = { ...module, mod: module.mod.replace("k8s.io/kubernetes v1.36.3", "k8s.io/kubernetes v1.36.4") };
    expect(newer.mod).not.to.equal(module.mod);
    expect(buildKey(newer)).not.to.equal(key);
    expect(buildKey({ ...module, sum: `${module.sum}\n` })).not.to.equal(key);
  });

  it("is the same one for the same versions", () => {
    expect(key).to.match(/^[0-9a-f]{16}$/);
    expect(buildKey(readGoModule())).to.equal(key);
  });
});
