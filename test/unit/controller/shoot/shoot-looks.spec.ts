import { expect } from "chai";
import type { OpenShoot } from "../../../../controller/shoot/open-shoot.ts";
import { ShootLooks } from "../../../../controller/shoot/shoot-looks.ts";
import type { Client, ListPage } from "../../../../kube/client.ts";
import { ApiError } from "../../../../kube/errors.ts";
import { settle, SteppedClock } from "../../../support/clock.ts";
import { readingClient } from "../../../support/reading-client.ts";
import { crashLoop, podOf } from "./pods.ts";

const question = { customRules: [], isCurrent: true };
const empty: ListPage = { items: [], resourceVersion: "1" };
const sick: ListPage = {
  ...empty,
  items: [{ apiVersion: "v1", kind: "Pod", ...podOf([crashLoop(137, { reason: "OOMKilled" })]) }],
};
const refused = (): Promise<never> =>
  Promise.reject(new ApiError({ status: 0, reason: "ECONNREFUSED", message: "connect ECONNREFUSED 10.0.0.1" }));

/** A seed with shoots that answer as a test says. */
class Looking {
  readonly clock = new SteppedClock("2026-11-21T10:00:00.000Z");
  /** Which shoots were opened, and which closed again. */
  readonly opened: string[] = [];
  readonly closed: string[] = [];
  readonly looked: string[] = [];
  readonly end = new AbortController();
  list: (namespace: string, signal: AbortSignal) => Promise<ListPage> = () => Promise.resolve(empty);
  readonly looks = new ShootLooks({
    clock: this.clock,
    open: (namespace) => Promise.resolve(this.#open(namespace)),
    onLooked: (key) => this.looked.push(key),
    intervalSeconds: 30,
  });
  readonly ended = this.looks.run(this.end.signal);

  async ask(...keys: readonly string[]): Promise<void> {
    for (const key of keys) this.looks.ask(key, question);
    await settle();
  }

  #open(namespace: string): OpenShoot {
    this.opened.push(namespace);
    const list: Client["list"] = (_, { signal } = {}) => {
      if (signal === undefined) throw new Error("without a limit");
      return this.list(namespace, signal);
    };
    const client = readingClient({ get: () => Promise.resolve(undefined), list });
    return { client, close: () => this.closed.push(namespace) };
  }
}

function hanging(_: string, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("aborted"));
    });
  });
}

