/** The server that the contract is checked on: the embedded one, or a real one named by KUBECONFIG_REAL. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { parse } from "yaml";
import { asArray, asObject, asString, at, type Json, type JsonObject } from "../support/apiserver/json.ts";
import { startApiServer } from "../support/apiserver/start.ts";

/** How to reach a server. */
export interface Target {
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  stop(): Promise<void>;
}

function named(config: JsonObject, list: string, name: Json | undefined, key: string): JsonObject {
  const found = asArray(config[list]).find((item) => asObject(item)["name"] === name);
  return asObject(asObject(found)[key]);
}

function realTarget(file: string): Target {
  const config = asObject(parse(readFileSync(file, "utf8")) as Json);
  const context = named(config, "contexts", config["current-context"], "context");
  const cluster = named(config, "clusters", context["cluster"], "cluster");
  const data = asString(cluster["certificate-authority-data"]);
  const path = asString(cluster["certificate-authority"]) ?? "";
  return {
    url: asString(cluster["server"]) ?? "",
    caPem: data === undefined ? readFileSync(path, "utf8") : Buffer.from(data, "base64").toString(),
    token: asString(at(named(config, "users", context["user"], "user"), "token")) ?? "",
    stop: () => Promise.resolve(),
  };
}

/** Starts the embedded server, or finds the real one. */
export function startTarget(): Promise<Target> {
  const file = process.env["KUBECONFIG_REAL"] ?? "";
  return file === "" ? startApiServer() : Promise.resolve(realTarget(file));
}
