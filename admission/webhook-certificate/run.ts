import { retryConflicts } from "../../kube/apply.ts";
import { Backoff } from "../../kube/backoff.ts";
import { Bell } from "../../kube/bell.ts";
import type { Client } from "../../kube/client.ts";
import { errorText } from "../../kube/logger.ts";
import type { KubeObject, ObjectName, ResourceType } from "../../kube/objects.ts";
import { Store } from "../../kube/store.ts";
import { type LongRun, runTogether } from "../../kube/together.ts";
import { runWatch } from "../../kube/watch.ts";
import { configurationName } from "./webhook-configurations.ts";
import { configurationTypes } from "./publish.ts";
import { identitySecretName, secretType } from "./secret.ts";
import { type SeenBundle, takeTurn, type TurnPorts } from "./turn.ts";

/** Its clients write only while this process leads. */
export interface WebhookIdentityOptions extends TurnPorts {
  readonly random: () => number;
}

const regularMs = 5 * 60 * 1000;
const retries = { baseMs: 500, capMs: 60_000, bucket: { perSecond: 10, burst: 100 } };

/**
 * Keeps the certificates of the webhooks' server and the webhook configurations as they should be until `signal` aborts: looks every five
 * minutes, at what is planned, and whenever the Secret or a configuration has changed. For the leader only; every replica follows the
 * certificate (follow-secret.ts), which it does not get from here.
 */
export async function runWebhookIdentity(options: WebhookIdentityOptions): Promise<void> {
  const { source, garden, namespace, signal } = options;
  const bell = new Bell();
  const watched: readonly Watched[] = [
    { client: source, type: secretType, name: { namespace, name: identitySecretName } },
    ...configurationTypes.map((type) => ({ client: garden, type, name: { name: configurationName } })),
  ];
  const watches = watched.map((each) => watchOne(each, options, bell));
  await runTogether([...watches, (end) => loop({ ...options, signal: end }, bell)], signal);
}

/** A ring during a turn counts for the sleep after it. */
async function loop(ports: TurnPorts, bell: Bell): Promise<void> {
  const { clock, logger, signal } = ports;
  const backoff = new Backoff(retries);
  let seen: SeenBundle | undefined;
  signal.addEventListener("abort", bell.ring, { once: true });
  while (!signal.aborted) {
    let due: number;
    try {
      const turn = await retryConflicts(() => takeTurn(ports, seen));
      ({ seen } = turn);
      backoff.forget("");
      due = clock.monotonic() + Math.min(regularMs, (turn.waitSeconds ?? Infinity) * 1000);
    } catch (error) {
      if (isAborted(signal)) return;
      logger.warn("the webhooks' certificates could not be looked after; trying again", { error: errorText(error) });
      due = backoff.failed("", clock.monotonic());
    }
    await bell.wait(clock, due);
  }
}

/** A function, because the compiler does not know that a signal changes by itself. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

interface Watched {
  readonly client: Client;
  readonly type: ResourceType;
  readonly name: ObjectName;
}

/** Rings when one object has changed. Reads nothing but that object: the rights of this program go no further. */
function watchOne({ client, type, name }: Watched, options: WebhookIdentityOptions, bell: Bell): LongRun {
  const { clock, random, logger } = options;
  const project = ({ metadata }: KubeObject): string => metadata.resourceVersion ?? "";
  const store = new Store({ project, onChange: bell.ring });
  const onError = (error: unknown): void => {
    const fields = { kind: type.kind, error: errorText(error) };
    logger.warn("what the webhooks' certificates depend on cannot be followed; trying again", fields);
  };
  const selection = { type, store, namespace: name.namespace, fieldSelector: `metadata.name=${name.name}` };
  return (signal) => runWatch({ ...selection, signal }, { client, clock, random, onError });
}
