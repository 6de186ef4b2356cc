import { formatProblem, type Result } from "../../../falco/base/problem.ts";
import { noCache } from "../../../registry/cache.ts";
import { parseDockerConfig } from "../../../registry/credentials.ts";
import { createHttp } from "../../../registry/http.ts";
import { parseReference, type Reference } from "../../../registry/reference.ts";
import { createRegistry, type Registry, type RegistryOptions } from "../../../registry/registry.ts";
import type { RegistryClock } from "../../../registry/transient.ts";
import { chartType, EmbeddedRegistry } from "../../support/registry.ts";

export const never = new AbortController().signal;
export const content = Buffer.from("the chart");
/** The most that a layer may have. */
export const limit = 1000;

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join("\n"));
  return result.value;
}

export const referenceOf = (text: string): Reference => valueOf(parseReference(text));

/** Pauses between tries are over at once; time limits, which are half a minute or more, are never reached unless `isLate`. */
class PausingClock implements RegistryClock {
  readonly pauses: number[] = [];
  isLate = false;
  readonly now = (): Date => new Date("2026-01-01T00:00:00Z");
  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> => {
    if (ms < 30_000) this.pauses.push(ms);
    if (ms < 30_000 || this.isLate) return Promise.resolve();
    return new Promise((resolve) => {
      signal?.addEventListener(
        "abort",
        () => {
          resolve();
        },
        { once: true },
      );
    });
  };
}

/** A registry, and clients of it. */
export class Pulling {
  readonly clock = new PausingClock();
  readonly server: EmbeddedRegistry;

  private constructor(server: EmbeddedRegistry) {
    this.server = server;
  }

  static async start(): Promise<Pulling> {
    return new Pulling(await EmbeddedRegistry.start());
  }

  registryWith(options: Partial<RegistryOptions> = {}, dockerConfig = "{}"): Registry {
    return createRegistry({
      mirrors: new Map(),
      cache: noCache,
      http: createHttp({ environment: {} }),
      credentials: () => Promise.resolve(parseDockerConfig(dockerConfig)),
      clock: this.clock,
      ...options,
    });
  }

  /** The content of a chart, or what kept it from being pulled. */
  async pull(reference: string, registry = this.registryWith()): Promise<string> {
    const request = { reference: referenceOf(reference), mediaTypes: [chartType], limit };
    const pulled = await registry.pull(request, never).catch((error: unknown) => String(error));
    if (typeof pulled === "string") return pulled;
    if (!pulled.ok) return pulled.problems.map(formatProblem).join("\n");
    return Buffer.from(pulled.value.bytes).toString();
  }
}

/** Gives each test of a suite a registry of its own. */
export function pullingInEach(receive: (pulling: Pulling) => void): void {
  let pulling: Pulling;
  beforeEach(async () => {
    pulling = await Pulling.start();
    receive(pulling);
  });
  afterEach(() => pulling.server.stop());
}
