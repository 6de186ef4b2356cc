import { expect } from "chai";
import { decoder } from "../../../falco/api/decode.ts";
import type { FromSchema } from "../../../falco/api/schema.ts";
import { type FalcoServiceConfig, falcoServiceConfigKind } from "../../../falco/api/falco-service-config.ts";
import type { FalcoProfile } from "../../../falco/api/falco-profile.ts";

/** Compiles only when both types are the same. */
type Same<A, B> = [A, B] extends [B, A] ? true : false;
const same = <A, B>(value: Same<A, B>): boolean => value;

const schema = {
  type: "object",
  required: ["name", "size"],
  properties: {
    name: { type: "string" },
    size: { type: "string", enum: ["small", "large"] },
    count: { type: "integer" },
    labels: { type: "object", additionalProperties: { type: "number" } },
    entries: { type: "array", items: { type: "object", properties: { on: { type: "boolean" } } } },
    any: { "x-kubernetes-preserve-unknown-fields": true },
  },
} as const;
type Thing = FromSchema<typeof schema>;

describe("falco/api/schema: FromSchema (checked by the compiler)", () => {
  it("gives each schema its type", () => {
    const types = [
      same<Thing["name"], string>(true),
      same<Thing["size"], "small" | "large">(true),
      same<Thing["count"], number | undefined>(true),
      same<Thing["labels"], Readonly<Record<string, number>> | undefined>(true),
      same<Thing["any"], unknown>(true),
      same<FalcoServiceConfig["kind"], "FalcoServiceConfig">(true),
      same<FalcoProfile["spec"]["versions"]["falco"][number]["classification"], "preview" | "supported" | "deprecated">(
        true,
      ),
    ];
    expect(types).to.not.include(false);
  });

  it("refuses what the schema refuses", () => {
    const good: Thing = { name: "a", size: "small", entries: [{ on: true }, {}] };
    // @ts-expect-error a required field is missing
    const missing: Thing = { name: "a" };
    // @ts-expect-error a value that the enum does not have
    const value: Thing = { ...good, size: "medium" };
    // @ts-expect-error a wrong type
    const type: Thing = { ...good, count: "1" };
    // @ts-expect-error an unknown field
    const unknown: Thing = { name: "a", size: "small", nmae: "b" };
    // @ts-expect-error undefined is not absent
    const absent: Thing = { ...good, count: undefined };
    // @ts-expect-error a wrong type deep down
    const deep: Thing = { ...good, entries: [{ on: "yes" }] };
    // @ts-expect-error a field is read-only
    good.name = "b";
    // @ts-expect-error a list is read-only
    const list: object[] = good.entries ?? [];
    // @ts-expect-error the kind is fixed
    const config: FalcoServiceConfig = { ...falcoServiceConfigKind, kind: "Other" };
    const decode = decoder(schema);
    expect(decode(good).ok).to.equal(true);
    expect([missing, value, type, unknown, deep].filter((each) => decode(each).ok)).to.deep.equal([]);
    expect([absent, list, config]).to.have.length(3);
  });
});
