import { loadTemplates } from "../../../charts/load.ts";
import { isObject } from "../../../falco/base/json.ts";
import type { DesiredState } from "../../../falco/desired/state.ts";
import type { KubeObject } from "../../../falco/objects/kube-object.ts";
import { render } from "../../../falco/objects/render.ts";

export const templates = loadTemplates();

/** What goes into the shoot. */
export const target = (state: DesiredState): readonly KubeObject[] => render(state, templates).target;

/** `Kind/name` of each. */
export const ids = (objects: readonly KubeObject[]): readonly string[] =>
  objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`);

/** The object that `Kind/name` names. */
export function find(objects: readonly KubeObject[], id: string): KubeObject {
  const found = objects.find(({ kind, metadata }) => `${kind}/${metadata.name}` === id);
  if (found === undefined) throw new Error(`${id} is not among ${ids(objects).join(", ")}`);
  return found;
}

/** The value at a path such as `spec/template/spec/containers/0/image`. */
export function at(object: unknown, path: string): unknown {
  return path.split("/").reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return value.at(Number(step));
    return isObject(value) ? value[step] : undefined;
  }, object);
}
