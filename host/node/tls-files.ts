import { X509Certificate, createPrivateKey } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import type { SecureContextOptions } from "node:tls";
import type { TlsFiles } from "../abi/core.js";
import { causeOf } from "./files.js";

/** The oldest version that is spoken, by us and to us. */
const MIN_VERSION = "TLSv1.2";

/** The keys that name the files. */
const keys = { trustAnchors: "sip.tls_ca", certificate: "sip.tls_cert", key: "sip.tls_key" } as const;

/** Where systems keep the authorities that they trust, in one file; `SSL_CERT_FILE` comes first, as OpenSSL has it. */
const systemFiles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
] as const;

/** A file of TLS cannot be used; the message is a sentence that names key and file. */
export class TlsFileError extends Error {
  override readonly name = "TlsFileError";
}

/** What the files of TLS hold. */
export interface TlsCredentials {
  /** Whether certificates of servers are verified. */
  readonly verify: boolean;
  /** For connections of ours. */
  readonly client: SecureContextOptions;
  /** For connections of others; `undefined` where there is no certificate of our own. */
  readonly server: SecureContextOptions | undefined;
}

const sentence = (key: string, path: string, trouble: string): string =>
  `The file of ${key}, ${path}, ${trouble}.`;

const read = (key: string, path: string): string => {
  try {
    return readFileSync(path, "latin1");
  } catch (error) {
    throw new TlsFileError(sentence(key, path, `cannot be read: ${causeOf(error)}`));
  }
};

/** The certificates of a file in PEM, in order; a file without any is an error. */
const certificatesOf = (key: string, path: string): { text: string; certificates: X509Certificate[] } => {
  const text = read(key, path);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new TlsFileError(sentence(key, path, "holds no certificate in PEM"));
  try {
    return { text, certificates: blocks.map((block) => new X509Certificate(block)) };
  } catch {
    throw new TlsFileError(sentence(key, path, "holds a certificate that cannot be understood"));
  }
};

const privateKeyOf = (path: string): { text: string; key: KeyObject } => {
  const text = read(keys.key, path);
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw new TlsFileError(sentence(keys.key, path, "holds no private key in PEM"));
  try {
    return { text, key: createPrivateKey(text) };
  } catch {
    // PKCS #8 says so in its first line, older forms in a header (RFC 7468, section 11; RFC 1421, section 4.6.1.1).
    const isEncrypted = text.includes("ENCRYPTED");
    const trouble = isEncrypted ? "asks for a passphrase" : "holds a private key that cannot be understood";
    throw new TlsFileError(sentence(keys.key, path, trouble));
  }
};

/** Our own certificate with its key; `undefined` where no file is named. */
const ownCertificate = ({ certificate, key }: TlsFiles): SecureContextOptions | undefined => {
  if (certificate === "" && key === "") return undefined;
  if (certificate === "" || key === "") {
    const [there, missing] = key === "" ? [keys.certificate, keys.key] : [keys.key, keys.certificate];
    throw new TlsFileError(
      `${there} is of no use without ${missing}: a certificate and its key go together.`,
    );
  }
  const { text, certificates } = certificatesOf(keys.certificate, certificate);
  const privateKey = privateKeyOf(key);
  // What follows the first one are the authorities that have issued it.
  if (certificates[0]?.checkPrivateKey(privateKey.key) !== true) {
    throw new TlsFileError(sentence(keys.key, key, `does not belong to the certificate in ${certificate}`));
  }
  const own = { cert: text, key: privateKey.text };
  try {
    createSecureContext(own);
  } catch (error) {
    const { reason, message } = error as { readonly reason?: string; readonly message: string };
    throw new TlsFileError(sentence(keys.certificate, certificate, `cannot be used: ${reason ?? message}`));
  }
  return own;
};

/** The authorities that the system trusts; `undefined`, which is those of Node, where it keeps them in no known file. */
const systemTrustAnchors = (): string | undefined => {
  for (const path of [process.env["SSL_CERT_FILE"] ?? "", ...systemFiles]) {
    try {
      return readFileSync(path, "latin1");
    } catch {
      // The next file may be there.
    }
  }
  return undefined;
};

/**
 * Reads the files of TLS. A path that is not absolute counts from the working directory.
 *
 * @throws TlsFileError where a file cannot be read, is not PEM, or key and certificate do not go together
 */
export const readTlsFiles = (files: TlsFiles): TlsCredentials => {
  const own = ownCertificate(files);
  const ca =
    files.trustAnchors === ""
      ? systemTrustAnchors()
      : certificatesOf(keys.trustAnchors, files.trustAnchors).text;
  return {
    verify: files.verify,
    client: { minVersion: MIN_VERSION, ...own, ...(ca === undefined ? {} : { ca }) },
    server: own === undefined ? undefined : { minVersion: MIN_VERSION, ...own },
  };
};
