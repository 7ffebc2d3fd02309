import { generate } from "selfsigned";

/** PEM texts: the sandbox's certificate authority, and its certificate for `localhost`. */
export type Certificates = { ca: string; certificate: string; key: string };

/** Creates an authority and a server certificate for `localhost` and 127.0.0.1, valid for a week. */
export async function issueCertificates(): Promise<Certificates> {
  const validity = { notAfterDate: new Date(Date.now() + 7 * 24 * 3600 * 1000) };
  const kind = { keyType: "ec", algorithm: "sha256", ...validity } as const;
  const authority = await generate([{ name: "commonName", value: "Sandbox Root CA" }], {
    ...kind,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: "commonName", value: "localhost" }], {
    ...kind,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
        ],
      },
    ],
  });
  return { ca: authority.cert, certificate: server.cert, key: server.private };
}
