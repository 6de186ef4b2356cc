import { BlockList, isIP } from "node:net";

import type { Environment } from "../falco/base/flags.ts";

/**
 * The proxy through which an API server is reached, by `HTTPS_PROXY` (or `HTTP_PROXY`) and `NO_PROXY`, as Go's programs read
 * them (golang.org/x/net/http/httpproxy): upper case first, this machine always directly. Node's own reading of `NO_PROXY`
 * knows no subnets, but those are what clusters put there.
 */
export function proxyFor(server: URL, environment: Environment): string | undefined {
  const name = server.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  const proxy = variable(environment, name);
  if (proxy === undefined || isDirect(server, variable(environment, "NO_PROXY") ?? "")) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

function variable(environment: Environment, name: string): string | undefined {
  const value = (environment[name] ?? environment[name.toLowerCase()] ?? "").trim();
  return value === "" ? undefined : value;
}

function isDirect(server: URL, exceptions: string): boolean {
  const host = server.hostname.replace(/^\[(.*)\]$/, "$1");
  if (host === "localhost" || loopback.check(host, familyOf(host))) return true;
  const port = server.port === "" ? (server.protocol === "https:" ? "443" : "80") : server.port;
  return exceptions.split(",").some((each) => matches(each.trim().toLowerCase(), host, port));
}

/** `*`, an address, a subnet, a domain with those below it, `.domain` for those below it alone; each may end in a port. */
function matches(exception: string, host: string, port: string): boolean {
  if (exception === "*") return true;
  if (exception.includes("/")) return isWithin(host, exception);
  const [name, wantedPort] = withoutPort(exception);
  if (name === "" || (wantedPort !== undefined && wantedPort !== port)) return false;
  return name.startsWith(".") ? host.endsWith(name) : host === name || isBelow(host, name);
}

/** An IPv6 address has a port only behind brackets. */
function withoutPort(exception: string): readonly [name: string, port: string | undefined] {
  if (isIP(exception) !== 0) return [exception, undefined];
  const [, name = exception, port] = /^(.*):(\d+)$/.exec(exception) ?? [];
  return [name.replace(/^\[(.*)\]$/, "$1").replace(/^\*(?=\.)/, ""), port];
}

function isBelow(host: string, domain: string): boolean {
  return isIP(host) === 0 && host.endsWith(`.${domain}`);
}

function isWithin(host: string, subnet: string): boolean {
  const [address = "", prefix = ""] = subnet.split("/", 2);
  const bits = Number(prefix);
  if (isIP(host) === 0 || isIP(address) !== isIP(host) || !/^\d{1,3}$/.test(prefix)) return false;
  if (bits > (isIP(host) === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, bits, familyOf(address));
  return list.check(host, familyOf(host));
}

function familyOf(host: string): "ipv4" | "ipv6" {
  return isIP(host) === 6 ? "ipv6" : "ipv4";
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");
