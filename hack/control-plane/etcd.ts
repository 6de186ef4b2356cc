interface EtcdInput {
  readonly dataFolder: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

/** The arguments of an etcd of its own, on this machine only, that does not wait for the disk: its data need not outlive a crash. */
export function etcdArguments({ dataFolder, clientPort, peerPort }: EtcdInput): readonly string[] {
  const peer = `http://127.0.0.1:${String(peerPort)}`;
  const client = etcdUrl(clientPort);
  return [
    "--name=one",
    `--data-dir=${dataFolder}`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=one=${peer}`,
    "--log-level=warn",
  ];
}

/** Where an etcd answers. */
export function etcdUrl(clientPort: number): string {
  return `http://127.0.0.1:${String(clientPort)}`;
}
