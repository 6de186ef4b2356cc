import { expect } from "chai";
import { isAnswered, isTriggered } from "../../../controller/operation.ts";
import type { Extension } from "../../../falco/api/gardener.ts";

function extension(asked: string | undefined, answered: string | undefined, uid = "a"): Extension {
  return {
    metadata: { uid, annotations: asked === undefined ? {} : { "gardener.cloud/timestamp": asked } },
    spec: { type: "shoot-falco-service" },
    ...(answered !== undefined && {
      status: { lastOperation: { type: "Reconcile", state: "Succeeded", lastUpdateTime: answered } },
    }),
  };
}

describe("a request of Gardener", () => {
  const cases: readonly (readonly [string, string | undefined, string | undefined, boolean])[] = [
    ["is answered later", "2026-11-21T10:00:00.123456789Z", "2026-11-21T10:00:01Z", true],
    ["is answered within the same second", "2026-11-21T10:00:00.999999999Z", "2026-11-21T10:00:00Z", true],
    ["is not answered by what was before", "2026-11-21T10:00:01Z", "2026-11-21T10:00:00Z", false],
    ["is not answered without a status", "2026-11-21T10:00:01Z", undefined, false],
    ["needs no answer if there was none", undefined, "2026-11-21T10:00:00Z", true],
  ];
  for (const [name, asked, answered, expected] of cases) {
    it(name, () => {
      expect(isAnswered(extension(asked, answered))).to.equal(expected);
    });
  }

  it("that was not answered is taken up when the object is seen first", () => {
    expect(isTriggered(undefined, extension("2026-11-21T10:00:01Z", "2026-11-21T10:00:00Z"))).to.equal(true);
    expect(isTriggered(undefined, extension("2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z"))).to.equal(false);
  });
});

describe("an object that took the place of another one of its name", () => {
  it("is new", () => {
    const before = extension(undefined, "2026-11-21T10:00:00Z");
    expect(isTriggered(before, extension(undefined, undefined, "b"))).to.equal(true);
    expect(isTriggered(before, extension(undefined, undefined, "a"))).to.equal(false);
  });
});
