import { hostPortText } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import type { Binding } from "./bindings.js";
import type { HeaderField, SipMessage } from "./sip.js";

/**
 * Whether a server stays in the path of what follows in a dialog (RFC 3261, 16.6 step 4): by its own address, by a URI
 * such as `sip:sip.example.com;lr`, or not at all.
 */
export type RecordRoute = "none" | "address" | `sip:${string}` | `sips:${string}`;

/** A server in front of an exchange, as the exchange sees it. */
export interface FrontServer {
  readonly name: string;
  readonly recordRoute: RecordRoute;
  /** Milliseconds. */
  readonly now: number;
  /** Does something after a wait in milliseconds; at once, before it returns, where it is 0. */
  after(milliseconds: number, action: () => void): void;
  /** The server's end that speaks with `to`; `preferred` where it is one of them. */
  localEnd(to: Endpoint, preferred?: Endpoint): Endpoint;
  /** Whether the server has a connection with that remote end. */
  isConnected(to: Endpoint): boolean;
  /** Sends an answer the way that the request came. */
  respond(answer: SipMessage, arrival: Arrival): void;
  /** Sends a request. */
  send(request: SipMessage, to: Endpoint): void;
  /** The youngest binding of a user, `1000`, or of a Contact URI. */
  lookUp(userOrContact: string): Binding | undefined;
}

/** Something that came in by a server. */
export interface Arrival {
  readonly server: FrontServer;
  /** A request, or an answer to one of the exchange. */
  readonly message: SipMessage;
  readonly source: Endpoint;
  /** The server's end that it came to. */
  readonly local: Endpoint | undefined;
  /** Milliseconds. */
  readonly t: number;
  /** What the server adds to each final answer: the next nonce. */
  readonly headers: readonly HeaderField[];
}

/** Timers of RFC 3261, in milliseconds: T1, T2, and 64·T1, when a transaction is given up. */
export const T1 = 500;
export const T2 = 4000;
export const GIVEN_UP_AFTER = 64 * T1;

/** Does something again and again: after T1, then after twice as long each time. */
export class Resending {
  readonly #server: FrontServer;
  readonly #longest: number;
  readonly #again: () => void;
  #isOver = false;

  /**
   * @param longest wait between two, in milliseconds
   * @param givenUp is called at 64·T1, unless it was stopped before
   */
  constructor(
    server: FrontServer,
    longest: number,
    again: () => void,
    givenUp: () => void = () => undefined,
  ) {
    this.#server = server;
    this.#longest = longest;
    this.#again = again;
    this.#wait(T1);
    server.after(GIVEN_UP_AFTER, () => {
      if (this.#isOver) return;
      this.#isOver = true;
      givenUp();
    });
  }

  stop(): void {
    this.#isOver = true;
  }

  #wait(milliseconds: number): void {
    this.#server.after(milliseconds, () => {
      if (this.#isOver) return;
      this.#again();
      this.#wait(Math.min(2 * milliseconds, this.#longest));
    });
  }
}

const ownRoute = (server: FrontServer, to: Endpoint, local: Endpoint | undefined): string[] => {
  if (server.recordRoute === "none") return [];
  if (server.recordRoute !== "address") return [`<${server.recordRoute}>`];
  const transport = to.transport === "udp" ? "" : `;transport=${to.transport}`;
  const { address, port } = server.localEnd(to, local);
  return [`<sip:${hostPortText(address, port)}${transport};lr>`];
};

/**
 * The Record-Routes of a request when its server has sent it on, top first. The server's own has its port and, where it
 * is not UDP, its transport.
 *
 * @param phone that it came from or goes to
 */
export const recordRoutesOf = (
  server: FrontServer,
  phone: Endpoint,
  request?: SipMessage,
  local?: Endpoint,
): string[] => [...ownRoute(server, phone, local), ...(request?.elements("record-route") ?? [])];
