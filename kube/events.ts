import { sha256Hex } from "../falco/base/json.ts";
import type { Client } from "./client.ts";
import type { Clock } from "./clock.ts";
import { isAlreadyExists } from "./errors.ts";
import { type KubeObject, resource } from "./objects.ts";

/** What happened to an object, for those who look at it with `kubectl describe`. */
export interface Note {
  readonly type: "Normal" | "Warning";
  /** One word in CamelCase, for programs. */
  readonly reason: string;
  /** A sentence for people; what is longer than 1,024 characters is cut off. Never the content of a Secret. */
  readonly message: string;
}

export interface EventPorts {
  readonly client: Pick<Client, "get" | "create" | "patch">;
  readonly clock: Clock;
  /** Who speaks. */
  readonly component: string;
}

/** Writes a note about an object that the API server has sent; throws if that fails. */
export type WriteEvent = (about: KubeObject, note: Note, signal?: AbortSignal) => Promise<void>;

const events = resource("v1", "Event");
const longestMessage = 1024;
const longestName = 200;

/**
 * Writes Events as client-go's recorder does, so that kubectl shows them with the object: of core/v1, in the object's namespace. The same
 * note about the same object is one Event that counts, for as long as the API server keeps it (an hour, usually); it is found again by
 * its name, so this process need not remember anything, and another one goes on counting.
 */
export function eventWriter({ client, clock, component }: EventPorts): WriteEvent {
  return async (about, note, signal) => {
    const message = note.message.slice(0, longestMessage);
    const event = eventOf(about, { ...note, message }, { component, at: secondsOf(clock.now()) });
    try {
      await client.create(events, event, { signal });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const present = await client.get(events, event.metadata, { signal });
      const count = typeof present?.["count"] === "number" ? present["count"] : 1;
      const body = { count: count + 1, lastTimestamp: event.lastTimestamp };
      await client.patch(events, event.metadata, { body, signal });
    }
  };
}

/** Objects of the whole cluster have their Events in this namespace. */
const namespaceOfClusterEvents = "default";

function eventOf(
  { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion } }: KubeObject,
  note: Note,
  { component, at }: { readonly component: string; readonly at: string },
) {
  // A name may end with letters and digits only, and so may each part of it between dots.
  const beginning = name.slice(0, longestName).replace(/[^a-z0-9]+$/, "");
  const involvedObject = { apiVersion, kind, namespace, name, uid, resourceVersion };
  const hash = sha256Hex(JSON.stringify([kind, uid, component, note])).slice(0, 16);
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace: namespace ?? namespaceOfClusterEvents, name: `${beginning}.${hash}` },
    involvedObject,
    ...note,
    source: { component },
    reportingComponent: component,
    reportingInstance: component,
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

/** Kubernetes' Time: no fractions of a second. */
function secondsOf(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, "Z");
}
