import { parseEndpoint } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import { OutgoingCall, outsideRequest } from "./exchange-call.js";
import type { Addressee } from "./exchange-call.js";
import { FAR_ALLOW, IncomingCall, answering } from "./exchange-callee.js";
import type { CalleeScript, CalleeStep } from "./exchange-callee.js";
import { ClientTransactions } from "./exchange-client.js";
import type { ClientRequest } from "./exchange-client.js";
import { SDP_TYPE, dialogId, endpointOfUri } from "./exchange-dialog.js";
import type { Dialog, RequestOptions } from "./exchange-dialog.js";
import { Notifier } from "./exchange-notifier.js";
import type { Document, Notification, Subscription } from "./exchange-notifier.js";
import { GIVEN_UP_AFTER } from "./exchange-server.js";
import type { Arrival, FrontServer } from "./exchange-server.js";
import { agreed, tooShort } from "./exchange-session.js";
import type { SessionTimer } from "./exchange-session.js";
import { answerTo } from "./sip.js";
import type { AnswerParts, HeaderField, SipMessage } from "./sip.js";

/** An answer that a script gives instead of the far end's own; `delay` in milliseconds. */
export interface FarAnswer extends AnswerParts {
  readonly delay?: number;
}

/** What a far end does with requests of a method, or decides about each; `undefined`: as it does by itself. */
export type FarBehaviour =
  FarAnswer | "silent" | undefined | ((arrival: Arrival) => FarAnswer | "silent" | undefined);

/** Whom the far end sends something to, outside of any dialog. */
export interface ToPhone extends RequestOptions {
  /** A user with a binding, `1000`, or a Contact URI. */
  readonly to: string;
}

/** A session description: one stream of audio at the far end. */
export const FAR_SDP = [
  "v=0",
  "o=- 1 1 IN IP4 192.0.2.100",
  "s=-",
  "c=IN IP4 192.0.2.100",
  "t=0 0",
  "m=audio 40000 RTP/AVP 0 8",
  "a=sendrecv",
  "",
].join("\r\n");

/** Server transactions kept for requests that come again. */
const MOST_TRANSACTIONS = 4096;

interface Answered {
  readonly arrival: Arrival;
  answer: SipMessage | undefined;
}

/** Requests that make sense only within a dialog (RFC 3261, 15.1.2; RFC 3311; RFC 3262). */
const onlyWithin = ["BYE", "UPDATE", "PRACK"];

/**
 * What stands behind servers: the far ends of calls, and the notifiers. Servers that share an exchange share its
 * dialogs: one that was made through a server goes on through another, if the request gets there. All its properties
 * may be changed at any time.
 */
export class Exchange {
  /** What the far end does with a call. */
  callee: CalleeScript = answering();
  /** What it does with a re-INVITE. */
  reinvited: CalleeScript = [{ status: 100 }, { status: 200 }];
  /** What it does with requests of other methods, in dialogs and outside of them: `{ BYE: "silent" }`. */
  answers: Readonly<Record<string, FarBehaviour>> = {};
  /** Whether a CANCEL ends an INVITE that is not answered; otherwise only the CANCEL itself is answered. */
  heedsCancel = true;
  /** What the far end tells of a REFER that it has accepted, a NOTIFY each: `SIP/2.0 200 OK` (RFC 3515). */
  referProgress: readonly string[] = [];
  /** The far end's Contact URI. */
  contact = "sip:far@192.0.2.100:5060";
  /** The far end's address, for the From of its requests. */
  address = "sip:far@example.com";
  /** The session description of its offers and answers. */
  body = FAR_SDP;
  /** None where it is left out. */
  sessionTimer: SessionTimer | undefined;
  /** What phones did that a rule of SIP does not allow: `5000 BYE: it does not go by the Record-Route`. */
  readonly complaints: string[] = [];
  /** Every dialog of a call that there was, in order. */
  readonly calls: Dialog[] = [];
  readonly notifier: Notifier;
  readonly clients: ClientTransactions;
  readonly #name: string;
  readonly #servers: FrontServer[] = [];
  readonly #dialogs = new Map<string, Dialog>();
  readonly #invites = new Map<string, IncomingCall>();
  readonly #answered = new Map<string, Answered>();
  /** The call that a dialog began with, for PRACK. */
  readonly #callOf = new Map<Dialog, IncomingCall>();
  /** When the requests outside of dialogs got here. */
  readonly #begun = new Map<string, number>();
  #tags = 0;
  #calls = 0;

