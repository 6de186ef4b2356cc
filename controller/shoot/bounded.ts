import type { Transport, WireResponse } from "../../kube/transport.ts";

/** The same transport, which throws instead of taking an answer of more than `bytes`. */
export function bounded(transport: Transport, bytes: number): Transport {
  return async (request) => {
    const response = await transport(request);
    return { ...response, text: () => readUpTo(response, bytes) };
  };
}

async function readUpTo(response: WireResponse, bytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.chunks()) {
    size += chunk.byteLength;
    if (size > bytes) {
      response.close();
      throw Object.assign(new Error(`the answer is larger than ${String(bytes)} bytes`), { code: "AnswerTooLarge" });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
