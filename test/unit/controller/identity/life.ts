import type { Identity } from "../../../../falco/desired/identity.ts";
import type { Landscape } from "../../../../falco/desired/landscape.ts";
import { ensureIdentity, type EnsuredIdentity } from "../../../../controller/identity/identity.ts";
import type { SecretTexts } from "../../../../controller/identity/inspect.ts";
import type { IdentityMaker } from "../../../../controller/identity/maker.ts";
import { landscape, later, makerFor, plainRequest, secretOf } from "./support.ts";

/** One cluster with its Secret, for which the controller is asked again and again as time goes by. */
export class Cluster {
  #texts: SecretTexts | undefined;
  #version = 0;
  #maker: IdentityMaker;

  constructor(texts?: SecretTexts, configuration: Landscape = landscape) {
    this.#texts = texts;
    this.#maker = makerFor(configuration);
  }

  /** What one reconcile at a moment gives; what it changes is stored. */
  async reconcile(now: Date, rolledOut?: boolean): Promise<EnsuredIdentity> {
    const metadata = { uid: "1", resourceVersion: String(this.#version) };
    const present = this.#texts && secretOf(this.#texts, metadata);
    const request = { ...plainRequest(present, now), ...(rolledOut !== undefined && { rolledOut }) };
    const ensured = await ensureIdentity(request, this.#maker);
    if (ensured.secretData !== undefined) {
      this.#texts = ensured.secretData;
      this.#version += 1;
    }
    return ensured;
  }

  /** The operator may have changed the configuration, which restarts the controller. */
  configure(change: Partial<Landscape> | undefined): void {
    if (change !== undefined) this.#maker = makerFor({ ...landscape, ...change });
  }
}

/** A change of certificates and what they were changed to. */
export interface Change {
  readonly at: Date;
  readonly identity: Identity;
  readonly reasons: readonly string[];
}

/** Every change of certificates from one moment to another, each of them at the moment that the controller told. */
export async function changesBetween(start: Date, end: Date, cluster = new Cluster()): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (let at = start; at <= end;) {
    const { identity, reasons, renewAt } = await cluster.reconcile(at);
    if (reasons.length > 0) changes.push({ at, identity, reasons });
    // certificates have whole seconds
    at = new Date(Math.max(renewAt.getTime(), later(at, 1).getTime()));
  }
  return changes;
}
