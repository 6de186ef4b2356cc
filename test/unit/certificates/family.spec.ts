import { expect } from "chai";
import { certificatesOf, signerOf } from "../../../certificates/family.ts";
import { makeAuthority, makeLeaf } from "../../../certificates/make-certificate.ts";
import { between, earliest, later } from "../../../certificates/moments.ts";
import { inspectFamily } from "../../../certificates/read-family.ts";

const now = new Date("2026-07-31T12:00:00Z");
const validity = { now, lifetimeSeconds: 3600 };

describe("certificates/read-family", () => {
  it("reads names and IP addresses as they were asked for", async () => {
    const dnsNames = ["admission.garden", "127.0.0.1", "::1", "fd00::1:2"];
    const authority = await makeAuthority("ca", validity);
    const leaf = await makeLeaf(authority, { commonName: "server", usage: "serverAuth", dnsNames }, validity);
    const family = inspectFamily(authority, leaf);
    expect(certificatesOf(family.leaf).map((each) => each.dnsNames)).to.deep.equal([dnsNames]);
    expect(signerOf(family)).to.equal(certificatesOf(family.ca)[0]);
  });

  it("finds nothing in nothing", () => {
    const nothing = { certificate: undefined, key: undefined };
    const family = inspectFamily(nothing, nothing);
    expect(family).to.deep.equal({
      ca: { certificates: "missing", key: "missing" },
      leaf: { certificates: "missing", key: "missing" },
      untidy: false,
    });
    expect(certificatesOf(family.leaf)).to.deep.equal([]);
    expect(signerOf(family)).to.equal(undefined);
  });
});

describe("certificates/moments", () => {
  it("reckons with moments", () => {
    const end = later(now, 100);
    expect(end).to.deep.equal(new Date("2026-07-31T12:01:40Z"));
    expect(earliest([end, now])).to.deep.equal(now);
    expect(between(now, end, 0.8)).to.deep.equal(later(now, 80));
  });
});
