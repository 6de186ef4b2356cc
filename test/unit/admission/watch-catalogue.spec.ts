import { expect } from "chai";
import { watchCatalogue } from "../../../admission/watch-catalogue.ts";
import type { WatchEvent } from "../../../kube/client.ts";
import type { Clock } from "../../../kube/clock.ts";
import type { Logger } from "../../../kube/logger.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import type { WatchPorts } from "../../../kube/watch.ts";
import { SteppedClock } from "../../support/clock.ts";
import { profile } from "./samples.ts";

describe("watchCatalogue", () => {
  const object = (resourceVersion: string, spec: object): KubeObject => ({
    apiVersion: profile.apiVersion,
    kind: profile.kind,
    metadata: { name: "falco", resourceVersion },
    spec,
  });
  const lines: string[] = [];
  const line = (message: string): void => void lines.push(message);
  const logger: Logger = { debug: line, info: line, warn: line, error: line };
  const untilAborted = (signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      signal?.addEventListener("abort", () => {
        resolve();
      });
    });
  const clock: Clock = { now: () => new Date(0), monotonic: () => 0, sleep: (_ms, signal) => untilAborted(signal) };

  it("follows the profiles, and builds the catalogue only when one has changed", async () => {
    lines.length = 0;
    const end = new AbortController();
    let send: (event: WatchEvent) => void = () => undefined;
    let listened = (): void => undefined;
    const listening = new Promise<void>((resolve) => (listened = resolve));
    const ports: Omit<WatchPorts, "onError"> = {
      clock,
      random: () => 0.5,
      client: {
        list: () => Promise.resolve({ items: [object("1", profile.spec)], resourceVersion: "1" }),
        watch: async function* (_type, { signal }) {
          for (;;) {
            const event = new Promise<WatchEvent>((resolve) => (send = resolve));
            listened();
            const next = await Promise.race([event, untilAborted(signal)]);
            if (next === undefined) return;
            yield next;
          }
        },
      },
    };
    const watch = watchCatalogue(ports, logger, end.signal);
    expect(watch.isSynced()).to.equal(false);
    expect(watch.catalogue(), "nobody decides with nothing").to.equal(undefined);
    await watch.whenSynced();
    expect(watch.isSynced()).to.equal(true);
    const first = watch.catalogue();
    expect(first?.falco).to.have.length(3);
    expect(watch.catalogue(), "the very same").to.equal(first);

    await listening;
    send({ type: "MODIFIED", object: object("2", { ...profile.spec, versions: { falco: [] } }) });
    await new Promise(setImmediate);
    expect(watch.catalogue()?.falco).to.deep.equal([]);
    expect(lines).to.deep.equal(["the FalcoProfiles have been read", "the FalcoProfiles have been read"]);
    end.abort();
    await watch.ended;
  });

  it("keeps the last catalogue while the garden is away, and tells for how long", async () => {
    const end = new AbortController();
    const time = new SteppedClock();
    const answers = [() => Promise.resolve({ items: [object("1", profile.spec)], resourceVersion: "1" })];
    const ports: Omit<WatchPorts, "onError"> = {
      clock: time,
      random: () => 0.5,
      client: {
        list: () => answers.shift()?.() ?? Promise.reject(new Error("connect ECONNREFUSED")),

        watch: async function* () {
          await Promise.reject(new Error("connect ECONNREFUSED"));
        },
      },
    };
    const watch = watchCatalogue(ports, logger, end.signal);
    await watch.whenSynced();
    expect(watch.outOfContactSeconds()).to.equal(0);
    await time.advance(90_000);
    expect(watch.outOfContactSeconds()).to.equal(90);
    expect(watch.catalogue()?.falco).to.have.length(3);
    end.abort();
    await watch.ended;
  });
});
