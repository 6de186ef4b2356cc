/** What an object belongs to. */
export type Component = "falco" | "falcosidekick";

/** Labels that every object of a component carries. Selectors do not go by them but by `name` and `instance` alone. */
export function labelsOf(component: Component): Readonly<Record<string, string>> {
  return {
    "app.kubernetes.io/name": component,
    "app.kubernetes.io/instance": "falco",
    "app.kubernetes.io/part-of": "falco",
    "app.kubernetes.io/managed-by": "gardener-extension-shoot-falco-service",
  };
}
