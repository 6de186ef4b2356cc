import { expect } from "chai";
import { lookIntoShoot } from "../../../../controller/shoot/look.ts";
import type { Question } from "../../../../controller/shoot/diagnose.ts";
import type { Pod } from "../../../../controller/shoot/pod.ts";
import type { Client, ListOptions } from "../../../../kube/client.ts";
import { ApiError } from "../../../../kube/errors.ts";
import { readingClient } from "../../../support/reading-client.ts";
import { brokenOutput } from "./falco-logs.ts";
import { crashLoop, now, podOf } from "./pods.ts";

const question: Question = { customRules: ["mine"], isCurrent: true };
const none = new ApiError({ status: 400, reason: "BadRequest", message: "no such log" });

interface Shoot {
  readonly pages?: readonly (readonly object[])[];
  readonly generation?: number;
  readonly log?: string | ApiError;
}

/** A shoot's API server as far as it is asked; anything else is a mistake. */
function shootOf({ pages = [[]], generation = 1, log = brokenOutput }: Shoot): {
  readonly client: Client;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const client = readingClient({
    get: (_, { name }) => {
      const metadata = { name, generation };
      return Promise.resolve({ apiVersion: "apps/v1", kind: "DaemonSet", metadata, status: { observedGeneration: 1 } });
    },
    list: (_, options: ListOptions = {}) => {
      asked.push(`${String(options.limit)} pods`);
      const page = Number(options.continue ?? 0);
      const items = (pages[page] ?? []).map((each) => ({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "" },
        ...each,
      }));
      const next = page + 1 < pages.length ? { continue: String(page + 1) } : {};
      return Promise.resolve({ items, resourceVersion: "1", ...next });
    },
    text: (path) => {
      asked.push(path);
      return typeof log === "string" ? Promise.resolve(log) : Promise.reject(log);
    },
  });
  return { client, asked };
}

async function look(shoot: Shoot): Promise<{ readonly asked: readonly string[]; readonly found: string }> {
  const { client, asked } = shootOf(shoot);
  const checks = await lookIntoShoot(client, question, { now, signal: new AbortController().signal });
  return { asked, found: JSON.stringify(checks) };
}

function crashing(name: string): Pod {
  return podOf([crashLoop(1)], { name });
}

describe("a look into a shoot", () => {
  it("reads the end of the failed run's log and says whose fault it is", async () => {
    const { asked, found } = await look({ pages: [[crashing("falco-a")]] });
    expect(asked).to.deep.equal([
      "50 pods",
      "/api/v1/namespaces/kube-system/pods/falco-a/log?container=falco&previous=true&tailLines=100&limitBytes=65536",
    ]);
    expect(found).to.contain("ERR_CONFIGURATION_PROBLEM").and.contain("mine.yaml");
  });

  it("reads the present log of a container that has just ended", async () => {
    const ended = { ...crashLoop(1), state: { terminated: { exitCode: 1, reason: "Error" } } };
    const { asked } = await look({ pages: [[podOf([ended])]] });
    expect(asked.at(-1)).to.not.contain("previous");
  });

  it("reads two logs, however many pods crash", async () => {
    const { asked } = await look({ pages: [["a", "b", "c", "d"].map(crashing)] });
    expect(asked).to.have.lengthOf(3);
  });

  it("reads no log of falcosidekick", async () => {
    const { asked, found } = await look({ pages: [[podOf([crashLoop(1)], { workload: "falcosidekick" })]] });
    expect(asked).to.have.lengthOf(1);
    expect(found).to.contain("Deployment falcosidekick");
  });

  it("reads no log of a pod that does not crash", async () => {
    const { asked, found } = await look({ pages: [[podOf([crashLoop(137, { reason: "OOMKilled" })])]] });
    expect(asked).to.have.lengthOf(1);
    expect(found).to.contain("memory");
  });

  it("goes through pages of healthy pods, but not through all of a huge cluster", async () => {
    const { asked, found } = await look({ pages: [[], [], [crashing("falco-a")], []] });
    expect(asked.filter((each) => each === "50 pods")).to.have.lengthOf(3);
    expect(found).to.not.equal("[]");
    const huge = await look({ pages: [...Array.from({ length: 20 }, () => []), [crashing("falco-a")]] });
    expect(huge.asked).to.have.lengthOf(10);
    expect(huge.found).to.equal("[]");
  });

  it("leaves out what is no pod", async () => {
    const { found } = await look({ pages: [[{ status: "rubbish" }, { metadata: { name: 7 } }, crashing("falco-a")]] });
    expect(JSON.parse(found)).to.have.lengthOf(1);
  });

  it("blames nobody while the shoot works on a newer DaemonSet", async () => {
    const { found } = await look({ pages: [[crashing("falco-a")]], generation: 2 });
    expect(found).to.contain("mine.yaml").and.not.contain("ERR_CONFIGURATION_PROBLEM");
  });

  it("makes do without a log that the shoot does not give", async () => {
    const { found } = await look({ pages: [[crashing("falco-a")]], log: none });
    expect(found).to.contain("exit code 1");
  });

  it("fails when the shoot stops answering", async () => {
    const log = new ApiError({ status: 0, reason: "ECONNRESET", message: "gone" });
    const failure: unknown = await look({ pages: [[crashing("falco-a")]], log }).catch((error: unknown) => error);
    expect(failure).to.equal(log);
  });
});
