import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:tls";
import { expect } from "chai";
import type { KeyPair } from "../../../../falco/base/key-pair.ts";
import { day, WebhookGarden } from "./webhook-garden.ts";

const minute = 60_000;

/** What API servers and replicas could see between two writes. */
interface State {
  readonly from: Date;
  readonly until: Date;
  /** The bundles of the webhooks; in the middle of publishing they differ. */
  readonly bundles: readonly string[];
  /** The Secret's; undefined while it has none. */
  readonly pair: KeyPair | undefined;
}

/** How long an API server may lag behind the webhook configurations, and a replica that calls itself ready behind the Secret. */
const lags = { server: minute, replica: 12 * 60 * minute };

/** A real connection over TLS that trusts a bundle, to a server with a pair: "accepted", or the code of the error. */
async function connection(bundle: string, { certificate, key }: KeyPair): Promise<string> {
  const server = createServer({ cert: certificate, key }, (socket) => socket.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: "127.0.0.1", port, servername: "localhost", ca: bundle });
  try {
    await once(socket, "secureConnect");
    return "accepted";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  } finally {
    socket.destroy();
    server.close();
  }
}

/** Every bundle and pair that can meet in the last of some states. */
function meetings(states: readonly State[]): readonly (readonly [string, KeyPair])[] {
  const begin = states.at(-1)?.from.getTime() ?? 0;
  const within = (lag: number): readonly State[] => states.filter((each) => each.until.getTime() >= begin - lag);
  const bundles = new Set(within(lags.server).flatMap((each) => each.bundles));
  const pairs = new Set(within(lags.replica).flatMap(({ pair }) => pair ?? []));
  return [...bundles]
    .filter((bundle) => bundle !== "")
    .flatMap((bundle) => [...pairs].map((pair) => [bundle, pair] as const));
}

describe("the states of the webhooks' certificates", () => {
  let garden: WebhookGarden;
  const states: State[] = [];

  /** Remembers what there has been since the last write. */
  function remember(): void {
    const until = garden.clock.now();
    const { certificate, key } = garden.texts;
    // One object for one pair, so that a set knows it again.
    const known = states.find(({ pair }) => pair?.certificate === certificate)?.pair ?? { certificate, key };
    const from = states.at(-1)?.until ?? until;
    states.push({ from, until, bundles: garden.bundles, pair: certificate === "" ? undefined : known });
  }

  before(async () => {
    garden = await WebhookGarden.start();
    const replica = await garden.startReplica({
      leads: () => true,
      fault: ({ method }) => {
        if (method !== "GET") remember();
        return undefined;
      },
    });
    const serves = (times: number) => (): boolean => replica.pairs.length === times;
    await garden.until("it is published", () => garden.isPublished(1) && serves(1)());
    garden.clock.jump(24 * day);
    await garden.passUntil("the CA is rotated", () => garden.isPublished(2));
    await garden.passUntil("the certificate is", serves(2));
    garden.clock.jump(day);
    await garden.passUntil("the first CA is gone", () => garden.isPublished(1));
    garden.deleteSecret();
    await garden.passUntil("there is a third CA", () => garden.isPublished(2));
    await garden.passUntil("there is its certificate", serves(3));
    garden.clock.jump(day);
    await garden.passUntil("the second CA is gone", () => garden.isPublished(1));
    remember();
  });
  after(() => garden.stop());

  it("let every API server verify every replica, over real connections", async () => {
    const tried = new Set<string>();
    for (const index of states.keys()) {
      for (const [bundle, pair] of meetings(states.slice(0, index + 1))) {
        const id = `${bundle}${pair.certificate}`;
        if (tried.has(id)) continue;
        tried.add(id);
        expect(await connection(bundle, pair), `state ${String(index)}`).to.equal("accepted");
      }
    }
    // A; B, A and the new certificate; B; C, B and the newest; C
    const bundles = new Set(states.flatMap((each) => each.bundles).filter((bundle) => bundle !== ""));
    expect(bundles.size).to.equal(5);
    expect(tried.size).to.equal(7);
  });

  it("would be found wrong if a certificate were used before its CA is published, or after that", async () => {
    const pairs = [...new Set(states.flatMap(({ pair }) => pair ?? []))];
    const bundles = [...new Set(states.flatMap((each) => each.bundles).filter((bundle) => bundle !== ""))];
    const [first, second, third] = await Promise.all(
      pairs.map((pair) => Promise.all(bundles.map(async (bundle) => (await connection(bundle, pair)) === "accepted"))),
    );
    expect({ first, second, third }).to.deep.equal({
      first: [true, true, false, false, false],
      second: [false, true, true, true, false],
      third: [false, false, false, true, true],
    });
  });
});
