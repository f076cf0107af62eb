/** Certificates for tests, made anew each time: a private authority, a server's by it, and a self-signed one. */
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const HOUR_MS = 3_600_000;

export async function makeCertificates() {
  const authority = await makeKeys();
  const validity = {
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + 24 * HOUR_MS),
    signingAlgorithm: ALGORITHM,
  };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: "CN=Private authority",
    keys: authority,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  const extensions = [
    new x509.BasicConstraintsExtension(false),
    new x509.SubjectAlternativeNameExtension([
      { type: "ip", value: "127.0.0.1" },
      { type: "dns", value: "localhost" },
    ]),
  ];
  const [issuedKeys, ownKeys] = [await makeKeys(), await makeKeys()];
  const issued = await x509.X509CertificateGenerator.create({
    ...validity,
    subject: "CN=localhost",
    issuer: ca.subject,
    publicKey: issuedKeys.publicKey,
    signingKey: authority.privateKey,
    extensions,
  });
  const selfSigned = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    name: "CN=localhost",
    keys: ownKeys,
    extensions,
  });
  return {
    authority: ca.toString("pem"),
    issued: { cert: issued.toString("pem"), key: await toPem(issuedKeys.privateKey) },
    selfSigned: { cert: selfSigned.toString("pem"), key: await toPem(ownKeys.privateKey) },
  };
}

function makeKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

async function toPem(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey("pkcs8", key);
  return x509.PemConverter.encode(der, "PRIVATE KEY");
}
