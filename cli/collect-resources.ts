import {
  type ConfigMap,
  type NamedResource,
  readConfigMap,
  readPlainObject,
  readSecret,
  type Secret,
} from "../falco/api/gardener.ts";
import { equalJson, isObject } from "../falco/base/json.ts";
import { problem, type Result } from "../falco/base/problem.ts";
import type { ReferencedObjects } from "../falco/desired/facts.ts";
import {
  type Identity,
  identityFromSecret,
  identitySecretName,
  placeholderIdentity,
} from "../falco/desired/identity.ts";
import type { Findings } from "./findings.ts";
import { identifierOf, type Kind, kindOf, wrongKind } from "./kinds.ts";
import type { InputDocument } from "./read-input.ts";

/** The kinds that `--resource` takes. The last two help where there is no Cluster. */
export const resourceKinds = ["Cluster", "Secret", "ConfigMap", "Namespace", "Project", "Shoot", "Seed"] as const;
type ResourceKind = (typeof resourceKinds)[number];

/** What surrounds the object that a command is about, by kind. */
export type Resources = Readonly<Record<ResourceKind, readonly InputDocument[]>>;

/** Sorts objects by kind. Kinds that have no part in this are left out with a warning; the same object twice is a mistake. */
export function collectResources(documents: readonly InputDocument[], findings: Findings): Resources {
  const collected = new Map<Kind, InputDocument[]>();
  for (const document of documents) {
    const kind = kindOf(document);
    const { name } = identifierOf(document);
    if (kind === undefined || !isResourceKind(kind)) reportUnused(document, findings);
    else if (name === "") findings.unusable.push(document.locate(nameless(kind)));
    else addTo(collected, kind, document, findings);
  }
  return Object.fromEntries(resourceKinds.map((kind) => [kind, collected.get(kind) ?? []])) as unknown as Resources;
}

function isResourceKind(kind: Kind): kind is ResourceKind {
  return resourceKinds.some((each) => each === kind);
}

function nameless(kind: Kind): ReturnType<typeof problem> {
  return problem("FIELD_REQUIRED", "metadata.name", `This ${kind} has no name.`);
}

/** Something with a kind is an object of a dump that has no part in this; anything else is a mistake. */
function reportUnused(document: InputDocument, { unusable, warnings }: Findings): void {
  const { kind, apiVersion } = document.value;
  const wrong = wrongKind(document, resourceKinds);
  if (typeof kind !== "string" || typeof apiVersion !== "string") unusable.push(document.locate(wrong));
  else warnings.push(document.locate({ ...wrong, message: `${wrong.message} It is left out.` }));
}

function addTo(
  collected: Map<Kind, InputDocument[]>,
  kind: ResourceKind,
  document: InputDocument,
  findings: Findings,
): void {
  const list = collected.get(kind) ?? [];
  collected.set(kind, list);
  const { name, namespace } = identifierOf(document);
  const other = list.find((each) => equalJson(identifierOf(each), { name, namespace }));
  if (other === undefined) list.push(document);
  else if (!equalJson(other.value, document.value)) {
    const message = `The ${kind} "${name}" is given twice, with different content (also in ${other.file}). Remove one.`;
    findings.unusable.push(document.locate(problem("FIELD_DUPLICATE", "metadata.name", message)));
  }
}

/** Where the objects of one cluster lie. */
export interface Namespaces {
  /** The project's namespace in the garden; undefined when it is not known, and any will do. */
  readonly project?: string;
  /** The namespace of the control plane in the seed, with the copies. */
  readonly controlPlane: string;
}

/** What gardenlet puts before the names of Secrets and ConfigMaps that it copies into the control plane's namespace. */
const copyPrefix = "ref-";

/**
 * The Secrets and ConfigMaps that `spec.resources` refers to: as the copy in the control plane's namespace, which is what the
 * controller reads, or else under their own name in the project's namespace. They carry their own name either way.
 */
export function referencedObjects(
  wanted: readonly NamedResource[],
  resources: Resources,
  namespaces: Namespaces,
  findings: Findings,
): ReferencedObjects {
  const search: Search = { namespaces, findings };
  const find = <T>(kind: "Secret" | "ConfigMap", read: (value: unknown) => Result<T>): ReadonlyMap<string, T> => {
    const names = wanted
      .filter(({ resourceRef }) => resourceRef.kind === kind)
      .map(({ resourceRef }) => resourceRef.name);
    const found = [...new Set(names)].flatMap((name) => {
      const document = pick(kind, name, resources[kind], search);
      const value =
        document === undefined ? undefined : decoded(document, renamed(document.value, name), read, findings);
      return value === undefined ? [] : [[name, value] as const];
    });
    return new Map(found);
  };
  return { secrets: find<Secret>("Secret", readSecret), configMaps: find<ConfigMap>("ConfigMap", readConfigMap) };
}

interface Search {
  readonly namespaces: Namespaces;
  readonly findings: Findings;
}

