import { once } from "node:events";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { type Identity, identitySecretKeys as keys } from "../../../../falco/desired/identity.ts";
import { ensureIdentity, type EnsuredIdentity } from "../../../../controller/identity/identity.ts";
import { readChain } from "../../../../controller/identity/inspect.ts";
import { day, goBundle, landscape, later, makerFor, plainRequest, present, secretOf, without } from "./support.ts";

/** OpenSSL compares with the machine's clock, so these identities are made around the present. */
const now = new Date();
const maker = makerFor(landscape);

/** What Falco with one identity gets from falcosidekick with another: "accepted", or the code of the error. */
async function connect(
  falco: Identity,
  falcosidekick: Identity,
  servername = "falcosidekick.kube-system.svc.cluster.local",
): Promise<string> {
  const { certificate, key } = falcosidekick.server;
  const trust = { ca: falcosidekick.clientCa, requestCert: true, rejectUnauthorized: true };
  const server = createServer({ cert: certificate, key, ...trust }, (_request, response) => response.end("accepted"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const { client, serverCa } = falco;
    const credentials = client.key === "" ? {} : { cert: client.certificate, key: client.key };
    const sent = request({ host: "127.0.0.1", port, servername, ca: serverCa, ...credentials, agent: false });
    sent.end();
    const [response] = (await once(sent, "response")) as [AsyncIterable<Buffer>];
    let text = "";
    for await (const chunk of response) text += chunk.toString();
    return text;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const ensure = (secretData: EnsuredIdentity["secretData"], at: Date): Promise<EnsuredIdentity> =>
  ensureIdentity(plainRequest(secretData && secretOf(secretData), at), maker);

interface Step {
  readonly at: Date;
  readonly identity: Identity;
  readonly reasons: readonly string[];
}

/** Goes from `start` to now, from one renewal to the next, and returns every state in which a certificate changed. */
async function steps(start: Date, data?: EnsuredIdentity["secretData"]): Promise<readonly Step[]> {
  const found: Step[] = [];
  let secretData = data;
  for (let at = start; at <= now;) {
    const ensured = await ensure(secretData, at);
    const reasons = ensured.reasons.filter((reason) => !reason.startsWith("access token"));
    if (reasons.length > 0) found.push({ at, identity: ensured.identity, reasons });
    secretData = ensured.secretData ?? secretData;
    at = ensured.renewAt;
  }
  return found;
}

const trusted = ({ identity }: Step): readonly number[] =>
  [identity.serverCa, identity.clientCa].map((pem) => readChain(pem)?.length ?? 0);

describe("controller/identity over TLS", () => {
  let own: Identity;
  let foreign: Identity;

  before(async () => {
    own = (await ensure(undefined, now)).identity;
    foreign = (await ensure(undefined, now)).identity;
  });

  it("lets Falco and falcosidekick trust each other", async () => {
    expect(await connect(own, own)).equal("accepted");
  });

  for (const name of ["falcosidekick", "falcosidekick.kube-system", "falcosidekick.kube-system.svc"]) {
    it(`answers to ${name}`, async () => {
      expect(await connect(own, own, name)).equal("accepted");
    });
  }

  it("answers to no other name", async () => {
    expect(await connect(own, own, "falcosidekick.default.svc")).equal("ERR_TLS_CERT_ALTNAME_INVALID");
  });

  it("refuses a client of another cluster, one without a certificate, and one with the server's", async () => {
    const refused = /^(ERR_SSL_|ECONNRESET|EPIPE)/;
    expect(await connect({ ...own, client: foreign.client }, own)).match(refused);
    expect(await connect({ ...own, client: { certificate: "", key: "" } }, own)).match(refused);
    expect(await connect({ ...own, client: own.server }, own)).match(refused);
  });

  it("refuses a server of another cluster", async () => {
    expect(await connect(own, { ...foreign, clientCa: own.clientCa })).match(/^(UNABLE_TO_|SELF_SIGNED)/);
  });

  it("renews leaves without a gap", async () => {
    const [before, after] = await steps(later(now, -155 * day));
    const [old, renewed] = [present(before).identity, present(after).identity];
    expect(present(after).reasons).deep.equal(["server is due for renewal", "client is due for renewal"]);
    expect(await connect(old, renewed)).equal("accepted");
    expect(await connect(renewed, old)).equal("accepted");
  });

  /** Every pair of pods that a rolling update from one state to the next can bring together. */
  async function expectNoGap(states: readonly Step[]): Promise<void> {
    for (const [index, { identity }] of states.entries()) {
      expect(await connect(identity, identity), `state ${String(index)}`).equal("accepted");
      const next = states[index + 1]?.identity;
      if (next === undefined) continue;
      expect(await connect(identity, next), `Falco in state ${String(index)}, falcosidekick in the next`).equal(
        "accepted",
      );
      expect(await connect(next, identity), `falcosidekick in state ${String(index)}, Falco in the next`).equal(
        "accepted",
      );
    }
  }

  it("introduces a new CA and switches to it without a gap", async () => {
    const states = (await steps(later(now, -680 * day))).slice(-3);
    expect(states.map(({ reasons }) => reasons)).deep.equal([
      ["server is due for renewal", "client is due for renewal"],
      ["server-ca is due for renewal", "client-ca is due for renewal"],
      ["server is signed by the CA before the present one", "client is signed by the CA before the present one"],
    ]);
    expect(states.map(trusted)).deep.equal([
      [1, 1],
      [2, 2],
      [2, 2],
    ]);
    await expectNoGap(states);
  }).timeout(10_000);

  it("drops the old CA, which has ended by then, without a gap", async () => {
    const states = (await steps(later(now, -840 * day))).slice(-2);
    expect(states.map(trusted)).deep.equal([
      [2, 2],
      [1, 1],
    ]);
    expect(states.map(({ reasons }) => reasons[0])).deep.equal([
      "server is signed by the CA before the present one",
      "server is due for renewal",
    ]);
    expect(present(readChain(present(states[0]).identity.serverCa)?.[1]).validToDate < now).equal(true);
    await expectNoGap(states);
  }).timeout(10_000);

  it("takes over from the Go extension without a gap: its CAs, then leaves of ours, then CAs of ours", async () => {
    const made = later(now, -680 * day);
    const states = (await steps(made, goBundle(made))).slice(-3);
    expect(states.map(trusted)).deep.equal([
      [1, 1],
      [2, 2],
      [2, 2],
    ]);
    await expectNoGap(states);
  }).timeout(10_000);

  it("lets falcosidekick with a leaf of the Go extension and Falco with one of ours trust each other", async () => {
    const made = later(now, -155 * day);
    const goTexts = goBundle(made);
    const [, renewed] = [made, (await ensure(goTexts, now)).identity];
    const server = { certificate: present(goTexts[keys.server]), key: present(goTexts[keys.serverKey]) };
    expect(await connect(renewed, { ...renewed, server })).equal("accepted");
  });

  it("recovers from a lost CA key as if the CA were due", async () => {
    const start = present((await ensure(undefined, later(now, -20 * day))).secretData);
    const lost = without(start, keys.serverCaKey);
    const states = [
      { at: now, identity: (await ensure(start, later(now, -20 * day))).identity, reasons: [] },
      ...(await steps(later(now, -10 * day), lost)),
    ];
    expect(states.map(({ reasons }) => reasons)).deep.equal([
      [],
      ["server-ca is missing"],
      ["server is signed by the CA before the present one"],
    ]);
    await expectNoGap(states);
  });
});
