/** What the scenarios with calls and subscriptions share. */
import assert from "node:assert/strict";
import { answering, parseEndpoint, parseSip, writeSip } from "../../host/simulated/index.js";
import type {
  OutgoingCall,
  Registrar,
  SimulatedPhone,
  SipMessage,
  ToPhone,
} from "../../host/simulated/index.js";
import { short } from "./helpers.js";
import type { Settings, Site } from "./helpers.js";

/** A session description of the phone's; its content is the application's business. */
export const SDP = [
  "v=0",
  "o=- 1 1 IN IP4 198.51.100.1",
  "s=-",
  "c=IN IP4 198.51.100.1",
  "t=0 0",
  "m=audio 11780 RTP/AVP 0",
  "a=sendrecv",
  "",
].join("\r\n");

/** Whom the scenarios call. */
export const FAR = "sip:7000@sip.example.com";

/** A message of a phone's wire. */
export interface WireMessage {
  readonly t: number;
  readonly direction: "out" | "in";
  /** The other end, short where it is a server's, whatever the transport: `A`. */
  readonly peer: string;
  /** The other end as it is: `tcp:192.0.2.1:5060`. */
  readonly target: string;
  readonly message: SipMessage;
}

/** `A` for A's target, by UDP, TCP or TLS; a target that is no server's stays as it is. */
const nameOf = (target: string): string => {
  const name = short(target.replace(/^(tcp|tls):/, "udp:").replace(/:5061$/, ":5060"));
  return name.startsWith("udp:") ? target : name;
};

/** The SIP messages that went over a phone's wire, each of them in one piece. */
export const messagesOf = (phone: SimulatedPhone): WireMessage[] =>
  phone.wire.flatMap(({ t, direction, from, to, octets }) => {
    const message = parseSip(octets);
    const target = direction === "out" ? to : from;
    return message === undefined ? [] : [{ t, direction, peer: nameOf(target), target, message }];
  });

const isOneOf = (methods: readonly string[], { method }: SipMessage): boolean =>
  methods.length === 0 || methods.includes(method);

/** The requests that left a phone, of some methods or of all, those that were sent again included. */
export const requestsOf = (phone: SimulatedPhone, ...methods: readonly string[]): WireMessage[] =>
  messagesOf(phone).filter(
    ({ direction, message }) => direction === "out" && message.status === 0 && isOneOf(methods, message),
  );

/** Which request went where, and when: `["0 INVITE A", "500 INVITE A", "7500 INVITE B", "7500 ACK B"]`. */
export const sentLines = (phone: SimulatedPhone, ...methods: readonly string[]): string[] =>
  requestsOf(phone, ...methods).map(({ t, message, peer }) => `${String(t)} ${message.method} ${peer}`);

/** What belongs to calls and subscriptions of that: everything but REGISTER and OPTIONS. */
export const callLines = (phone: SimulatedPhone, from = 0): string[] =>
  requestsOf(phone)
    .filter(({ t, message: { method } }) => t >= from && method !== "REGISTER" && method !== "OPTIONS")
    .map(({ t, message, peer }) => `${String(t)} ${message.method} ${peer}`);

/** The requests that reached a phone: `["100 INVITE A"]`. */
export const heardLines = (phone: SimulatedPhone, ...methods: readonly string[]): string[] =>
  messagesOf(phone)
    .filter(
      ({ direction, message }) => direction === "in" && message.status === 0 && isOneOf(methods, message),
    )
    .map(({ t, message, peer }) => `${String(t)} ${message.method} ${peer}`);

/** The answers that a phone has sent to requests of a method, those that were sent again included. */
export const answersOf = (phone: SimulatedPhone, method: string): number[] =>
  messagesOf(phone)
    .filter(
      ({ direction, message }) => direction === "out" && message.status !== 0 && message.method === method,
    )
    .map(({ message }) => message.status);

/** Those answers with their instants and where they went: `["100 180 A", "3100 200 A"]`. */
export const answerLines = (phone: SimulatedPhone, method: string): string[] =>
  messagesOf(phone)
    .filter(
      ({ direction, message }) => direction === "out" && message.status !== 0 && message.method === method,
    )
    .map(({ t, message, peer }) => `${String(t)} ${String(message.status)} ${peer}`);

/** What became of a phone's calls: `["0 calling", "7500 ringing"]`; of one of them where its number is given. */
export const calls = (phone: SimulatedPhone, call?: number): string[] =>
  phone
    .events("call")
    .filter((record) => call === undefined || record.call === call)
    .map(({ t, state }) => `${String(t)} ${state}`);

/** How a phone's calls ended: `["39500 no-target-left 0", "50000 rejected 486"]`. */
export const ends = (phone: SimulatedPhone): string[] =>
  phone
    .events("call")
    .filter(({ state }) => state === "ended")
    .map(({ t, reason, status }) => `${String(t)} ${reason} ${String(status)}`);

