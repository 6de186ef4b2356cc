import type { FamilyView } from "../../certificates/family.ts";

/** What policies look at in the certificates and keys of one cluster. It holds no key and no certificate. */
export interface BundleView {
  readonly server: FamilyView;
  readonly client: FamilyView;
}

/** `server`: falcosidekick's certificate, which Falco trusts by its CA. `client`: Falco's, which falcosidekick trusts. */
export type Family = keyof BundleView;
