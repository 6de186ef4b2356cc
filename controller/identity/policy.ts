import { certificatesOf, type FamilyView, signerOf } from "../../certificates/family.ts";
import { authorityFault, leafFault, type RenewalReason } from "../../certificates/faults.ts";
import { earliest, later } from "../../certificates/moments.ts";
import type { BundleView, Family } from "./bundle-view.ts";
import { authorityDue, leafDue, type Lifetimes, rollOutSeconds, switchOf, usableUntil } from "./moments.ts";

/**
 * When certificates are made anew. Two families, `server` (falcosidekick's certificate) and `client` (Falco's), go through the same
 * states, each on its own. A and B are CAs; "leaf A" is a certificate that A signed:
 *
 *    ┌───────────┐  A is due, or its key is lost: make B, and a new leaf A that lasts     ┌─────────────┐
 *    │  settled  │  until A ends                                                          │ introducing │
 *    │  trust A  ├───────────────────────────────────────────────────────────────────────►│ trust B, A  │
 *    │  leaf A   │                                                                        │ leaf A      │
 *    └─┬───▲───▲─┘                                                                        └──────┬──────┘
 *      │   │   │                            ┌────────────┐  every pod trusts B (after 7 days,    │
 *      └───┘   │                            │  switched  │  when it is rolled out), or half of   │
 *  leaf is due:│                            │ trust B, A │  leaf A's time is gone: new leaf B    │
 *  new leaf A  └────────────────────────────┤ leaf B     │◄──────────────────────────────────────┘
 *               leaf is due: new leaf B,    └────────────┘
 *               drop A; now B is called A
 *
 * The CA that signs stands first in the bundle, and only its key is kept. Falco and falcosidekick read their certificates when they start,
 * so a change is with the pods only when all of them have been replaced, which a state waits for before it gives way to the next:
 * bundles of two neighbouring states always trust each other, and a rolling update never cuts Falco off. A pod that is not
 * replaced for weeks (a broken node, a controller in the shoot that is down) holds the switch back until it cannot wait any more.
 * A hibernated cluster has no pods and changes nothing; when it wakes up, whatever is due is made at once.
 *
 * What cannot be used (faults.ts says why) is replaced at once, in every state, and all that is sound is kept:
 *
 * | what                     | is replaced by                                                                              |
 * |--------------------------|---------------------------------------------------------------------------------------------|
 * | a leaf                   | one of the CA that signs: running pods trust it already, unless that CA is just introduced  |
 * | a CA's key               | a new CA beside the old one, which stays trusted while its leaf is in use: `introducing`    |
 * | a CA, or CA key and leaf | a new CA and a leaf below it: no pod knows it, so Falco is cut off during the roll-out      |
 * | a bundle with more in it | the same CAs and nothing else                                                               |
 */
export interface FamilyPlan {
  /** Why a new CA takes the place of the one that signs. */
  readonly newAuthority: RenewalReason | undefined;
  /** Why the bundle is written anew although no CA is new. */
  readonly newBundle: RenewalReason | undefined;
  readonly newLeaf: RenewalReason | undefined;
  /** Which CA signs the new leaf: the one that signs now (even if it is being replaced), or the new one. */
  readonly leafSigner: "present" | "new";
  /** Which CAs, by their index in the view, stay trusted beside the one that signs from now on. */
  readonly trusted: readonly number[];
}

/** What must be made anew now. */
export type BundlePlan = Readonly<Record<Family, FamilyPlan>>;

export interface PolicyInput {
  readonly bundle: BundleView;
  /** The names that falcosidekick is called by; the certificate may have more. */
  readonly dnsNames: readonly string[];
  readonly lifetimes: Lifetimes;
  /** Whether every pod is known to run with the bundle as it is; undefined when that cannot be known, and time alone decides. */
  readonly rolledOut: boolean | undefined;
  readonly now: Date;
}

/** How soon to look again whether a roll-out that is late has finished. */
const lookAgainSeconds = 60 * 60;
/** So many CAs are trusted beside the one that signs, at most. More than one is left only by repairs that follow each other. */
const trustedLimit = 2;

