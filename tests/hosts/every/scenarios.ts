/**
 * The script that every host plays: what the servers are like, what the phone's file says, what happens, and what the
 * phone is to tell of it, a line each with the milliseconds since the one before.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "../../../host/abi/address.js";
import type { RegistrarOptions } from "../../../host/simulated/index.js";
import { answering } from "../../../host/simulated/index.js";
import { SDP } from "../../scenarios/call-helpers.js";
import { DOMAIN, LIFETIME, Stranger, throwIn } from "./stage.js";
import type { Stage } from "./stage.js";

/** Keys of account 1, without `account.1.`, or of the phone. */
export type Keys = Readonly<Record<string, string | number>>;

export interface Scenario {
  readonly name: string;
  readonly registrars?: RegistrarOptions;
  /** TTL of the servers' addresses, in seconds. */
  readonly ttl?: number;
  /** UDP where it is left out. */
  readonly transport?: Transport;
  /** For whom the servers' certificates are, by the servers' names. */
  readonly certified?: Readonly<Record<string, string>>;
  /** The file of trust anchors is not there before the scenario puts it there. */
  readonly lacksTrust?: boolean;
  readonly keys?: Keys;
  /** Before the phone starts. */
  readonly before?: (stage: Stage) => void;
  /** After it has started; an orderly stop follows. */
  readonly play: (stage: Stage) => Promise<void>;
  /** What the phone tells of its account. */
  readonly expected: readonly string[];
  /** What it tells besides, of no account and neither of DNS nor of its ports. */
  readonly phone?: readonly string[];
  /** What it warns of; FILE stands for the path of the file of trust anchors. */
  readonly warnings?: readonly string[];
}

/** The scenarios that a host can play. */
export const playedBy = ({ sharesFiles }: { readonly sharesFiles: boolean }): readonly Scenario[] =>
  scenarios.filter(({ lacksTrust = false }) => sharesFiles || !lacksTrust);

export const USER = "1001";
export const PASSWORD = "opensesame42";

/** Long enough for everything that follows at once to be over, in milliseconds. */
const SOON = 400;

const registered = async (stage: Stage, server: string): Promise<void> => {
  await stage.until("registered", { target: stage.targetOf(server) });
  await pause(SOON);
};

/** Registered with the secondary, then the primary works again. */
const thereAndBack = async (stage: Stage): Promise<void> => {
  await registered(stage, "secondary");
  stage.primary.up();
  await stage.until("failback");
  await pause(SOON);
};

/** What every phone tells first. */
const LOCATED = "~ resolved 1 primary,secondary";

const BEGINS = [LOCATED, "+0 request 1 REGISTER primary 1 start"];

/** By TLS the first request to a server waits for the handshake. */
const afterHandshake = ([first = "", ...rest]: readonly string[]): string[] => [
  first.replace(/^\+0 /, "< "),
  ...rest,
];

const BEGINS_BY_TLS = [LOCATED, ...afterHandshake(BEGINS.slice(1))];

/** A REGISTER is answered by a 200, and the binding is in place. */
const accepted = (server: string, reason = "start"): string[] => [
  `< response 1 REGISTER ${server} 200`,
  `+0 registered 1 ${server} ${String(LIFETIME)} ${reason}`,
];

/** The primary has failed; the secondary takes the request at once. */
const failover = (rule: string, wait = 0): string[] => [
  `+${String(wait)} request 1 REGISTER secondary 1 next-target`,
  "< response 1 REGISTER secondary 200",
  `+0 failover 1 primary secondary ${rule}`,
  `+0 registered 1 secondary ${String(LIFETIME)} start`,
];

/** The primary answers 503. */
const failedBy503 = [
  "< response 1 REGISTER primary 503",
  "+0 target-failed 1 primary 503",
  ...failover("F1"),
];

/** The primary takes the registration back. */
const failback = [
  "+0 request 1 REGISTER primary 1 failback",
  "< response 1 REGISTER primary 200",
  "+0 failback 1 secondary primary B4",
  `+0 registered 1 primary ${String(LIFETIME)} failback`,
];

/** A server behind a connection sees another address than the phone's own, and is given that (RFC 3581). */
const seen = (server: string): string[] => [
  `+0 request 1 REGISTER ${server} 1 contact-changed`,
  ...accepted(server, "contact-changed"),
];