  /** @param name told apart from other exchanges: tags, branches and Call-IDs come of it */
  constructor(name = "far") {
    this.#name = name;
    this.clients = new ClientTransactions(name, (complaint, at) => {
      this.complain(complaint, at);
    });
    this.notifier = new Notifier(this, () => this.newTag());
  }

  /** Puts a server before the exchange. */
  join(server: FrontServer): void {
    this.#servers.push(server);
  }

  /** The subscriptions that stand. */
  get subscriptions(): Subscription[] {
    return this.notifier.live;
  }

  /** Calls a phone. */
  invite(server: FrontServer, options: ToPhone): OutgoingCall {
    return new OutgoingCall(this, this.#addressee(server, options), options);
  }

  /** Sends a request outside of any dialog: OPTIONS, MESSAGE, a NOTIFY that nobody asked for. */
  send(server: FrontServer, method: string, options: ToPhone): ClientRequest {
    const addressee = this.#addressee(server, options);
    const message = outsideRequest(this, addressee, method, options);
    return this.clients.start(server, message, addressee.end);
  }

  /** Sends a NOTIFY in a subscription, by its server unless told otherwise. */
  notify(subscription: Subscription, notification?: Notification): ClientRequest {
    return this.notifier.notify(subscription, notification);
  }

  /** Gives a package another document and tells all its subscribers. */
  notifyAll(name: string, document: Partial<Document> = {}): ClientRequest[] {
    const { documents } = this.notifier;
    const before = documents[name] ?? { type: "text/plain", body: "" };
    this.notifier.documents = { ...documents, [name]: { ...before, ...document } };
    return this.subscriptions
      .filter((subscription) => subscription.eventPackage === name)
      .map((subscription) => this.notify(subscription));
  }

  /** Forgets every dialog and subscription without a word, as a restart does. */
  forgetAll(): void {
    for (const dialog of this.#dialogs.values()) dialog.end();
    this.notifier.forget();
  }

  /** Whether a request has come before, in its transaction. For servers. */
  knows({ message, server }: Arrival): boolean {
    const transaction = transactionOf(message, server);
    return this.#invites.has(transaction) || this.#answered.has(transaction);
  }

  /** Takes what came in by a server. For servers. */
  receive(arrival: Arrival): void {
    const { message, server } = arrival;
    if (message.status !== 0) {
      this.clients.take(arrival);
      return;
    }
    if (message.method === "ACK") {
      this.#acknowledge(arrival);
      return;
    }
    const transaction = transactionOf(message, server);
    const invite = this.#invites.get(transaction);
    const known = this.#answered.get(transaction);
    if (invite !== undefined) invite.transaction.again();
    else if (known?.answer !== undefined) server.respond(known.answer, known.arrival);
    if (invite !== undefined || known !== undefined) return;
    if (message.method === "INVITE") this.#invited(arrival);
    else if (message.method === "CANCEL") this.#cancelled(arrival);
    else this.#asked(arrival);
  }

  /** Answers a request that its server does not let through. For servers. */
  answer(arrival: Arrival, answer: CalleeStep): void {
    if (arrival.message.method !== "INVITE") {
      this.#respond(arrival, answer);
      return;
    }
    this.#take(new IncomingCall(this, arrival, [answer])).begin();
  }

  newTag(): string {
    return `${this.#name}-${String(++this.#tags)}`;
  }

  complain(complaint: string, at: number): void {
    this.complaints.push(`${String(at)} ${complaint}`);
  }

  /** A dialog has begun. For calls. */
  remember(dialog: Dialog, call?: IncomingCall): void {
    this.#dialogs.set(dialog.id, dialog);
    this.calls.push(dialog);
    if (call !== undefined) this.#callOf.set(dialog, call);
  }

  /** A dialog is over. For calls and subscriptions. */
  forget(dialog: Dialog): void {
    this.#dialogs.delete(dialog.id);
    this.#callOf.delete(dialog);
    this.notifier.ended(dialog);
  }

  #take(call: IncomingCall): IncomingCall {
    const { message, server } = call.transaction.arrival;
    keep(this.#invites, transactionOf(message, server), call);
    return call;
  }

  #invited(arrival: Arrival): void {
    const { message } = arrival;
    if (message.toTag !== "") {
      this.#reinvited(arrival);
      return;
    }
    const isMerged = this.#isMerged(arrival);
    const callee = typeof this.callee === "function" ? this.callee(arrival) : this.callee;
    const call = this.#take(new IncomingCall(this, arrival, callee));
    const minSE = tooShort(message, this.sessionTimer);
    if (isMerged) call.refuse({ status: 482 });
    else if (minSE !== undefined) call.refuse(sessionTooSmall(minSE));
    else call.begin();
  }

  #reinvited(arrival: Arrival): void {
    const { message } = arrival;
    const dialog = this.#dialogOf(message);
    const steps = typeof this.reinvited === "function" ? this.reinvited(arrival) : this.reinvited;
    const call = this.#take(new IncomingCall(this, arrival, steps, dialog));
    const minSE = tooShort(message, this.sessionTimer);
    if (dialog === undefined) call.refuse({ status: 481 });
    else if (!dialog.accept(arrival)) call.refuse({ status: 500 });
    else if (dialog.isInviting) call.refuse({ status: 491 });
    else if (minSE !== undefined) call.refuse(sessionTooSmall(minSE));
    else call.begin();
  }

