import { combine, failure, joinPath, problem, type Problem, type Result, success } from "../base/problem.ts";
import { targetNamespace } from "../api/gardener.ts";
import type { Destination, FalcoServiceConfig } from "../api/falco-service-config.ts";
import { isObject, type JsonObject } from "../base/json.ts";
import { expiryProblem } from "../catalog/choose.ts";
import { atLeast } from "../catalog/versions.ts";
import { checkConfig } from "./check-config.ts";
import { defaultDestinations, isEnabled } from "./destinations.ts";
import { type ContainerPluginSettings, falcoArguments, falcoConfiguration } from "./falco-configuration.ts";
import { falcosidekickConfiguration } from "./falcosidekick-configuration.ts";
import type { Facts } from "./facts.ts";
import { type Outputs, resolveOutputs } from "./outputs.ts";
import { falcoCapabilities, falcoResources, falcoTolerations, maxUnavailable } from "./pods.ts";
import {
  chooseFalcoRelease,
  chooseFalcosidekickRelease,
  type FalcoRelease,
  type FalcosidekickRelease,
} from "./release.ts";
import { resolveRules, type RuleFiles } from "./rule-files.ts";
import type { DesiredState, FalcosidekickState, FalcoState } from "./state.ts";

/**
 * Decides what one cluster gets. All problems are reported at once; those with the codes `RESOURCE_MISSING` and
 * `CLUSTER_INCOMPLETE` may go away by themselves. An expired version is still deployed, with a warning: it is the maintenance that
 * moves a cluster on, in its window.
 */
export function resolve(facts: Facts): Result<DesiredState> {
  const checked = checkConfig(facts.config, {
    path: facts.configPath,
    place: facts.place,
    landscape: facts.landscape,
    resources: facts.cluster.resources,
  });
  const destinations = facts.config.destinations ?? defaultDestinations(facts.place, facts.landscape);
  const parts = combine({
    checked: checked.length > 0 ? failure(checked) : success(undefined),
    release: release(facts),
    outputs: resolveOutputs(destinations, facts),
    sidekick: chooseFalcosidekickRelease(facts),
    identity: clusterIdentity(facts),
  });
  if (!parts.ok) return failure(distinct(parts.problems));
  const { release: chosen, outputs, identity } = parts.value;
  const sidekick =
    outputs === undefined || parts.value.sidekick === undefined
      ? undefined
      : falcosidekick(parts.value.sidekick, outputs, identity, facts);
  return success(
    {
      place: facts.place,
      namespace: targetNamespace,
      falco: falco(chosen, { facts, destinations, identity, hasSidekick: sidekick !== undefined }),
      ...(sidekick !== undefined && { falcosidekick: sidekick }),
      controlPlane: {
        namespace: facts.cluster.namespace,
        tokenRequest: sidekick?.accessToken !== undefined,
        scrapeConfig: facts.place === "shoot" && sidekick !== undefined,
      },
    },
    [...parts.warnings, ...silenceWarning(destinations, facts)],
  );
}

/** The version of Falco and what belongs to it. */
interface Release extends FalcoRelease {
  readonly rules: RuleFiles;
}

function release(facts: Facts): Result<Release> {
  const chosen = chooseFalcoRelease(facts);
  if (!chosen.ok) return chosen;
  const { version } = chosen.value;
  const rules = resolveRules(facts, version);
  if (!rules.ok) return rules;
  const path = joinPath(facts.configPath, "falcoVersion");
  const expired = expiryProblem(facts.catalogue, version, facts.now).map((each) => ({ ...each, path }));
  return success({ ...chosen.value, rules: rules.value }, [...rules.warnings, ...expired]);
}

/** Events must say which cluster they are from, and Gardener learns a shoot's identity during its first reconcile. */
function clusterIdentity({ cluster }: Facts): Result<string> {
  if (cluster.clusterIdentity !== undefined && cluster.clusterIdentity !== "") return success(cluster.clusterIdentity);
  const message = "The cluster's identity is not known yet.";
  return failure([problem("CLUSTER_INCOMPLETE", "status.clusterIdentity", message)]);
}

