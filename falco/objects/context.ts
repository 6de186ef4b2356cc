import { canonicalJson, type JsonObject, sha256Hex } from "../base/json.ts";
import { toYaml } from "../base/yaml.ts";
import type { DesiredState, EnvironmentVariable, FalcosidekickState, FalcoState } from "../desired/state.ts";
import { labelsOf } from "./labels.ts";

/** What the templates of the shoot or seed see: the state as it is, optional parts as null, and what is derived from it. */
export function targetContext({ namespace, falco, falcosidekick }: DesiredState): object {
  return {
    namespace,
    labels: { falco: labelsOf("falco"), falcosidekick: labelsOf("falcosidekick") },
    falco: falcoContext(falco),
    falcosidekick: falcosidekick === undefined ? null : falcosidekickContext(falcosidekick),
  };
}

/** What the templates of the control plane's namespace see. */
export function controlPlaneContext({ namespace, controlPlane }: DesiredState): object {
  return {
    namespace: controlPlane.namespace,
    targetNamespace: namespace,
    // Prometheus puts the pod's name and port in.
    metricsPath: `/api/v1/namespaces/${namespace}/pods/\${1}:\${2}/proxy/metrics`,
  };
}

function falcoContext(falco: FalcoState): object {
  const configurationText = toYaml(falco.configuration);
  return {
    ...falco,
    configurationText,
    configurationChecksum: sha256Hex(configurationText),
    shootConfigMaps: falco.shootConfigMaps.map(({ name, directory }, index) => ({
      name,
      volume: `shoot-rules-${String(index)}`,
      mountPath: `/etc/falco/${directory}`,
    })),
    certificates: falco.certificates ?? null,
    certificatesChecksum: falco.certificates === undefined ? null : sha256Hex(canonicalJson(falco.certificates)),
  };
}

function falcosidekickContext(falcosidekick: FalcosidekickState): object {
  const { configuration, secretValues, certificates } = falcosidekick;
  const configurationText = toYaml(configuration);
  return {
    ...falcosidekick,
    configurationText,
    configurationChecksum: secretChecksum({ configurationText, secretValues }, certificates.key),
    certificatesChecksum: sha256Hex(canonicalJson(certificates)),
    environment: falcosidekick.environment.map((each) => toEnvironment(each)),
    accessToken: falcosidekick.accessToken ?? null,
    sleepsBeforeStop: falcosidekick.sleepsBeforeStop,
  };
}

/**
 * A checksum for an annotation that more people may read than the Secret. A private key goes in as well, so that nobody can find
 * out a weak password by trying; it changes with the certificates, which roll the pods anyway.
 */
function secretChecksum(content: object, key: string): string {
  return sha256Hex(`${key}\n${canonicalJson(content)}`);
}

function toEnvironment(variable: EnvironmentVariable): JsonObject {
  if ("value" in variable) return { name: variable.name, value: variable.value };
  const { name, secretName, secretKey } = variable;
  return { name, valueFrom: { secretKeyRef: { name: secretName, key: secretKey } } };
}