function pick(
  kind: Kind,
  name: string,
  documents: readonly InputDocument[],
  { namespaces: { project, controlPlane }, findings: { warnings } }: Search,
): InputDocument | undefined {
  const called = (wanted: string): readonly InputDocument[] =>
    documents.filter((each) => identifierOf(each).name === wanted);
  const copies = called(copyPrefix + name);
  const own = called(name);
  const found =
    copies.find((each) => liesIn(each, controlPlane)) ??
    own.find((each) => project === undefined || liesIn(each, project));
  const [elsewhere] = [...own, ...copies];
  if (found === undefined && elsewhere !== undefined) {
    const where = identifierOf(elsewhere).namespace ?? "";
    const message = `The ${kind} "${name}" lies in the namespace "${where}", where it is not looked for. Put it into "${project ?? controlPlane}".`;
    warnings.push(elsewhere.locate(problem("RESOURCE_MISSING", "metadata.namespace", message)));
  }
  return found;
}

/** Whether an object lies in a namespace; one without a namespace lies wherever it is needed. */
function liesIn(document: InputDocument, wanted: string): boolean {
  const { namespace } = identifierOf(document);
  return namespace === undefined || namespace === wanted;
}

function renamed(value: InputDocument["value"], name: string): object {
  const metadata = value["metadata"];
  return { ...value, metadata: { ...(isObject(metadata) ? metadata : {}), name } };
}

/** The value that `read` makes of an object; problems make the file unusable. */
export function decoded<T>(
  document: InputDocument,
  value: unknown,
  read: (value: unknown) => Result<T>,
  findings: Findings,
): T | undefined {
  const result = read(value);
  if (result.ok) return result.value;
  findings.unusable.push(...result.problems.map((each) => document.locate(each)));
  return undefined;
}

/** What a command line that cannot look into a garden says the project's resources are: all that were given. */
export function resourcesAsGiven(resources: Resources): readonly NamedResource[] {
  return (["Secret", "ConfigMap"] as const).flatMap((kind) =>
    resources[kind].map((each) => {
      const name = identifierOf(each).name.replace(/^ref-/, "");
      return { name, resourceRef: { apiVersion: "v1", kind, name } };
    }),
  );
}

/** The certificates and tokens of a cluster: those of its Secret if that is given, else placeholders. */
export function identityOf(resources: Resources, controlPlane: string, findings: Findings): Identity {
  const document = resources.Secret.find(
    (each) => identifierOf(each).name === identitySecretName && liesIn(each, controlPlane),
  );
  if (document === undefined) return placeholderIdentity;
  const secret = decoded(document, withData(document.value), readSecret, findings);
  const identity = secret === undefined ? undefined : identityFromSecret(secret);
  if (identity !== undefined) {
    const readAt =
      identity.accessTokenReadAt === "" ? placeholderIdentity.accessTokenReadAt : identity.accessTokenReadAt;
    return { ...placeholderIdentity, ...identity, accessTokenReadAt: readAt };
  }
  if (secret !== undefined) {
    const message = `The Secret "${identitySecretName}" lacks a certificate or a key. Give it whole, or leave it out.`;
    findings.unusable.push(document.locate(problem("SECRET_INVALID", "data", message)));
  }
  return placeholderIdentity;
}

/** A manifest that a person wrote may have its texts under `stringData`. */
function withData(value: InputDocument["value"]): object {
  const { data, stringData } = value;
  const encoded = Object.entries(isObject(stringData) ? stringData : {}).map(
    ([key, text]) => [key, typeof text === "string" ? Buffer.from(text).toString("base64") : text] as const,
  );
  return { ...value, data: { ...(isObject(data) ? data : {}), ...Object.fromEntries(encoded) } };
}

/** The annotations of a project, from its Namespace and its Project; undefined where these are not given. */
export interface ProjectAnnotations {
  readonly namespaceAnnotations?: Readonly<Record<string, string>>;
  readonly projectAnnotations?: Readonly<Record<string, string>>;
}

/** What is known of the project whose namespace this is. */
export function projectAnnotationsOf(namespace: string, resources: Resources, findings: Findings): ProjectAnnotations {
  const annotations = (document: InputDocument | undefined): Readonly<Record<string, string>> | undefined => {
    const read = document === undefined ? undefined : decoded(document, document.value, readPlainObject, findings);
    return read === undefined ? undefined : (read.metadata.annotations ?? {});
  };
  const ofNamespace = annotations(resources.Namespace.find((each) => identifierOf(each).name === namespace));
  const ofProject = annotations(projectOf(namespace, resources));
  return {
    ...(ofNamespace !== undefined && { namespaceAnnotations: ofNamespace }),
    ...(ofProject !== undefined && { projectAnnotations: ofProject }),
  };
}

/** The Project whose namespace this is. */
export function projectOf(namespace: string, resources: Resources): InputDocument | undefined {
  return resources.Project.find(({ value: { spec } }) => isObject(spec) && spec["namespace"] === namespace);
}
