import type { Configuration, GlobalDestination } from "../api/configuration.ts";
import { nearest } from "../api/nearest.ts";
import { parseDuration } from "../base/duration.ts";
import { isObject } from "../base/json.ts";
import { combine, failure, joinPath, problem, type Problem, type Result, success } from "../base/problem.ts";
import { type AdditionalChart, readAdditionalCharts } from "./additional-charts.ts";
import { isStandardDestination, standardDestinationNames } from "./destination-names.ts";
import {
  environmentOf,
  isOutputSection,
  outputSections,
  type OutputSettings,
  readOutputSettings,
} from "./output-settings.ts";
import { templateVariables, variablesIn } from "./template-variables.ts";

/** The landscape's configuration, checked, with its defaults. */
export interface Landscape {
  /** For the pods in shoots. */
  readonly priorityClassName: string;
  readonly certificateLifetimeSeconds: number;
  readonly certificateRenewAfterSeconds: number;
  /** Absent when the landscape offers no `central`. */
  readonly centralStorage?: TokenIssuer & { readonly url: string };
  /** Absent when there is no `<<.ClusterIdentityToken>>`. */
  readonly clusterIdentityToken?: TokenIssuer;
  readonly defaultEventDestination: string;
  readonly globalDestinations: readonly LandscapeDestination[];
  readonly otlpLogging: boolean;
  readonly healthSyncPeriodSeconds: number;
  /** How many requests one shoot's API server gets, while it is looked into. */
  readonly shootRequests: { readonly perSecond: number; readonly burst: number };
  /** Helm charts for the seed. */
  readonly additionalCharts: readonly AdditionalChart[];
}

/** A key that signs tokens (RS256), and how long these live. */
export interface TokenIssuer {
  readonly tokenIssuerPrivateKey: string;
  readonly tokenLifetimeSeconds: number;
}

