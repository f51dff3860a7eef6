import { endpointText } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import { Bindings } from "./bindings.js";
import type { Binding } from "./bindings.js";
import { Authenticator } from "./digest.js";
import type { DigestOptions, Verdict } from "./digest.js";
import type { Exchange } from "./exchange.js";
import type { Arrival, FrontServer, RecordRoute } from "./exchange-server.js";
import { Outlet } from "./outlet.js";
import { ChangeListeners, endBy } from "./service.js";
import type { Reply, Segments, Service, ServiceHost, TlsOffer } from "./service.js";
import { answerTo, parseSip, writeSip } from "./sip.js";
import type { HeaderField, SipMessage } from "./sip.js";
import { spoiled } from "./sip-faults.js";
import type { SipFault } from "./sip-faults.js";

/** An answer that a script gives instead of the registrar's own. */
export interface Answer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderField[];
  /** The body's Content-Type. */
  readonly type?: string;
  readonly body?: string;
  /** Milliseconds before it is sent. */
  readonly delay?: number;
}

/** Behaviour for one request: `up` does as a registrar does, `silent` drops it. */
export type Behaviour = "up" | "silent" | Answer;

/**
 * How a registrar behaves: `refused` closes its port; `stopped` leaves what comes waiting until it goes on (SIGSTOP);
 * a function decides request by request.
 */
export type RegistrarMode = Behaviour | "refused" | "stopped" | ((request: ReceivedRequest) => Behaviour);

/**
 * Stands before a server that is up: how long a request waits, in milliseconds, before the server has looked at it; or
 * another behaviour, for one that the server never gets to.
 */
export type Gate = (method: string, t: number) => number | "silent" | Answer;

/** What a registrar has received. */
export interface ReceivedRequest {
  /** When: milliseconds of the clock it was carried with. */
  readonly t: number;
  /** `udp:198.51.100.1:5060`, `tcp:198.51.100.1:49152` */
  readonly source: string;
  readonly request: SipMessage;
  /** What came of its credentials; `undefined` where nothing looked at them. */
  readonly credentials: Verdict["outcome"] | undefined;
}

/** Options of a registrar; all of them may be changed at any time, as properties. */
export interface RegistrarOptions {
  /** Asks for credentials; leave out for none. */
  readonly digest?: Partial<DigestOptions> | undefined;
  /** The longest lifetime granted, in seconds. */
  readonly maxExpires?: number;
  /** A shorter one is answered 423, in seconds. */
  readonly minExpires?: number;
  /** Milliseconds before each answer. */
  readonly delay?: number;
  /** Answer the pings of connections by pongs (RFC 5626, 4.4.1). */
  readonly pongs?: boolean;
  /** How answers are cut that go by TCP. */
  readonly segments?: Segments;
  /** Its TLS, on the port after its own; none where it is left out. */
  readonly tls?: TlsOffer;
  /** Keep what was received, for `received` and `requests`. */
  readonly log?: boolean;
  /** Hears of each request as it comes, before anything is made of it. */
  readonly heard?: ((method: string, t: number) => void) | undefined;
  /** What requests meet first, such as a queue. */
  readonly gate?: Gate | undefined;
  /** It answers users with 403 that have no binding with it, as a server does that shares no location data. */
  readonly onlyOwnUsers?: boolean;
  /** What stands behind it: calls and subscriptions. Leave out for a registrar that is nothing else. */
  readonly exchange?: Exchange | undefined;
  /** Whether it stays in the path of dialogs; default: by its address. */
  readonly recordRoute?: RecordRoute;
}

const PONG = Buffer.from("\r\n");

const ALLOW: HeaderField = ["Allow", "REGISTER, OPTIONS, NOTIFY"];

/** Where a server is that nobody carries. */
const NOWHERE: Endpoint = { transport: "udp", family: 4, address: "0.0.0.0", port: 5060 };

/** What a registrar does not answer by itself: answers, what belongs to a dialog, and other methods than its own. */
const isForExchange = ({ status, method, toTag }: SipMessage): boolean =>
  status !== 0 || (method !== "REGISTER" && (toTag !== "" || (method !== "OPTIONS" && method !== "NOTIFY")));

/** Answers kept for requests that are sent again (RFC 3261, section 17.2.2). */
const MOST_TRANSACTIONS = 128;