const stop = (server: string): string[] => [
  `~ request 1 REGISTER ${server} 1 stop`,
  `< response 1 REGISTER ${server} 200`,
  `+0 unregistered 1 ${server} stopped`,
];

const digest = { realm: DOMAIN, users: { [USER]: PASSWORD } };

const garbage: readonly (Uint8Array | string)[] = [
  "\0",
  "garbage",
  Buffer.alloc(1400, 0xff),
  "REGISTER sip:voice.example SIP/2.0\r\n",
  `OPTIONS sip:${USER}@phone SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9\r\nContent-Length: 999\r\n\r\n`,
  "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKnobody\r\nCSeq: 1 REGISTER\r\n\r\n",
];

const options = [
  `OPTIONS sip:${USER}@192.0.2.1 SIP/2.0`,
  "Via: SIP/2.0/UDP 192.0.2.9:5060;rport;branch=z9hG4bKalive",
  "Max-Forwards: 70",
  "From: <sip:stranger@example.com>;tag=s",
  `To: <sip:${USER}@voice.example>`,
  "Call-ID: alive@example.com",
  "CSeq: 1 OPTIONS",
  "Content-Length: 0",
  "",
  "",
].join("\r\n");

export const scenarios: readonly Scenario[] = [
  {
    name: "failback mode 3",
    keys: { "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 },
    before: ({ primary }) => {
      primary.refuse();
    },
    play: thereAndBack,
    expected: [
      ...BEGINS,
      "< target-failed 1 primary refused",
      ...failover("F3"),
      "+60000 failback-due 1 B1",
      ...failback,
      ...stop("primary"),
    ],
  },
  {
    name: "register",
    play: (stage) => registered(stage, "primary"),
    expected: [...BEGINS, ...accepted("primary"), ...stop("primary")],
  },
  {
    name: "digest",
    registrars: { digest },
    play: (stage) => registered(stage, "primary"),
    expected: [
      ...BEGINS,
      "< response 1 REGISTER primary 401",
      "+0 request 1 REGISTER primary 1 challenge",
      ...accepted("primary"),
      ...stop("primary"),
    ],
  },
  {
    name: "failover, the primary silent",
    keys: { "sip_server.1.retry_counts": 1 },
    before: ({ primary }) => {
      primary.silent();
    },
    play: (stage) => registered(stage, "secondary"),
    expected: [
      ...BEGINS,
      "+500 request 1 REGISTER primary 2 resend",
      "+1000 target-failed 1 primary silent",
      ...failover("F2"),
      ...stop("secondary"),
    ],
  },
  {
    name: "failover, the primary's port closed",
    before: ({ primary }) => {
      primary.refuse();
    },
    play: (stage) => registered(stage, "secondary"),
    expected: [...BEGINS, "< target-failed 1 primary refused", ...failover("F3"), ...stop("secondary")],
  },
  {
    name: "503",
    before: ({ primary }) => {
      primary.answer(503, [["Retry-After", "5"]]);
    },
    play: (stage) => registered(stage, "secondary"),
    expected: [...BEGINS, ...failedBy503, ...stop("secondary")],
  },
  {
    name: "failback mode 1",
    ttl: 3,
    keys: { "sip_server.1.failback_mode": 1 },
    before: ({ primary }) => {
      primary.answer(503);
    },
    play: thereAndBack,
    expected: [
      ...BEGINS,
      ...failedBy503,
      "=3000 failback-due 1 B1",
      "< resolved 1 primary,secondary",
      ...failback,
      ...stop("primary"),
    ],
  },
  {
    name: "a call",
    play: async (stage) => {
      stage.exchange.body = "v=0\r\no=- 1 1 IN IP4 192.0.2.100\r\n";
      stage.exchange.callee = answering({ ring: 200, answer: 300 });
      await registered(stage, "primary");
      const call = await stage.phone.call(`sip:1002@${DOMAIN}`, { type: "application/sdp", body: SDP });
      await stage.until("call", { state: "established" });
      await pause(SOON);
      await stage.phone.hangUp(call);
      await stage.until("call", { state: "ended" });
      await pause(SOON);
    },
    expected: [
      ...BEGINS,
      ...accepted("primary"),
      "~ call calling 1 <sip:1002@voice.example> none 0",
      "+0 request 1 INVITE primary 1 call",
      "< response 1 INVITE primary 100",
      "+0 call proceeding 1 primary <sip:1002@voice.example> none 0",
      "+200 response 1 INVITE primary 180",
      "+0 call ringing 1 primary <sip:1002@voice.example>;tag=far-1 none 0",
      "+300 response 1 INVITE primary 200",
      "+0 call established 1 primary <sip:1002@voice.example>;tag=far-1 none 0",
      "+0 call-message INVITE 200 0 application/sdp v=0 o=- 1 1 IN IP4 192.0.2.100",
      "~ call ending 1 <sip:1002@voice.example>;tag=far-1 none 0",
      "+0 request 1 BYE primary 1 hang-up",
      "< response 1 BYE primary 200",
      "+0 call ended 1 <sip:1002@voice.example>;tag=far-1 local 200",
      ...stop("primary"),
    ],
  },
  {
    name: "TLS, the primary with a certificate of another name",
    transport: "tls",
    certified: { primary: "other.example", secondary: DOMAIN },
    play: async (stage) => {
      await registered(stage, "secondary");
    },
    expected: [
      LOCATED,
      "< target-failed 1 primary tls-certificate",
      ...afterHandshake(failover("F1")),
      ...seen("secondary"),
      ...stop("secondary"),
    ],
  },
  {
    name: "TLS, the file of trust anchors missing at first",
    transport: "tls",
    certified: { primary: DOMAIN, secondary: DOMAIN },
    lacksTrust: true,
    keys: { reg_failed_retry_min_time: 1, reg_failed_retry_max_time: 1 },
    play: async (stage) => {
      await stage.until("target-failed", { target: stage.targetOf("secondary") });
      stage.giveTrust();
      await registered(stage, "primary");
    },
    expected: [
      LOCATED,
      "< target-failed 1 primary tls-certificate",
      "+0 target-failed 1 secondary tls-certificate",
      "+0 failed 1 REGISTER no-target-left 0",
      "~ request 1 REGISTER primary 1 retry",
      ...accepted("primary", "retry"),
      ...seen("primary"),
      ...stop("primary"),
    ],
    warnings: [
      "The file of sip.tls_ca, FILE, cannot be read: there is no such file. Until that is mended, no server can be reached by TLS.",
      "The files of TLS can be used now.",
    ],
  },
  {
    name: "TLS, a connection that breaks",
    transport: "tls",
    certified: { primary: DOMAIN, secondary: DOMAIN },
    play: async (stage) => {
      await registered(stage, "primary");
      stage.primary.answer(503);
      stage.fronts[0]?.disconnect();
      await registered(stage, "secondary");
    },
    expected: [
      ...BEGINS_BY_TLS,
      ...accepted("primary"),
      ...seen("primary"),
      "~ target-failed 1 primary closed",
      "+0 unregistered 1 primary target-failed",
      "< request 1 REGISTER secondary 1 moved",
      "< response 1 REGISTER secondary 200",
      "+0 failover 1 primary secondary K3",
      `+0 registered 1 secondary ${String(LIFETIME)} moved`,
      ...seen("secondary"),
      ...stop("secondary"),
    ],
  },
  {
    name: "garbage on the ports",
    transport: "tcp",
    play: async (stage) => {
      await registered(stage, "primary");
      const stranger = new Stranger(await stage.doorOf("udp"));
      for (const octets of garbage) {
        stranger.send(octets);
        await pause(50);
      }
      await throwIn(await stage.doorOf("tcp"), "no line of SIP\r\n\r\n");
      stranger.send(options);
      await stage.until("answered", { method: "OPTIONS" });
      await pause(SOON);
      stranger.close();
    },
    expected: [...BEGINS, ...accepted("primary"), ...seen("primary"), ...stop("primary")],
    phone: [
      "dropped pong stranger 1",
      "dropped cut-off stranger 1",
      "dropped cut-off stranger 2",
      "dropped cut-off stranger 3",
      "dropped cut-off stranger 4",
      "dropped malformed stranger 1",
      "dropped malformed stranger 2",
      "answered OPTIONS stranger 200",
    ],
  },
  {
    name: "an orderly stop, the server silent",
    play: async (stage) => {
      await registered(stage, "primary");
      stage.primary.silent();
    },
    expected: [
      ...BEGINS,
      ...accepted("primary"),
      "~ request 1 REGISTER primary 1 stop",
      "+500 request 1 REGISTER primary 2 resend",
      "+1000 request 1 REGISTER primary 3 resend",
    ],
  },
];