/** A destination that the landscape defines. */
export interface LandscapeDestination {
  readonly name: string;
  /** The section of falcosidekick's configuration, such as `webhook` or `otlp.logs`. */
  readonly section: string;
  /** The section's settings; strings may hold template variables. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const day = 24 * 3600;
type Falco = NonNullable<Configuration["falco"]>;

/** A landscape without a configuration of its own: the defaults of every field. */
export const defaultLandscape: Landscape = {
  priorityClassName: "gardener-shoot-system-900",
  certificateLifetimeSeconds: 180 * day,
  certificateRenewAfterSeconds: 150 * day,
  defaultEventDestination: "logging",
  globalDestinations: [],
  otlpLogging: false,
  healthSyncPeriodSeconds: 30,
  // What Kubernetes' own client takes for itself.
  shootRequests: { perSecond: 5, burst: 10 },
  additionalCharts: [],
};

/** Checks a decoded configuration and fills in the defaults. Every problem is reported, so that one start shows them all. */
export function resolveLandscape(configuration: Configuration): Result<Landscape> {
  const falco = configuration.falco ?? {};
  const checked = combine({
    lifetimes: certificateLifetimes(falco),
    central: centralStorage(falco),
    clusterIdentity: clusterIdentityToken(falco),
    globalDestinations: globalDestinations(falco),
    defaultDestination: defaultDestination(falco, configuration.otlpLogging ?? false),
    healthSyncPeriodSeconds: seconds(configuration.healthCheckConfig?.syncPeriod, "healthCheckConfig.syncPeriod", 30),
    additionalCharts: readAdditionalCharts(falco.additional?.seedManagedResources),
    outputs: allowedOutputs(falco),
  });
  if (!checked.ok) return checked;
  const { lifetimes, central, clusterIdentity } = checked.value;
  return success({
    priorityClassName: falco.priorityClassName ?? defaultLandscape.priorityClassName,
    certificateLifetimeSeconds: lifetimes.lifetime,
    certificateRenewAfterSeconds: lifetimes.renewAfter,
    ...(central !== undefined && { centralStorage: central }),
    ...(clusterIdentity !== undefined && { clusterIdentityToken: clusterIdentity }),
    defaultEventDestination: checked.value.defaultDestination,
    globalDestinations: checked.value.globalDestinations,
    otlpLogging: configuration.otlpLogging ?? false,
    healthSyncPeriodSeconds: checked.value.healthSyncPeriodSeconds,
    shootRequests: shootRequests(configuration),
    additionalCharts: checked.value.additionalCharts,
  });
}

/** 0 stands for the default, as in Kubernetes' own clients. */
function shootRequests({ healthCheckConfig }: Configuration): Landscape["shootRequests"] {
  const { qps = 0, burst = 0 } = healthCheckConfig?.shootRESTOptions ?? {};
  const usual = defaultLandscape.shootRequests;
  return { perSecond: qps > 0 ? qps : usual.perSecond, burst: burst > 0 ? burst : usual.burst };
}

function seconds(text: string | undefined, path: string, whenAbsent: number): Result<number> {
  if (text === undefined) return success(whenAbsent);
  const value = parseDuration(text);
  if (value !== undefined && value > 0) return success(value);
  return failure([problem("FIELD_VALUE", path, `"${text}" is not a duration above zero such as 720h or 1h30m.`)]);
}

function certificateLifetimes(falco: Falco): Result<{ readonly lifetime: number; readonly renewAfter: number }> {
  const { certificateLifetime, certificateRenewAfter } = falco;
  const both = combine({
    lifetime: seconds(certificateLifetime, "falco.certificateLifetime", defaultLandscape.certificateLifetimeSeconds),
    renewAfter: seconds(
      certificateRenewAfter,
      "falco.certificateRenewAfter",
      defaultLandscape.certificateRenewAfterSeconds,
    ),
  });
  if (!both.ok || both.value.renewAfter < both.value.lifetime) return both;
  const message =
    "Certificates must be renewed before their lifetime ends. Give a shorter time than certificateLifetime.";
  return failure([problem("FIELD_VALUE", "falco.certificateRenewAfter", message)]);
}

function issuer(key: string | undefined, lifetime: string | undefined, path: string): Result<TokenIssuer> {
  const tokenLifetimeSeconds = seconds(lifetime, `${path}.tokenLifetime`, 7 * day);
  const keyPath = `${path}.tokenIssuerPrivateKey`;
  const readable = /^\s*-----BEGIN (RSA )?PRIVATE KEY-----/.test(key ?? "");
  const tokenIssuerPrivateKey: Result<string> = readable
    ? success(key ?? "")
    : failure([problem("FIELD_VALUE", keyPath, "This must be an RSA private key in PEM, without a passphrase.")]);
  return combine({ tokenIssuerPrivateKey, tokenLifetimeSeconds });
}

/** A configuration that gives a URL and does not say otherwise offers `central`: older ones have no `enabled`. */
function offersCentral({ centralStorage: central }: Falco): boolean {
  return central?.enabled ?? central?.url !== undefined;
}

function centralStorage(falco: Falco): Result<Landscape["centralStorage"]> {
  const { centralStorage: central } = falco;
  if (central === undefined || !offersCentral(falco)) return success(undefined);
  const path = "falco.centralStorage";
  const url: Result<string> = isHttpUrl(central.url ?? "")
    ? success(central.url ?? "")
    : failure([
        problem("FIELD_VALUE", `${path}.url`, "This must be the URL that events are posted to, with https://."),
      ]);
  const both = combine({ url, issuer: issuer(central.tokenIssuerPrivateKey, central.tokenLifetime, path) });
  return both.ok ? success({ url: both.value.url, ...both.value.issuer }) : both;
}

/** Whether a text is a URL that falcosidekick can post to. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\/[^/\s]/.test(text) && URL.canParse(text);
}

function clusterIdentityToken({ clusterIdentityToken: token }: Falco): Result<TokenIssuer | undefined> {
  if (token === undefined) return success(undefined);
  return issuer(token.tokenIssuerPrivateKey, token.tokenLifetime, "falco.clusterIdentityToken");
}

function defaultDestination(falco: Falco, otlpLogging: boolean): Result<string> {
  const name = falco.defaultEventDestination ?? defaultLandscape.defaultEventDestination;
  const known = [...standardDestinationNames, ...(falco.globalDefaultDestinations ?? []).map((each) => each.name)];
  if (!known.includes(name)) {
    const message = `"${name}" is no destination. Use one of ${known.join(", ")}.`;
    return failure([problem("DESTINATION_UNKNOWN", "falco.defaultEventDestination", message)]);
  }
  const reasons = [
    ...(["custom", "opensearch", "splunk"].includes(name) ? ["needs a Secret of each shoot"] : []),
    ...(name === "otlp" && !otlpLogging ? ["is not offered while otlpLogging is off"] : []),
    ...(name === "central" && !offersCentral(falco) ? ["is not offered without centralStorage"] : []),
  ];
  const [reason] = reasons;
  if (reason === undefined) return success(name);
  const message = `"${name}" ${reason}, so it cannot be the default.`;
  return failure([problem("FIELD_VALUE", "falco.defaultEventDestination", message)]);
}

function allowedOutputs(falco: Falco): Result<undefined> {
  const lists = Object.entries(falco.allowedOutputs ?? {});
  const problems = lists.flatMap(([place, sections]) =>
    sections.flatMap((section, index) =>
      section === "*" || isOutputSection(section)
        ? []
        : [unknownSection(section, joinPath("falco.allowedOutputs", place, index))],
    ),
  );
  return problems.length > 0 ? failure(problems) : success(undefined);
}

function unknownSection(section: string, path: string): Problem {
  const suggestion = nearest(section, outputSections);
  const hint = suggestion === undefined ? "" : ` Did you mean "${suggestion}"?`;
  return problem("FIELD_VALUE", path, `falcosidekick has no output "${section}".${hint}`);
}

function globalDestinations(falco: Falco): Result<readonly LandscapeDestination[]> {
  const destinations = falco.globalDefaultDestinations ?? [];
  const problems = destinations.flatMap((each, index) => {
    const path = joinPath("falco.globalDefaultDestinations", index);
    const earlier = destinations.slice(0, index);
    return [
      ...nameProblems(each, earlier, path),
      ...outputProblems(each, earlier, path),
      ...variableProblems(each, falco, path),
    ];
  });
  if (problems.length > 0) return failure(problems);
  return success(
    destinations.map(({ name, falcosidekickOutput: { key, value } }) => ({ name, section: key, settings: value })),
  );
}

function nameProblems(
  { name }: GlobalDestination,
  earlier: readonly GlobalDestination[],
  path: string,
): readonly Problem[] {
  if (isStandardDestination(name)) {
    const message = `"${name}" is a standard destination. Give this one another name.`;
    return [problem("FIELD_CONFLICT", `${path}.name`, message)];
  }
  if (!earlier.some((each) => each.name === name)) return [];
  return [
    problem("FIELD_DUPLICATE", `${path}.name`, `"${name}" stands here twice. Give each destination a name of its own.`),
  ];
}

function outputProblems(
  each: GlobalDestination,
  earlier: readonly GlobalDestination[],
  path: string,
): readonly Problem[] {
  const { key, value } = each.falcosidekickOutput;
  const keyPath = `${path}.falcosidekickOutput.key`;
  if (!isOutputSection(key)) return [unknownSection(key, keyPath)];
  const settings = readOutputSettings(key, value, `${path}.falcosidekickOutput.value`);
  const unreadable = settings.ok ? accessTokenProblems(settings.value, path) : settings.problems;
  const other = earlier.find(({ falcosidekickOutput }) => sectionsOverlap(falcosidekickOutput.key, key));
  if (other === undefined) return unreadable;
  const message = `"${other.name}" has the output "${other.falcosidekickOutput.key}" already; falcosidekick has each only once.`;
  return [problem("FIELD_DUPLICATE", keyPath, message), ...unreadable];
}

/** The ServiceAccount's token reaches falcosidekick through environment variables only, which not every setting has. */
function accessTokenProblems(settings: OutputSettings, path: string): readonly Problem[] {
  return [...settings].flatMap(([setting, value]) => {
    if (!variablesIn(value).includes("ServiceAccountToken")) return [];
    const others = isObject(value) ? Object.values(value).map((each) => JSON.stringify(each)) : [];
    const reason =
      environmentOf(setting) === undefined
        ? "which falcosidekick reads from its file only"
        : others.some((each) => /[:,]/.test(each))
          ? "together with values that hold a colon or a comma, which falcosidekick would drop"
          : undefined;
    if (reason === undefined) return [];
    const message = `<<.ServiceAccountToken>> cannot be used in ${setting}, ${reason}.`;
    return [problem("FIELD_VALUE", `${path}.falcosidekickOutput.value`, message)];
  });
}

/** Whether two sections are the same, or one lies within the other (`otlp` and `otlp.logs`). */
export function sectionsOverlap(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`);
}

function variableProblems(each: GlobalDestination, falco: Falco, path: string): readonly Problem[] {
  const where = `${path}.falcosidekickOutput.value`;
  return variablesIn(each.falcosidekickOutput.value).flatMap((variable) => {
    if (!templateVariables.includes(variable)) {
      const known = templateVariables.map((name) => `<<.${name}>>`).join(", ");
      return [problem("FIELD_VALUE", where, `There is no template variable <<.${variable}>>. Use one of ${known}.`)];
    }
    if (variable === "ClusterIdentityToken" && falco.clusterIdentityToken === undefined) {
      const message = "<<.ClusterIdentityToken>> needs falco.clusterIdentityToken with the key that signs it.";
      return [problem("FIELD_REQUIRED", where, message)];
    }
    return [];
  });
}
