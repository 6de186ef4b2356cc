import type { EnvironmentVariable } from "../../../falco/desired/state.ts";

/** The environment of a process as the kubelet makes it: in order, `$(NAME)` replaced by what stands before. */
export function expandInOrder(
  environment: readonly EnvironmentVariable[],
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  for (const variable of environment) {
    const value =
      "value" in variable ? expand(variable.value, known) : secrets[variable.secretName]?.[variable.secretKey];
    if (value === undefined) throw new Error(`there is no key for ${variable.name}`);
    known.set(variable.name, value);
  }
  return known;
}

/** Kubernetes' own rules (third_party/forked/golang/expansion): `$$` is `$`, an unknown name stays, an open `$(` too. */
function expand(text: string, known: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$(\$|\(([^)]*)\))/g, (whole, next: string, name: string | undefined) =>
    next === "$" ? "$" : (known.get(name ?? "") ?? whole),
  );
}
