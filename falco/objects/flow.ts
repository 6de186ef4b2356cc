/**
 * Writes a value as JSON on one line, which is YAML's flow style too: for readers of YAML 1.1 and 1.2 alike. Characters that JSON
 * takes as they are and YAML does not (DEL and the C1 controls, line separators, byte order marks) are written as escapes.
 */
export function toFlow(value: unknown): string {
  if (value === undefined) throw new TypeError("There is no value to write.");
  return JSON.stringify(value).replace(
    notInYaml,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const notInYaml = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;
