import { expect } from "chai";
import { proxyFor } from "../../../kube/proxy.ts";

const proxy = "http://proxy:3128";

describe("proxyFor", () => {
  const chosen: readonly (readonly [string, Readonly<Record<string, string>>, string | undefined])[] = [
    ["https://api", {}, undefined],
    ["https://api", { HTTPS_PROXY: proxy }, proxy],
    ["https://api", { https_proxy: proxy }, proxy],
    ["https://api", { HTTPS_PROXY: proxy, https_proxy: "http://other" }, proxy],
    ["https://api", { HTTPS_PROXY: " " }, undefined],
    ["https://api", { HTTPS_PROXY: "proxy:3128" }, proxy],
    ["https://api", { HTTP_PROXY: proxy }, undefined],
    ["http://api", { HTTP_PROXY: proxy }, proxy],
    ["https://localhost:6443", { HTTPS_PROXY: proxy }, undefined],
    ["https://127.0.0.9:6443", { HTTPS_PROXY: proxy }, undefined],
    ["https://[::1]:6443", { HTTPS_PROXY: proxy }, undefined],
  ];
  for (const [server, environment, expected] of chosen) {
    it(`${server} with ${JSON.stringify(environment)}`, () => {
      expect(proxyFor(new URL(server), environment)).to.equal(expected);
    });
  }

  const exceptions: readonly (readonly [server: string, exceptions: string, isDirect: boolean])[] = [
    ["https://api.garden.example", "*", true],
    ["https://api.garden.example", "other, garden.example", true],
    ["https://api.garden.example", "GARDEN.example", true],
    ["https://garden.example", "garden.example", true],
    ["https://garden.example", ".garden.example", false],
    ["https://garden.example", "*.garden.example", false],
    ["https://api.garden.example", ".garden.example", true],
    ["https://api.garden.example", "*.garden.example", true],
    ["https://mygarden.example", "garden.example", false],
    ["https://api.garden.example", "", false],
    ["https://api.garden.example", ",", false],
    ["https://api.garden.example", "garden.example:443", true],
    ["https://api.garden.example:6443", "garden.example:443", false],
    ["http://api.garden.example", "garden.example:80", true],
    ["https://100.64.0.1", "100.64.0.1", true],
    ["https://100.64.0.1", "100.64.0.1:443", true],
    ["https://100.64.0.1", "100.64.0.1:6443", false],
    ["https://100.64.0.1", "0.1", false],
    ["https://100.64.0.1", "100.64.0.0/13", true],
    ["https://100.72.0.1", "100.64.0.0/13", false],
    ["https://100.64.0.1", "100.64.0.0/33", false],
    ["https://100.64.0.1", "100.64.0.0/x", false],
    ["https://100.64.0.1", "fd00::/8", false],
    ["https://api.garden.example", "100.64.0.0/13", false],
    ["https://[fd00::1]", "fd00::/8", true],
    ["https://[fd00::1]", "fd00::1", true],
    ["https://[fd00::1]", "[fd00::1]", true],
    ["https://[fd00::1]:6443", "[fd00::1]:443", false],
    ["https://[fd00::1]:6443", "[fd00::1]:6443", true],
  ];
  for (const [server, noProxy, isDirect] of exceptions) {
    it(`${server} ${isDirect ? "directly" : "through the proxy"} with NO_PROXY=${noProxy}`, () => {
      const environment = { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, NO_PROXY: noProxy };
      expect(proxyFor(new URL(server), environment)).to.equal(isDirect ? undefined : proxy);
    });
  }
});
