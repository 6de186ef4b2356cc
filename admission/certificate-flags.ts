import {
  choiceFlag,
  type Environment,
  namedFlag,
  numberFlag,
  type ReadFlags,
  requiredFlag,
} from "../falco/base/flags.ts";
import { combine, failure, problem, type Result, success } from "../falco/base/problem.ts";
import type { PairFiles } from "./follow-files.ts";
import { webhookAddress } from "./webhook-certificate/address.ts";
import type { WebhookAddress } from "./webhook-certificate/webhook-configurations.ts";

/** Where the webhooks' certificate comes from. */
export type Certificate = ({ readonly kind: "files" } & PairFiles) | ({ readonly kind: "own" } & OwnCertificate);

/** Made and renewed by the program itself, which then keeps the webhook configurations as well. */
export interface OwnCertificate {
  /** Of the Secret, in the cluster that the program runs in. */
  readonly namespace: string;
  /** How API servers call the webhooks. */
  readonly address: WebhookAddress;
  /** The Namespace of the virtual garden that the webhook configurations go away with. */
  readonly ownerNamespace?: string;
}

type Values = ReadFlags["values"];

const modes = ["service", "url"] as const;

/** Files where one is named; else one of the program's own. */
export function certificateFlags(values: Values, environment: Environment): Result<Certificate> {
  if (values["tls-cert-file"] === undefined && values["tls-private-key-file"] === undefined) {
    return ownFlags(values, environment);
  }
  return combine({
    kind: success("files" as const),
    certificateFile: requiredFlag(values, "tls-cert-file"),
    keyFile: requiredFlag(values, "tls-private-key-file"),
  });
}

function ownFlags(
  values: Values,
  { WEBHOOK_CONFIG_NAMESPACE, LEADER_ELECTION_NAMESPACE }: Environment,
): Result<Certificate> {
  const given = [values["webhook-config-namespace"], WEBHOOK_CONFIG_NAMESPACE, LEADER_ELECTION_NAMESPACE];
  const namespace = given.find((each) => typeof each === "string" && each !== "");
  if (typeof namespace !== "string") {
    const message = "Name the namespace that this program runs in, or give --tls-cert-file and --tls-private-key-file.";
    return failure([problem("FIELD_REQUIRED", "--webhook-config-namespace", message)]);
  }
  const address = addressFlags(values, namespace);
  if (!address.ok) return address;
  const owner = namedFlag("ownerNamespace", values["webhook-config-owner-namespace"]);
  return success({ kind: "own", namespace, address: address.value, ...owner });
}

function addressFlags(values: Values, namespace: string): Result<WebhookAddress> {
  const port = { lowest: 1, highest: 65_535, what: "a port" };
  const read = combine({
    mode: choiceFlag(modes, values["webhook-config-mode"], "--webhook-config-mode"),
    servicePort: numberFlag(values["webhook-config-service-port"], "--webhook-config-service-port", port),
  });
  if (!read.ok) return read;
  return webhookAddress({ ...read.value, ...namedFlag("url", values["webhook-config-url"]), namespace });
}
