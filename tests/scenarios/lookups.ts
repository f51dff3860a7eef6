/** What the tests of locating and of DNS share: a phone of example.com, what it asked, and where it went. */
import { Simulation } from "../../host/simulated/index.js";
import type {
  Service,
  SimulatedPhone,
  SimulatedPhoneOptions,
  Zone,
  ZoneMode,
} from "../../host/simulated/index.js";
import { configuration, sent, short } from "./helpers.js";
import type { Settings } from "./helpers.js";

/** The configuration of a phone whose account 1 registers with example.com, port 0. */
export const file = (settings: Settings = {}): string =>
  configuration({ "sip_server.1.address": "example.com", "sip_server.1.port": 0, ...settings });

/** The targets of a phone's REGISTERs on the wire, each in its turn. */
export const targets = (phone: SimulatedPhone): string[] => {
  const all = sent(phone).map(({ target }) => target);
  return all.filter((target, index) => target !== all[index - 1]);
};

/** What a DNS server was asked: `SRV _sip._udp.example.com`. */
export const questions = (zone: Zone): string[] => zone.received.map(({ type, name }) => `${type} ${name}`);

/** When a DNS server was asked, of one name and type or of all: milliseconds. */
export const instants = (zone: Zone, name?: string, type?: string): number[] =>
  zone.queries(name, type).map(({ t }) => t);

/** How the questions ended, in order: `A example.com records`. */
export const outcomes = (phone: SimulatedPhone): string[] =>
  phone.events("dns-answer").map(({ type, name, outcome }) => `${type} ${name} ${outcome}`);

/** How much was dropped, by its reason. */
export const drops = (phone: SimulatedPhone): Record<string, number> =>
  Object.fromEntries(phone.events("dropped").map(({ reason, count }) => [reason, count]));

/** A phone that finds every port closed: it goes through its whole list at once. */
export interface Search {
  readonly phone: SimulatedPhone;
  readonly zone: Zone;
  /** What was asked of DNS, in order. */
  readonly asked: string[];
  /** The targets that failed the REGISTER, in order; those of TCP and TLS got none. */
  readonly tried: string[];
}

/** Lets a phone go through the list that `fill` puts into DNS. */
export const search = (
  settings: Settings,
  fill: (zone: Zone) => void = () => undefined,
  options: SimulatedPhoneOptions = {},
): Search => {
  const simulation = new Simulation();
  const { zone, network } = simulation;
  fill(zone);
  for (const { type, data } of zone.records) if (type === "A" || type === "AAAA") network.link(data);
  for (const address of literals) network.link(address);
  const phone = simulation.phone(file(settings), options);
  simulation.run(1);
  const tried = phone.events("target-failed").map(({ target }) => short(target));
  return { phone, zone, asked: questions(zone), tried };
};

/** Hosts that are there without a name in DNS. */
const literals = ["192.0.2.9", "2001:db8::9"];

/** An address of slot 1 with its port and `transport_type`. */
export const server = (address: string, port: number, transport: number): Settings => ({
  "sip_server.1.address": address,
  "sip_server.1.port": port,
  "sip_server.1.transport_type": transport,
});

/** SRV records of example.com for each transport, each leading to an address of its own. */
export const services = (zone: Zone): void => {
  zone
    .srv("_sip._udp.example.com", { port: 5070, target: "u.example.com" })
    .srv("_sip._tcp.example.com", { port: 5080, target: "t.example.com" })
    .srv("_sips._tcp.example.com", { port: 5090, target: "s.example.com" })
    .address("u.example.com", "192.0.2.1")
    .address("t.example.com", "192.0.2.2")
    .address("s.example.com", "192.0.2.3")
    .address("example.com", "192.0.2.9");
};

/** A server that is always there and answers as `receive` says. */
export const service = (receive: Service["receive"]): Service => ({
  receive,
  isRefusing: false,
  isHolding: false,
  onChange: () => undefined,
});

/** Asks for addresses only (L2). */
export const PORT = { "sip_server.1.port": 5060 };

/** The DNS servers of the configuration, the name on both of them. */
export class Pair {
  readonly s = new Simulation();
  readonly first: Zone;
  readonly second: Zone;
  readonly phone: SimulatedPhone;

  constructor(mode: ZoneMode, settings: Settings = {}) {
    const { s } = this;
    s.registrar("192.0.2.1");
    this.first = s.dns("192.0.2.61").address("example.com", "192.0.2.1", 20);
    this.second = s.dns("192.0.2.62").address("example.com", "192.0.2.1", 20);
    this.first.mode = mode;
    this.phone = s.phone(
      file({
        ...PORT,
        "sip_server.1.expires": 60,
        "static.network.primary_dns": "192.0.2.61",
        "static.network.secondary_dns": "192.0.2.62",
        ...settings,
      }),
    );
  }
}

/** A phone of example.com, whose only server is at 192.0.2.1; nothing has happened yet. */
export const begin = (
  fill: (zone: Zone) => void = (zone) => {
    zone.address("example.com", "192.0.2.1");
  },
): { s: Simulation; zone: Zone; phone: SimulatedPhone } => {
  const s = new Simulation();
  s.registrar("192.0.2.1");
  fill(s.zone);
  return { s, zone: s.zone, phone: s.phone(file(PORT)) };
};
