import { type Client, connect } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import { createClient } from "../../kube/rest-client.ts";
import { createTransport, type Transport, type WireRequest, type WireResponse } from "../../kube/transport.ts";
import type { ServerAddress } from "../support/real-server.ts";
import { Exchange } from "./exchange.ts";
import { brokenConnection, refusal, type WireFault } from "./wire-fault.ts";

/** Asked before each request; undefined lets it pass. A promise holds the request back. */
export type Disturb = (request: Exchange) => WireFault | undefined | Promise<WireFault | undefined>;

/** Lets everything pass. */
export const undisturbed: Disturb = () => undefined;

/**
 * The way between controllers and an API server: what happens to requests happens here, so any server will do; and it keeps a record of all
 * of them. Time-outs and pauses of its clients go by the clock that they were given, so hours of them pass at once.
 */
export class Wire {
  disturb: Disturb = undisturbed;
  /** Every request but watches, in the order in which they were made. */
  readonly exchanges: Exchange[] = [];
  /** Until it resolves, nothing that a watch tells arrives. */
  gate: Promise<void> = Promise.resolve();
  /** How many requests will never be answered. */
  hanging = 0;
  #open = 0;
  #cuts = 0;
  readonly #address: ServerAddress;
  readonly #streams = new Set<WireResponse>();
  readonly #waiting: (() => void)[] = [];

  constructor(address: ServerAddress) {
    this.#address = address;
  }

  /** A client of the server whose requests go over this wire; `who` is whose they are. */
  async client(who: string, clock: Clock): Promise<Client> {
    const connection = await connect({ server: this.#address.url, ...this.#address });
    const send = createTransport(connection);
    const limits = { perSecond: 10_000, burst: 10_000 };
    return createClient({ connection, clock, limits, userAgent: who, transport: this.#over(send, who) });
  }

  /** Breaks all open watches off, as a lost connection does. */
  cutWatches(): void {
    this.#cuts++;
    for (const stream of [...this.#streams]) stream.close();
  }

  /** Resolves when no request is on its way; those that will never be answered, or that a test holds back, do not count. */
  async quiet(): Promise<void> {
    while (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #over(send: Transport, who: string): Transport {
    return async (request) => {
      const exchange = new Exchange(who, request);
      if (!request.streaming) this.exchanges.push(exchange);
      const fault = await this.disturb(exchange);
      if (fault !== undefined) exchange.fault = fault;
      if (fault === "hang") return this.#hang(request);
      if (typeof fault === "object") return refusal(fault);
      if (fault === "drop") throw brokenConnection();
      const cuts = this.#cuts;
      const response = await this.#counted(() => send(request));
      if (request.streaming) return this.#stream(response, cuts);
      return this.#answer(response, exchange);
    };
  }

  /** The whole answer is read here, so that what is on its way is known; small as they are, that costs nothing. */
  async #answer(response: WireResponse, exchange: Exchange): Promise<WireResponse> {
    const text = await this.#counted(() => response.text());
    exchange.done(response.status, text);
    if (exchange.fault === "lost") throw brokenConnection();
    exchange.isAnswered = true;
    return { ...response, text: () => Promise.resolve(text) };
  }

  async #counted<T>(run: () => Promise<T>): Promise<T> {
    this.#open++;
    try {
      return await run();
    } finally {
      this.#open--;
      // What follows from the answer is begun first.
      setImmediate(() => {
        for (const tell of this.#waiting.splice(0)) tell();
      });
    }
  }

  #stream(response: WireResponse, cuts: number): WireResponse {
    const close = (): void => {
      this.#streams.delete(stream);
      response.close();
    };
    const stream = { ...response, close, chunks: () => this.#gated(response.chunks()) };
    this.#streams.add(stream);
    // Asked for before the cut, it has been cut as well.
    if (cuts !== this.#cuts) close();
    return stream;
  }

  async *#gated(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      await this.gate;
      yield chunk;
    }
  }

  #hang({ signal }: WireRequest): Promise<never> {
    this.hanging++;
    return new Promise((_resolve, reject) => {
      const end = (): void => {
        this.hanging--;
        reject(brokenConnection());
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end, { once: true });
    });
  }
}
