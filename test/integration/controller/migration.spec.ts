import { expect } from "chai";
import { resourceTypes } from "../../../controller/resource-types.ts";
import { isObject } from "../../../falco/base/json.ts";
import type { KubeObject } from "../../../kube/objects.ts";
import { plainText } from "../../support/packed-objects.ts";
import { controlPlaneName, finalizer, identityName, operation, targetName } from "../../support/seed-objects.ts";
import { SeedCluster } from "../../support/seed-cluster.ts";

const namespace = "shoot--local--moving";
const witness = "shoot--local--witness";
const guard = "resources.gardener.cloud/gardener-resource-manager";
const carried = [{ name: "certificates", resourceRef: { apiVersion: "v1", kind: "Secret", name: identityName } }];

function withoutRequest(live: KubeObject): KubeObject {
  const annotations = Object.entries(live.metadata.annotations ?? {}).filter(([name]) => name !== operation);
  return { ...live, metadata: { ...live.metadata, annotations: Object.fromEntries(annotations) } };
}

describe("a shoot that moves to another seed", () => {
  let seed: SeedCluster;
  let steps: string[];
  beforeEach(async () => {
    seed = await SeedCluster.start();
    await seed.startController();
    steps = [];
  });
  afterEach(() => seed.stop());

  /** Writes down what the controller does to a shoot, in order. */
  const record = (of = namespace): void => {
    seed.fault = ({ method, path, body }) => {
      if (method !== "GET" && path.includes(`/${of}/`) && !body.includes('"conditions"')) {
        steps.push(stepOf(method, path, body));
      }
      return undefined;
    };
  };
  const stepOf = (method: string, path: string, body: string): string => {
    const object = path.split("?")[0]?.split("/").slice(-2).join("/") ?? "";
    if (object.endsWith("/status")) return /"type":"(\w+)","state":"(\w+)"/.exec(body)?.slice(1).join("/") ?? body;
    if (body.includes("keepObjects")) return "keep the objects";
    if (body.includes("finalizers")) return "finalizers off";
    if (body.includes(operation)) return "request off";
    return `${method} ${object}`.replace(/-[0-9a-f]{8}$/, "-HASH");
  };
  const untilOff = (of: string): Promise<void> =>
    seed.until(`${of}: the request is off`, async () => {
      return (await seed.extension(of)).metadata.annotations[operation] === undefined;
    });
  const guarded = async (name: string): Promise<void> => {
    await seed.edit(resourceTypes.managedResource, { namespace, name }, (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: [guard] },
    }));
  };
  const specOf = (object: KubeObject | undefined): unknown =>
    isObject(object?.["spec"]) ? object["spec"]["keepObjects"] : undefined;

  it("is let go of: its objects stay, all finalizers go, and the request goes last", async () => {
    await seed.bringUp(namespace);
    expect((await seed.rawExtension(namespace))?.["status"], "what Gardener is to carry over").to.deep.include({
      resources: carried,
    });
    await seed.editExtension(namespace, (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: [...(live.metadata.finalizers ?? []), "example.org/other"] },
    }));
    await guarded(targetName);
    record();
    await seed.deploy(namespace, { operation: "migrate" });
    await seed.until("it waits", async () => (await seed.state(namespace)) === "Migrate/Processing");
    expect(specOf(await seed.managedResource(namespace)), "before it is deleted").to.equal(true);
    expect((await seed.extension(namespace)).metadata.annotations).to.have.property(operation, "migrate");
    await seed.remove(resourceTypes.managedResource, { namespace, name: targetName });
    await seed.untilState(namespace, "Migrate/Succeeded");
    expect((await seed.extension(namespace)).metadata.finalizers).to.be.empty;
    expect(steps.filter((step) => !step.startsWith("DELETE secrets"))).to.deep.equal([
      "keep the objects",
      `DELETE managedresources/${targetName}`,
      "Migrate/Processing",
      `DELETE managedresources/${controlPlaneName}`,
      "Migrate/Succeeded",
      "finalizers off",
      "request off",
    ]);
    expect(await seed.identity(namespace), "Gardener carries it over").to.not.equal(undefined);
  });

  it("is not touched any more where it came from, whatever happens to it", async () => {
    await seed.bringUp(namespace);
    await seed.deploy(namespace, { operation: "migrate" });
    await seed.untilState(namespace, "Migrate/Succeeded");
    record();
    await seed.deploy(namespace, { operation: "reconcile" });
    await seed.bringUp(witness);
    expect(steps).to.be.empty;
    await seed.delete(namespace);
    await seed.untilGone(namespace);
    await seed.bringUp("shoot--local--second");
    expect(steps).to.be.empty;
    expect(await seed.managedResource(namespace)).to.equal(undefined);
  });

  it("can be let go of when it is not known any more, and when nothing was there", async () => {
    await seed.deploy(namespace, { operation: "migrate" });
    await seed.untilState(namespace, "Migrate/Succeeded");
    expect((await seed.extension(namespace)).metadata.finalizers).to.be.empty;
  });

  it("goes on as a migration after an error, even if somebody has removed the request", async () => {
    await seed.bringUp(namespace);
    seed.fault = ({ method, path }) =>
      method === "DELETE" && path.includes(targetName) ? { status: 500, body: "{}" } : undefined;
    await seed.deploy(namespace, { operation: "migrate" });
    await seed.until("it fails", async () => (await seed.state(namespace)) === "Migrate/Error");
    await seed.editExtension(namespace, withoutRequest);
    seed.fault = () => undefined;
    await seed.untilState(namespace, "Migrate/Succeeded");
    await seed.until("it is let go", async () => (await seed.extension(namespace)).metadata.finalizers.length === 0);
  });

  it("is let go of in the end when that was cut off and somebody has removed the request", async () => {
    await seed.bringUp(namespace);
    seed.fault = ({ method, body }) =>
      method === "PATCH" && body.includes("finalizers") ? { status: 500 } : undefined;
    await seed.deploy(namespace, { operation: "migrate" });
    await seed.until("it has migrated", async () => (await seed.state(namespace)).startsWith("Migrate/"));
    await seed.editExtension(namespace, withoutRequest);
    seed.fault = () => undefined;
    await seed.until("it is let go of", async () => (await seed.extension(namespace)).metadata.finalizers.length === 0);
    expect(await seed.state(namespace)).to.equal("Migrate/Succeeded");
  });

  it("is taken up in the other seed with the certificates that it had, and the request goes last", async () => {
    await seed.bringUp(namespace);
    const before = await seed.identity(namespace);
    const { state, ...rest } = { state: { of: "no interest" }, resources: carried };
    await seed.deploy(namespace, { operation: "migrate" });
    await seed.untilState(namespace, "Migrate/Succeeded");
    await seed.delete(namespace);
    await seed.untilGone(namespace);
    // The other seed: the namespace is new, and gardenlet brings the Secret that status.resources names.
    const other = "shoot--local--moved";
    await seed.addShoot(other);
    const data = before?.["data"] as Readonly<Record<string, string>>;
    await seed.put({ apiVersion: "v1", kind: "Secret", metadata: { name: identityName, namespace: other }, data });
    await seed.deploy(other, { operation: "wait-for-state" });
    await seed.edit(resourceTypes.extension, { namespace: other, name: "shoot-falco-service" }, (live) => ({
      ...live,
      status: { state, ...rest },
    }));
    record(other);
    await seed.deploy(other, { operation: "restore" });
    await untilOff(other);
    // By now the status may be that of a reconcile, which the request has led to as well.
    expect(steps.slice(0, steps.indexOf("request off") + 1).slice(-2)).to.deep.equal([
      "Restore/Succeeded",
      "request off",
    ]);
    expect((await seed.extension(other)).metadata).to.deep.include({ finalizers: [finalizer] });
    expect((await seed.identity(other))?.["data"], "as it was").to.deep.equal(data);
    const certificate = Buffer.from(data["server.crt"] ?? "none", "base64").toString();
    expect(plainText(await seed.packedObjects(other))).to.contain(certificate);
  });

  it("is restored as a restore after an error, even if somebody has removed the request", async () => {
    await seed.addShoot(namespace);
    seed.fault = ({ method, path }) =>
      method === "POST" && path.includes(`${namespace}/managedresources`) ? { status: 500, body: "{}" } : undefined;
    await seed.deploy(namespace, { operation: "restore" });
    await seed.until("it fails", async () => (await seed.state(namespace)) === "Restore/Error");
    expect((await seed.extension(namespace)).metadata.annotations).to.have.property(operation, "restore");
    await seed.editExtension(namespace, withoutRequest);
    seed.fault = () => undefined;
    await seed.untilState(namespace, "Restore/Succeeded");
  });
});
