/** What a registry asks for in `WWW-Authenticate`. */
export type Challenge =
  | { readonly kind: "basic" }
  | {
      readonly kind: "bearer";
      /** Where tokens are to be had. */
      readonly realm: URL;
      readonly service?: string;
      readonly scope?: string;
    };

/** The first challenge that we can answer; a token is preferred to the password itself. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const text = header ?? "";
  const bearer = /(?:^|,)\s*bearer\s+(.*)$/i.exec(text)?.[1];
  const parameters = bearer === undefined ? new Map<string, string>() : parametersOf(bearer);
  const realm = URL.parse(parameters.get("realm") ?? "");
  if (realm !== null) {
    const [service, scope] = [parameters.get("service"), parameters.get("scope")];
    return { kind: "bearer", realm, ...(service !== undefined && { service }), ...(scope !== undefined && { scope }) };
  }
  return /(?:^|,)\s*basic(\s|$)/i.test(text) ? { kind: "basic" } : undefined;
}

/** `realm="…",service="…"`; quoted values may hold commas and escaped quotes. */
function parametersOf(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi);
  return new Map(
    [...pairs].map(([, name = "", quoted, plain = ""]) => [
      name.toLowerCase(),
      quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1"),
    ]),
  );
}
