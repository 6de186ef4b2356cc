import type { IdentityFiles } from "./identity-files.ts";

/** The files that a kube-apiserver reads. */
interface KubeApiserverFiles {
  readonly serving: IdentityFiles;
  /** With which it speaks to the servers behind APIServices. */
  readonly proxy: IdentityFiles;
  readonly tokens: string;
  readonly serviceAccountKey: string;
}

interface KubeApiserverInput {
  readonly etcdUrl: string;
  /** Keeps the objects of several servers apart in one etcd. */
  readonly prefix: string;
  readonly port: number;
  readonly files: KubeApiserverFiles;
}

/**
 * The arguments of a kube-apiserver on this machine only, with RBAC, webhooks and aggregation. There are no controllers beside it: no default service
 * accounts (so pods need none), no garbage collection by owner, no roll-outs, and a namespace never finishes its deletion.
 */
export function kubeApiserverArguments({ etcdUrl, prefix, port, files }: KubeApiserverInput): readonly string[] {
  const url = `https://127.0.0.1:${String(port)}`;
  return [
    `--etcd-servers=${etcdUrl}`,
    `--etcd-prefix=${prefix}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${String(port)}`,
    "--endpoint-reconciler-type=none",
    `--tls-cert-file=${files.serving.certificate}`,
    `--tls-private-key-file=${files.serving.key}`,
    `--client-ca-file=${files.serving.ca}`,
    `--token-auth-file=${files.tokens}`,
    `--service-account-issuer=${url}/`,
    `--api-audiences=${url}/`,
    `--service-account-key-file=${files.serviceAccountKey}`,
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/24",
    "--allow-privileged=true",
    "--disable-admission-plugins=ServiceAccount",
    "--enable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
    `--requestheader-client-ca-file=${files.proxy.ca}`,
    "--requestheader-allowed-names=",
    "--requestheader-username-headers=X-Remote-User",
    "--requestheader-group-headers=X-Remote-Group",
    "--requestheader-extra-headers-prefix=X-Remote-Extra-",
    `--proxy-client-cert-file=${files.proxy.certificate}`,
    `--proxy-client-key-file=${files.proxy.key}`,
  ];
}
