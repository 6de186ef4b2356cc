import type { Catalogue } from "../../falco/catalog/catalogue.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import type { Logger } from "../../kube/logger.ts";
import type { RuntimeMetrics } from "../../kube/runtime-metrics.ts";
import type { KnownUses } from "../known-uses.ts";

/** What maintenance knows, and what it works with. */
export interface MaintenancePorts {
  /** The garden's; one that writes only while this process leads. */
  readonly client: Pick<Client, "get" | "create" | "patch">;
  /** The clusters that use Falco; Seeds among them are left alone. */
  readonly known: Pick<KnownUses, "get" | "uses" | "onChange">;
  /** The catalogue to go by, asked for at each look; undefined while it is not known or may be out of date. */
  readonly catalogue: () => Catalogue | undefined;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics?: Pick<RuntimeMetrics, "measureLoop" | "counter"> | undefined;
}
