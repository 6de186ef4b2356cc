const hidden = "[hidden]";

/** What looks like a credential, whoever wrote it: words that Falco quotes come from files and addresses of the user's. */
const credentials: readonly RegExp[] = [
  /-----BEGIN [^-]*-----.*?(?:-----END [^-]*-----|$)/gs,
  /\beyJ[\w-]{5,}(?:\.[\w-]*){0,2}/g,
  /(?<=\b(?:bearer|basic) +)[^\s"',]{6,}/gi,
  /(?<=:\/\/)[^\s/@]*@/g,
  /(?<=(?:password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|authorization|credentials?)["']?\s*[=:]\s*["']?)(?!bearer |basic )[^\s"',&]+/gi,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  // Long and mixed: no word and no name. Digests of images are hexadecimal, and no secret.
  /(?<![\w+-])(?=[\w+-]*\d)(?=[\w+-]*[A-Z])(?=[\w+-]*[a-z])[\w+-]{40,}={0,2}/g,
  /(?<!sha256:)\b[0-9a-f]{32,}\b/gi,
];

/** Before anything is searched for in it; a secret that this cuts in two is far behind what is kept. */
const longestInput = 16_384;

/**
 * Words of others, fit to be shown to people: on one line, without control characters and what could turn a terminal's or a page's text
 * round, without anything that looks like a credential, and of at most `limit` characters.
 */
export function cleanText(text: string, limit: number): string {
  const line = text
    .slice(0, longestInput)
    // Colours and the like, before their first character goes and leaves the rest.
    .replace(/\p{Cc}\[[0-9;]*[A-Za-z]/gu, "")
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  const harmless = credentials.reduce((rest, each) => rest.replace(each, hidden), line);
  // By whole characters: a half one is none.
  const characters = Array.from(harmless);
  return characters.length <= limit ? harmless : `${characters.slice(0, limit - 1).join("")}…`;
}
