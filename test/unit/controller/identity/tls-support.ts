import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import type { Identity } from "../../../../falco/desired/identity.ts";
import { readChain } from "../../../../certificates/read-family.ts";

/** The name that Falco is configured to call falcosidekick by. */
const serviceName = "falcosidekick.kube-system.svc.cluster.local";

/**
 * A real connection over TLS in which both sides verify each other. What Falco with one identity gets from falcosidekick with another:
 * "accepted", or the code of the error. OpenSSL compares with the machine's clock.
 */
export async function connect(falco: Identity, falcosidekick: Identity, servername = serviceName): Promise<string> {
  const { certificate, key } = falcosidekick.server;
  const trust = { ca: falcosidekick.clientCa, requestCert: true, rejectUnauthorized: true };
  const server = createServer({ cert: certificate, key, ...trust }, (_request, response) => response.end("accepted"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const { client, serverCa } = falco;
    const credentials = client.key === "" ? {} : { cert: client.certificate, key: client.key };
    const sent = request({ host: "127.0.0.1", port, servername, ca: serverCa, ...credentials, agent: false });
    sent.end();
    const [response] = (await once(sent, "response")) as [AsyncIterable<Buffer>];
    let text = "";
    for await (const chunk of response) text += chunk.toString();
    return text;
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown";
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The validity of a certificate and of those CAs of a bundle that signed it for a purpose. */
interface Trust {
  readonly leaf: X509Certificate;
  readonly signers: readonly X509Certificate[];
}

/**
 * Verifies certificates as TLS does, but at any moment: signature, issuer, purpose, name and validity. Signatures are verified once for each
 * pair. tls.spec.ts holds it together with what real connections say.
 */
export class Verifier {
  readonly #known = new Map<string, Trust>();

  /** Whether Falco with one identity and falcosidekick with another accept each other. */
  accepts(falco: Identity, falcosidekick: Identity, at: Date): boolean {
    return (
      this.#trusts(falco.serverCa, falcosidekick.server.certificate, "server", at) &&
      this.#trusts(falcosidekick.clientCa, falco.client.certificate, "client", at)
    );
  }

  #trusts(bundle: string, certificate: string, purpose: "server" | "client", at: Date): boolean {
    const id = `${purpose}\n${certificate}\n${bundle}`;
    const trust = this.#known.get(id) ?? trustOf(bundle, certificate, purpose);
    this.#known.set(id, trust);
    return isValid(trust.leaf, at) && trust.signers.some((signer) => isValid(signer, at));
  }
}

const purposeIds = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" };

function trustOf(bundle: string, certificate: string, purpose: "server" | "client"): Trust {
  const leaf = new X509Certificate(certificate);
  const named = purpose === "client" || leaf.checkHost(serviceName) !== undefined;
  const usable = named && leaf.keyUsage.includes(purposeIds[purpose]);
  const authorities = usable ? (readChain(bundle) ?? []) : [];
  return { leaf, signers: authorities.filter((ca) => ca.ca && leaf.checkIssued(ca) && leaf.verify(ca.publicKey)) };
}

function isValid(certificate: X509Certificate, at: Date): boolean {
  return certificate.validFromDate <= at && at < certificate.validToDate;
}