describe("looks into shoots", () => {
  let looking: Looking;
  beforeEach(() => {
    looking = new Looking();
  });
  afterEach(async () => {
    looking.end.abort();
    await looking.ended;
  });

  it("tell what was seen, once there was a look", async () => {
    looking.list = () => Promise.resolve(sick);
    expect(looking.looks.latest("a/x")).to.equal(undefined);
    await looking.ask("a/x");
    expect(looking.looked).to.deep.equal(["a/x"]);
    expect(looking.looks.latest("a/x")?.map(({ kind }) => kind)).to.deep.equal(["failed"]);
    expect([looking.opened, looking.closed]).to.deep.equal([["a"], ["a"]]);
    looking.list = () => Promise.resolve(empty);
    await looking.ask("a/x");
    await looking.clock.advance(30_000);
    expect(looking.looks.latest("a/x")).to.deep.equal([]);
  });

  it("come no more often than the interval, however often they are asked for", async () => {
    for (let second = 0; second <= 60; second++) {
      await looking.ask("a/x", "a/x");
      await looking.clock.advance(1_000);
    }
    expect(looking.opened).to.have.lengthOf(3);
  });

  it("are not repeated unless somebody asks", async () => {
    await looking.ask("a/x");
    await looking.clock.advance(3_600_000);
    expect(looking.opened).to.have.lengthOf(1);
  });

  it("do not come any more when nobody needs them, and nothing is kept", async () => {
    await looking.ask("a/x");
    await looking.ask("a/x");
    looking.looks.forget("a/x");
    await looking.clock.advance(60_000);
    expect(looking.opened).to.have.lengthOf(1);
    expect(looking.looks.latest("a/x")).to.equal(undefined);
  });

  it("that end when nobody needs them any more leave nothing", async () => {
    let answer: (page: ListPage) => void = () => undefined;
    looking.list = () => new Promise((resolve) => (answer = resolve));
    await looking.ask("a/x");
    looking.looks.forget("a/x");
    answer(sick);
    await settle();
    expect(looking.looks.latest("a/x")).to.equal(undefined);
    expect(looking.looked).to.deep.equal([]);
  });

  it("that hang end after ten seconds, and keep a sixth shoot waiting no longer", async () => {
    looking.list = hanging;
    const keys = ["a", "b", "c", "d", "e", "f"].map((each) => `${each}/x`);
    await looking.ask(...keys);
    expect(looking.opened).to.deep.equal(["a", "b", "c", "d", "e"]);
    await looking.clock.advance(9_999);
    expect(looking.opened).to.have.lengthOf(5);
    await looking.clock.advance(1);
    expect(looking.opened).to.have.lengthOf(6);
    expect(looking.closed).to.deep.equal(["a", "b", "c", "d", "e"]);
  });

  it("take no more than ten Secrets' worth of the seed in a second", async () => {
    await looking.ask(...Array.from({ length: 40 }, (_, index) => `n${String(index)}/x`));
    expect(looking.opened).to.have.lengthOf(10);
    await looking.clock.advance(1_000);
    expect(looking.opened).to.have.lengthOf(20);
    await looking.clock.advance(2_000);
    expect(looking.opened).to.have.lengthOf(40);
  });

  it("that fail for a while leave what was seen before", async () => {
    looking.list = () => Promise.resolve(sick);
    await looking.ask("a/x");
    looking.list = refused;
    for (let round = 0; round < 6; round++) {
      await looking.ask("a/x");
      await looking.clock.advance(30_000);
      expect(looking.looks.latest("a/x")?.map(({ kind }) => kind)).to.deep.equal(["failed"]);
    }
    expect(looking.opened).to.have.lengthOf(7);
    await looking.ask("a/x");
    await looking.clock.advance(30_000);
    expect(looking.looks.latest("a/x")).to.deep.equal([
      { kind: "unable", detail: "The shoot's API server cannot be asked what is wrong: ECONNREFUSED" },
    ]);
    looking.list = () => Promise.resolve(empty);
    await looking.ask("a/x");
    await looking.clock.advance(30_000);
    expect(looking.looks.latest("a/x")).to.deep.equal([]);
  });

  const failures: readonly (readonly [
    string,
    (namespace: string, signal: AbortSignal) => Promise<ListPage>,
    string,
  ])[] = [
    ["hangs", hanging, "it took longer than 10 s"],
    [
      "refuses",
      () => Promise.reject(new ApiError({ status: 403, reason: "Forbidden", message: "token abc" })),
      "403 Forbidden",
    ],
    [
      "answers rubbish",
      () => Promise.reject(new Error("GET /pods: the answer is no list")),
      "GET /pods: the answer is no list",
    ],
    [
      "has a lot to say",
      () => Promise.reject(new ApiError({ status: 500, reason: `a\u0007 ${"long ".repeat(100)}`, message: "" })),
      `500 a ${"long ".repeat(11)}lo…`,
    ],
  ];
  for (const [name, list, words] of failures) {
    it(`say of a shoot that ${name}, after three minutes: ${words}`, async () => {
      looking.list = list;
      for (let round = 0; round < 6; round++) {
        expect(looking.looks.latest("a/x")).to.equal(undefined);
        await looking.ask("a/x");
        await looking.clock.advance(28_000);
      }
      await looking.clock.advance(30_000);
      expect(looking.looks.latest("a/x")).to.deep.equal([
        { kind: "unable", detail: `The shoot's API server cannot be asked what is wrong: ${words}` },
      ]);
    });
  }

  it("are broken off when the program stops", async () => {
    looking.list = hanging;
    await looking.ask("a/x");
    looking.end.abort();
    await looking.ended;
    expect(looking.closed).to.deep.equal(["a"]);
    expect(looking.looked).to.deep.equal([]);
  });
});
