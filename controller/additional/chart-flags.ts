import { namedFlag, type ReadFlags } from "../../falco/base/flags.ts";

/** What the command line and the environment say about the landscape's own charts. */
export interface ChartFlags {
  /** The helm program. */
  readonly helm?: string;
  readonly registryConfig?: string;
  readonly registryMirror?: string;
  readonly registryCa?: string;
  readonly registryCache?: string;
}

const text = { type: "string" } as const;

export const chartFlagOptions = {
  helm: text,
  "registry-config": text,
  "registry-mirror": text,
  "registry-ca": text,
  "registry-cache": text,
} as const;

export const chartUsage = `The landscape's own charts, and registries
  --helm FILE                           the helm program (3 or 4); else HELM, the PATH
  --registry-config FILE                docker configuration with credentials; else config.json in DOCKER_CONFIG
  --registry-mirror HOST=MIRROR,...     asks MIRROR[/PREFIX] instead of HOST; http:// before it for one without TLS
  --registry-ca FILE                    authorities in PEM that are trusted instead of the public ones
  --registry-cache DIRECTORY            keeps what was pulled (gardener-falco-registry in the directory for temporary files)
`;

export function readChartFlags(
  values: ReadFlags["values"],
  environment: Readonly<Record<string, string | undefined>>,
): ChartFlags {
  return {
    ...namedFlag("helm", values["helm"] ?? environment["HELM"]),
    ...namedFlag("registryConfig", values["registry-config"]),
    ...namedFlag("registryMirror", values["registry-mirror"]),
    ...namedFlag("registryCa", values["registry-ca"]),
    ...namedFlag("registryCache", values["registry-cache"]),
  };
}
