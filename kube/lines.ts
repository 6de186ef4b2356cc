/**
 * Splits a stream of bytes into lines; chunks may end anywhere, within a character even. Throws if the stream ends within
 * a line: whatever it was, it is not complete.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    // Only the new text is searched: a large object may take many chunks.
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const line = rest + text.slice(start, end);
      rest = "";
      start = end + 1;
      if (line !== "") yield line;
    }
    rest += text.slice(start);
  }
  if (rest !== "") throw new Error("the stream ended within a line");
}
