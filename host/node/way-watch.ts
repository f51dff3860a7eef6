import type { Endpoint } from "../abi/address.js";
import type { FlowFailure } from "../abi/engine.js";

/** Failures that are of our own side, or of the way. */
const ours: ReadonlySet<FlowFailure> = new Set(["unreachable", "address-not-available"]);

/**
 * Follows whether there is a way to other ends. To the core an end that cannot be reached is one that refuses (F1);
 * whoever looks after the phone should know that it may not be the server's fault.
 */
export class WayWatch {
  readonly #failing = new Set<string>();

  /** A sentence, when there has begun to be no way to an address. */
  failed({ address }: Endpoint, reason: FlowFailure): string | undefined {
    if (!ours.has(reason) || this.#failing.has(address)) return undefined;
    this.#failing.add(address);
    return `There is no way to ${address}: the network is down, there is no route, or this machine's address has changed.`;
  }

  /** Something has come from there. */
  works({ address }: Endpoint): void {
    this.#failing.delete(address);
  }
}
