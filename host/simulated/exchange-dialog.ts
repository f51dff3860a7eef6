import { parseEndpoint } from "../abi/address.js";
import type { Endpoint, Transport } from "../abi/address.js";
import type { ClientRequest, ClientTransactions, ReceivedAnswer } from "./exchange-client.js";
import type { Arrival, FrontServer, Resending } from "./exchange-server.js";
import type { SessionTimer } from "./exchange-session.js";
import { SipMessage, parameterised } from "./sip.js";
import type { HeaderField } from "./sip.js";

/** What a far end adds to a request of its own. */
export interface RequestOptions {
  readonly headers?: readonly HeaderField[] | undefined;
  readonly body?: string | undefined;
  /** The body's Content-Type; SDP's where it is left out. */
  readonly type?: string | undefined;
  /** The server that sends it; the one that the dialog was made by where it is left out. */
  readonly server?: FrontServer | undefined;
  /** Where it goes to, `udp:198.51.100.1:5060`; the phone's binding, or where the dialog's requests came from. */
  readonly at?: string | undefined;
  /** Whether final answers to an INVITE are acknowledged; default: true. */
  readonly acknowledges?: boolean | undefined;
  /** Whether reliable provisional answers are acknowledged by PRACK; default: true. */
  readonly pracks?: boolean | undefined;
  /** The CSeq; the next one where it is left out. */
  readonly cseq?: number | undefined;
}

/** What dialogs need of the exchange that they are part of. */
export interface FarSide {
  /** The far end's Contact URI. */
  readonly contact: string;
  /** The session description of its offers and answers. */
  readonly body: string;
  readonly sessionTimer: SessionTimer | undefined;
  readonly clients: ClientTransactions;
  /** `at` in milliseconds. */
  complain(complaint: string, at: number): void;
  /** A dialog is over. */
  forget(dialog: Dialog): void;
}

/** How a dialog begins (RFC 3261, section 12.1). The header values come with their tags. */
export interface DialogBeginning {
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  readonly remoteTarget: string;
  readonly localCseq: number;
  /** NaN: the phone has sent no request yet. */
  readonly remoteCseq: number;
  readonly server: FrontServer;
  /** Where the phone's message came from. */
  readonly source: Endpoint;
  /** The Record-Routes in the order in which the phone has to go by them. */
  readonly route: readonly string[];
}

export const SDP_TYPE = "application/sdp";

const tagOf = (value: string): string => parameterised(value).parameters.get("tag") ?? "";

/** Where a URI with an address in it leads to; throws a `RangeError` where it has a name. */
export const endpointOfUri = (uri: string, transport: Transport): Endpoint => {
  const parts = /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)(?::(\d+))?/i.exec(uri);
  const named = /;transport=(udp|tcp|tls)/i.exec(uri)?.[1]?.toLowerCase() as Transport | undefined;
  const port = parts?.[2] === undefined ? "" : `:${parts[2]}`;
  return parseEndpoint(`${parts?.[1] ?? ""}${port}`, 5060, named ?? transport);
};

/** Writes a request of the far end as its server sends it on: with the Vias of both. */
export const farRequest = (
  far: Pick<FarSide, "contact" | "clients">,
  server: FrontServer,
  to: Endpoint,
  method: string,
  uri: string,
  fields: readonly HeaderField[],
  { headers = [], body = "", type = SDP_TYPE }: RequestOptions,
): SipMessage => {
  const { address, port } = server.localEnd(to);
  const host = address.includes(":") ? `[${address}]` : address;
  const farHost = /@([^;>?]+)/.exec(far.contact)?.[1] ?? "192.0.2.100:5060";
  const branch = far.clients.newBranch();
  const content: HeaderField[] = body === "" ? [] : [["Content-Type", type]];
  return new SipMessage(
    { method, uri },
    [
      ["Via", `SIP/2.0/${to.transport.toUpperCase()} ${host}:${String(port)};branch=${branch}`],
      ["Via", `SIP/2.0/UDP ${farHost};branch=${branch}-far`],
      ["Max-Forwards", "70"],
      ...fields,
      ...headers,
      ...content,
    ],
    body,
  );
};

/** Requests that say anew where their sender is to be found (RFC 3261 12.2, 3311, 6665). */
const refreshesTarget = ["INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY"];

