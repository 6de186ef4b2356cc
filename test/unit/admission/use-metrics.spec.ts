import { expect } from "chai";
import { addUseMetrics } from "../../../admission/use-metrics.ts";
import { buildCatalogue, type Catalogue } from "../../../falco/catalog/catalogue.ts";
import type { FalcoUse } from "../../../falco/desired/falco-use.ts";
import { createMetrics } from "../../../kube/runtime-metrics.ts";
import { SteppedClock } from "../../support/clock.ts";
import { falco, profileOf } from "../catalog/profile-of.ts";
import { seedUse, useOf } from "../desired/falco-uses.ts";

const entries = [
  falco("0.41.0", { classification: "deprecated", expirationDate: "2025-12-01T00:00:00Z" }),
  falco("0.42.1", { classification: "deprecated", expirationDate: "2026-01-10T00:00:00Z" }),
  falco("0.43.1", { expirationDate: "2026-03-02T00:00:00Z" }),
  falco("0.44.1"),
  falco("0.45.0", { classification: "preview" }),
];
const { catalogue } = buildCatalogue([profileOf("a", { falco: entries })]);
const empty = buildCatalogue([]).catalogue;
const uses = [
  useOf("a", "0.41.0"),
  useOf("b", "0.42.1"),
  useOf("c", "0.42.1"),
  useOf("d", "0.43.1"),
  useOf("e", "0.44.1"),
  useOf("f"),
  useOf("g", "0.1.0"),
  useOf("h", 'made up "label"'),
  seedUse("0.42.1"),
  seedUse(),
];

interface Known {
  readonly uses?: readonly FalcoUse[];
  readonly isSynced?: boolean;
  readonly lostSince?: number;
  readonly catalogue?: Catalogue | undefined;
}

/** The samples of our metrics as they are scraped, on the first day of 2026. */
async function scrape(fields: Known = {}) {
  const { uses: of, isSynced, lostSince, catalogue: which } = { uses, isSynced: true, catalogue, ...fields };
  const metrics = createMetrics();
  const clock = new SteppedClock();
  const known = { uses: () => of, isSynced: () => isSynced, lostSince: () => lostSince };
  addUseMetrics(metrics, { known, catalogue: () => which, clock });
  await clock.advance(2500);
  const text = await metrics.text();
  return text.split("\n").flatMap((line) => (line.startsWith("falco_admission_") ? line.slice(16) : []));
}

describe("addUseMetrics", () => {
  it("counts by version and by the days to expiry", async () => {
    expect(await scrape()).to.deep.equal([
      'shoots{version="0.41.0"} 1',
      'shoots{version="0.42.1"} 2',
      'shoots{version="0.43.1"} 1',
      'shoots{version="0.44.1"} 2',
      'shoots{version="0.45.0"} 0',
      'shoots{version="unlisted"} 2',
      'shoots{version="none"} 0',
      'seeds{version="0.41.0"} 0',
      'seeds{version="0.42.1"} 1',
      'seeds{version="0.43.1"} 0',
      'seeds{version="0.44.1"} 1',
      'seeds{version="0.45.0"} 0',
      'seeds{version="unlisted"} 0',
      'seeds{version="none"} 0',
      'shoots_expiring{within_days="0"} 3',
      'shoots_expiring{within_days="7"} 3',
      'shoots_expiring{within_days="14"} 5',
      'shoots_expiring{within_days="30"} 5',
      'shoots_expiring{within_days="60"} 6',
      'shoots_expiring{within_days="90"} 6',
      'version_expiry_timestamp_seconds{version="0.41.0"} 1764547200',
      'version_expiry_timestamp_seconds{version="0.42.1"} 1768003200',
      'version_expiry_timestamp_seconds{version="0.43.1"} 1772409600',
      "uses_out_of_contact_seconds 0",
    ]);
  });

  it("counts everybody as without a usable version when there is no catalogue", async () => {
    const lines = await scrape({ catalogue: empty, uses: [useOf("a"), useOf("b", "0.44.1")] });
    expect(lines.filter((line) => line.startsWith("shoots"))).to.deep.equal([
      'shoots{version="unlisted"} 1',
      'shoots{version="none"} 1',
      ...[0, 7, 14, 30, 60, 90].map((days) => `shoots_expiring{within_days="${String(days)}"} 2`),
    ]);
  });

  it("has no values before everything is known, and says how old they are after that", async () => {
    const nothing = ["uses_out_of_contact_seconds 0"];
    expect(await scrape({ isSynced: false })).to.deep.equal(nothing);
    expect(await scrape({ catalogue: undefined })).to.deep.equal(nothing);
    expect((await scrape({ lostSince: 1000 })).at(-1)).to.equal("uses_out_of_contact_seconds 1.5");
  });
});