/** What the far ends of calls said to the application: `["20 INFO 0", "90 INVITE 200"]`. */
export const callMessages = (phone: SimulatedPhone): string[] =>
  phone.events("call-message").map(({ t, method, status }) => `${String(t)} ${method} ${String(status)}`);

/** Where a phone's subscriptions stood: `["0 subscribed A message-summary", "9 unsubscribed dialog rejected 404"]`. */
export const subscriptions = (phone: SimulatedPhone): string[] =>
  phone.records.flatMap((record) => {
    const at = `${String(record.t)} ${record.event}`;
    if (record.event === "subscribed") return [`${at} ${nameOf(record.target)} ${record.package}`];
    if (record.event !== "unsubscribed") return [];
    return [`${at} ${record.package} ${record.reason} ${String(record.status)}`];
  });

/** The NOTIFYs that were handed to the application: `["0 A dialog active;expires=3600"]`. */
export const notifications = (phone: SimulatedPhone): string[] =>
  phone
    .events("notify")
    .map((record) => `${String(record.t)} ${nameOf(record.source)} ${record.package} ${record.state}`);

/** The content of an offer or answer of the phone's. */
export const OFFER = { type: "application/sdp", body: SDP } as const;

/** No keep-alives: what goes over the wire belongs to requests. */
export const QUIET: Settings = { "nat.udp_update_enable": 0 };

/** The Record-Route of a proxy that names itself as the account's slot does (F13). */
export const BY_NAME = "sip:sip.example.com;lr";

/** The sends of an INVITE to a target that stays silent, from `at`: by timer A with T1 = 0.5 s. */
export const inviteResends = (at: number, target: string, budget = 32_000): string[] =>
  [0, 500, 1500, 3500, 7500, 15_500, 31_500]
    .filter((after) => after < budget)
    .map((after) => `${String(at + after)} INVITE ${target}`);

/** What is the same, or must not be, in the tries of a request (F5). */
export const identityOf = ({
  message,
}: WireMessage): { branch: string; callId: string; fromTag: string; cseq: number } => ({
  branch: message.branch,
  callId: message.callId,
  fromTag: message.fromTag,
  cseq: message.cseq,
});

/** The latest request of a method that has left a phone. */
export const lastOf = (phone: SimulatedPhone, method: string): SipMessage => {
  const last = requestsOf(phone, method).at(-1);
  assert.ok(last, `there was no ${method}`);
  return last.message;
};

/** Places a call that the far end answers at once, and leaves it established: its number. */
export const established = (
  site: Site,
  phone: SimulatedPhone,
  { uri = FAR, account = 1 }: { uri?: string; account?: number } = {},
): number => {
  const { callee } = site.exchange;
  site.exchange.callee = answering();
  const call = phone.call(uri, { account, ...OFFER });
  site.s.run(0);
  assert.equal(calls(phone, call).at(-1), `${String(site.s.now)} established`);
  site.exchange.callee = callee;
  return call;
};

/** Has the far end call the phone by a server, and the phone take the call: its number, and the far end's view. */
export const taken = (
  site: Site,
  phone: SimulatedPhone,
  server: Registrar,
  options: Partial<ToPhone> = {},
): { number: number; call: OutgoingCall } => {
  const call = site.exchange.invite(server, { to: "1000", ...options });
  site.s.run(0);
  const number = incomingOf(phone);
  assert.equal(phone.respond(number, 200, OFFER), 0);
  site.s.run(0);
  assert.equal(calls(phone, number).at(-1), `${String(site.s.now)} established`);
  return { number, call };
};

/** The number of the latest call that came in. */
export const incomingOf = (phone: SimulatedPhone): number => {
  const incoming = phone
    .events("call")
    .filter(({ state }) => state === "incoming")
    .at(-1);
  assert.ok(incoming, "no call came in");
  return incoming.call;
};

/** The latest answer with a status that a phone has had to its INVITEs. */
export const heardAnswer = (phone: SimulatedPhone, status: number): SipMessage => {
  const last = messagesOf(phone)
    .filter(({ direction }) => direction === "in")
    .filter(({ message }) => message.status === status && message.method === "INVITE")
    .at(-1);
  assert.ok(last, `there was no ${String(status)}`);
  return last.message;
};

/** Has a message reach the first phone by UDP as if A, or another end, had sent it; `change` may spoil its text. */
export const inject = (
  site: Site,
  message: SipMessage,
  change: (text: string) => string = (text) => text,
  from = "192.0.2.1:5060",
): void => {
  const text = change(Buffer.from(writeSip(message)).toString("latin1"));
  site.s.network.inject(
    parseEndpoint(from, 5060),
    parseEndpoint("198.51.100.1:5060", 5060),
    Buffer.from(text, "latin1"),
  );
  site.s.run(0);
};
