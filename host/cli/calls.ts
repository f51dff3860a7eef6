import { randomInt } from "node:crypto";
import type { EventEmitter } from "node:events";
import type { NameOf, RecordOf } from "../abi/record.js";
import { CoreError } from "../node/index.js";
import type { BasePhone, Content, PhoneEvents } from "../node/index.js";
import { CallMedia, SDP_TYPE } from "./sdp.js";

/** What is needed of a phone. */
export type CallingPhone = Pick<EventEmitter<PhoneEvents>, "on"> &
  Pick<BasePhone, "call" | "respond" | "hangUp" | "requestInCall" | "status">;

/** What becomes of a call that comes in and that nobody answers. Milliseconds. */
export interface AnswerPolicy {
  /** Takes it after so long. */
  readonly takes?: number | undefined;
  /** Refuses it with 486 after so long. */
  readonly refuses?: number | undefined;
}

export interface CallsOptions {
  readonly answer: AnswerPolicy;
  /** A description to use instead of one made here. */
  readonly sdp?: string | undefined;
  /** The number by which people know a call. */
  readonly numberOf: (call: number) => number;
  /** This machine's address towards a target. */
  readonly localAddress: (target: string) => Promise<string>;
  /** Takes sentences about what could not be done. */
  readonly say: (sentence: string) => void;
}

/** A call in hand. */
export interface Call {
  /** Its number in records. */
  readonly call: number;
  /** Its number for people. */
  readonly number: number;
  readonly account: number;
  /** The far end's address, as its From or To has it. */
  readonly peer: string;
  readonly state: NameOf<"callState">;
  /** Held by this end. */
  readonly isHeld: boolean;
}

/** Something that cannot be done; the message is a sentence for people. */
export class CallError extends Error {
  override readonly name = "CallError";
}

/** A call as it is kept here. */
type Kept = { -readonly [Key in keyof Call]: Call[Key] };

interface KeptCall extends Kept {
  media: CallMedia;
  target: string;
  /** The far end's offer in its INVITE; empty where it leaves that to us. */
  offer: string;
  /** Takes the status of the answer to our re-INVITE; 0: the call has ended before. */
  settleHold: ((status: number) => void) | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** How soon a call is taken again that could not be yet: the far end's PRACK is under way (RFC 3262, 3). */
const TAKE_AGAIN_AFTER = 100;
/** Session identifiers, below 2^48. */
const MOST_SESSIONS = 2 ** 47;

/** Whether the core has refused something for this reason. */
const isRefusedFor = (error: unknown, name: NameOf<"error">): boolean =>
  error instanceof CoreError && error.message.includes(`(${name})`);

const withSdp = (body: string): Content => ({ type: SDP_TYPE, body });

/** The calls of a phone that runs: places, answers, holds and ends them, and says what a session needs. */
export class Calls {
  readonly #phone: CallingPhone;
  readonly #options: CallsOptions;
  readonly #calls = new Map<number, KeptCall>();

