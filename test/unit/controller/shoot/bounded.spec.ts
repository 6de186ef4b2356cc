import { expect } from "chai";
import { bounded } from "../../../../controller/shoot/bounded.ts";
import type { WireResponse } from "../../../../kube/transport.ts";

const request = { method: "GET", path: "/", headers: {}, signal: new AbortController().signal, streaming: false };

function answer(parts: readonly string[], onClose: () => void): WireResponse {
  return {
    status: 200,
    retryAfter: undefined,
    text: () => Promise.reject(new Error("unbounded")),
    chunks: async function* () {
      for (const part of parts) yield await Promise.resolve(Buffer.from(part));
    },
    close: onClose,
  };
}

describe("an answer of limited size", () => {
  it("is given whole, characters that lie across two pieces included", async () => {
    const bytes = Buffer.from("aü");
    const transport = bounded(
      () =>
        Promise.resolve({
          ...answer([], () => undefined),
          chunks: async function* () {
            yield await Promise.resolve(bytes.subarray(0, 2));
            yield await Promise.resolve(bytes.subarray(2));
          },
        }),
      3,
    );
    expect(await (await transport(request)).text()).to.equal("aü");
  });

  it("is given up when it grows too large", async () => {
    let isClosed = false;
    const transport = bounded(() => Promise.resolve(answer(["aa", "aa", "aa"], () => (isClosed = true))), 3);
    const failure: unknown = await (await transport(request)).text().catch((error: unknown) => error);
    expect(failure).to.include({ code: "AnswerTooLarge", message: "the answer is larger than 3 bytes" });
    expect(isClosed).to.equal(true);
  });
});
