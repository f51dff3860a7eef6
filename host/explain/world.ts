/** A network for experiments: the configuration's phone, one account of it, and a server at each of its targets. */
import { endpointText, hostPortText, parseEndpoint } from "../abi/address.js";
import type { ConfigurationFile } from "../abi/configure.js";
import { Core, desktopModule } from "../abi/core.js";
import type { RecordOf } from "../abi/record.js";
import type { RecordRoute } from "../simulated/exchange-server.js";
import { assignments } from "./settings.js";
import { Simulation, answering, parseSip } from "../simulated/index.js";
import type { Registrar, SimulatedPhone, SipMessage, ZoneRecord, ZoneType } from "../simulated/index.js";

/** How a server is dead. */
export type Trouble = "silent" | "refused" | "503";

export const TROUBLES: readonly Trouble[] = ["silent", "refused", "503"];

/** What DNS says, and for which questions it gives no answer. */
export interface Names {
  readonly records: readonly ZoneRecord[];
  readonly unanswered: readonly { readonly name: string; readonly type: ZoneType }[];
}

/** What an experiment is made with. */
export interface Subject {
  readonly files: readonly ConfigurationFile[];
  readonly names: Names;
  /** The account that is looked at; the phone has no other in the experiment. */
  readonly account: number;
  /** Its targets, in the order that it tries them in: `udp:192.0.2.1:5060`. */
  readonly targets: readonly string[];
  /** Slot 2 registers only while slot 1 is down, and then stands for the account. */
  readonly isSuccessive: boolean;
}

export interface WorldOptions {
  /** Lines of configuration that come last. */
  readonly also?: readonly string[];
  /** What servers put into Record-Route: their address where it is left out (RFC 3261, section 16.6). */
  readonly recordRoute?: RecordRoute;
}

/** Where the simulated DNS server is. */
const DNS_SERVER = "192.0.2.53";

/** Of the phone (RFC 5737, RFC 2544): the first that no target has. */
const PHONES = ["198.51.100.1", "198.18.0.1", "203.0.113.1"];

const ACCOUNTS = 16;

/** A call's far end. */
const FAR_END = "7000";

/** Everything that is done to a phone begins so many milliseconds after an instant of its own, to come after it. */
export const MOMENT = 1;

/** One core for all experiments: each configures it anew, and only one of them is under way at a time. */
let core: Core | undefined;

/** The files, with only one account enabled, and further lines at the end. */
const onlyAccount = ({ files, account }: Subject, also: readonly string[]): readonly ConfigurationFile[] => {
  const others = Array.from({ length: ACCOUNTS }, (_, index) => index + 1).filter((each) => each !== account);
  const lines = ["", ...others.map((each) => `account.${String(each)}.enable = 0`), ...also, ""];
  const last = files.at(-1);
  if (last === undefined) return [];
  const octets = Buffer.concat([last.octets, Buffer.from(lines.join("\n"))]);
  return [...files.slice(0, -1), { name: last.name, octets }];
};

/** Of a session, in seconds. */
const A_DAY = 86_400;

/** A session description; no sound is sent. */
const SESSION =
  "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";

/** A message of the phone's wire. */
export interface Seen {
  readonly t: number;
  readonly direction: "out" | "in";
  /** The other end. */
  readonly target: string;
  /** A keep-alive of CRLF has none. */
  readonly message: SipMessage | undefined;
}

export class World {
  readonly s = new Simulation();
  readonly phone: SimulatedPhone;
  readonly #servers = new Map<string, Registrar>();

