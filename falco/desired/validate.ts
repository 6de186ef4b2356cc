import type { FalcoServiceConfig } from "../api/falco-service-config.ts";
import { joinPath, problem, type Problem } from "../base/problem.ts";
import type { FalcoVersion } from "../catalog/catalogue.ts";
import { expiresSoon, expiryProblem } from "../catalog/choose.ts";
import {
  type AdmissionContext,
  type AdmissionRequest,
  isUntouched,
  readFormer,
  readSubject,
  type Subject,
} from "./admission-subject.ts";
import { checkConfig } from "./check-config.ts";
import { isSecretDestination, readDestinationSecret } from "./destination-secrets.ts";
import { isEnabled } from "./destinations.ts";
import { sortByAge } from "./former-problems.ts";
import { chooseFalcoRelease, chooseFalcosidekickRelease } from "./release.ts";
import { declaredResource } from "./resources.ts";
import { customRuleFiles, standardRuleSets } from "./rule-files.ts";

/** What the validating webhook says of an object: it is allowed when there are no problems. */
export interface Verdict {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const allowed: Verdict = { problems: [], warnings: [] };

/** The annotations of a project's Namespace that open what the landscape restricts. */
const usageAnnotations = {
  enabled: "falco.gardener.cloud/enabled",
  centralizedLogging: "falco.gardener.cloud/centralized-logging",
  centralizedLoggingOld: "falco.gardener.cloud/central-logging",
} as const;

/**
 * Checks a Shoot or a Seed. What was wrong before a change and has not been touched does not block the change, it becomes a warning: a
 * shoot whose version expired, or whose landscape lost a destination, can still be edited.
 */
export function validate(request: AdmissionRequest, context: AdmissionContext): Verdict {
  if (isUntouched(request)) return allowed;
  const subject = readSubject(request.object);
  if (!subject.ok) return { problems: subject.problems, warnings: [] };
  if (subject.value === undefined) return allowed;
  const former = request.operation === "UPDATE" ? readFormer(request.old) : undefined;
  const { problems, warnings } = validateSubject(subject.value, context);
  const check = (each: Subject): readonly Problem[] => validateSubject(each, context).problems;
  const { fresh, kept } = sortByAge(problems, { subject: subject.value, former, check });
  const restricted = former?.isOn === true ? [] : restrictedUsage(subject.value, context);
  return { problems: [...restricted, ...fresh], warnings: [...warnings, ...kept] };
}

function validateSubject(subject: Subject, context: AdmissionContext): Verdict {
  if (!subject.config.ok) return { problems: subject.config.problems, warnings: [] };
  const config = subject.config.value;
  const { place, resources, configPath } = subject;
  const versions = validateVersion(config, subject, context);
  return {
    problems: [
      ...checkConfig(config, { path: configPath, place, landscape: context.landscape, resources }),
      ...versions.problems,
      ...restrictedCentralizedLogging(config, subject, context),
      ...secretProblems(config, subject, context),
      ...ruleProblems(config, subject, context),
    ],
    warnings: [...subject.config.warnings, ...versions.warnings],
  };
}

function validateVersion(
  config: FalcoServiceConfig,
  { place, configPath }: Subject,
  context: AdmissionContext,
): Verdict {
  const release = { ...context, config, configPath, place };
  const sidekick = chooseFalcosidekickRelease(release);
  const withoutSidekick = sidekick.ok ? [] : sidekick.problems;
  const chosen = chooseFalcoRelease(release);
  if (!chosen.ok) return { problems: [...chosen.problems, ...withoutSidekick], warnings: [] };
  const falco = chosen.value.version;
  const path = joinPath(configPath, "falcoVersion");
  const sets = standardRuleSets(config, { configPath, catalogue: context.catalogue, falco });
  return {
    problems: [
      ...expiryProblem(context.catalogue, falco, context.now).map((each) => ({ ...each, path })),
      ...(sets.ok ? [] : sets.problems),
      ...withoutSidekick,
    ],
    warnings: [...(sets.ok ? sets.warnings : []), ...expiryWarning(falco, context.now, path)],
  };
}

function expiryWarning(version: FalcoVersion, now: Date, path: string): readonly Problem[] {
  const { expires } = version;
  if (expires === undefined || !expiresSoon(version, now)) return [];
  const date = new Date(expires).toISOString().slice(0, 10);
  return [
    problem(
      "VERSION_EXPIRED",
      path,
      `Falco ${version.version} expires on ${date}. Choose a later version before that.`,
    ),
  ];
}

function restrictedUsage(subject: Subject, context: AdmissionContext): readonly Problem[] {
  const { namespace } = subject;
  if (!context.restrictedUsage || isOpen(subject, context, [usageAnnotations.enabled])) return [];
  const message = `The project may not use Falco: its namespace ${namespace ?? ""} needs the annotation ${usageAnnotations.enabled}: "true".`;
  return [problem("USAGE_RESTRICTED", "spec.extensions", message)];
}

function restrictedCentralizedLogging(
  { destinations = [] }: FalcoServiceConfig,
  subject: Subject,
  context: AdmissionContext,
): readonly Problem[] {
  const { configPath, namespace } = subject;
  const { centralizedLogging, centralizedLoggingOld } = usageAnnotations;
  const index = destinations.findIndex((each) => each.name === "central" && isEnabled(each));
  if (!context.restrictedCentralizedLogging || index === -1) return [];
  if (isOpen(subject, context, [centralizedLogging, centralizedLoggingOld])) return [];
  const message = `The project may not use "central": its namespace ${namespace ?? ""} needs the annotation ${centralizedLogging}: "true".`;
  return [problem("USAGE_RESTRICTED", joinPath(configPath, "destinations", index, "name"), message)];
}

/** Seeds and the project `garden` belong to the operators themselves. */
function isOpen({ place, namespace }: Subject, context: AdmissionContext, annotations: readonly string[]): boolean {
  if (place === "seed" || namespace === "garden") return true;
  return annotations.some((each) => isTrue(context.namespaceAnnotations?.[each]));
}

/** As Go reads a boolean. */
function isTrue(text: string | undefined): boolean {
  return text !== undefined && ["1", "t", "T", "true", "TRUE", "True"].includes(text);
}

function secretProblems(config: FalcoServiceConfig, subject: Subject, context: AdmissionContext): readonly Problem[] {
  return (config.destinations ?? []).flatMap((destination, index) => {
    const { name, resourceSecretName = "" } = destination;
    if (!isEnabled(destination) || !isSecretDestination(name)) return [];
    const declared = declaredResource(subject.resources, "Secret", resourceSecretName);
    const secret = declared.ok ? context.referenced.secrets.get(declared.value.resourceRef.name) : undefined;
    const read = secret === undefined ? undefined : readDestinationSecret(name, secret);
    const path = joinPath(subject.configPath, "destinations", index, "resourceSecretName");
    return read?.ok === false ? read.problems.map((each) => ({ ...each, path })) : [];
  });
}

/** What custom rules are wrong in themselves; that a ConfigMap cannot be read here says nothing. */
function ruleProblems(config: FalcoServiceConfig, subject: Subject, context: AdmissionContext): readonly Problem[] {
  const { configPath, resources } = subject;
  const { configMaps } = context.referenced;
  const read = customRuleFiles(config.rules?.custom ?? [], { configPath, resources, configMaps });
  return read.ok ? [] : read.problems.filter(({ code }) => !code.startsWith("RESOURCE_"));
}
