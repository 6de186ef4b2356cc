import { electionOptions } from "../kube/program-flags.ts";
import { logFormats, logLevels } from "../kube/winston-logger.ts";

const flag = { type: "boolean" } as const;
const text = { type: "string" } as const;

/** Where `--inspect` alone listens. */
export const inspectDefault = "127.0.0.1:9229";

/** The flags of the admission, for `parseFlags`. */
export const flagOptions = {
  config: text,
  "config-file": text,
  kubeconfig: text,
  "restricted-usage": flag,
  "restricted-centralized-logging": flag,
  "otlp-logging": flag,
  port: { ...text, default: "10250" },
  "tls-cert-file": text,
  "tls-private-key-file": text,
  "webhook-config-mode": { ...text, default: "service" },
  "webhook-config-url": text,
  "webhook-config-service-port": { ...text, default: "443" },
  "webhook-config-namespace": text,
  "webhook-config-owner-namespace": text,
  "shutdown-delay-duration": { ...text, default: "3s" },
  "kube-api-qps": { ...text, default: "100" },
  "kube-api-burst": { ...text, default: "130" },
  ...electionOptions,
  "leader-election-id": { ...text, default: "gardener-extension-admission-shoot-falco-service" },
  "health-bind-address": { ...text, default: ":8081" },
  "metrics-bind-address": { ...text, default: ":8080" },
  "log-level": { ...text, default: "info" },
  "log-format": { ...text, default: "json" },
  inspect: text,
  help: flag,
} as const;

/** What `--help` prints; `program` is how it was started. */
export function usage(program: string): string {
  return `The admission of the extension shoot-falco-service: webhooks for Shoots, Seeds and FalcoProfiles, and maintenance.

Usage: ${program} [flags]
       ${program} plan --help   what an edit of FalcoProfiles would do to the clusters of a garden

What it works with
  --config FILE                       the landscape's configuration, read at the start (--config-file does the same)
  --kubeconfig FILE                   the virtual garden; else GARDEN_KUBECONFIG, KUBECONFIG, the pod's own account
  (environment only)                  the cluster it runs in: SOURCE_KUBECONFIG; with SOURCE_CLUSTER=enabled the pod's
                                      own account; else the virtual garden itself

What it allows
  --restricted-usage                  projects need an annotation to switch Falco on (RESTRICTED_USAGE overrides it)
  --restricted-centralized-logging    projects need an annotation for the destination central
  --otlp-logging                      offers the destination otlp

How the webhooks are reached
  --port PORT                         of the webhooks (10250)
  --shutdown-delay-duration D         requests are still taken for this long after it was told to end (3s)

Their certificate: its own, by a CA of its own, with the webhook configurations (default), or one out of files
  --webhook-config-mode MODE          how API servers call the webhooks: url, service (service)
  --webhook-config-url HOST[:PORT]    for url: the Service's name in the cluster that this program runs in
  --webhook-config-service-port PORT  for service: the Service's (443)
  --webhook-config-namespace NAME     that it runs in; else WEBHOOK_CONFIG_NAMESPACE, LEADER_ELECTION_NAMESPACE
  --webhook-config-owner-namespace NAME
                                      of the virtual garden, that the webhook configurations go away with
  --tls-cert-file FILE                the certificate with its chain, PEM, read again when it changes; the webhook
                                      configurations are then left to others
  --tls-private-key-file FILE         its key, PEM

Requests to each API server
  --kube-api-qps N                    requests a second (100)
  --kube-api-burst N                  requests at once after a pause (130)

Several replicas: all answer, one does the maintenance (D is a duration such as 15s or 1m30s)
  --leader-election                   on if there is a namespace for it (next flag); =false switches it off
  --leader-election-namespace NAME    of the Lease; else LEADER_ELECTION_NAMESPACE
  --leader-election-id NAME           its name (gardener-extension-admission-shoot-falco-service)
  --leader-election-lease-duration D  others take over after this long without a renewal (15s)
  --leader-election-renew-deadline D  who cannot renew it for this long stops (10s)
  --leader-election-retry-period D    how often it is renewed or asked for (2s)

How it shows what it does
  --health-bind-address HOST:PORT     of /healthz and /readyz (:8081); 0 switches them off
  --metrics-bind-address HOST:PORT    of /metrics (:8080); 0 switches it off
  --log-level LEVEL                   ${logLevels.join(", ")} (info)
  --log-format FORMAT                 ${logFormats.join(", ")} (json)
  --inspect[=HOST:PORT]               opens Node's inspector for debugging and profiles (${inspectDefault})

In detail, with the environment: docs/admission.md
`;
}
