import type { RecordOf } from "../abi/record.js";

const troubles: Readonly<Record<string, string>> = {
  silent: "does not answer",
  unreachable: "cannot be reached: nothing listens at that address and port, or there is no way to it",
  refused: "refuses to answer",
};

/** Follows what DNS servers answer, and says a sentence when one begins to fail. */
export class DnsWatch {
  readonly #failing = new Map<string, string>();

  /** A sentence that names the server, when it has begun to fail, or does so in another way. */
  add({ server, outcome }: RecordOf<"dns-answer">): string | undefined {
    const trouble = troubles[outcome];
    if (trouble === undefined) {
      this.#failing.delete(server);
      return undefined;
    }
    if (this.#failing.get(server) === outcome) return undefined;
    this.#failing.set(server, outcome);
    return `The DNS server ${server.replace(/^[a-z]+:/, "")} ${trouble}.`;
  }
}
