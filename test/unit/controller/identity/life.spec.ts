import { expect } from "chai";
import type { Identity } from "../../../../falco/desired/identity.ts";
import type { Landscape } from "../../../../falco/desired/landscape.ts";
import type { SecretTexts } from "../../../../controller/identity/inspect.ts";
import { Cluster } from "./life.ts";
import { day, goBundle, landscape, later } from "./support.ts";
import { Verifier } from "./tls-support.ts";

const start = new Date("2026-07-31T12:00:00Z");

interface Life {
  readonly name: string;
  readonly years?: number;
  readonly texts?: () => SecretTexts;
  readonly lifetimes?: Partial<Landscape>;
  /** For how many days after a change the pods are not all replaced; this is known to the controller. */
  readonly rollOutDays?: number;
  /** Days on which the operator changes the configuration. */
  readonly changes?: Readonly<Record<number, Partial<Landscape>>>;
  /** From when to when nothing is reconciled and no pod runs. */
  readonly hibernated?: (days: number) => boolean;
}

const lasting = (lifetime: number, renewAfter: number): Partial<Landscape> => ({
  certificateLifetimeSeconds: lifetime * day,
  certificateRenewAfterSeconds: renewAfter * day,
});

/** A bundle that pods may still run with. */
interface Running {
  readonly identity: Identity;
  /** The day on which the next one was made; undefined for the present one. */
  replaced: number | undefined;
}

/** What pods run with: everything that was replaced no longer ago than a roll-out takes. */
class Pods {
  #running: Running[] = [];

  update(identity: Identity, day: number, rollOutDays: number): void {
    const last = this.#running.at(-1);
    const certificates = ({ serverCa, clientCa, server, client }: Identity): string =>
      [serverCa, clientCa, server.certificate, client.certificate].join("");
    if (last === undefined || certificates(last.identity) !== certificates(identity)) {
      if (last !== undefined) last.replaced = day;
      this.#running.push({ identity, replaced: undefined });
    }
    this.#running = this.#running.filter(({ replaced }) => replaced === undefined || day - replaced < rollOutDays);
  }

  get identities(): readonly Identity[] {
    return this.#running.map(({ identity }) => identity);
  }
}

/** Which of Falco's pods cannot reach which of falcosidekick's. */
function gapsAmong(pods: Pods, verifier: Verifier, at: Date): readonly string[] {
  return pods.identities.flatMap((falco, i) =>
    pods.identities.flatMap((falcosidekick, j) =>
      verifier.accepts(falco, falcosidekick, at) ? [] : [`${at.toISOString()}: ${String(i)} to ${String(j)}`],
    ),
  );
}

/** Lives day by day; returns how many bundles there were, and which pods could not reach each other when. */
async function live({ years = 6, rollOutDays, ...life }: Life): Promise<{
  readonly bundles: number;
  readonly gaps: readonly string[];
}> {
  const cluster = new Cluster(life.texts?.(), { ...landscape, ...life.lifetimes });
  const verifier = new Verifier();
  const gaps: string[] = [];
  const bundles = new Set<string>();
  let pods = new Pods();
  for (let days = 0; days < years * 365; days += 1) {
    if (life.hibernated?.(days) === true) {
      pods = new Pods();
      continue;
    }
    const at = later(start, days * day);
    cluster.configure(life.changes?.[days]);
    const rolledOut = rollOutDays === undefined ? undefined : pods.identities.length === 1;
    const { identity } = await cluster.reconcile(at, rolledOut);
    bundles.add(identity.server.certificate + identity.serverCa);
    pods.update(identity, days, rollOutDays ?? 7);
    gaps.push(...gapsAmong(pods, verifier, at));
  }
  return { bundles: bundles.size, gaps };
}

describe("controller/identity for a whole life, day by day", () => {
  const lives: readonly (Life & { readonly atLeast: number })[] = [
    { name: "as configured by default", atLeast: 18 },
    { name: "from a bundle of the Go extension", texts: () => goBundle(start), atLeast: 18 },
    {
      name: "from a bundle of the Go extension with a client certificate for servers",
      texts: () => goBundle(start, "serverAuth"),
      atLeast: 18,
    },
    { name: "with short lives", lifetimes: lasting(20, 15), rollOutDays: 5, years: 3, atLeast: 65 },
    { name: "with very short lives", lifetimes: lasting(9, 7.5), rollOutDays: 1, years: 3, atLeast: 130 },
    {
      name: "with slow roll-outs and certificates that are almost due when their CA is",
      lifetimes: lasting(140, 112),
      rollOutDays: 25,
      atLeast: 20,
    },
    { name: "with certificates that live longer than CAs", lifetimes: lasting(900, 800), atLeast: 4 },
    { name: "with roll-outs that take four weeks", rollOutDays: 28, atLeast: 18 },
    {
      name: "with an operator who changes the lifetimes",
      changes: { 300: lasting(60, 45), 700: lasting(365, 330), 1200: lasting(180, 150) },
      atLeast: 25,
    },
    { name: "of a cluster that sleeps every other month", hibernated: (days) => days % 60 >= 30, atLeast: 15 },
    { name: "of a cluster that sleeps for a year", hibernated: (days) => days > 200 && days < 565, atLeast: 12 },
    {
      name: "of a cluster that sleeps from the day on which its CA is replaced",
      hibernated: (days) => days > 670 && days < 720,
      atLeast: 15,
    },
  ];
  for (const { atLeast, ...life } of lives) {
    it(`leaves no gap ${life.name}`, async () => {
      const { bundles, gaps } = await live(life);
      expect(gaps).deep.equal([]);
      expect(bundles).least(atLeast);
    }).timeout(10_000);
  }
});