/** Lifetime where a request asks for none, in seconds (RFC 3261, section 10.2.1.1 leaves it to the registrar). */
const DEFAULT_EXPIRES = 3600;

/**
 * A registrar: octets in, octets out. It keeps bindings, asks for credentials, remembers what it received, and behaves
 * as `mode` says, which may change at any time. What belongs to calls and subscriptions goes to its exchange; as long
 * as it is silent, refuses or is stopped, nothing of that comes out of it.
 */
export class Registrar implements Service, FrontServer {
  readonly framing = "sip";
  readonly bindings = new Bindings();
  /** Asks for credentials; none where it is left out. */
  authenticator: Authenticator | undefined;
  readonly exchange: Exchange | undefined;
  /** Everything received that was SIP, in order. */
  readonly received: ReceivedRequest[] = [];
  /** When keep-alives of CRLF came, and from where. */
  readonly keepAlives: { readonly t: number; readonly source: string }[] = [];
  /** What came and was not SIP. */
  malformed = 0;
  maxExpires: number;
  minExpires: number;
  delay: number;
  pongs: boolean;
  segments: Segments;
  recordRoute: RecordRoute;
  heard: ((method: string, t: number) => void) | undefined;
  gate: Gate | undefined;
  onlyOwnUsers: boolean;
  /** A fault of every answer from now on. */
  fault: SipFault | undefined;
  /** Headers of every 200 to a REGISTER: Path, Service-Route, Contacts of others. */
  extraHeaders: readonly HeaderField[] = [];
  readonly #log: boolean;
  readonly #answered = new Map<string, readonly Reply[]>();
  readonly #changes = new ChangeListeners();
  readonly #disconnections = new ChangeListeners();
  readonly #outlet = new Outlet(() => this.#isMute());
  #mode: RegistrarMode = "up";
  #tls: TlsOffer | undefined;
  /** How long the request that is being taken in has waited. Milliseconds. */
  #waited = 0;
  #tags = 0;

  /** @param name told apart from other servers: nonces and tags come of it */
  constructor(
    readonly name: string,
    options: RegistrarOptions = {},
  ) {
    const { digest, maxExpires = Infinity, minExpires = 0, delay = 0, log = true } = options;
    this.authenticator = digest === undefined ? undefined : new Authenticator(name, digest);
    this.maxExpires = maxExpires;
    this.minExpires = minExpires;
    this.delay = delay;
    this.pongs = options.pongs ?? true;
    this.segments = options.segments ?? "whole";
    this.#tls = options.tls;
    this.#log = log;
    this.recordRoute = options.recordRoute ?? "address";
    this.heard = options.heard;
    this.gate = options.gate;
    this.onlyOwnUsers = options.onlyOwnUsers ?? false;
    this.exchange = options.exchange;
    this.exchange?.join(this);
  }

  get mode(): RegistrarMode {
    return this.#mode;
  }

  set mode(mode: RegistrarMode) {
    this.#mode = mode;
    this.#changes.tell();
  }

  get tls(): TlsOffer | undefined {
    return this.#tls;
  }

  /** Its port for TLS opens and closes with it at once; connections that there are go on. */
  set tls(offer: TlsOffer | undefined) {
    this.#tls = offer;
    this.#changes.tell();
  }

  get isRefusing(): boolean {
    return this.#mode === "refused";
  }

  get isHolding(): boolean {
    return this.#mode === "stopped";
  }

  attach(host: ServiceHost): void {
    this.#outlet.attach(host);
  }

  onChange(listener: () => void): void {
    this.#changes.add(listener);
  }

  onDisconnect(listener: () => void): void {
    this.#disconnections.add(listener);
  }

  /** Answers as it should. */
  up(): void {
    this.mode = "up";
  }

  /** Drops everything: power lost, or a firewall. Connections are accepted. */
  silent(): void {
    this.mode = "silent";
  }

  /** Stops like a process by SIGSTOP: what comes waits, and is answered when it goes on. */
  stop(): void {
    this.mode = "stopped";
  }

  /** Closes its port and its connections: the machine answers by ICMP, and by RST. */
  refuse(): void {
    this.mode = "refused";
  }

  /** Closes all its connections; new ones are accepted. */
  disconnect(): void {
    this.#disconnections.tell();
  }

