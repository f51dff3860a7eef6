import { hostPortText } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";

/** Different troubles that are told of one server: what they say comes from it, and it may never end. */
const MOST_TROUBLES = 8;
/** Characters of a trouble that are shown. */
const LONGEST = 300;

/** Text from outside as a terminal may show it. */
const harmless = (text: string): string => {
  const printable = text.replaceAll(/\p{C}/gu, "?");
  return printable.length > LONGEST ? `${printable.slice(0, LONGEST)}…` : printable;
};

/** Follows what becomes of TLS with servers, and says a sentence when it fails with one of them, once for each reason. */
export class TlsWatch {
  readonly #failing = new Map<string, Set<string>>();

  /** A sentence that names the server, when it has not failed in this way since it worked last. */
  failed({ address, port }: Endpoint, name: string, trouble: string): string | undefined {
    const end = hostPortText(address, port);
    const server = name === "" || name === address ? end : `${name} at ${end}`;
    const told = this.#failing.get(server) ?? new Set();
    this.#failing.set(server, told);
    if (told.has(trouble) || told.size === MOST_TROUBLES) return undefined;
    told.add(trouble);
    return harmless(`The TLS server ${server} cannot be used: ${trouble}.`);
  }

  /** A server has sent something: its TLS is in order. */
  works({ address, port }: Endpoint): void {
    const end = hostPortText(address, port);
    for (const server of this.#failing.keys()) {
      if (server === end || server.endsWith(` at ${end}`)) this.#failing.delete(server);
    }
  }
}