  constructor(phone: CallingPhone, options: CallsOptions) {
    this.#phone = phone;
    this.#options = options;
    phone.on("call", (record) => {
      this.#changed(record);
    });
    phone.on("call-message", (record) => {
      this.#heard(record);
    });
    phone.on("stopped", () => {
      for (const { timer } of this.#calls.values()) clearTimeout(timer);
    });
  }

  /** The calls in hand, in order. */
  get all(): Call[] {
    return [...this.#calls.values()];
  }

  /**
   * Places a call of an account.
   *
   * @returns its number in records
   * @throws CoreError where the core does not take it
   */
  async place(account: number, uri: string): Promise<number> {
    const media = this.#newMedia();
    const offer = media.offer(await this.#options.localAddress(this.#targetOf(account)), false);
    const call = await this.#phone.call(uri, { account, ...withSdp(offer) });
    // The record of the call has come before its number.
    const kept = this.#calls.get(call);
    if (kept !== undefined) kept.media = media;
    return call;
  }

  /** Takes a call that has come in. */
  async answer(call: number): Promise<void> {
    const kept = this.#get(call);
    clearTimeout(kept.timer);
    await this.#respondWithSdp(kept, kept.offer);
  }

  /** Ends a call. */
  async hangUp(call: number): Promise<void> {
    await this.#phone.hangUp(call);
  }

  /**
   * Puts a call on hold, or takes it back: whether it is held now.
   *
   * @throws CallError where the far end refuses
   */
  async hold(call: number): Promise<boolean> {
    const kept = this.#get(call);
    const wantsHeld = !kept.isHeld;
    const address = await this.#options.localAddress(kept.target);
    await this.#phone.requestInCall(call, "INVITE", withSdp(kept.media.offer(address, wantsHeld)));
    const status = this.#calls.has(call)
      ? await new Promise<number>((resolve) => {
          kept.settleHold = resolve;
        })
      : 0;
    if (status === 0) throw new CallError("The call has ended.");
    if (status >= 300) throw new CallError(`The far end does not go along: answer ${String(status)}.`);
    kept.isHeld = wantsHeld;
    return wantsHeld;
  }

  #newMedia(): CallMedia {
    return new CallMedia(randomInt(1, MOST_SESSIONS), this.#options.sdp);
  }

  #get(call: number): KeptCall {
    const kept = this.#calls.get(call);
    if (kept === undefined) throw new CallError("There is no such call any more.");
    return kept;
  }

  /** The target on which an account is. */
  #targetOf(account: number): string {
    const slots = this.#phone.status().find((status) => status.account === account)?.slots ?? [];
    return slots.find(({ target }) => target !== "")?.target ?? "";
  }

  #changed({ call, account, peer, state, target }: RecordOf<"call">): void {
    const kept = this.#calls.get(call);
    if (state === "ended") {
      clearTimeout(kept?.timer);
      kept?.settleHold?.(0);
      this.#calls.delete(call);
    } else if (kept === undefined) {
      const number = this.#options.numberOf(call);
      const head = { call, number, account, peer, state, target };
      const rest = { offer: "", isHeld: false, settleHold: undefined, timer: undefined };
      this.#calls.set(call, { ...head, ...rest, media: this.#newMedia() });
    } else {
      kept.state = state;
      if (target !== "") kept.target = target;
    }
  }

  #heard(record: RecordOf<"call-message">): void {
    const kept = this.#calls.get(record.call);
    if (kept === undefined) return;
    const changesSession = record.method === "INVITE" || record.method === "UPDATE";
    if (record.status >= 200 && record.method === "INVITE") {
      kept.settleHold?.(record.status);
      kept.settleHold = undefined;
    }
    if (record.answer === 0) return;
    if (!changesSession) this.#try(() => this.#phone.respond(record.call, 603));
    else if (kept.state === "incoming") this.#offered(kept, record.body);
    else this.#try(() => this.#respondWithSdp(kept, record.body));
  }

  /** A call has come in. */
  #offered(kept: KeptCall, offer: string): void {
    const { takes, refuses } = this.#options.answer;
    kept.offer = offer;
    this.#try(() => this.#phone.respond(kept.call, 180));
    if (takes !== undefined) this.#takeAfter(kept, takes);
    else if (refuses !== undefined) {
      this.#after(kept, refuses, () => this.#phone.respond(kept.call, 486));
    }
  }

  #takeAfter(kept: KeptCall, delay: number): void {
    this.#after(kept, delay, async () => {
      try {
        await this.#respondWithSdp(kept, kept.offer);
      } catch (error) {
        if (!isRefusedFor(error, "call-state")) throw error;
        this.#takeAfter(kept, TAKE_AGAIN_AFTER);
      }
    });
  }

  /** Accepts an offer; where there is none, ours is the offer (RFC 3261, 13.2.1). */
  async #respondWithSdp(kept: KeptCall, offer: string): Promise<void> {
    const address = await this.#options.localAddress(kept.target);
    const sdp =
      offer === "" ? kept.media.offer(address, kept.isHeld) : kept.media.answer(offer, address, kept.isHeld);
    if (sdp === undefined) await this.#phone.respond(kept.call, 488);
    else await this.#phone.respond(kept.call, 200, withSdp(sdp));
  }

  #after(kept: KeptCall, delay: number, action: () => Promise<void>): void {
    kept.timer = setTimeout(() => {
      this.#try(action);
    }, delay);
  }

  /** What fails because its call is over is no news. */
  #try(action: () => Promise<void>): void {
    action().catch((error: unknown) => {
      if (isRefusedFor(error, "stale-call")) return;
      this.#options.say(error instanceof Error ? error.message : String(error));
    });
  }
}
