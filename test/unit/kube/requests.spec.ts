import { expect } from "chai";
import {
  type ApiError,
  errorFromStatus,
  isAlreadyExists,
  isConflict,
  isGone,
  isNotFound,
  isTransient,
} from "../../../kube/errors.ts";
import { linesOf } from "../../../kube/lines.ts";
import { type Call, createRequests } from "../../../kube/requests.ts";
import type { Transport, WireRequest, WireResponse } from "../../../kube/transport.ts";
import { settle, SteppedClock } from "../../support/clock.ts";

const answer = (status: number, body: unknown = {}, retryAfter?: string): WireResponse => ({
  status,
  retryAfter,
  text: () => Promise.resolve(typeof body === "string" ? body : JSON.stringify(body)),
  chunks: () => {
    throw new Error("not streamed");
  },
  close: () => undefined,
});
const call: Call = { method: "GET", path: "/api/v1/pods" };
const secretCall: Call = { method: "PUT", path: "/api/v1/namespaces/a/secrets/b" };

function setUp(answers: readonly (WireResponse | Error | "silence")[], limits?: { perSecond: number; burst: number }) {
  const clock = new SteppedClock();
  const sent: (WireRequest & { readonly at: number })[] = [];
  const observed: number[] = [];
  const transport: Transport = (request) => {
    const next = answers[Math.min(sent.length, answers.length - 1)];
    sent.push({ ...request, at: clock.monotonic() });
    if (next === undefined || next instanceof Error) return Promise.reject(next ?? new Error("no answer planned"));
    if (next !== "silence") return Promise.resolve(next);
    return new Promise((_resolve, reject) => {
      request.signal.addEventListener("abort", () => {
        reject(new Error("aborted"));
      });
    });
  };
  const observe = ({ status }: { readonly status: number }): unknown => observed.push(status);
  const requests = createRequests({ transport, clock, userAgent: "test/1", observe, ...(limits && { limits }) });
  return { clock, requests, sent, observed };
}

async function failureOf(promise: Promise<unknown>): Promise<ApiError> {
  return promise.then(
    () => {
      throw new Error("did not fail");
    },
    (error: unknown) => error as ApiError,
  );
}

describe("createRequests", () => {
  it("sends method, path, query and JSON body", async () => {
    const { requests, sent } = setUp([answer(200, "yes")]);
    const text = await requests.text({
      ...call,
      method: "POST",
      query: { a: "b&c", d: undefined, e: true },
      body: { ü: 1 },
    });
    expect(text).to.equal("yes");
    expect(sent[0]).to.include({ method: "POST", path: "/api/v1/pods?a=b%26c&e=true", body: '{"ü":1}' });
    expect(sent[0]?.headers).to.deep.equal({
      accept: "application/json",
      "user-agent": "test/1",
      "content-type": "application/json",
      "content-length": "8",
    });
  });

  it("waits as long as a 429 says, and repeats", async () => {
    const { requests, sent, clock, observed } = setUp([answer(429, {}, "3"), answer(429), answer(200, "yes")]);
    const text = requests.text(call);
    await clock.advance(10_000);
    expect(await text).to.equal("yes");
    expect(sent.map(({ at }) => at)).to.deep.equal([0, 3000, 4000]);
    expect(observed).to.deep.equal([429, 429, 200]);
  });

  it("gives a 429 to the caller after some attempts, or at once if the wait is long", async () => {
    const stubborn = setUp([answer(429, {}, "1")]);
    const failure = failureOf(stubborn.requests.text(call));
    await stubborn.clock.advance(10_000);
    expect((await failure).status).to.equal(429);
    expect(stubborn.sent).to.have.length(5);
    const long = setUp([answer(429, {}, "60")]);
    expect((await failureOf(long.requests.text(call))).retryAfterSeconds).to.equal(60);
  });

  it("asks for a watch again when the server sheds load, and leaves a long wait to the watch", async () => {
    const shed = setUp([answer(429, {}, "1"), answer(429, {}, "2"), answer(200)]);
    const stream = shed.requests.stream(call);
    await shed.clock.advance(3_000);
    expect((await stream).status).to.equal(200);
    expect(shed.sent.map(({ at, streaming }) => `${String(at)} ${String(streaming)}`)).to.deep.equal([
      "0 true",
      "1000 true",
      "3000 true",
    ]);
    const long = setUp([answer(429, {}, "30")]);
    expect((await failureOf(long.requests.stream(call))).retryAfterSeconds).to.equal(30);
    expect(long.sent).to.have.length(1);
  });

  it("waits until the date that a proxy says, by the clock of the proxy", async () => {
    const busy = answer(429, {}, "Sat, 21 Nov 2026 10:00:05 GMT");
    const { requests, sent, clock } = setUp([{ ...busy, date: "Sat, 21 Nov 2026 10:00:01 GMT" }, answer(200, "yes")]);
    const text = requests.text(call);
    await clock.advance(4_000);
    expect(await text).to.equal("yes");
    expect(sent.map(({ at }) => at)).to.deep.equal([0, 4000]);
  });

  it("ends a request that is not answered", async () => {
    const { requests, clock, observed } = setUp(["silence"]);
    const failure = failureOf(requests.text(call));
    await clock.advance(30_000);
    const error = await failure;
    expect(error).to.include({ status: 0, reason: "Timeout" });
    expect(error.message).to.equal("GET /api/v1/pods: the answer took longer than 30 s");
    expect(isTransient(error)).to.equal(true);
    expect(observed).to.deep.equal([0]);
    expect(clock.sleepers).to.equal(0);
  });

  it("throws the reason of the caller's signal", async () => {
    const { requests, clock } = setUp(["silence"]);
    const stop = new AbortController();
    const failure = failureOf(requests.text({ ...call, signal: stop.signal }));
    await settle();
    stop.abort(new Error("enough"));
    expect((await failure).message).to.equal("enough");
    expect((await failureOf(requests.text({ ...call, signal: stop.signal }))).message).to.equal("enough");
    expect(clock.sleepers).to.equal(0);
  });

  it("keeps to its rate", async () => {
    const { requests, sent, clock } = setUp([answer(200)], { perSecond: 10, burst: 2 });
    const all = Promise.all(Array.from({ length: 5 }, () => requests.text(call)));
    await clock.advance(1000);
    await all;
    expect(sent.map(({ at }) => at)).to.deep.equal([0, 0, 100, 200, 300]);
  });

  it("reports a broken connection as transient", async () => {
    const { requests } = setUp([Object.assign(new Error("connect refused"), { code: "ECONNREFUSED" })]);
    expect(await failureOf(requests.text(call))).to.include({ status: 0, reason: "ECONNREFUSED" });
  });
});

