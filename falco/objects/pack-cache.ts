/** Remembers the packed form of texts that many clusters share, such as the standard rules. */
export interface PackCache {
  /** The packed form of `text`: remembered, or made by `pack` and remembered. */
  readonly get: (text: string, pack: (text: string) => Uint8Array) => Uint8Array;
}

/**
 * Makes a cache that holds texts and packed forms of about `limit` bytes together; those that were not asked for the longest
 * go first. The standard rules of one Falco version take about 200 kB; what only one cluster has is soon pushed out.
 */
export function createPackCache(limit = 4 * 1024 * 1024): PackCache {
  // A Map keeps the order of insertion: what is asked for is inserted again, so the oldest stands first.
  const packed = new Map<string, Uint8Array>();
  let size = 0;
  const forget = (text: string, bytes: Uint8Array): void => {
    packed.delete(text);
    size -= weight(text, bytes);
  };
  const remember = (text: string, bytes: Uint8Array): void => {
    packed.set(text, bytes);
    size += weight(text, bytes);
  };
  return {
    get: (text, pack) => {
      const known = packed.get(text);
      if (known !== undefined) forget(text, known);
      const bytes = known ?? pack(text);
      remember(text, bytes);
      for (const [oldest, each] of packed) {
        if (size <= limit) break;
        forget(oldest, each);
      }
      return bytes;
    },
  };
}

function weight(text: string, bytes: Uint8Array): number {
  return text.length + bytes.length;
}