  constructor(
    readonly subject: Subject,
    { also = [], recordRoute }: WorldOptions = {},
  ) {
    const { names, targets } = subject;
    this.s.exchange.callee = answering();
    this.s.exchange.notifier.notifiesFirst = true;
    const timer = `account.${String(subject.account)}.session_timer.enable`;
    // A far end that takes the length of the session that the phone asks for (RFC 4028).
    if (assignments(subject.files).get(timer) === "1") this.s.exchange.sessionTimer = { expires: A_DAY };
    this.s.zone.records = [...names.records];
    this.s.zone.mode = ({ name, type }) => {
      const is = (each: { name: string; type: string }): boolean => each.name === name && each.type === type;
      return names.unanswered.some(is) ? "SERVFAIL" : "up";
    };
    for (const target of targets) this.#serve(target, recordRoute);
    const address = PHONES.find((each) => !targets.some((target) => target.includes(`:${each}:`)));
    core ??= new Core(desktopModule());
    this.phone = this.s.phone(onlyAccount(subject, also), {
      core,
      dns: [DNS_SERVER],
      lenient: true,
      addresses: { 4: address ?? "198.51.100.1", 6: "2001:db8:ffff::1" },
    });
  }

  /** Places a call of the account: its number, or an error below 0. */
  call(): number {
    const { account } = this.subject;
    return this.phone.call(this.#callee, { account, body: SESSION, type: "application/sdp" });
  }

  /** When the account is registered with a target that `accept` takes, from an instant on. */
  registered(from: number, accept: (target: string) => boolean): RecordOf<"registered"> | undefined {
    const { isSuccessive } = this.subject;
    return this.phone
      .events("registered")
      .find(({ t, slot, target }) => t >= from && (isSuccessive || slot === 1) && accept(target));
  }

  /** Whom the experiments call: anybody at the account's own server. */
  get #callee(): string {
    const from = this.messages("out").find(({ message }) => message?.method === "REGISTER")?.message;
    const host = /sips?:([^;>]+)/.exec(from?.uri ?? "")?.[1]?.replace(/^.*@/, "");
    return `sip:${FAR_END}@${host ?? "example.com"}`;
  }

  /** Makes the first `count` targets dead, and all others well. */
  fell(count: number, trouble: Trouble): void {
    const { targets } = this.subject;
    const dead = new Set(targets.slice(0, count).map((target) => this.#servers.get(target)));
    for (const server of new Set(this.#servers.values())) {
      if (!dead.has(server)) server.up();
      else if (trouble === "silent") server.silent();
      else if (trouble === "refused") server.refuse();
      else server.answer(503);
    }
  }

  /** The SIP messages and keep-alives on the phone's wire, from an instant on; DNS aside. */
  messages(direction?: "out" | "in", from = 0): Seen[] {
    return this.phone.wire.flatMap((entry) => {
      if (entry.t < from || (direction !== undefined && entry.direction !== direction)) return [];
      const target = entry.direction === "out" ? entry.to : entry.from;
      if (target.endsWith(`:${DNS_SERVER}:53`)) return [];
      return [{ t: entry.t, direction: entry.direction, target, message: parseSip(entry.octets) }];
    });
  }

  #serve(target: string, recordRoute: RecordRoute | undefined): void {
    const end = parseEndpoint(target);
    // A registrar's TLS is on the port after its own.
    const port = end.transport === "tls" ? end.port - 1 : end.port;
    const at = endpointText({ ...end, transport: "udp", port });
    const known = [...this.#servers.values()].find(({ name }) => name === at.slice("udp:".length));
    const server = known ?? this.s.registrar(at, { tls: { names: this.#tlsNames() } });
    const byTls = `sip:${hostPortText(end.address, end.port)};transport=tls;lr` as const;
    if (recordRoute !== undefined) server.recordRoute = recordRoute;
    else if (end.transport === "tls") server.recordRoute = byTls;
    this.#servers.set(target, server);
  }

  /** Every name that the configuration could ask a certificate for: certificates are not what is looked at. */
  #tlsNames(): string[] {
    const text = this.subject.files.map(({ octets }) => new TextDecoder().decode(octets)).join("\n");
    const written = [...text.matchAll(/\.address\s*=\s*(\S+)/g)].map(([, name]) => name ?? "");
    const addresses = this.subject.targets.map((target) => parseEndpoint(target).address);
    return [...written, ...addresses, ...this.subject.names.records.map(({ name }) => name)];
  }
}
