import type { Landscape } from "../../falco/desired/landscape.ts";
import type { Client } from "../../kube/client.ts";
import type { Clock } from "../../kube/clock.ts";
import { openShoot } from "./open-shoot.ts";
import { ShootLooks } from "./shoot-looks.ts";

export interface ShootLooksOptions {
  /** The seed's API server, where the kubeconfigs of its shoots are. */
  readonly seed: Client;
  readonly landscape: Pick<Landscape, "healthSyncPeriodSeconds" | "shootRequests">;
  readonly clock: Clock;
  /** Take the way that leads through the shoots' public names (`GARDENER_SHOOT_CLIENT=external`, as for all of Gardener's extensions). */
  readonly external: boolean;
  /** Called with an Extension's key when there is something new about its shoot. */
  readonly onLooked: (key: string) => void;
}

/** The looks into the shoots of a seed, as the landscape's configuration has them. They begin with `run`. */
export function createShootLooks({ seed, landscape, clock, external, onLooked }: ShootLooksOptions): ShootLooks {
  const access = { seed, clock, limits: landscape.shootRequests, external };
  return new ShootLooks({
    clock,
    open: (namespace, signal) => openShoot(access, namespace, signal),
    onLooked,
    intervalSeconds: landscape.healthSyncPeriodSeconds,
  });
}