function silenceWarning(destinations: readonly Destination[], { configPath }: Facts): readonly Problem[] {
  if (destinations.some(isEnabled)) return [];
  const message = "No destination is enabled: events stand in the logs of the Falco pods and nowhere else.";
  return [problem("FIELD_VALUE", joinPath(configPath, "destinations"), message)];
}

interface FalcoContext {
  readonly facts: Facts;
  readonly destinations: readonly Destination[];
  readonly identity: string;
  readonly hasSidekick: boolean;
}

function falco({ version, image, rules }: Release, context: FalcoContext): FalcoState {
  const { facts, destinations, identity, hasSidekick } = context;
  const { cluster, config } = facts;
  const stdout = destinations.some((each) => each.name === "stdout" && isEnabled(each));
  const directories = rules.shootConfigMaps.map(({ directory }) => `/etc/falco/${directory}`);
  const url = `https://falcosidekick.${targetNamespace}.svc.cluster.local:2801`;
  return {
    version: version.version,
    image,
    args: falcoArguments(version.version),
    priorityClassName: priorityClass(facts),
    podLabels: facts.place === "shoot" ? allowed("to-dns", ...(hasSidekick ? ["to-falcosidekick"] : [])) : {},
    resources: falcoResources(config),
    nodeSelector: config.nodeSelector ?? {},
    tolerations: falcoTolerations(config),
    maxUnavailable: maxUnavailable(cluster.workers),
    capabilities: falcoCapabilities(cluster.workers),
    appArmorField: atLeast(cluster.kubernetesVersion, "1.30"),
    configuration: falcoConfiguration({
      version: version.version,
      rulesFiles: ["/etc/falco/rules.d", ...directories],
      heartbeat: config.heartbeatEvent === true,
      stdout: stdout || !hasSidekick,
      ...(hasSidekick && { url }),
      ipv6: cluster.ipFamilies[0] === "IPv6",
      containerPlugin: containerSettings(config),
      staticFields: { cluster_id: identity, falco_version: version.version },
    }),
    ruleFiles: rules.files,
    shootConfigMaps: rules.shootConfigMaps,
    ...(hasSidekick && { certificates: { serverCa: facts.identity.serverCa, ...facts.identity.client } }),
  };
}

function containerSettings({ plugins = [] }: FalcoServiceConfig): ContainerPluginSettings {
  const { initConfig, openParams } = plugins.find(({ name }) => name === "container") ?? {};
  return {
    ...(isObject(initConfig) && { initConfig: initConfig as JsonObject }),
    ...(openParams !== undefined && { openParams }),
  };
}

/** The landscape's clusters have other priority classes than shoots; the landscape's choice is for shoots. */
function priorityClass({ place, cluster, landscape }: Facts): string {
  return place === "shoot" ? landscape.priorityClassName : (cluster.priorityClassName ?? "gardener-system-900");
}

/** Labels of pods that Gardener's network policies in a shoot go by. */
function allowed(...names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [`networking.gardener.cloud/${name}`, "allowed"]));
}

function falcosidekick(
  release: FalcosidekickRelease,
  outputs: Outputs,
  identity: string,
  facts: Facts,
): FalcosidekickState {
  const { file, secretValues, environment } = falcosidekickConfiguration(outputs.settings, { cluster_id: identity });
  const sendsToken = environment.length > 0;
  return {
    ...release,
    replicas: 2,
    priorityClassName: priorityClass(facts),
    podLabels: facts.place === "shoot" ? allowed("to-dns", "to-public-networks", "from-falco", "from-seed") : {},
    configuration: file,
    secretValues,
    environment,
    ...(sendsToken && {
      accessToken: { nonResourceUrls: outputs.nonResourceUrls, readAt: facts.identity.accessTokenReadAt },
    }),
    dualStack: facts.cluster.ipFamilies.length > 1,
    networkPolicies: facts.place === "shoot",
    sleepsBeforeStop: atLeast(facts.cluster.kubernetesVersion, "1.30"),
    certificates: { clientCa: facts.identity.clientCa, ...facts.identity.server },
  };
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((each) => [`${each.code} ${each.path} ${each.message}`, each])).values()];
}
