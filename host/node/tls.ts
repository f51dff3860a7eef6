import { isIP } from "node:net";
import { checkServerIdentity, connect, createSecureContext } from "node:tls";
import type { SecureContext } from "node:tls";
import type { Endpoint } from "../abi/address.js";
import type { FlowFailure } from "../abi/engine.js";
import type { Connection } from "./stream.js";
import { streamFailureOf } from "./stream.js";
import { certificateTrouble, handshakeTrouble, isOfCertificates } from "./tls-troubles.js";
import type { TlsCredentials } from "./tls-files.js";

/** Why a connection is gone whose handshake is complete: as TCP has it, or our certificate was not accepted. */
export const tlsFailureOf = (error: Error | undefined): FlowFailure =>
  isOfCertificates(error) ? "tls-certificate" : streamFailureOf(error);

/** What a connection by TLS tells beside its end: why it could not be made, as the tail of a sentence. */
export type TlsTrouble = (trouble: string) => void;

/** Makes connections by TLS 1.2 and newer, with one set of files. */
export class TlsClient {
  readonly #credentials: TlsCredentials;
  #context: SecureContext | undefined;

  constructor(credentials: TlsCredentials) {
    this.#credentials = credentials;
  }

  /**
   * Connects. The certificate is verified against `name`, a host name or an address, and never against the address
   * that the connection goes to. Its failures: those of TCP while there is no connection; `tls-certificate` where a
   * certificate does not fit, ours included; `tls-handshake` for anything else before the handshake is complete, the
   * other end's closing too.
   */
  connect(remote: Endpoint, name: string, troubled: TlsTrouble): Connection {
    const { verify } = this.#credentials;
    const host = name.replace(/^\[(.*)\]$/, "$1");
    const socket = connect({
      host: remote.address,
      port: remote.port,
      servername: isIP(host) === 0 ? host.replace(/\.$/, "") : "",
      // Parsing what a system trusts takes some time: once is enough.
      secureContext: (this.#context ??= createSecureContext(this.#credentials.client)),
      rejectUnauthorized: verify,
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    });
    let stage: "connecting" | "handshake" | "open" = "connecting";
    socket.once("connect", () => (stage = "handshake"));
    socket.once("secureConnect", () => (stage = "open"));
    // Node's types leave out that there may be no reason.
    const isRejected = (): boolean =>
      stage === "handshake" && verify && Boolean(socket.authorizationError as unknown);
    const reasonOf = (error: Error | undefined): FlowFailure => {
      if (stage === "connecting") return streamFailureOf(error);
      // A server of TLS 1.3 refuses our certificate after the handshake is over for us (RFC 8446, section 4.4.2).
      if (isRejected() || isOfCertificates(error)) {
        troubled(certificateTrouble(error, host));
        return "tls-certificate";
      }
      if (stage === "open") return tlsFailureOf(error);
      troubled(handshakeTrouble(error));
      return "tls-handshake";
    };
    return { socket, transport: "tls", opening: "secureConnect", reasonOf };
  }
}
