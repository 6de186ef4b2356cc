import { buildCatalogue, type Catalogue } from "../../../../falco/catalog/catalogue.ts";
import type { AdmissionContext } from "../../../../falco/desired/admission-subject.ts";
import { defaultLandscape, type Landscape } from "../../../../falco/desired/landscape.ts";
import { falco, profileOf } from "../../catalog/profile-of.ts";
import { configMap, secret } from "../../desired/samples.ts";

/** The surroundings in which an example is wrong, as the document calls them. */
export type Situation = keyof typeof situations;

const withFalco = (...versions: Parameters<typeof falco>[]): Catalogue =>
  buildCatalogue([
    profileOf("one", {
      falco: versions.map(([version, fields]) => falco(version, fields)),
      falcosidekick: [{ version: "2.34.1", classification: "supported" }],
    }),
  ]).catalogue;

const contradictory = buildCatalogue([
  profileOf("one", { falco: [falco("0.44.1")] }),
  profileOf("two", { falco: [falco("0.44.1", { classification: "preview" })] }),
]).catalogue;

const withoutImages = buildCatalogue([profileOf("one", { falco: [falco("0.44.1")], images: { falco: [] } })]).catalogue;

const onlyTeam: Landscape = {
  ...defaultLandscape,
  globalDestinations: [{ name: "team", section: "slack", settings: { webhookurl: "https://slack.example.org" } }],
};

const elevenFiles = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`${String(index)}.yaml`, "[]"]));

export const situations = {
  "a landscape without a configuration": { landscape: defaultLandscape },
  "a landscape with the destination team": { landscape: onlyTeam },
  "no FalcoProfile": { catalogue: buildCatalogue([]).catalogue },
  "two FalcoProfiles that differ": { catalogue: contradictory },
  "a FalcoProfile without images": { catalogue: withoutImages },
  "a FalcoProfile with Falco 0.40.0": { catalogue: withFalco(["0.40.0"], ["0.44.1"]) },
  "--restricted-usage": { restrictedUsage: true },
  "--restricted-centralized-logging": { restrictedCentralizedLogging: true },
  "the Secret holds only adress": content({ hook: { adress: "x" } }, {}),
  "the Secret's address is no URL": content({ hook: { address: "example.org" } }, {}),
  "both ConfigMaps hold a.yaml": content({}, { rules: { "a.yaml": "[]" }, "more-rules": { "a.yaml": "[]" } }),
  "the ConfigMap holds no list": content({}, { rules: { "a.yaml": "rule: a" } }),
  "the ConfigMap holds eleven files": content({}, { rules: elevenFiles }),
  "a .gz that is not gzip": packed("eA=="),
} as const satisfies Readonly<Record<string, Partial<AdmissionContext>>>;

type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

function content(secrets: Texts, configMaps: Texts): Partial<AdmissionContext> {
  const of = <T>(texts: Texts, make: (name: string, values: Readonly<Record<string, string>>) => T): Map<string, T> =>
    new Map(Object.entries(texts).map(([name, values]) => [`${name}-object`, make(`${name}-object`, values)]));
  return { referenced: { secrets: of(secrets, secret), configMaps: of(configMaps, (_, data) => configMap(data)) } };
}

function packed(base64: string): Partial<AdmissionContext> {
  const configMaps = new Map([["rules-object", configMap({}, { "a.yaml.gz": base64 })]]);
  return { referenced: { secrets: new Map(), configMaps } };
}
