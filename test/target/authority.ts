import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 86_400_000;

/** A key and a certificate, in PEM. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

/** An authority made for one run, which certifies what a test asks for. */
export interface Authority {
  /** Its certificate, in PEM. */
  readonly cert: string;
  /** Its own key, which signs what it says of certificates. */
  readonly identity: Identity;
  /** @param more `purpose` is what the certificate is for; a server's by default. `extensions` replace its list's address */
  certify(
    names: readonly string[],
    more?: { from?: Date; to?: Date; purpose?: string; extensions?: readonly x509.Extension[] },
  ): Promise<Identity>;
  /** Its list of revoked certificates, in DER; without an end where `until` is null. */
  revoked(
    identities: readonly Identity[],
    until?: Date | null,
    more?: Partial<x509.X509CrlCreateParams>,
  ): Promise<Buffer>;
}

/** @param list address of the list of revoked certificates */
export async function createAuthority(list?: string, name = "Target Authority"): Promise<Authority> {
  const keys = await keyPair();
  const notBefore = new Date(Date.now() - day);
  const root = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${name}`,
      keys,
      notBefore,
      notAfter: new Date(Date.now() + 365 * day),
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 1, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto,
  );
  const pem = async (key: webcrypto.CryptoKey) =>
    x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
  return {
    cert: root.toString("pem"),
    identity: { key: await pem(keys.privateKey), cert: root.toString("pem") },
    async certify(
      names,
      {
        from = notBefore,
        to = new Date(Date.now() + 90 * day),
        purpose = "1.3.6.1.5.5.7.3.1",
        extensions,
      } = {},
    ) {
      const own = await keyPair();
      const cert = await x509.X509CertificateGenerator.create(
        {
          subject: `CN=${names[0] ?? "nobody"}`,
          issuer: root.subject,
          notBefore: from,
          notAfter: to,
          publicKey: own.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: algorithm,
          extensions: [
            new x509.BasicConstraintsExtension(false),
            new x509.ExtendedKeyUsageExtension([purpose]),
            new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns" as const, value }))),
            await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
            ...(extensions ?? (list === undefined ? [] : [new x509.CRLDistributionPointsExtension([list])])),
          ],
        },
        webcrypto,
      );
      return { key: await pem(own.privateKey), cert: cert.toString("pem") };
    },
    async revoked(identities, until = new Date(Date.now() + day), more = {}) {
      const crl = await x509.X509CrlGenerator.create(
        {
          issuer: root.subject,
          thisUpdate: notBefore,
          ...(until !== null && { nextUpdate: until }),
          entries: identities.map(({ cert }) => ({
            serialNumber: new x509.X509Certificate(cert).serialNumber,
            revocationDate: notBefore,
          })),
          signingKey: keys.privateKey,
          signingAlgorithm: algorithm,
          ...more,
        },
        webcrypto,
      );
      return Buffer.from(crl.rawData);
    },
  };
}

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}
