import type { FalcoUse } from "../../../falco/desired/falco-use.ts";

/** A Shoot of the project `dev` that updates automatically, unless `fields` says otherwise. */
export const useOf = (name: string, falcoVersion?: string, fields: Partial<FalcoUse> = {}): FalcoUse => ({
  kind: "Shoot",
  namespace: "garden-dev",
  name,
  ...(falcoVersion !== undefined && { falcoVersion }),
  autoUpdate: true,
  maintainNow: false,
  ...fields,
});

/** `count` Shoots `a1`, `a2`, … with a version. */
export const usesOf = (count: number, falcoVersion?: string, fields: Partial<FalcoUse> = {}): readonly FalcoUse[] =>
  Array.from({ length: count }, (_each, index) => useOf(`a${String(index + 1)}`, falcoVersion, fields));

export const seedUse = (falcoVersion?: string): FalcoUse =>
  useOf("local", falcoVersion, { kind: "Seed", namespace: "" });
