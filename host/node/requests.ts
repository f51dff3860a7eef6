import { EventEmitter } from "node:events";
import { CoreError } from "../abi/core.js";
import type { Content } from "../abi/core.js";
import type { Engine, Told } from "../abi/engine.js";
import type { NameOf } from "../abi/record.js";
import type { PhoneEvents } from "./phone-events.js";
import { refusal } from "./refusals.js";

/** A request of the application: which account it is of (1 to 16, default 1), and what goes with it. */
export interface RequestOptions extends Content {
  readonly account?: number | undefined;
}

/** What a subscription of the application is to. */
export interface SubscriptionOptions {
  /** 1 to 16; default: 1. */
  readonly account?: number | undefined;
  /** The account's own address where it is left out. */
  readonly uri?: string | undefined;
  /** Seconds, default: 3600; 0 ends a subscription to the same. */
  readonly expires?: number | undefined;
}

const DEFAULT_EXPIRES = 3600;

/** What takes the requests of the application, at once or later. */
export type RequestTaker = Pick<
  Engine,
  "placeCall" | "respond" | "hangUp" | "requestInCall" | "sendRequest" | "subscribe"
>;

/** What an application may ask of a phone that runs. Each request is answered by a promise. */
export abstract class RequestingPhone extends EventEmitter<PhoneEvents> {
  /** Requests that the core has not taken yet. */
  readonly #asking = new Set<(error: CoreError) => void>();

  /**
   * Places a call: its number, which `call` and `call-message` events carry. `body` is the offer, of `type`
   * `application/sdp`; `headers` are whole lines. How the call goes on comes by events.
   *
   * @throws CoreError where the core does not take it, with a sentence that says why; so do all requests below
   */
  call(uri: string, { account = 1, ...content }: RequestOptions = {}): Promise<number> {
    return this.#ask("The call cannot be placed", (taker, told) => {
      taker.placeCall(account, uri, content, told);
    });
  }

  /** Answers a call (180, 200, 300 to 699), or a request in it that waits for an answer. */
  async respond(call: number, status: number, content: Content = {}): Promise<void> {
    await this.#ask("The call cannot be answered", (taker, told) => {
      taker.respond(call, status, content, told);
    });
  }

  /** Ends a call, whatever its state. */
  async hangUp(call: number): Promise<void> {
    await this.#ask("The call cannot be ended", (taker, told) => {
      taker.hangUp(call, told);
    });
  }

  /** Sends a request within a call, INVITE to change its session. The answer is a `call-message` event. */
  async requestInCall(call: number, method: NameOf<"method">, content: Content = {}): Promise<void> {
    await this.#ask("The request cannot be sent", (taker, told) => {
      taker.requestInCall(call, method, content, told);
    });
  }

  /** Sends a request outside of a call: its number, which its `request-ended` event carries. */
  sendRequest(
    method: NameOf<"method">,
    uri: string,
    { account = 1, ...content }: RequestOptions = {},
  ): Promise<number> {
    return this.#ask("The request cannot be sent", (taker, told) => {
      taker.sendRequest(account, method, uri, content, told);
    });
  }

  /** Subscribes beside what the configuration says: the number that `subscribed` and `notify` events carry. */
  subscribe(
    eventPackage: NameOf<"package">,
    { account = 1, uri = "", expires = DEFAULT_EXPIRES }: SubscriptionOptions = {},
  ): Promise<number> {
    return this.#ask("The subscription cannot be made", (taker, told) => {
      taker.subscribe(account, eventPackage, uri, expires, told);
    });
  }

  /** Whom to ask; `undefined` where the phone is not running. */
  protected abstract requestsTo(): RequestTaker | undefined;

  /** The phone has stopped: nobody will answer what has been asked. */
  protected refuseRequests(): void {
    for (const refuse of this.#asking)
      refuse(new CoreError("The phone has stopped before it could be asked."));
    this.#asking.clear();
  }

  /** Asks the core for something; its answer may come later where a listener of ours asks. */
  #ask(what: string, question: (taker: RequestTaker, told: Told) => void): Promise<number> {
    const taker = this.requestsTo();
    if (taker === undefined) return Promise.reject(new CoreError(`${what}: the phone is not running.`));
    return new Promise((resolve, reject) => {
      this.#asking.add(reject);
      question(taker, (answer) => {
        this.#asking.delete(reject);
        if (answer < 0) reject(refusal(what, answer));
        else resolve(answer);
      });
    });
  }
}
