/** A rules file that the shoot's owner has written, as the owner knows it. */
export interface CustomRulesFile {
  readonly file: string;
  /** Where it comes from, in words. */
  readonly from: string;
}

/**
 * Which rules file of the user's a path in a Falco container stands for; undefined for one that is not the user's. `resourceNames` are those
 * of the configuration's custom rules, in their order. The paths are made in falco/desired (rule-files.ts, resolve.ts).
 */
export function customRulesFile(
  path: string,
  resourceNames: readonly (string | undefined)[],
): CustomRulesFile | undefined {
  const [, index, file] = /^\/etc\/falco\/rules\.d\/1(\d{4})-(.+)$/.exec(path) ?? [];
  if (file !== undefined) {
    const name = resourceNames[Number(index)];
    return { file, from: name === undefined ? "of the custom rules" : `of the custom rules "${name}"` };
  }
  const [, configMap, inShoot] = /^\/etc\/falco\/shoot-custom-rules\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (configMap === undefined || inShoot === undefined) return undefined;
  return { file: inShoot, from: `of the ConfigMap "${configMap}" in the shoot` };
}
