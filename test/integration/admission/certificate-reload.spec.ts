import { expect } from "chai";
import { Agent } from "node:https";
import { type Server, startServer } from "../../../admission/server.ts";
import { makeAuthority, makeLeaf } from "../../../certificates/make-certificate.ts";
import type { KeyPair } from "../../../falco/base/key-pair.ts";
import { success } from "../../../falco/base/problem.ts";
import { call } from "./client.ts";

const reloads = 20;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe("a certificate's reload under load", () => {
  let server: Server;
  let ca: string;
  let pairs: readonly KeyPair[];

  before(async () => {
    const validity = { now: new Date(), lifetimeSeconds: 3600 };
    const authority = await makeAuthority("ca", validity);
    ca = authority.certificate;
    pairs = await Promise.all(
      Array.from({ length: reloads + 1 }, (_none, index) => {
        const leaf = { commonName: `c${String(index)}`, usage: "serverAuth", dnsNames: ["localhost"] } as const;
        return makeLeaf(authority, leaf, validity);
      }),
    );
    const routes = new Map([["/echo", (body: unknown) => Promise.resolve(success({ body }))]]);
    server = await startServer({ routes, tls: pairs[0], host: "127.0.0.1", port: 0, logger: silent });
  });
  after(() => server.stop());

  it("loses no request, on kept connections and on new ones", async () => {
    const kept = new Agent({ ca, keepAlive: true, maxSockets: 4 });
    const load = { isOn: true, answered: 0, servedBy: new Set<string>() };
    const caller = async (agent: () => Agent): Promise<void> => {
      while (load.isOn) {
        const url = `https://127.0.0.1:${String(server.port)}/echo`;
        const { status, text, servedBy } = await call({ url, ca, body: '"x"', agent: agent() });
        expect(`${String(status)} ${text}`).to.equal('200 {"body":"x"}');
        load.answered++;
        load.servedBy.add(servedBy);
      }
    };
    const callers = [
      ...Array.from({ length: 4 }, () => caller(() => kept)),
      ...Array.from({ length: 4 }, () => caller(() => new Agent({ ca }))),
    ];
    const reload = async (): Promise<void> => {
      for (const pair of pairs.slice(1)) {
        const before = load.answered;
        server.useCertificate(pair);
        // Each certificate serves for a while.
        while (load.answered < before + 20) await new Promise(setImmediate);
      }
      load.isOn = false;
    };
    await Promise.all([...callers, reload()]);
    kept.destroy();
    expect(load.answered).to.be.at.least(reloads * 20);
    expect([...load.servedBy]).to.include.members(pairs.slice(1).map((_pair, index) => `c${String(index + 1)}`));
  });
});
