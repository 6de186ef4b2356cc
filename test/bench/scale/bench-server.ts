import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "../../../hack/control-plane/build.ts";
import { installCrds } from "../../../hack/control-plane/install-crds.ts";
import { kubeconfigText } from "../../../hack/control-plane/kubeconfig.ts";
import { type ControlPlane, startControlPlane } from "../../../hack/control-plane/start.ts";
import { type Client, connect } from "../../../kube/client.ts";
import { createClient } from "../../../kube/rest-client.ts";
import { benchCrds } from "../seed-objects.ts";

/** An API server in processes of its own, with the kinds of a seed and nothing else. */
export interface BenchServer {
  readonly kubeconfig: string;
  /** Without a limit of requests. */
  readonly client: Client;
  readonly stop: () => Promise<void>;
}

/** What gives a new, empty API server each time. */
export interface BenchServers {
  readonly kind: "embedded" | "real";
  readonly start: (name: string) => Promise<BenchServer>;
  readonly stop: () => Promise<void>;
}

/** Servers of the tests' own make. */
export function embeddedServers(): BenchServers {
  const program = fileURLToPath(new URL("../api-server.ts", import.meta.url));
  return {
    kind: "embedded",
    start: async () => {
      const server = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
      const [line] = (await once(createInterface(server.stdout), "line")) as [string];
      const access = JSON.parse(line) as Access;
      const folder = mkdtempSync(join(tmpdir(), "bench-"));
      const kubeconfig = join(folder, "kubeconfig");
      writeFileSync(kubeconfig, kubeconfigText("bench", access), { mode: 0o600 });
      return {
        kubeconfig,
        client: await unlimitedClient(access),
        stop: async () => {
          server.stdin.end();
          await once(server, "exit");
          rmSync(folder, { recursive: true });
        },
      };
    },
    stop: () => Promise.resolve(),
  };
}

/** The real kube-apiserver and etcd; built first if they are not there. Throws without Go. */
export async function realServers(): Promise<BenchServers> {
  const plane: ControlPlane = await startControlPlane(await build({ names: ["etcd", "kube-apiserver"] }));
  return {
    kind: "real",
    start: async (name) => {
      const server = await plane.startKubeApiserver(name);
      const client = await unlimitedClient(server);
      await installCrds(benchCrds(), client);
      return { kubeconfig: server.kubeconfig, client, stop: () => server.process.stop() };
    },
    stop: () => plane.stop(),
  };
}

interface Access {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
}

async function unlimitedClient({ url, caPem, token }: Access): Promise<Client> {
  const connection = await connect({ server: url, caPem, token });
  return createClient({ connection, userAgent: "bench", limits: { perSecond: 1e6, burst: 1e6 } });
}
