import { readFileSync } from "node:fs";
import { parseManifests } from "../../../falco/base/yaml.ts";

/** A rule of a Role or a ClusterRole. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Role {
  readonly kind: string;
  readonly rules?: readonly Rule[];
}

/** What docs/rbac-admission.yaml allows in each of the two clusters. */
export function admissionRights(): { readonly garden: readonly Rule[]; readonly source: readonly Rule[] } {
  const file = new URL("../../../docs/rbac-admission.yaml", import.meta.url);
  const roles = parseManifests(readFileSync(file, "utf8")) as readonly Role[];
  const rulesOf = (kind: string): readonly Rule[] => roles.find((each) => each.kind === kind)?.rules ?? [];
  return { garden: rulesOf("ClusterRole"), source: rulesOf("Role") };
}

/** Whether rules allow `GET /apis/group/version/…`, as an API server would see it. */
export function isAllowed(request: string, rules: readonly Rule[]): boolean {
  const { group, resource, verb, name } = attributesOf(request);
  return rules.some(
    ({ apiGroups, resources, verbs, resourceNames }) =>
      apiGroups.includes(group) &&
      resources.includes(resource) &&
      verbs.includes(verb) &&
      (resourceNames === undefined || resourceNames.includes(name)),
  );
}

/** Each verb on each resource that none of the requests needs. */
export function unusedRights(requests: readonly string[], rules: readonly Rule[]): readonly string[] {
  const each = rules.flatMap((rule) =>
    rule.resources.flatMap((resource) => rule.verbs.map((verb) => ({ ...rule, resources: [resource], verbs: [verb] }))),
  );
  return each
    .filter((rule) => !requests.some((request) => isAllowed(request, [rule])))
    .map(({ resources, verbs }) => [...verbs, ...resources].join(" "));
}

const verbs: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

interface Attributes {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  readonly name: string;
}

/** A list or a watch of one object by its name is one for that name. */
function attributesOf(request: string): Attributes {
  const [method = "", target = ""] = request.split(" ");
  const url = new URL(target, "https://api");
  const { group, resource, name } = targetOf(url);
  const selected = /^metadata\.name=(.+)$/.exec(url.searchParams.get("fieldSelector") ?? "")?.[1];
  const read = url.searchParams.get("watch") === "true" ? "watch" : "list";
  return { group, resource, verb: verbs[method] ?? (name === "" ? read : "get"), name: name || (selected ?? "") };
}

const paths = [
  /^\/apis?(?:\/(?<group>[^/]+))?\/v[^/]+\/namespaces\/[^/]+\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?$/,
  /^\/apis?(?:\/(?<group>[^/]+))?\/v[^/]+\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?$/,
];

function targetOf({ pathname }: URL): Omit<Attributes, "verb"> {
  const found = paths.map((each) => each.exec(pathname)?.groups).find((each) => each !== undefined);
  return { group: found?.["group"] ?? "", resource: found?.["resource"] ?? "", name: found?.["name"] ?? "" };
}