describe("ApiError", () => {
  const kinds = { isNotFound, isConflict, isAlreadyExists, isGone, isTransient };
  const cases: readonly (readonly [number, string, readonly string[]])[] = [
    [404, "NotFound", ["isNotFound"]],
    [409, "Conflict", ["isConflict"]],
    [409, "AlreadyExists", ["isAlreadyExists"]],
    [410, "Expired", ["isGone"]],
    [403, "Forbidden", []],
    [422, "Invalid", []],
    [429, "TooManyRequests", ["isTransient"]],
    [500, "InternalError", ["isTransient"]],
    [503, "ServiceUnavailable", ["isTransient"]],
  ];
  for (const [status, reason, expected] of cases) {
    it(`${String(status)} ${reason}`, () => {
      const error = errorFromStatus(call, { status }, { reason, message: "words" });
      expect(Object.entries(kinds).flatMap(([name, is]) => (is(error) ? [name] : []))).to.deep.equal(expected);
      expect(error.message).to.equal(`GET /api/v1/pods: ${String(status)} ${reason}: words`);
    });
  }

  it("says nothing of the content of Secrets and tokens", () => {
    const body = {
      reason: "Invalid",
      message: "data[a]: Invalid value: hunter2",
      details: { causes: [{ field: "data[a]" }] },
    };
    for (const path of [
      secretCall.path,
      "/api/v1/namespaces/a/secrets",
      "/api/v1/namespaces/a/serviceaccounts/b/token",
    ]) {
      expect(errorFromStatus({ method: "PUT", path }, { status: 422 }, body).message).to.equal(
        `PUT ${path}: 422 Invalid: data[a]`,
      );
    }
  });

  it("takes what a proxy answers", () => {
    expect(errorFromStatus(call, { status: 502 }, undefined).message).to.equal("GET /api/v1/pods: 502 HTTP 502");
  });

  it("reads the delay from the header or the details", () => {
    expect(errorFromStatus(call, { status: 429, retryAfter: "5" }, {}).retryAfterSeconds).to.equal(5);
    expect(errorFromStatus(call, { status: 429 }, { details: { retryAfterSeconds: 6 } }).retryAfterSeconds).to.equal(6);
    const date = "Sat, 21 Nov 2026 10:00:00 GMT";
    const dated = (retryAfter: string): number | undefined =>
      errorFromStatus(call, { status: 429, retryAfter, date }, {}).retryAfterSeconds;
    expect(dated("Sat, 21 Nov 2026 10:01:00 GMT")).to.equal(60);
    expect(dated("Sat, 21 Nov 2026 09:59:00 GMT")).to.equal(0);
    expect(dated("soon")).to.equal(undefined);
    expect(errorFromStatus(call, { status: 429, retryAfter: date }, {}).retryAfterSeconds).to.equal(undefined);
  });
});

describe("linesOf", () => {
  async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += size)
      yield await Promise.resolve(bytes.subarray(start, start + size));
  }
  const text = '{"a":"ü"}\n\n{"b":"€𝄞"}\nlast\n';

  for (const size of [1, 2, 3, 5, 1000]) {
    it(`puts lines together from chunks of ${String(size)}`, async () => {
      const lines: string[] = [];
      for await (const line of linesOf(chunked(Buffer.from(text), size))) lines.push(line);
      expect(lines).to.deep.equal(['{"a":"ü"}', '{"b":"€𝄞"}', "last"]);
    });
  }

  it("does not take half a line for one", async () => {
    const lines: string[] = [];
    const read = async (): Promise<void> => {
      for await (const line of linesOf(chunked(Buffer.from("whole\nha"), 3))) lines.push(line);
    };
    expect((await failureOf(read())).message).to.equal("the stream ended within a line");
    expect(lines).to.deep.equal(["whole"]);
  });
});
