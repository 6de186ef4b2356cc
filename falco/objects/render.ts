import type { DesiredState } from "../desired/state.ts";
import { controlPlaneContext, targetContext } from "./context.ts";
import { type KubeObject, readTemplate, toKubeObject } from "./kube-object.ts";
import { ruleConfigMaps } from "./rule-config-maps.ts";
import { compileTemplate, type Template, withValues } from "./template.ts";

/** What one cluster gets, in the order in which it can be applied. */
export interface Rendered {
  /** For the shoot, or for the seed that Falco is to run in. The DaemonSet is last: what it needs stands before it. */
  readonly target: readonly KubeObject[];
  /** For the control plane's namespace in the seed; empty when nothing is needed there. */
  readonly controlPlane: readonly KubeObject[];
}

/** The compiled templates of `charts`, in apply order. */
export interface Templates {
  readonly target: readonly Manifest[];
  readonly controlPlane: readonly Manifest[];
}

interface Manifest {
  readonly name: string;
  readonly isNeeded: Condition;
  readonly objects: (context: object) => readonly KubeObject[];
}

type Condition = (state: DesiredState) => boolean;

const always: Condition = () => true;
const withFalcosidekick: Condition = ({ falcosidekick }) => falcosidekick !== undefined;
const withCertificates: Condition = ({ falco }) => falco.certificates !== undefined;
/** A ClusterRole without any path is refused; a destination of the landscape may send the token to somebody who asks for none. */
const withPaths: Condition = ({ falcosidekick }) => (falcosidekick?.accessToken?.nonResourceUrls ?? []).length > 0;
const withNetworkPolicies: Condition = ({ falcosidekick }) => falcosidekick?.networkPolicies === true;
const inSeed: Condition = ({ place }) => place === "seed";
const withTokenRequest: Condition = ({ controlPlane }) => controlPlane.tokenRequest;
const withScrapeConfig: Condition = ({ controlPlane }) => controlPlane.scrapeConfig;

/** The templates for the shoot or seed in apply order, and when each is needed. The ConfigMaps of rules go before them. */
const targetOrder: readonly (readonly [string, Condition])[] = [
  ["shoot/falco-serviceaccount", always],
  ["shoot/falcosidekick-serviceaccount", withFalcosidekick],
  ["shoot/falcosidekick-rbac", withPaths],
  ["shoot/falco-configmap", always],
  ["shoot/falco-certs-secret", withCertificates],
  ["shoot/falcosidekick-secret", withFalcosidekick],
  ["shoot/falcosidekick-certs-secret", withFalcosidekick],
  ["shoot/networkpolicies", withNetworkPolicies],
  ["shoot/networkpolicies-seed", inSeed],
  ["shoot/falcosidekick-service", withFalcosidekick],
  ["shoot/falcosidekick-poddisruptionbudget", withFalcosidekick],
  ["shoot/falcosidekick-deployment", withFalcosidekick],
  ["shoot/falco-daemonset", always],
];

/** The same for the control plane's namespace. */
const controlPlaneOrder: readonly (readonly [string, Condition])[] = [
  ["control-plane/shoot-access-secret", withTokenRequest],
  ["control-plane/scrapeconfig", withScrapeConfig],
];

/** Compiles all templates; `read` gives the text of one by its name, such as `shoot/falco-daemonset`. */
export function compileTemplates(read: (name: string) => string): Templates {
  const compile = ([name, isNeeded]: readonly [string, Condition]): Manifest => ({
    name,
    isNeeded,
    objects: remembering(name, compileTemplate(name, read(name))),
  });
  return { target: targetOrder.map(compile), controlPlane: controlPlaneOrder.map(compile) };
}

/** Clusters differ in values, and only a little in which parts of a template they need. */
const mostSkeletons = 16;

/** Reading YAML takes longer than everything else here, so what was read is remembered; only the values are put in anew. */
function remembering(name: string, write: Template): Manifest["objects"] {
  const read = new Map<string, readonly unknown[]>();
  return (context) => {
    const { skeleton, values } = write(context);
    const documents = read.get(skeleton) ?? readTemplate(name, skeleton);
    if (read.size >= mostSkeletons) read.clear();
    read.set(skeleton, documents);
    return documents.map((each) => toKubeObject(name, withValues(each, values)));
  };
}

/** Renders the manifests of a state: the same state gives the same objects in the same order. */
export function render(state: DesiredState, templates: Templates): Rendered {
  const write = (manifests: readonly Manifest[], context: object): readonly KubeObject[] =>
    manifests.filter(({ isNeeded }) => isNeeded(state)).flatMap(({ objects }) => objects(context));
  return {
    target: [...ruleConfigMaps(state), ...write(templates.target, targetContext(state))],
    controlPlane: write(templates.controlPlane, controlPlaneContext(state)),
  };
}
