import type { Endpoint } from "../abi/address.js";
import { GIVEN_UP_AFTER, Resending, T2 } from "./exchange-server.js";
import type { Arrival, FrontServer } from "./exchange-server.js";
import { SipMessage, fullName } from "./sip.js";
import type { HeaderField } from "./sip.js";

/** An answer of a phone. */
export interface ReceivedAnswer {
  /** Milliseconds. */
  readonly t: number;
  readonly status: number;
  readonly message: SipMessage;
}

/** A request of the exchange, and what came of it. */
export class ClientRequest {
  /** In the order in which they came, those that came again included. */
  readonly answers: ReceivedAnswer[] = [];
  /** Whether 64·T1 have passed without a final answer; for an INVITE, without any (RFC 3261, timers B and F). */
  isTimedOut = false;

  constructor(
    readonly message: SipMessage,
    readonly server: FrontServer,
    readonly to: Endpoint,
  ) {}

  /** The statuses of its answers, those that came again included. */
  get statuses(): number[] {
    return this.answers.map(({ status }) => status);
  }

  /** The status of its final answer; 0 where it has none. */
  get status(): number {
    return this.final?.status ?? 0;
  }

  /** Its final answer. */
  get final(): SipMessage | undefined {
    return this.answers.find(({ status }) => status >= 200)?.message;
  }
}

/** What becomes of a request. */
export interface ClientHandlers {
  answered?(answer: ReceivedAnswer): void;
  timedOut?(): void;
  /** Whether refusals of an INVITE are acknowledged; default: true. */
  readonly acknowledges?: boolean | undefined;
}

interface ClientTransaction {
  readonly request: ClientRequest;
  readonly handlers: ClientHandlers;
  readonly resending: Resending | undefined;
}

/** Transactions kept for answers that come late or again. */
const MOST_TRANSACTIONS = 4096;

/** The client transactions of an exchange (RFC 3261, section 17.1). */
export class ClientTransactions {
  readonly #name: string;
  readonly #complain: (complaint: string, t: number) => void;
  readonly #transactions = new Map<string, ClientTransaction>();
  #branches = 0;

  /**
   * @param name told apart from other exchanges: branches come of it
   * @param complain hears of answers that break a rule
   */
  constructor(name: string, complain: (complaint: string, t: number) => void) {
    this.#name = name;
    this.#complain = complain;
  }

  newBranch(): string {
    return `z9hG4bK-${this.#name}-${String(++this.#branches)}`;
  }

  /** Sends a request, again and again where UDP may have lost it. */
  start(
    server: FrontServer,
    message: SipMessage,
    to: Endpoint,
    handlers: ClientHandlers = {},
  ): ClientRequest {
    const request = new ClientRequest(message, server, to);
    const isInvite = message.method === "INVITE";
    const giveUp = (): void => {
      if (request.status !== 0 || (isInvite && request.answers.length > 0)) return;
      request.isTimedOut = true;
      handlers.timedOut?.();
    };
    const again = (): void => {
      server.send(message, to);
    };
    server.send(message, to);
    const resending =
      to.transport === "udp" ? new Resending(server, isInvite ? Infinity : T2, again) : undefined;
    server.after(GIVEN_UP_AFTER, giveUp);
    this.#transactions.set(keyOf(message), { request, handlers, resending });
    const [oldest] = this.#transactions.keys();
    if (this.#transactions.size > MOST_TRANSACTIONS && oldest !== undefined)
      this.#transactions.delete(oldest);
    return request;
  }

  /** Takes an answer to where it belongs; false where it belongs nowhere. */
  take({ message, t }: Arrival): boolean {
    const transaction = this.#transactions.get(keyOf(message));
    if (transaction === undefined) return false;
    const { request, handlers, resending } = transaction;
    const fault = faultOf(message, request.message);
    if (fault !== undefined) {
      this.#complain(`${String(message.status)} to ${request.message.method}: ${fault}`, t);
    }
    // RFC 3261, 17.1.1.2: an INVITE is not sent again after any answer; 17.1.2.2: another request until the final one.
    if (request.message.method === "INVITE" || message.status >= 200) resending?.stop();
    const answer = { t, status: message.status, message };
    request.answers.push(answer);
    if (request.message.method === "INVITE" && message.status >= 300 && handlers.acknowledges !== false) {
      request.server.send(refusalAck(request.message, message), request.to);
    }
    handlers.answered?.(answer);
    return true;
  }
}

const keyOf = (message: SipMessage): string => `${message.branch} ${message.method}`;

/** The ACK of a refusal is part of the INVITE's transaction (RFC 3261, section 17.1.1.3). */
const refusalAck = (invite: SipMessage, answer: SipMessage): SipMessage =>
  new SipMessage(
    { method: "ACK", uri: invite.uri },
    [
      ["Via", invite.header("via") ?? ""],
      ["Max-Forwards", "70"],
      ["From", invite.header("from") ?? ""],
      ["To", answer.header("to") ?? ""],
      ["Call-ID", invite.callId],
      ["CSeq", `${String(invite.cseq)} ACK`],
    ],
    "",
  );

/** A CANCEL for an INVITE (RFC 3261, section 9.1). */
export const cancelOf = (invite: SipMessage): SipMessage =>
  new SipMessage(
    { method: "CANCEL", uri: invite.uri },
    [
      ["Via", invite.header("via") ?? ""],
      ["Max-Forwards", "70"],
      ...invite.fields.filter(([name]) => ["from", "to", "call-id", "route"].includes(fullName(name))),
      ["CSeq", `${String(invite.cseq)} CANCEL`],
    ] satisfies HeaderField[],
    "",
  );

/** What of its request an answer has not copied as RFC 3261 (8.2.6.2, 12.1.1) wants it. */
const faultOf = (answer: SipMessage, request: SipMessage): string | undefined => {
  for (const name of ["from", "call-id", "cseq"]) {
    if (answer.header(name) !== request.header(name)) return `another ${name}`;
  }
  const [, ...below] = request.elements("via");
  const [, ...copied] = answer.elements("via");
  if (below.join() !== copied.join()) return "the Vias below the topmost are not those of the request";
  if (request.toTag !== "" && answer.toTag !== request.toTag) return "another To tag";
  if (answer.status > 100 && answer.toTag === "") return "no To tag";
  const createsDialog = request.method === "INVITE" && answer.status > 100 && answer.status < 300;
  if (createsDialog && request.toTag === "") {
    const routes = request.elements("record-route").join();
    if (answer.elements("record-route").join() !== routes) return "another Record-Route";
    if (answer.header("contact") === undefined) return "no Contact";
  }
  return undefined;
};
