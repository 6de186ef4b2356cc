import type { Effect, When } from "./effect.ts";

/** What happens, in a few words: without the time and the cluster's name, so that it reads the same for many clusters. */
export function effectText(effect: Effect): string {
  if ("to" in effect) return changeText(effect);
  if (effect.kind === "rules") return `other ${effect.sets.join(", ")}, loaded without a restart`;
  return stateText(effect);
}

function changeText(effect: Extract<Effect, { readonly to: string }>): string {
  switch (effect.kind) {
    case "autoUpdate":
    case "forced":
    case "default":
      return `Falco ${effect.from} → ${effect.to}, ${whyText(effect)}`;
    case "image":
      return `Falco ${effect.version}: other image, pods are replaced`;
    case "falcosidekick":
      return `falcosidekick ${effect.from} → ${effect.to}, pods are replaced`;
    case "falcosidekickImage":
      return `falcosidekick ${effect.version}: other image, pods are replaced`;
  }
}

function whyText(effect: Effect & { readonly kind: "autoUpdate" | "forced" | "default" }): string {
  if (effect.kind === "autoUpdate") return "auto-update";
  if (effect.kind === "default") return "the default, as the manifest names no version";
  const { from, expires } = effect;
  return expires === undefined ? `forced: no profile has ${from}` : `forced: ${from} expires on ${dayText(expires)}`;
}

function stateText(effect: Effect & { readonly kind: "blocked" | "stranded" | "expires" | "warned" }): string {
  if ("problem" in effect) {
    const title = effect.kind === "blocked" ? "BLOCKED" : "NO USABLE VERSION";
    return `${title} (${effect.version === undefined ? "" : `Falco ${effect.version}: `}${effect.problem.code})`;
  }
  const expiry = `Falco ${effect.version} expires on ${dayText(effect.expires)}`;
  return effect.kind === "expires" ? `${expiry}; a Seed is not moved on by itself` : `warning: ${expiry}`;
}

/** What else there is to know about it, a line each; often nothing. */
export function effectDetails(effect: Effect): readonly string[] {
  if (effect.kind === "image" || effect.kind === "falcosidekickImage") {
    return [`from ${effect.from}`, `to   ${effect.to}`];
  }
  return "problem" in effect ? [`${effect.problem.message} (${effect.problem.code})`] : [];
}

/** When it happens; times are in UTC. */
export function whenText(when: When): string {
  switch (when.kind) {
    case "atOnce":
      return "at once";
    case "wakeUp":
      return "when it wakes up";
    case "window":
      return when.orDayLater === true ? `${span(when)} or a day later` : span(when);
    case "expiry":
      return minuteText(when.at);
    case "nextChange":
      return "when its manifest changes";
  }
}

/** `2026-11-21 22:00–22:45`; an end on another day comes with its date. */
export function span({ begin, end }: { readonly begin: string; readonly end: string }): string {
  const isSameDay = begin.slice(0, 10) === end.slice(0, 10);
  return `${minuteText(begin)}–${isSameDay ? minuteText(end).slice(11) : minuteText(end)}`;
}

/** `2026-11-21 22:00` */
function minuteText(time: string): string {
  return time.slice(0, 16).replace("T", " ");
}

function dayText(time: string): string {
  return time.slice(0, 10);
}