/** Decides for both families. */
export function planRenewals(input: PolicyInput): BundlePlan {
  const { server, client } = input.bundle;
  return {
    server: planFamily({ ...input, purpose: "server", family: server }),
    client: planFamily({ ...input, purpose: "client", family: client, dnsNames: [] }),
  };
}

interface FamilyInput extends Omit<PolicyInput, "bundle"> {
  readonly purpose: Family;
  readonly family: FamilyView;
}

function planFamily(input: FamilyInput): FamilyPlan {
  const newAuthority = authorityReason(input);
  const replaced = newAuthority !== undefined;
  return {
    newAuthority,
    newBundle: !replaced && input.family.untidy ? "untidy" : undefined,
    newLeaf: leafFault(input) ?? leafReasons[stateOf(input, newAuthority)](input),
    leafSigner: replaced && newAuthority !== "due" ? "new" : "present",
    trusted: trustedBeside(input, replaced ? 0 : 1),
  };
}

function authorityReason(input: FamilyInput): RenewalReason | undefined {
  const fault = authorityFault(input);
  const [authority] = certificatesOf(input.family.ca);
  return fault ?? (authority !== undefined && input.now >= authorityDue(authority) ? "due" : undefined);
}

/** The states that differ in when a sound leaf is replaced. `rotating` is the step to `introducing`. */
type State = "settled or switched" | "rotating" | "introducing";

function stateOf({ family }: FamilyInput, newAuthority: RenewalReason | undefined): State {
  if (newAuthority !== undefined) return "rotating";
  return family.signedBy === 0 ? "settled or switched" : "introducing";
}

const leafReasons: Readonly<Record<State, (input: FamilyInput) => RenewalReason | undefined>> = {
  "settled or switched": ({ family, lifetimes, now }) => {
    const [leaf] = certificatesOf(family.leaf);
    return leaf !== undefined && now >= leafDue(leaf, lifetimes) ? "due" : undefined;
  },
  // The pods are replaced for the new CA anyway, so the leaf that has to wait for it gets the longest time that it can have.
  rotating: ({ family }) => {
    const [leaf] = certificatesOf(family.leaf);
    const signer = signerOf(family);
    if (leaf === undefined || signer === undefined || family.ca.key !== "matches") return undefined;
    return leaf.notAfter < signer.notAfter ? "due" : undefined;
  },
  introducing: ({ family, rolledOut, now }) => {
    const moments = switchOf(family);
    if (moments === undefined) return undefined;
    return now >= (rolledOut === false ? moments.atLast : moments.from) ? "ca-replaced" : undefined;
  },
};

/** The CAs from an index on that a pod's leaf may be signed by: the present leaf's, and all of them until that one is everywhere. */
function trustedBeside({ family, rolledOut, now }: FamilyInput, from: number): readonly number[] {
  const [leaf] = certificatesOf(family.leaf);
  const everywhere = leaf !== undefined && rolledOut !== false && now >= later(leaf.notBefore, rollOutSeconds);
  return certificatesOf(family.ca)
    .flatMap(({ isCA, notAfter }, index) => {
      const inUse = index === family.signedBy || !everywhere || family.signedBy === undefined;
      return index >= from && isCA && now < notAfter && inUse ? [index] : [];
    })
    .slice(0, trustedLimit);
}

/** When to ask `planRenewals` again, provided that it finds nothing now. */
export function nextRenewal(input: Omit<PolicyInput, "dnsNames">): Date {
  const { server, client } = input.bundle;
  return earliest([...familyMoments(server, input), ...familyMoments(client, input)]);
}

function familyMoments(
  family: FamilyView,
  { lifetimes, rolledOut, now }: Omit<PolicyInput, "dnsNames">,
): readonly Date[] {
  const [authority] = certificatesOf(family.ca);
  const [leaf] = certificatesOf(family.leaf);
  const signer = signerOf(family);
  if (authority === undefined || leaf === undefined || signer === undefined) return [new Date(0)];
  const moments = switchOf(family);
  const late = moments !== undefined && rolledOut === false && now >= moments.from;
  return [
    authorityDue(authority),
    usableUntil(leaf, signer),
    late ? earliest([moments.atLast, later(now, lookAgainSeconds)]) : (moments?.from ?? leafDue(leaf, lifetimes)),
  ];
}
