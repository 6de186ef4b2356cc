import { expect } from "chai";
import { type Identity, identitySecretKeys as keys } from "../../../../falco/desired/identity.ts";
import type { SecretTexts } from "../../../../controller/identity/inspect.ts";
import { readChain } from "../../../../certificates/read-family.ts";
import { type Change, changesBetween, Cluster } from "./life.ts";
import { day, goBundle, later, present, without } from "./support.ts";
import { connect, Verifier } from "./tls-support.ts";

/** OpenSSL compares with the machine's clock, so lives begin in the past such that the change to be tried happens now. */
const now = new Date(Math.floor(Date.now() / 1000) * 1000);

const trusted = ({ identity }: Change): string =>
  [identity.serverCa, identity.clientCa].map((pem) => String(readChain(pem)?.length)).join(" and ");

async function identityAt(moment: Date, texts?: SecretTexts): Promise<Identity> {
  return (await new Cluster(texts).reconcile(moment)).identity;
}

/** Tries all pods that can run when a change has just been made: each of Falco's with each of falcosidekick's. */
async function expectConnections(states: readonly Identity[], what: string): Promise<void> {
  const verifier = new Verifier();
  for (const [i, falco] of states.entries()) {
    for (const [j, falcosidekick] of states.entries()) {
      const pods = `${what}: Falco ${String(i)}, falcosidekick ${String(j)}`;
      expect(await connect(falco, falcosidekick), pods).equal("accepted");
      expect(verifier.accepts(falco, falcosidekick, now), `${pods}, verified`).equal(true);
    }
  }
}

describe("controller/identity over TLS", () => {
  let own: Identity;
  let foreign: Identity;

  before(async () => {
    own = await identityAt(now);
    foreign = await identityAt(now);
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

  const refused = /^(ERR_SSL_|ECONNRESET|EPIPE)/;

  it("refuses a client of another cluster, one without a certificate, and one with the server's", async () => {
    expect(await connect({ ...own, client: foreign.client }, own)).match(refused);
    expect(await connect({ ...own, client: { certificate: "", key: "" } }, own)).match(refused);
    expect(await connect({ ...own, client: own.server }, own)).match(refused);
  });

  it("refuses a server of another cluster", async () => {
    expect(await connect(own, { ...foreign, clientCa: own.clientCa })).match(/^(UNABLE_TO_|SELF_SIGNED)/);
  });

  it("verifies as TLS does", async () => {
    const expired = await identityAt(later(now, -181 * day));
    const future = await identityAt(later(now, day));
    const pairs: readonly (readonly [Identity, Identity])[] = [
      [own, own],
      [{ ...own, client: foreign.client }, own],
      [
        { ...own, client: own.server },
        { ...own, clientCa: own.serverCa },
      ],
      [own, { ...own, server: own.client }],
      [own, { ...foreign, clientCa: own.clientCa }],
      [expired, expired],
      [future, future],
    ];
    const verifier = new Verifier();
    for (const [index, [falco, falcosidekick]] of pairs.entries()) {
      const accepted = (await connect(falco, falcosidekick)) === "accepted";
      expect(accepted, String(index)).equal(index === 0);
      expect(verifier.accepts(falco, falcosidekick, now), String(index)).equal(accepted);
    }
  });

  const lives: readonly (readonly [string, number, (start: Date) => SecretTexts | undefined])[] = [
    ["a cluster", 6 * 365, () => undefined],
    ["a cluster that the Go extension made", 3 * 365, (start) => goBundle(start)],
  ];
  for (const [name, days, texts] of lives) {
    it(`connects all pods at every change in the life of ${name}`, async () => {
      const start = later(now, -days * day);
      const life = await changesBetween(start, now, new Cluster(texts(start)));
      const bundles = new Set(life.map(trusted));
      expect([...bundles].sort()).deep.equal(["1 and 1", "2 and 2"]);
      for (const [index, { at, reasons }] of life.entries()) {
        // the same life once more, this time with the change at the machine's present
        const shifted = later(start, (now.getTime() - at.getTime()) / 1000);
        const changes = await changesBetween(shifted, now, new Cluster(texts(shifted)));
        const last = present(changes.at(-1));
        expect([last.reasons, last.at, changes.length]).deep.equal([reasons, now, index + 1]);
        await expectConnections(
          changes.slice(-2).map(({ identity }) => identity),
          reasons.join(),
        );
      }
    }).timeout(20_000);
  }

  it("recovers from a lost CA key as if the CA were due", async () => {
    const before = await new Cluster().reconcile(later(now, -20 * day));
    const lost = without(present(before.secretData), keys.serverCaKey);
    const changes = await changesBetween(later(now, -7 * day + 300), now, new Cluster(lost));
    expect(changes.map(({ reasons }) => reasons)).deep.equal([
      ["server-ca is missing"],
      ["server is signed by the CA before the present one"],
    ]);
    const identities = changes.map(({ identity }) => identity);
    await expectConnections([before.identity, present(identities[0])], "a new CA");
    await expectConnections(identities, "its certificate");
  });

  describe("when the Go extension gave Falco a certificate for servers only", () => {
    it("falcosidekick would refuse it, so Falco gets another below the same CA, and nothing else changes", async () => {
      const texts = goBundle(later(now, -day), "serverAuth");
      const taken = await identityAt(now, texts);
      const client = { certificate: present(texts[keys.client]), key: present(texts[keys.clientKey]) };
      expect(await connect({ ...taken, client }, taken)).match(refused);
      expect(await connect(taken, taken)).equal("accepted");
      expect(taken.serverCa).equal(texts[keys.serverCa]);
      expect(taken.clientCa).equal(texts[keys.clientCa]);
      expect(taken.server.certificate).equal(texts[keys.server]);
    });
  });
});
