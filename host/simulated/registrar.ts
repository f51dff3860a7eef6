import { endpointText } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import { Bindings } from "./bindings.js";
import type { Binding } from "./bindings.js";
import { Authenticator } from "./digest.js";
import type { DigestOptions, Verdict } from "./digest.js";
import { ChangeListeners } from "./service.js";
import type { Reply, Segments, Service } from "./service.js";
import { answerTo, parseSip, writeSip } from "./sip.js";
import type { HeaderField, SipMessage } from "./sip.js";
import { spoiled } from "./sip-faults.js";
import type { SipFault } from "./sip-faults.js";

/** An answer that a script gives instead of the registrar's own. */
export interface Answer {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderField[];
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
  /** Keep what was received, for `received` and `requests`. */
  readonly log?: boolean;
}

const PONG = Buffer.from("\r\n");

const ALLOW: HeaderField = ["Allow", "REGISTER, OPTIONS, NOTIFY"];

/** Answers kept for requests that are sent again (RFC 3261, section 17.2.2). */
const MOST_TRANSACTIONS = 128;

/** Lifetime where a request asks for none, in seconds (RFC 3261, section 10.2.1.1 leaves it to the registrar). */
const DEFAULT_EXPIRES = 3600;

/**
 * A registrar: octets in, octets out. It keeps bindings, asks for credentials, remembers what it received, and behaves
 * as `mode` says, which may change at any time.
 */
export class Registrar implements Service {
  readonly framing = "sip";
  readonly bindings = new Bindings();
  readonly authenticator: Authenticator | undefined;
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
  /** A fault of every answer from now on. */
  fault: SipFault | undefined;
  /** Headers of every 200 to a REGISTER: Path, Service-Route, Contacts of others. */
  extraHeaders: readonly HeaderField[] = [];
  readonly #log: boolean;
  readonly #answered = new Map<string, readonly Reply[]>();
  readonly #changes = new ChangeListeners();
  readonly #disconnections = new ChangeListeners();
  #mode: RegistrarMode = "up";
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
    this.#log = log;
  }

  get mode(): RegistrarMode {
    return this.#mode;
  }

  set mode(mode: RegistrarMode) {
    this.#mode = mode;
    this.#changes.tell();
  }

  get isRefusing(): boolean {
    return this.#mode === "refused";
  }

  get isHolding(): boolean {
    return this.#mode === "stopped";
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

  receive(octets: Uint8Array, source: Endpoint, now: number): readonly Reply[] {
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
    const behaviour = this.#behaviour({
      t: now,
      source: endpointText(source),
      request,
      credentials: undefined,
    });
    const known = this.#answered.get(this.#transactionOf(request, source));
    const verdict = behaviour === "up" && known === undefined ? this.#judge(request) : undefined;
    this.#remember({ t: now, source: endpointText(source), request, credentials: verdict?.outcome });
    if (request.status !== 0 || request.method === "ACK" || behaviour === "silent") return [];
    const replies = known ?? this.#reply(request, source, now, behaviour, verdict);
    this.#keepAnswer(this.#transactionOf(request, source), replies);
    return replies;
  }

  #behaviour(received: ReceivedRequest): Behaviour {
    const mode = typeof this.#mode === "function" ? this.#mode(received) : this.#mode;
    return mode === "refused" || mode === "stopped" ? "silent" : mode;
  }

  #judge(request: SipMessage): Verdict | undefined {
    return request.method === "REGISTER" ? this.authenticator?.judge(request) : undefined;
  }

  #reply(
    request: SipMessage,
    source: Endpoint,
    now: number,
    behaviour: "up" | Answer,
    verdict: Verdict | undefined,
  ): Reply[] {
    const answer = behaviour === "up" ? this.#ownAnswer(request, now, verdict) : behaviour;
    const message = answerTo(request, source, { ...answer, toTag: `${this.name}-${String(++this.#tags)}` });
    const octets = this.fault === undefined ? writeSip(message) : spoiled(message, this.fault);
    return [{ octets, delay: answer.delay ?? this.delay }];
  }

  #ownAnswer(request: SipMessage, now: number, verdict: Verdict | undefined): Answer {
    if (request.method !== "REGISTER") {
      const known = request.method === "OPTIONS" || request.method === "NOTIFY";
      return { status: known ? 200 : 405, headers: [ALLOW] };
    }
    if (verdict !== undefined && verdict.outcome !== "accepted") {
      return { status: this.authenticator?.options.status ?? 401, headers: verdict.headers };
    }
    const answer = this.#register(request, now);
    return { ...answer, headers: [...(answer.headers ?? []), ...(verdict?.headers ?? [])] };
  }

  /** RFC 3261, section 10.3. */
  #register(request: SipMessage, now: number): Answer {
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
    const problem = this.bindings.update(request, granted, asked, now);
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