  /** RFC 3261, section 9.2. */
  #cancelled(arrival: Arrival): void {
    const { message, server } = arrival;
    const call = this.#invites.get(transactionOf(message, server, "INVITE"));
    this.#respond(arrival, { status: call === undefined ? 481 : 200 });
    if (this.heedsCancel) call?.refuse({ status: 487 });
  }

  #acknowledge(arrival: Arrival): void {
    const { message, server } = arrival;
    const call = this.#invites.get(transactionOf(message, server, "INVITE"));
    if (call?.transaction.acknowledged() !== true) this.#dialogOf(message)?.acknowledged(arrival);
  }

  /** A request other than INVITE, ACK and CANCEL. */
  #asked(arrival: Arrival): void {
    const { message } = arrival;
    const told = this.answers[message.method];
    const behaviour = typeof told === "function" ? told(arrival) : told;
    if (behaviour === "silent") {
      keep(this.#answered, transactionOf(message, arrival.server), { arrival, answer: undefined });
    } else if (behaviour !== undefined) this.#respondAsTold(arrival, behaviour);
    else if (message.toTag === "") this.#askedOutside(arrival);
    else if (message.method === "SUBSCRIBE") this.#subscribed(arrival);
    else this.#askedWithin(arrival);
  }

  #respondAsTold(arrival: Arrival, behaviour: FarAnswer): void {
    const { message } = arrival;
    const dialog = this.#dialogOf(message);
    dialog?.accept(arrival);
    this.#respond(arrival, behaviour);
    if (message.method === "BYE" && behaviour.status >= 200 && behaviour.status < 300) dialog?.end();
  }

  #subscribed(arrival: Arrival): void {
    this.notifier.take(arrival, (parts) => {
      this.#respond(arrival, parts);
    });
  }

  #askedOutside(arrival: Arrival): void {
    const { method } = arrival.message;
    const headers: HeaderField[] = [["Allow", FAR_ALLOW]];
    if (onlyWithin.includes(method)) this.#respond(arrival, { status: 481 });
    else if (!FAR_ALLOW.split(", ").includes(method)) this.#respond(arrival, { status: 405, headers });
    else if (this.#isMerged(arrival)) this.#respond(arrival, { status: 482 });
    else if (method === "SUBSCRIBE") this.#subscribed(arrival);
    else if (method === "REFER") this.#respond(arrival, { status: 202 });
    else if (method === "PUBLISH") {
      const expires = arrival.message.header("expires") ?? "3600";
      headers.push(["SIP-ETag", this.newTag()], ["Expires", expires]);
      this.#respond(arrival, { status: 200, headers });
    } else this.#respond(arrival, { status: 200, headers });
  }

  #askedWithin(arrival: Arrival): void {
    const { message } = arrival;
    const dialog = this.#dialogOf(message);
    if (dialog === undefined) {
      this.#respond(arrival, { status: 481 });
      return;
    }
    if (!dialog.accept(arrival)) {
      this.#respond(arrival, { status: 500 });
      return;
    }
    switch (message.method) {
      case "BYE":
        this.#respond(arrival, { status: 200 });
        // RFC 3261, 15.1.2: what is still pending is answered 487.
        this.#callOf.get(dialog)?.refuse({ status: 487 });
        dialog.end();
        break;
      case "PRACK": {
        const call = this.#callOf.get(dialog);
        const rack = message.header("rack") ?? "";
        this.#respond(
          arrival,
          call?.expectsPrack(rack) === true ? this.#described(message) : { status: 481 },
        );
        call?.acknowledgedProvisional(rack);
        break;
      }
      case "UPDATE":
        this.#updated(arrival, dialog);
        break;
      case "REFER":
        this.#respond(arrival, { status: 202, headers: [["Contact", `<${dialog.localTarget}>`]] });
        this.#tellProgress(dialog);
        break;
      default:
        this.#respond(arrival, { status: 200 });
    }
  }

  /** RFC 3311, with RFC 4028. */
  #updated(arrival: Arrival, dialog: Dialog): void {
    const { message } = arrival;
    const minSE = tooShort(message, this.sessionTimer);
    if (minSE !== undefined) {
      this.#respond(arrival, sessionTooSmall(minSE));
      return;
    }
    const timer = this.sessionTimer ?? dialog.sessionTimer;
    const session = agreed(message, timer);
    const headers: HeaderField[] = [["Contact", `<${dialog.localTarget}>`], ...(session?.headers ?? [])];
    this.#respond(arrival, { ...this.#described(message), headers });
    if (session === undefined) return;
    dialog.keepSession(session.expires, session.isFarRefresher, timer?.method ?? "UPDATE");
  }

  #tellProgress(dialog: Dialog): void {
    this.referProgress.forEach((line, index) => {
      const isLast = index === this.referProgress.length - 1;
      dialog.send("NOTIFY", {
        type: "message/sipfrag",
        body: `${line}\r\n`,
        headers: [
          ["Event", "refer"],
          ["Subscription-State", isLast ? "terminated;reason=noresource" : "active;expires=60"],
        ],
      });
    });
  }

  /** 200, with a session description where the request has one. */
  #described({ body }: SipMessage): AnswerParts {
    return body === "" ? { status: 200 } : { status: 200, type: SDP_TYPE, body: this.body };
  }

  #respond(arrival: Arrival, { delay = 0, ...parts }: FarAnswer): void {
    const { message, server, source } = arrival;
    const headers = [...(parts.headers ?? []), ...arrival.headers];
    const answer = answerTo(message, source, { toTag: this.newTag(), ...parts, headers });
    const entry: Answered = { arrival, answer: undefined };
    keep(this.#answered, transactionOf(message, server), entry);
    server.after(delay, () => {
      if (answer.status >= 200) entry.answer = answer;
      server.respond(answer, arrival);
    });
  }

  #dialogOf({ callId, toTag, fromTag }: SipMessage): Dialog | undefined {
    const id = dialogId(callId, toTag, fromTag);
    return this.#dialogs.get(id) ?? this.notifier.find(id)?.dialog;
  }

  /** Whether the same request has got here by another way (RFC 3261, section 8.2.2.2). */
  #isMerged({ message, t }: Arrival): boolean {
    const { callId, fromTag, cseq, method } = message;
    const key = `${callId} ${fromTag} ${String(cseq)} ${method}`;
    const before = this.#begun.get(key);
    if (before === undefined || t - before >= GIVEN_UP_AFTER) {
      keep(this.#begun, key, t);
      return false;
    }
    this.complain(`${method}: the same CSeq for another try`, t);
    return true;
  }

  #addressee(server: FrontServer, { to, at }: ToPhone): Addressee {
    const bindings = [server, ...this.#servers].map((one) => ({ one, binding: one.lookUp(to) }));
    const found = bindings.find(({ binding }) => binding !== undefined);
    const isContact = to.includes(":");
    const binding = found?.binding;
    if (binding === undefined && !isContact) throw new Error(`there is no binding of ${to}`);
    const uri = binding?.contact ?? to;
    const callId = `call-${String(++this.#calls)}@${this.#name}`;
    return {
      uri,
      to: `<${binding?.aor ?? to}>`,
      from: `"Far" <${this.address}>;tag=${this.newTag()}`,
      callId,
      server,
      end: at === undefined ? this.#endOf(server, uri, binding?.source) : parseEndpoint(at),
    };
  }

  /** Where the phone is to be reached: by UDP where its REGISTER came from, by its own connection, or at its Contact. */
  #endOf(server: FrontServer, contact: string, source: Endpoint | undefined): Endpoint {
    const isReachable = source !== undefined && (source.transport === "udp" || server.isConnected(source));
    return isReachable ? source : endpointOfUri(contact, source?.transport ?? "udp");
  }
}

const sessionTooSmall = (minSE: number): AnswerParts => ({
  status: 422,
  headers: [["Min-SE", String(minSE)]],
});

/** A server transaction (RFC 3261, section 17.2.3); the ACK of a refusal and a CANCEL name that of their INVITE. */
const transactionOf = (message: SipMessage, server: FrontServer, method = message.method): string =>
  `${server.name} ${message.branch} ${method}`;

const keep = <Value>(map: Map<string, Value>, key: string, value: Value): void => {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MOST_TRANSACTIONS && oldest !== undefined) map.delete(oldest);
};