  /** Answers everything with a status. */
  answer(status: number, headers: readonly HeaderField[] = []): void {
    this.mode = { status, headers };
  }

  /** Requests received, of one method or of all. */
  requests(method?: string): ReceivedRequest[] {
    return method === undefined
      ? [...this.received]
      : this.received.filter(({ request }) => request.method === method && request.status === 0);
  }

  /** The bindings of an address of record at `now`; of all where it is left out. */
  bound(now: number, user?: string): Binding[] {
    return this.bindings.at(now).filter(({ aor }) => user === undefined || aor.startsWith(`sip:${user}@`));
  }

  receive(octets: Uint8Array, source: Endpoint, now: number, local?: Endpoint): readonly Reply[] {
    const replies = this.#take(octets, source, now, local);
    this.#waited = 0;
    return replies;
  }

  #take(octets: Uint8Array, source: Endpoint, now: number, local?: Endpoint): readonly Reply[] {
    if (this.isRefusing) return [];
    if (octets.every((octet) => octet === 13 || octet === 10)) {
      if (this.#log) this.keepAlives.push({ t: now, source: endpointText(source) });
      const answers = source.transport !== "udp" && this.pongs && this.#mode !== "silent";
      return answers ? [{ octets: PONG, delay: this.delay }] : [];
    }
    const request = parseSip(octets);
    if (request === undefined) {
      this.malformed++;
      return [];
    }
    if (request.status === 0) this.heard?.(request.method, now);
    const behaviour = this.#behaviour({
      t: now,
      source: endpointText(source),
      request,
      credentials: undefined,
    });
    const arrival: Arrival = { server: this, message: request, source, local, t: now, headers: [] };
    const exchange = isForExchange(request) ? this.exchange : undefined;
    const known = this.#answered.get(this.#transactionOf(request, source));
    const isKnown = known !== undefined || exchange?.knows(arrival) === true;
    const verdict = behaviour === "up" && !isKnown ? this.#judge(request) : undefined;
    this.#remember({ t: now, source: endpointText(source), request, credentials: verdict?.outcome });
    if (behaviour === "silent") return [];
    if (exchange !== undefined) {
      return this.#outlet.collect(source, () => {
        this.#handOver(exchange, arrival, behaviour, verdict);
      });
    }
    if (request.status !== 0 || request.method === "ACK") return [];
    const replies = known ?? this.#reply(request, source, now, behaviour, verdict);
    this.#keepAnswer(this.#transactionOf(request, source), replies);
    return replies;
  }

  /** Milliseconds. For the exchange, like all that follows up to `lookUp`. */
  get now(): number {
    return this.#outlet.now;
  }

  after(milliseconds: number, action: () => void): void {
    this.#outlet.after(milliseconds, action);
  }

  localEnd(to: Endpoint, preferred?: Endpoint): Endpoint {
    return endBy(this.#outlet.localEnd(to, preferred) ?? NOWHERE, to.transport);
  }

  isConnected(to: Endpoint): boolean {
    return this.#outlet.isConnected(to);
  }

  respond(answer: SipMessage, { source, local }: Arrival): void {
    this.#outlet.send(this.#written(answer), this.delay + this.#waited, source, local);
  }

  send(request: SipMessage, to: Endpoint): void {
    this.#outlet.send(writeSip(request), 0, to);
  }

  lookUp(userOrContact: string): Binding | undefined {
    return this.bound(this.now)
      .filter(({ aor, contact }) => contact === userOrContact || aor.startsWith(`sip:${userOrContact}@`))
      .at(-1);
  }

  #isMute(): boolean {
    return this.#mode === "silent" || this.#mode === "refused" || this.#mode === "stopped";
  }

  #handOver(
    exchange: Exchange,
    arrival: Arrival,
    behaviour: "up" | Answer,
    verdict: Verdict | undefined,
  ): void {
    const { message } = arrival;
    const isRequest = message.status === 0 && message.method !== "ACK";
    if (!isRequest || exchange.knows(arrival)) exchange.receive(arrival);
    else if (behaviour !== "up") exchange.answer(arrival, behaviour);
    else if (this.#isOthersUser(arrival)) exchange.answer(arrival, { status: 403 });
    else if (verdict === undefined || verdict.outcome === "accepted") {
      exchange.receive({ ...arrival, headers: verdict?.headers ?? [] });
    } else {
      exchange.answer(arrival, {
        status: this.authenticator?.options.status ?? 401,
        headers: verdict.headers,
      });
    }
  }

  /** A request outside of any dialog, of somebody without a binding here. */
  #isOthersUser({ message: { toTag, from }, t }: Arrival): boolean {
    return this.onlyOwnUsers && toTag === "" && !this.bindings.at(t).some(({ aor }) => aor === from);
  }

  #written(answer: SipMessage): Uint8Array {
    return this.fault === undefined ? writeSip(answer) : spoiled(answer, this.fault);
  }

  #behaviour(received: ReceivedRequest): Behaviour {
    const mode = typeof this.#mode === "function" ? this.#mode(received) : this.#mode;
    if (mode === "refused" || mode === "stopped") return "silent";
    const { request, t } = received;
    if (mode !== "up" || this.gate === undefined || request.status !== 0 || request.method === "ACK")
      return mode;
    const met = this.gate(request.method, t);
    if (typeof met !== "number") return met;
    this.#waited = met;
    return "up";
  }

  #judge(request: SipMessage): Verdict | undefined {
    // RFC 3261, 22.1 and 9.1: neither an ACK nor a CANCEL can be asked for credentials.
    if (request.status !== 0 || request.method === "ACK" || request.method === "CANCEL") return undefined;
    const isAsked = request.method === "REGISTER" || this.authenticator?.options.challenges === "all";
    return isAsked ? this.authenticator?.judge(request) : undefined;
  }

  #reply(
    request: SipMessage,
    source: Endpoint,
    now: number,
    behaviour: "up" | Answer,
    verdict: Verdict | undefined,
  ): Reply[] {
    const answer = behaviour === "up" ? this.#ownAnswer(request, source, now, verdict) : behaviour;
    const message = answerTo(request, source, { ...answer, toTag: `${this.name}-${String(++this.#tags)}` });
    return [{ octets: this.#written(message), delay: (answer.delay ?? this.delay) + this.#waited }];
  }

  #ownAnswer(request: SipMessage, source: Endpoint, now: number, verdict: Verdict | undefined): Answer {
    if (verdict !== undefined && verdict.outcome !== "accepted") {
      return { status: this.authenticator?.options.status ?? 401, headers: verdict.headers };
    }
    if (request.method !== "REGISTER") {
      const known = request.method === "OPTIONS" || request.method === "NOTIFY";
      return { status: known ? 200 : 405, headers: [ALLOW] };
    }
    const answer = this.#register(request, source, now);
    return { ...answer, headers: [...(answer.headers ?? []), ...(verdict?.headers ?? [])] };
  }

  /** RFC 3261, section 10.3. */
  #register(request: SipMessage, source: Endpoint, now: number): Answer {
    const asked = Number(request.header("expires") ?? DEFAULT_EXPIRES);
    const contacts = request.list("contact").map(({ value, parameters }) => ({
      contact: value,
      expires: Number(parameters.get("expires") ?? asked),
    }));
    if (contacts.some(({ expires }) => expires > 0 && expires < this.minExpires)) {
      return { status: 423, headers: [["Min-Expires", String(this.minExpires)]] };
    }
    const granted = contacts.map(({ contact, expires }) => ({
      contact,
      expires: Math.min(expires, this.maxExpires),
    }));
    const problem = this.bindings.update(request, granted, asked, now, source);
    if (problem !== undefined) return problem;
    const headers = this.bindings
      .at(now)
      .filter(({ aor }) => aor === request.to)
      .map(({ contact, expires }): HeaderField => [
        "Contact",
        `<${contact}>;expires=${String(Math.ceil((expires - now) / 1000))}`,
      ]);
    return { status: 200, headers: [...headers, ...this.extraHeaders] };
  }

  #transactionOf(request: SipMessage, source: Endpoint): string {
    return `${request.branch} ${request.method} ${endpointText(source)}`;
  }

  #keepAnswer(transaction: string, replies: readonly Reply[]): void {
    this.#answered.set(transaction, replies);
    const [oldest] = this.#answered.keys();
    if (this.#answered.size > MOST_TRANSACTIONS && oldest !== undefined) this.#answered.delete(oldest);
  }

  #remember(received: ReceivedRequest): void {
    if (this.#log) this.received.push(received);
  }
}
