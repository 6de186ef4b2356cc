import type { Route } from "../../../../admission/exchange.ts";
import { followServerCertificate } from "../../../../admission/webhook-certificate/follow-secret.ts";
import { runWebhookIdentity } from "../../../../admission/webhook-certificate/run.ts";
import { startServer } from "../../../../admission/server.ts";
import { type WebhookAddress, webhookPaths } from "../../../../admission/webhook-certificate/webhook-configurations.ts";
import type { KeyPair } from "../../../../falco/base/key-pair.ts";
import { success } from "../../../../falco/base/problem.ts";
import type { Client } from "../../../../kube/client.ts";
import type { Clock } from "../../../../kube/clock.ts";
import { fencedClient } from "../../../../kube/fence.ts";
import type { Logger } from "../../../../kube/logger.ts";

/** A replica of the admission server: as much of it as has to do with certificates. It allows every FalcoProfile. */
export interface Replica {
  readonly port: number;
  /** Every pair that it has served with. */
  readonly pairs: readonly KeyPair[];
  readonly unready: () => string | undefined;
  /** Ends it without any last request. */
  readonly stop: () => Promise<void>;
}

interface ReplicaOptions {
  readonly client: Client;
  /** Where API servers find the replicas. */
  readonly address: WebhookAddress;
  /** Any free one by default. */
  readonly port?: number;
  /** Whether it looks after the certificates; if so, whether it leads at the moment of a write. */
  readonly leads?: (() => boolean) | undefined;
  readonly ownerNamespace?: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const allow: Route = (body) => {
  const { uid } = (body as { readonly request: { readonly uid: string } }).request;
  const review = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: { uid, allowed: true } };
  return Promise.resolve(success(review));
};

/** Starts a replica in the namespace `garden`; it serves once it has a certificate. */
export async function startReplica({ client, leads, port = 0, ...options }: ReplicaOptions): Promise<Replica> {
  const { logger } = options;
  const routes = new Map<string, Route>([[webhookPaths.profile, allow]]);
  const server = await startServer({ routes, host: "127.0.0.1", port, logger });
  const end = new AbortController();
  const pairs: KeyPair[] = [];
  const use = (pair: KeyPair): void => {
    server.useCertificate(pair);
    pairs.push(pair);
  };
  const common = { ...options, namespace: "garden", use, random: () => 0.5, signal: end.signal };
  const followed = followServerCertificate({ ...common, source: client });
  const fenced = leads && fencedClient(client, leads);
  const identity = fenced && runWebhookIdentity({ ...common, source: fenced, garden: fenced });
  return {
    port: server.port,
    pairs,
    unready: followed.unready,
    stop: async () => {
      end.abort();
      await Promise.all([followed.ended, identity, server.stop(0)]);
    },
  };
}
