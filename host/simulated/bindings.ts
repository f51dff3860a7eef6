import type { Endpoint } from "../abi/address.js";
import type { Answer } from "./registrar.js";
import type { SipMessage } from "./sip.js";

/** A binding of a registrar. */
export interface Binding {
  /** The address of record, the To header's URI. */
  readonly aor: string;
  /** The contact's URI. */
  readonly contact: string;
  /** When it ends, in milliseconds. */
  readonly expires: number;
  readonly callId: string;
  readonly cseq: number;
  /** Where the REGISTER came from. */
  readonly source: Endpoint;
}

/** What a REGISTER asks for one contact, its lifetime in seconds. */
export interface AskedContact {
  readonly contact: string;
  readonly expires: number;
}

/** The location data of a registrar (RFC 3261, section 10.3). */
export class Bindings {
  #bindings: Binding[] = [];

  /** The bindings that have not ended at `now`. */
  at(now: number): Binding[] {
    return this.#bindings.filter(({ expires }) => expires > now);
  }

  /** Forgets everything, as a server with its location data in memory does when it restarts. */
  clear(): void {
    this.#bindings = [];
  }

  /** Does what a REGISTER asks for; an answer other than 200 where it cannot, and then nothing has changed. */
  update(
    request: SipMessage,
    contacts: readonly AskedContact[],
    asked: number,
    now: number,
    source: Endpoint,
  ): Answer | undefined {
    const { to: aor, callId, cseq } = request;
    const all = this.at(now);
    const own = all.filter((binding) => binding.aor === aor);
    if (own.some((binding) => binding.callId === callId && binding.cseq >= cseq)) {
      return { status: 500, reason: "CSeq Has Not Grown" };
    }
    if (contacts.some(({ contact }) => contact === "*")) {
      if (contacts.length !== 1 || asked !== 0) return { status: 400, reason: "Contact * Without Expires 0" };
      this.#bindings = all.filter((binding) => binding.aor !== aor);
      return undefined;
    }
    const named = new Set(contacts.map(({ contact }) => contact));
    const kept = all.filter((binding) => binding.aor !== aor || !named.has(binding.contact));
    const fresh = contacts
      .filter(({ expires }) => expires > 0)
      .map(({ contact, expires }) => ({ aor, contact, expires: now + expires * 1000, callId, cseq, source }));
    this.#bindings = [...kept, ...fresh];
    return undefined;
  }
}
