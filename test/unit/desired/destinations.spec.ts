import { expect } from "chai";
import type { Destination } from "../../../falco/api/falco-service-config.ts";
import {
  checkDestinations,
  defaultDestinations,
  needsFalcosidekick,
  outputOf,
} from "../../../falco/desired/destinations.ts";
import type { Place } from "../../../falco/desired/facts.ts";
import { defaultLandscape, type Landscape } from "../../../falco/desired/landscape.ts";
import { landscape, resources } from "./samples.ts";

const check = (destinations: readonly Destination[], place: Place = "shoot", given: Landscape = landscape) =>
  checkDestinations(destinations, { path: "d", place, landscape: given, resources }).map(({ code, path, message }) => [
    code,
    path,
    message,
  ]);

describe("falco/desired/destinations", () => {
  const good: readonly (readonly [string, readonly Destination[], Place])[] = [
    ["nothing", [], "shoot"],
    [
      "every destination of a shoot that can be together",
      ["logging", "stdout", "central", "otlp", "archive", "team", "metrics"].map((name) => ({ name })),
      "shoot",
    ],
    [
      "those with Secrets",
      [
        { name: "custom", resourceSecretName: "hook" },
        { name: "opensearch", resourceSecretName: "search" },
        { name: "splunk", resourceSecretName: "hec" },
      ],
      "shoot",
    ],
    [
      "those of a seed",
      [{ name: "stdout" }, { name: "central" }, { name: "splunk", resourceSecretName: "hec" }, { name: "archive" }],
      "seed",
    ],
    ["a disabled one, whatever it lacks", [{ name: "custom", enabled: false }, { name: "logging" }], "shoot"],
    [
      "a disabled one twice",
      [
        { name: "logging", enabled: false },
        { name: "logging", enabled: false },
      ],
      "shoot",
    ],
    ["one beside its disabled double", [{ name: "logging", enabled: false }, { name: "logging" }], "shoot"],
    ["one before its disabled double", [{ name: "logging" }, { name: "logging", enabled: false }], "shoot"],
    ["a disabled one with the same output", [{ name: "custom", enabled: false }, { name: "central" }], "shoot"],
    ["one that is not for seeds, disabled", [{ name: "logging", enabled: false }], "seed"],
  ];
  for (const [what, destinations, place] of good) {
    it(`takes ${what} (${place})`, () => {
      expect(check(destinations, place)).to.deep.equal([]);
    });
  }

  const webhook = `"central" and "custom" both use falcosidekick's output "webhook", which exists once. Disable one.`;
  const custom = { name: "custom", resourceSecretName: "hook" };
  const bad: readonly (readonly [string, readonly Destination[], readonly (readonly [string, string, string])[]])[] = [
    [
      "a mistyped name",
      [{ name: "loging" }],
      [
        [
          "DESTINATION_UNKNOWN",
          "d[0].name",
          'There is no destination "loging". Did you mean "logging"? Use one of logging, stdout, custom, opensearch, splunk, central, otlp, archive, team, metrics.',
        ],
      ],
    ],
    [
      "an unknown name",
      [{ name: "somewhere-else" }],
      [
        [
          "DESTINATION_UNKNOWN",
          "d[0].name",
          'There is no destination "somewhere-else". Use one of logging, stdout, custom, opensearch, splunk, central, otlp, archive, team, metrics.',
        ],
      ],
    ],
    [
      "an unknown name, disabled",
      [{ name: "loging", enabled: false }],
      [
        [
          "DESTINATION_UNKNOWN",
          "d[0].name",
          'There is no destination "loging". Did you mean "logging"? Use one of logging, stdout, custom, opensearch, splunk, central, otlp, archive, team, metrics.',
        ],
      ],
    ],
    [
      "a name that every object has",
      [{ name: "constructor", resourceSecretName: "hook" }],
      [
        [
          "DESTINATION_UNKNOWN",
          "d[0].name",
          'There is no destination "constructor". Use one of logging, stdout, custom, opensearch, splunk, central, otlp, archive, team, metrics.',
        ],
      ],
    ],
    [
      "an output of falcosidekick",
      [{ name: "kafka", resourceSecretName: "hook" }],
      [
        [
          "NOT_AVAILABLE",
          "d[0].name",
          `falcosidekick's output "kafka" as a destination of its own is not available in this version. Use one of logging, stdout, custom, opensearch, splunk, central, otlp, archive, team, metrics.`,
        ],
      ],
    ],
    [
      "the same one twice",
      [{ name: "logging" }, { name: "logging" }],
      [["FIELD_DUPLICATE", "d[1].name", 'The destination "logging" stands here twice. Remove one.']],
    ],
    ["two with the same output", [custom, { name: "central" }], [["DESTINATION_CONFLICT", "d[1].name", webhook]]],
    ["the same two, in another order", [{ name: "central" }, custom], [["DESTINATION_CONFLICT", "d[1].name", webhook]]],
    [
      "logging and custom",
      [{ name: "logging" }, custom],
      [["DESTINATION_CONFLICT", "d", '"logging" and "custom" cannot be used together. Disable one.']],
    ],
    [
      "one without its Secret",
      [{ name: "splunk" }],
      [
        [
          "SECRET_REQUIRED",
          "d[0].resourceSecretName",
          '"splunk" needs a Secret. Name an entry of spec.resources that refers to it.',
        ],
      ],
    ],
    [
      "a Secret that is not declared",
      [{ name: "splunk", resourceSecretName: "hex" }],
      [
        [
          "RESOURCE_UNDECLARED",
          "d[0].resourceSecretName",
          'There is no entry "hex" in spec.resources. Did you mean "hec"?',
        ],
      ],
    ],
    [
      "a Secret that is a ConfigMap",
      [{ name: "splunk", resourceSecretName: "rules" }],
      [
        [
          "RESOURCE_KIND",
          "d[0].resourceSecretName",
          'The entry "rules" of spec.resources refers to a ConfigMap (v1), but a Secret (v1) is needed.',
        ],
      ],
    ],
    [
      "a Secret that is a WorkloadIdentity",
      [{ name: "splunk", resourceSecretName: "identity" }],
      [
        [
          "RESOURCE_KIND",
          "d[0].resourceSecretName",
          'The entry "identity" of spec.resources refers to a WorkloadIdentity (security.gardener.cloud/v1alpha1), but a Secret (v1) is needed.',
        ],
      ],
    ],
  ];
  for (const [what, destinations, expected] of bad) {
    it(`refuses ${what}`, () => {
      expect(check(destinations)).to.deep.equal(expected);
    });
  }

  const forbidden: readonly (readonly [string, Place, Landscape, string])[] = [
    [
      "logging",
      "seed",
      landscape,
      '"logging" is for shoots only. Use one of stdout, custom, opensearch, splunk, central, archive, team.',
    ],
    [
      "otlp",
      "seed",
      landscape,
      '"otlp" is for shoots only. Use one of stdout, custom, opensearch, splunk, central, archive, team.',
    ],
    [
      "metrics",
      "seed",
      landscape,
      '"metrics" is for shoots only. Use one of stdout, custom, opensearch, splunk, central, archive, team.',
    ],
    ["central", "shoot", defaultLandscape, 'This landscape does not offer "central". Choose another destination.'],
    ["otlp", "shoot", defaultLandscape, 'This landscape does not offer "otlp". Choose another destination.'],
  ];
  for (const [name, place, given, message] of forbidden) {
    it(`refuses ${name} in a ${place}${given === landscape ? "" : " of a plain landscape"}`, () => {
      expect(check([{ name }], place, given)).to.deep.equal([["DESTINATION_FORBIDDEN", "d[0].name", message]]);
    });
  }

  it("reports all mistakes at once", () => {
    const all = [
      { name: "splunk" },
      { name: "x" },
      { name: "logging" },
      { name: "logging" },
      custom,
      { name: "central" },
    ];
    expect(check(all).map(([code, path]) => `${code ?? ""} ${path ?? ""}`)).to.deep.equal([
      "SECRET_REQUIRED d[0].resourceSecretName",
      "DESTINATION_UNKNOWN d[1].name",
      "FIELD_DUPLICATE d[3].name",
      "DESTINATION_CONFLICT d[5].name",
      "DESTINATION_CONFLICT d",
    ]);
  });

  const defaults: readonly (readonly [string, Place, string])[] = [
    ["logging", "shoot", "logging"],
    ["logging", "seed", "stdout"],
    ["otlp", "seed", "stdout"],
    ["central", "seed", "central"],
    ["archive", "seed", "archive"],
    ["metrics", "shoot", "metrics"],
    ["metrics", "seed", "stdout"],
  ];
  for (const [defaultEventDestination, place, name] of defaults) {
    it(`the default ${defaultEventDestination} means ${name} in a ${place}`, () => {
      const given = { ...landscape, defaultEventDestination };
      expect(defaultDestinations(place, given)).to.deep.equal([{ name }]);
      expect(check(defaultDestinations(place, given), place, given)).to.deep.equal([]);
    });
  }

  it("knows the output of each, and whether falcosidekick is needed", () => {
    const names = ["logging", "stdout", "custom", "opensearch", "splunk", "central", "otlp", "archive", "unknown"];
    expect(names.map((name) => outputOf(name, landscape))).to.deep.equal([
      "loki",
      undefined,
      "webhook",
      "elasticsearch",
      "splunk",
      "webhook",
      "otlp",
      "kafkarest",
      undefined,
    ]);
    const needed = (...destinations: readonly Destination[]): boolean => needsFalcosidekick(destinations, landscape);
    expect(needed({ name: "stdout" }, { name: "logging", enabled: false })).to.equal(false);
    expect(needed({ name: "stdout" }, { name: "archive" })).to.equal(true);
  });
});