/** A dialog of the far end with a phone (RFC 3261, section 12). */
export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** The far end's Contact when it began. */
  readonly localTarget: string;
  /** What the phone has sent in it, ACKs included. */
  readonly received: Arrival[] = [];
  /** What the far end has sent in it, without the ACKs. */
  readonly requests: ClientRequest[] = [];
  /** Where the far end's requests leave. */
  server: FrontServer;
  /** The phone's Contact URI. */
  remoteTarget: string;
  state: "early" | "confirmed" | "ended" = "early";
  /** What both sides have agreed on of a session timer; none where they have not. */
  sessionTimer: SessionTimer | undefined;
  readonly #far: FarSide;
  readonly #beginning: DialogBeginning;
  readonly #sources = new Map<FrontServer, Endpoint>();
  readonly #unacknowledged = new Map<number, Resending>();
  #localCseq: number;
  #remoteCseq: number;
  /** Grows with each agreement: a timer of an older one is over. */
  #session = 0;

  constructor(far: FarSide, beginning: DialogBeginning) {
    this.#far = far;
    this.#beginning = beginning;
    this.callId = beginning.callId;
    this.localTag = tagOf(beginning.local);
    this.remoteTag = tagOf(beginning.remote);
    this.localTarget = far.contact;
    this.server = beginning.server;
    this.remoteTarget = beginning.remoteTarget;
    this.#localCseq = beginning.localCseq;
    this.#remoteCseq = beginning.remoteCseq;
    this.#sources.set(beginning.server, beginning.source);
  }

  /** Told apart from all others. */
  get id(): string {
    return dialogId(this.callId, this.localTag, this.remoteTag);
  }

  /** Where the phone's first message came from. */
  get source(): Endpoint {
    return this.#beginning.source;
  }

  /** Takes note of a request of the phone, and of what is wrong with it; false where its CSeq is too low. */
  accept(arrival: Arrival): boolean {
    const { message, server, source } = arrival;
    this.received.push(arrival);
    this.#check(arrival);
    if (message.cseq < this.#remoteCseq) return false;
    this.#remoteCseq = message.cseq;
    this.#sources.set(server, source);
    const [contact] = message.list("contact");
    if (refreshesTarget.includes(message.method) && contact !== undefined) this.remoteTarget = contact.value;
    return true;
  }

  /** A 2xx to the phone's INVITE is sent again until its ACK comes (RFC 3261, section 13.3.1.4). */
  awaitAck(cseq: number, resending: Resending): void {
    this.#unacknowledged.set(cseq, resending);
  }

  /** Whether a 2xx still waits for its ACK. */
  get isUnacknowledged(): boolean {
    return this.#unacknowledged.size > 0;
  }

  /** Whether an INVITE of the far end waits for its final answer (RFC 3261, section 14.2). */
  get isInviting(): boolean {
    return this.requests.some(
      ({ message, status, isTimedOut }) => message.method === "INVITE" && status === 0 && !isTimedOut,
    );
  }

  /** An ACK has come. */
  acknowledged(arrival: Arrival): void {
    this.received.push(arrival);
    this.#check(arrival);
    this.#unacknowledged.get(arrival.message.cseq)?.stop();
    this.#unacknowledged.delete(arrival.message.cseq);
  }

  /** Sends a request within the dialog. */
  send(method: string, options: RequestOptions = {}): ClientRequest {
    const server = options.server ?? this.server;
    const to = this.#destination(server, options.at);
    const cseq = options.cseq ?? ++this.#localCseq;
    const fields: HeaderField[] = refreshesTarget.includes(method)
      ? [["Contact", `<${this.localTarget}>`]]
      : [];
    const message = this.#write(method, cseq, server, to, options, fields);
    const request = this.#far.clients.start(server, message, to, {
      acknowledges: options.acknowledges,
      answered: (answer) => {
        this.answered(method, answer, server, to, options);
      },
      timedOut: () => {
        this.#lost();
      },
    });
    this.requests.push(request);
    return request;
  }

  /** Another offer. */
  reinvite(body = this.#far.body, options: RequestOptions = {}): ClientRequest {
    return this.send("INVITE", { ...options, body });
  }

  update(body = "", options: RequestOptions = {}): ClientRequest {
    return this.send("UPDATE", { ...options, body });
  }

  info(body = "", options: RequestOptions = {}): ClientRequest {
    return this.send("INFO", { type: "application/dtmf-relay", ...options, body });
  }

  /** Hangs up. */
  bye(options: RequestOptions = {}): ClientRequest {
    const request = this.send("BYE", options);
    this.end();
    return request;
  }

  /** The dialog is over: requests within it are answered 481 from now on. */
  end(): void {
    this.state = "ended";
    this.#session++;
    for (const resending of this.#unacknowledged.values()) resending.stop();
    this.#unacknowledged.clear();
    this.#far.forget(this);
  }

  /** What an answer to a request of the far end changes. For the exchange. */
  answered(
    method: string,
    { message, status }: ReceivedAnswer,
    server: FrontServer,
    to: Endpoint,
    options: RequestOptions,
  ): void {
    const [contact] = message.list("contact");
    const isSuccess = status >= 200 && status < 300;
    if (refreshesTarget.includes(method) && isSuccess && contact !== undefined) {
      this.remoteTarget = contact.value;
    }
    if (method === "INVITE" && isSuccess && options.acknowledges !== false) {
      server.send(this.#write("ACK", message.cseq, server, to, {}, []), to);
    }
    if ((method === "INVITE" || method === "UPDATE") && isSuccess) this.#agree(message);
    const isReliable = status > 100 && status < 200 && message.header("rseq") !== undefined;
    if (method === "INVITE" && isReliable && options.pracks !== false) {
      const rack = `${message.header("rseq") ?? ""} ${message.header("cseq") ?? ""}`;
      const isNew = !this.requests.some((one) => one.message.header("rack") === rack);
      if (isNew) this.send("PRACK", { server, headers: [["RAck", rack]] });
    }
    if (status === 481 || status === 408) this.#lost();
  }

  /**
   * Keeps the session alive, or ends it, as both sides have agreed (RFC 4028, section 10): the far end refreshes at
   * half the time; without a refresh of the phone it hangs up a third of the time before the end, or 32 s.
   *
   * @param expires in seconds
   */
  keepSession(expires: number, isRefresher: boolean, method: "INVITE" | "UPDATE"): void {
    const session = ++this.#session;
    this.sessionTimer = { expires, method };
    const wait = isRefresher ? expires / 2 : expires - Math.min(32, expires / 3);
    this.server.after(wait * 1000, () => {
      if (session !== this.#session || this.state !== "confirmed") return;
      if (!isRefresher) {
        this.bye();
        return;
      }
      const headers: HeaderField[] = [
        ["Supported", "timer"],
        ["Session-Expires", `${String(expires)};refresher=uac`],
      ];
      this.send(method, { headers, body: method === "INVITE" ? this.#far.body : "" });
      this.keepSession(expires, true, method);
    });
  }

  /** An answer to the far end's request says who refreshes the session (RFC 4028, section 7.2). */
  #agree(answer: SipMessage): void {
    const value = answer.header("session-expires");
    if (value === undefined) return;
    const isRefresher = parameterised(value).parameters.get("refresher") !== "uas";
    const { method = "UPDATE" } = this.sessionTimer ?? this.#far.sessionTimer ?? {};
    this.keepSession(parseInt(value, 10), isRefresher, method);
  }

  /** The other side knows nothing of the dialog any more, or is gone (RFC 3261, 12.2.1.2; RFC 6665, 4.2.2). */
  #lost(): void {
    if (this.state !== "ended") this.end();
  }

  #check({ message, server, t }: Arrival): void {
    const complain = (complaint: string): void => {
      this.#far.complain(`${message.method}: ${complaint}`, t);
    };
    if (message.uri !== this.localTarget) complain(`for ${message.uri}, not for ${this.localTarget}`);
    const wanted = this.#beginning.route.join();
    const route = message.elements("route");
    if (wanted !== "" && !route.join().endsWith(wanted)) complain("it does not go by the Record-Route");
    const isLiteral = this.#beginning.server.recordRoute === "address";
    const isAstray = isLiteral && wanted !== "" && route[0] === this.#beginning.route[0];
    if (isAstray && server !== this.#beginning.server)
      complain(`${server.name} is not where its route leads`);
  }

  #write(
    method: string,
    cseq: number,
    server: FrontServer,
    to: Endpoint,
    options: RequestOptions,
    fields: readonly HeaderField[],
  ): SipMessage {
    const { local, remote } = this.#beginning;
    return farRequest(
      this.#far,
      server,
      to,
      method,
      this.remoteTarget,
      [
        ["From", local],
        ["To", remote],
        ["Call-ID", this.callId],
        ["CSeq", `${String(cseq)} ${method}`],
        ...fields,
      ],
      options,
    );
  }

  #destination(server: FrontServer, at: string | undefined): Endpoint {
    if (at !== undefined) return parseEndpoint(at);
    const { source: first } = this.#beginning;
    const source = this.#sources.get(server) ?? first;
    const isReachable = source.transport === "udp" || server.isConnected(source);
    return isReachable ? source : endpointOfUri(this.remoteTarget, source.transport);
  }
}

/** Names a dialog, from the far end's point of view. */
export const dialogId = (callId: string, localTag: string, remoteTag: string): string =>
  `${callId} ${localTag} ${remoteTag}`;
