import type { RecordOf } from "../abi/record.js";

/** Why a listening port is not open, and what to do about it, as a sentence. */
export const portSentence = ({ transport, port, reason }: RecordOf<"listen-failed">): string => {
  const name = `Port ${String(port)} (${transport.toUpperCase()})`;
  const key = transport === "tls" ? "sip.tls_listen_port" : "sip.listen_port";
  switch (reason) {
    case "address-in-use":
      return `${name} is in use by another program: stop that, or set ${key} to another port, or to 0 for any.`;
    case "not-permitted":
      return `${name} may not be opened by this user: set ${key} above 1023.`;
    case "tls-certificate":
      return `${name} cannot be opened without a certificate: set sip.tls_cert and sip.tls_key.`;
    default:
      return `${name} cannot be opened: ${reason}.`;
  }
};

/** Follows the listening ports, which are tried again and again, and says a sentence when one begins to fail. */
export class PortWatch {
  readonly #failing = new Map<string, string>();

  listening({ transport }: RecordOf<"listening">): void {
    this.#failing.delete(transport);
  }

  /** A sentence that names the port, when it has begun to fail, or does so in another way. */
  failed(record: RecordOf<"listen-failed">): string | undefined {
    if (this.#failing.get(record.transport) === record.reason) return undefined;
    this.#failing.set(record.transport, record.reason);
    return portSentence(record);
  }
}
