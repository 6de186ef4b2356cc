import { existsSync } from "node:fs";
import { expect } from "chai";
import { administrator } from "../../hack/control-plane/announce-gardener.ts";
import { build } from "../../hack/control-plane/build.ts";
import { type ControlPlane, type KubeServer, startControlPlane } from "../../hack/control-plane/start.ts";
import type { Client } from "../../kube/client.ts";
import { type KubeObject, resource } from "../../kube/objects.ts";

const configMaps = resource("v1", "ConfigMap");
const projects = resource("core.gardener.cloud/v1beta1", "Project", { namespaced: false });
const name = { namespace: "default", name: "here" };

function project(name: string, namespace: string): KubeObject {
  return { apiVersion: "core.gardener.cloud/v1beta1", kind: "Project", metadata: { name }, spec: { namespace } };
}

describe("real: the control plane", () => {
  let plane: ControlPlane;
  let servers: readonly [KubeServer, KubeServer];
  let clients: readonly [Client, Client];

  before(async () => {
    plane = await startControlPlane(await build({ names: ["etcd", "kube-apiserver", "gardener-apiserver"] }));
    servers = [await plane.startKubeApiserver("one"), await plane.startKubeApiserver("two")];
    clients = [await administrator(servers[0]), await administrator(servers[1])];
  });
  after(() => plane.stop());

  it("two servers share an etcd and no object", async () => {
    await clients[0].create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: name });
    expect(await clients[0].get(configMaps, name)).to.deep.include({ kind: "ConfigMap" });
    expect(await clients[1].get(configMaps, name)).to.equal(undefined);
  });

  it("a server that was killed and started again is the same one", async () => {
    const [{ process }] = servers;
    const before = await clients[0].get(configMaps, name);
    const { pid } = process;
    await process.restart("SIGKILL");
    expect(process.pid).not.to.equal(pid);
    expect(await clients[0].get(configMaps, name)).to.deep.equal(before);
  });

  it("says its version, so that clients can read it", async () => {
    expect(JSON.parse(await clients[0].text("/version"))).to.deep.include({
      major: "1",
      minor: "36",
      gitVersion: "v1.36.3",
    });
  });

  it("a gardener-apiserver behind a server serves Gardener's kinds with Gardener's checks", async () => {
    await plane.startGardenerApiserver(servers[0]);
    const created = await clients[0].create(projects, project("local", "garden-local"));
    expect(created["spec"]).to.deep.include({ namespace: "garden-local" });
    const refused = await clients[0].create(projects, project("other", "not-of-gardener")).then(
      () => "nothing",
      (error: unknown) => (error instanceof Error ? error.message : ""),
    );
    expect(refused).to.contain("422 Invalid").and.contain("must start with garden-");
  });

  it("ends all that it started, and leaves nothing behind", async () => {
    await plane.stop();
    expect(existsSync(servers[0].kubeconfig)).to.equal(false);
    expect(servers.map(({ process }) => isAlive(process.pid))).to.deep.equal([false, false]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
