import type { KubeObject } from "../../kube/objects.ts";
import type { IdentityFiles } from "./identity-files.ts";

interface GardenerApiserverInput {
  readonly etcdUrl: string;
  readonly prefix: string;
  readonly port: number;
  readonly serving: IdentityFiles;
  /** Of the kube-apiserver that it stands behind. */
  readonly kubeconfig: string;
}

const service = { namespace: "kube-system", name: "gardener-apiserver" } as const;

/** The names by which a kube-apiserver calls the server behind the Service. */
export const gardenerApiserverHosts: readonly string[] = [`${service.name}.${service.namespace}.svc`];

/** The arguments of a gardener-apiserver on this machine only, with its default admission plugins. */
export function gardenerApiserverArguments(input: GardenerApiserverInput): readonly string[] {
  return [
    "--bind-address=127.0.0.1",
    `--secure-port=${String(input.port)}`,
    `--etcd-servers=${input.etcdUrl}`,
    `--etcd-prefix=${input.prefix}`,
    `--tls-cert-file=${input.serving.certificate}`,
    `--tls-private-key-file=${input.serving.key}`,
    "--cluster-identity=test",
    "--authorization-always-allow-paths=/healthz,/readyz",
    `--kubeconfig=${input.kubeconfig}`,
    `--authentication-kubeconfig=${input.kubeconfig}`,
    `--authorization-kubeconfig=${input.kubeconfig}`,
  ];
}

/** Gardener's API groups and versions that it serves. */
const served: readonly (readonly [group: string, version: string])[] = [
  ["core.gardener.cloud", "v1"],
  ["core.gardener.cloud", "v1beta1"],
  ["operations.gardener.cloud", "v1alpha1"],
  ["security.gardener.cloud", "v1alpha1"],
  ["seedmanagement.gardener.cloud", "v1alpha1"],
];

/** The Service that leads a kube-apiserver to this machine: there are no pods that it could choose. */
export const gardenerService: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: service,
  spec: { type: "ExternalName", externalName: "localhost" },
};

/** What makes a kube-apiserver hand on requests for Gardener's kinds. */
export function apiServices(port: number, caPem: string): readonly KubeObject[] {
  return served.map(([group, version]) => ({
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    metadata: { name: `${version}.${group}` },
    spec: {
      group,
      version,
      groupPriorityMinimum: 9000,
      versionPriority: version === "v1beta1" ? 20 : 10,
      caBundle: Buffer.from(caPem).toString("base64"),
      service: { ...service, port },
    },
  }));
}
