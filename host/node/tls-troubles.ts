/** What goes wrong with TLS, in words: each is the tail of a sentence about the other end. */

const UNKNOWN_AUTHORITY =
  "its certificate comes from an authority that is not trusted: sip.tls_ca names the file of those that are";
const INCOMPLETE =
  "its certificate comes from an authority that is not trusted (sip.tls_ca names the file of those that are), or it does not send the certificates in between";

/** By the codes of Node and OpenSSL. */
const certificateTroubles: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet, or the clock here is slow",
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "its certificate is signed by itself and not trusted: sip.tls_ca names the file of those that are",
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: INCOMPLETE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: INCOMPLETE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: INCOMPLETE,
  CERT_REVOKED: "its certificate has been revoked",
  INVALID_PURPOSE: "its certificate is not meant for servers",
  CERT_SIGNATURE_FAILURE: "the signature of its certificate is wrong",
};

const handshakeTroubles: Readonly<Record<string, string>> = {
  ERR_SSL_UNSUPPORTED_PROTOCOL: "it does not speak TLS 1.2 or newer",
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: "it does not speak TLS 1.2 or newer",
  ERR_SSL_WRONG_VERSION_NUMBER: "what it answers is not TLS",
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    "it refuses the handshake: it may ask for a certificate of ours (sip.tls_cert and sip.tls_key), or for ciphers that are not spoken here",
  ECONNRESET: "it closes the connection in the handshake",
};

/** Alerts about our certificate (RFC 8446, section 6.2): it is missing, or does not fit. */
const OURS = /_ALERT_(?:.*CERTIFICATE.*|UNKNOWN_CA)$/;

const codeOf = (error: Error): string => (error as NodeJS.ErrnoException).code ?? "";

/** OpenSSL's own words without its file names and numbers, or the message. */
const wordsOf = (error: Error): string =>
  (error as { readonly reason?: string }).reason ?? error.message.split("\n")[0] ?? "";

/** Whether an error says that the other end does not accept our certificate. */
export const isOfCertificates = (error: Error | undefined): boolean =>
  error !== undefined && OURS.test(codeOf(error));

/** Names of a certificate as Node writes them: `DNS:a.example.com, IP Address:192.0.2.1`. */
const namesOf = (error: Error): string => {
  const { subject, subjectaltname } =
    (error as { readonly cert?: { subject?: { CN?: string }; subjectaltname?: string } }).cert ?? {};
  return (subjectaltname ?? subject?.CN ?? "").replaceAll(/\b(?:DNS|IP Address):/g, "");
};

/** Why a certificate does not fit; `name` is what it was verified against. */
export const certificateTrouble = (error: Error | undefined, name: string): string => {
  if (error === undefined) return "its certificate does not fit";
  if (isOfCertificates(error)) {
    const isMissing = codeOf(error).endsWith("CERTIFICATE_REQUIRED");
    return isMissing
      ? "it asks for a certificate of ours: sip.tls_cert and sip.tls_key name one"
      : `it does not accept our certificate, sip.tls_cert (${wordsOf(error)})`;
  }
  if (codeOf(error) === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const names = namesOf(error);
    return `its certificate is not for ${name}${names === "" ? "" : `, but for ${names}`}`;
  }
  return certificateTroubles[codeOf(error)] ?? `its certificate does not fit (${wordsOf(error)})`;
};

/** Why a handshake has failed for other reasons. `undefined`: the other end has closed the connection. */
export const handshakeTrouble = (error: Error | undefined): string =>
  handshakeTroubles[error === undefined ? "ECONNRESET" : codeOf(error)] ??
  `the handshake fails (${error === undefined ? "" : wordsOf(error)})`;
