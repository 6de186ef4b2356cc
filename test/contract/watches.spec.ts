import { expect } from "chai";
import { at, type JsonObject } from "../support/apiserver/json.ts";
import type { EventStream } from "./client.ts";
import { body, configMap, describeContract, type Fixture, gadget, revisionOf, textAt } from "./fixture.ts";

const shape = (event: JsonObject | undefined): string =>
  `${textAt(event, "type")} ${textAt(event, "object", "metadata", "name")}`;

async function take(stream: EventStream, count: number): Promise<readonly string[]> {
  const events: string[] = [];
  while (events.length < count) events.push(shape(await stream.next()));
  return events;
}

async function create(api: Fixture, name: string, labels: JsonObject): Promise<JsonObject> {
  return body(await api.client.post(api.configMaps, configMap(name, {}, { labels })), 201);
}

async function label(api: Fixture, name: string, labels: JsonObject): Promise<JsonObject> {
  return body(await api.client.patch(`${api.configMaps}/${name}`, "merge", { metadata: { labels } }), 200);
}

describeContract("watching", (api) => {
  it("resumes after a revision", async () => {
    const first = await create(api, "resume", { group: "resume" });
    const second = await label(api, "resume", { step: "2" });
    await label(api, "resume", { step: "3" });
    body(await api.client.delete(`${api.configMaps}/resume`), 200);
    const query = `watch=true&labelSelector=group%3Dresume&resourceVersion=`;
    const all = await api.client.watch(`${api.configMaps}?${query}${revisionOf(first)}`);
    expect(await take(all, 3)).to.deep.equal(["MODIFIED resume", "MODIFIED resume", "DELETED resume"]);
    all.close();
    const late = await api.client.watch(`${api.configMaps}?${query}${revisionOf(second)}`);
    const event = await late.next();
    expect(shape(event)).to.equal("MODIFIED resume");
    expect(at(event, "object", "metadata", "labels", "step")).to.equal("3");
    const last = await late.next();
    expect(Number(textAt(last, "object", "metadata", "resourceVersion"))).to.be.greaterThan(Number(revisionOf(second)));
    late.close();
  });

  it("continues a list without a gap", async () => {
    await create(api, "gap-1", { group: "gap" });
    const list = body(await api.client.get(`${api.configMaps}?labelSelector=group%3Dgap`), 200);
    await create(api, "gap-2", { group: "gap" });
    const query = `watch=1&labelSelector=group%3Dgap&resourceVersion=${revisionOf(list)}`;
    const stream = await api.client.watch(`${api.configMaps}?${query}`);
    expect(await take(stream, 1)).to.deep.equal(["ADDED gap-2"]);
    await create(api, "gap-3", { group: "gap" });
    expect(await take(stream, 1)).to.deep.equal(["ADDED gap-3"]);
    stream.close();
  });

  for (const version of ["", "&resourceVersion=0"]) {
    it(`starts with what is there, with ${version === "" ? "no revision" : "revision 0"}`, async () => {
      const group = version === "" ? "none" : "zero";
      const made = await create(api, `initial-${group}`, { group });
      // Revision 0 is served from a cache, which has to have come as far.
      const seen = await api.client.watch(
        `${api.configMaps}?watch=true&resourceVersion=${String(Number(revisionOf(made)) - 1)}`,
      );
      expect(await take(seen, 1)).to.deep.equal([`ADDED initial-${group}`]);
      seen.close();
      const stream = await api.client.watch(`${api.configMaps}?watch=true&labelSelector=group%3D${group}${version}`);
      expect(await take(stream, 1)).to.deep.equal([`ADDED initial-${group}`]);
      await label(api, `initial-${group}`, { more: "1" });
      expect(await take(stream, 1)).to.deep.equal([`MODIFIED initial-${group}`]);
      stream.close();
    });
  }

  it("marks the end of the initial events when it streams a list", async () => {
    await create(api, "stream-1", { group: "stream" });
    await create(api, "stream-2", { group: "stream" });
    const query =
      "watch=true&labelSelector=group%3Dstream&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const stream = await api.client.watch(`${api.configMaps}?${query}`);
    expect(await take(stream, 2)).to.deep.equal(["ADDED stream-1", "ADDED stream-2"]);
    const mark = await stream.next();
    expect(textAt(mark, "type")).to.equal("BOOKMARK");
    expect(textAt(mark, "object", "kind")).to.equal("ConfigMap");
    expect(at(mark, "object", "metadata", "annotations", "k8s.io/initial-events-end")).to.equal("true");
    expect(Number(textAt(mark, "object", "metadata", "resourceVersion"))).to.be.greaterThan(0);
    stream.close();
  });

  it("shows an object that comes into a selection or leaves it", async () => {
    const first = await create(api, "moving", {});
    const query = `watch=true&labelSelector=in%3Dyes&resourceVersion=${revisionOf(first)}`;
    const stream = await api.client.watch(`${api.configMaps}?${query}`);
    await label(api, "moving", { in: "yes" });
    await label(api, "moving", { other: "1" });
    const left = await label(api, "moving", { in: "no" });
    await label(api, "moving", { other: "2" });
    await label(api, "moving", { in: "yes" });
    expect(await take(stream, 2)).to.deep.equal(["ADDED moving", "MODIFIED moving"]);
    const deleted = await stream.next();
    expect(shape(deleted)).to.equal("DELETED moving");
    expect(at(deleted, "object", "metadata", "labels", "in")).to.equal("yes");
    expect(textAt(deleted, "object", "metadata", "resourceVersion")).to.equal(revisionOf(left));
    expect(await take(stream, 1)).to.deep.equal(["ADDED moving"]);
    stream.close();
  });

  it("watches one object by name", async () => {
    const first = await create(api, "single", {});
    await create(api, "not-single", {});
    const query = `watch=true&fieldSelector=metadata.name%3Dsingle&resourceVersion=${revisionOf(first)}`;
    const stream = await api.client.watch(`${api.configMaps}?${query}`);
    await label(api, "single", { a: "b" });
    expect(await take(stream, 1)).to.deep.equal(["MODIFIED single"]);
    stream.close();
  });

  it("says in an event that a revision is too old", async () => {
    const stream = await api.client.watch(`${api.gadgets}?watch=true&resourceVersion=1`);
    const event = await stream.next();
    expect(textAt(event, "type")).to.equal("ERROR");
    expect(at(event, "object", "code")).to.equal(410);
    expect(textAt(event, "object", "reason")).to.equal("Expired");
    expect(textAt(event, "object", "message")).to.match(/^too old resource version: 1 \(\d+\)$/);
    expect(await stream.next()).to.equal(undefined);
  });

  it("ends after its timeout", async () => {
    const list = body(await api.client.get(api.configMaps), 200);
    const query = `watch=true&timeoutSeconds=1&resourceVersion=${revisionOf(list)}`;
    const stream = await api.client.watch(`${api.configMaps}?${query}`);
    expect(await stream.next()).to.equal(undefined);
  });

  it("tells of the end of a finalized object", async () => {
    const sent = gadget("finalized", { size: 1 }, { finalizers: ["contract.test/a"] });
    const first = body(await api.client.post(api.gadgets, sent), 201);
    const stream = await api.client.watch(`${api.gadgets}?watch=true&resourceVersion=${revisionOf(first)}`);
    body(await api.client.delete(`${api.gadgets}/finalized`), 200);
    body(await api.client.patch(`${api.gadgets}/finalized`, "merge", { metadata: { finalizers: null } }), 200);
    expect(await take(stream, 2)).to.deep.equal(["MODIFIED finalized", "DELETED finalized"]);
    stream.close();
  });

  it("gives tables to those who ask for them", async () => {
    const first = await create(api, "table", {});
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const query = `watch=true&fieldSelector=metadata.name%3Dtable&resourceVersion=${revisionOf(first)}`;
    const stream = await api.client.watch(`${api.configMaps}?${query}`, { accept });
    await label(api, "table", { a: "b" });
    const event = await stream.next();
    expect(textAt(event, "object", "kind")).to.equal("Table");
    expect(at(event, "object", "rows")).to.have.length(1);
    stream.close();
  });
});
