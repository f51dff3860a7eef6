import { hostPortText, parseEndpoint } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import type { ConfigurationFile } from "../abi/configure.js";
import { Exchange } from "./exchange.js";
import { Network } from "./network.js";
import { SimulatedPhone } from "./phone.js";
import type { SimulatedPhoneOptions } from "./phone.js";
import { Registrar } from "./registrar.js";
import type { RegistrarOptions } from "./registrar.js";
import { Scheduler } from "./scheduler.js";
import { SimulatedServer } from "./server.js";
import type { Service } from "./service.js";
import { Zone } from "./zone.js";

/** Where the simulation's own DNS server is (RFC 5737). */
const DNS_SERVER = "192.0.2.53:53";

const SIP_PORT = 5060;
const DNS_PORT = 53;

/**
 * A network, DNS servers, registrars and phones in simulated time. The same calls give the same course, to the octet.
 *
 * ```ts
 * const s = new Simulation();
 * const a = s.registrar("192.0.2.1");
 * const b = s.registrar("192.0.2.2");
 * s.zone.address("sip.example.com", ["192.0.2.1", "192.0.2.2"], 30);
 * const phone = s.phone(configuration);
 * s.at(30_000, () => a.silent());
 * s.run(60_000);
 * a.requests("REGISTER").map(({ t }) => t);
 * ```
 */
export class Simulation {
  readonly scheduler = new Scheduler();
  readonly network: Network;
  /** Behind all its registrars: the far ends of calls, and the notifiers. */
  readonly exchange = new Exchange();
  #zone: Zone | undefined;
  #phones = 0;

  /** @param seed of what the network loses, delays and doubles */
  constructor(seed = 1) {
    this.network = new Network(this.scheduler, seed);
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.scheduler.now;
  }

  /** The DNS server that phones ask unless they are told otherwise, at 192.0.2.53. */
  get zone(): Zone {
    return (this.#zone ??= this.dns(DNS_SERVER));
  }

  /** A DNS server at `ADDR` or `ADDR:PORT`, with records of its own. */
  dns(at: string): Zone {
    const zone = new Zone();
    this.serve(zone, parseEndpoint(at, DNS_PORT));
    return zone;
  }

  /** A registrar at one `ADDR` or `ADDR:PORT`, or at several. */
  registrar(at: string | readonly string[], options: RegistrarOptions = {}): Registrar {
    const ends = [at].flat().map((text) => parseEndpoint(text, SIP_PORT));
    const registrar = new Registrar(ends.map(({ address, port }) => hostPortText(address, port)).join(" "), {
      exchange: this.exchange,
      ...options,
    });
    for (const end of ends) this.serve(registrar, end);
    return registrar;
  }

  /** Puts a service of any kind on the network. */
  serve(service: Service, at: Endpoint): SimulatedServer {
    return new SimulatedServer(this.network, this.scheduler, at, service);
  }

  /**
   * A phone with a configuration, as text or as files. It starts as soon as time runs.
   *
   * @throws ConfigurationError where the configuration has errors, unless `lenient`
   */
  phone(
    configuration: string | readonly ConfigurationFile[],
    options: SimulatedPhoneOptions = {},
  ): SimulatedPhone {
    const files =
      typeof configuration === "string"
        ? [{ name: "phone.cfg", octets: new TextEncoder().encode(configuration) }]
        : configuration;
    const number = ++this.#phones;
    if (options.dns === undefined) this.#zone ??= this.dns(DNS_SERVER);
    return new SimulatedPhone(this.scheduler, this.network, files, {
      addresses: {
        4: `198.51.${String(100 + (number >> 8))}.${String(number & 0xff)}`,
        6: `2001:db8:ffff::${number.toString(16)}`,
      },
      resolvers: [DNS_SERVER],
      ...options,
    });
  }

  /** Does something at an instant. */
  at(at: number, action: () => void): this {
    this.scheduler.at(at, action);
    return this;
  }

  /** Lets so much time pass. */
  run(milliseconds: number): this {
    return this.runUntil(this.now + milliseconds);
  }

  /** Lets time pass up to an instant, and with it whatever is due then. */
  runUntil(instant: number): this {
    this.scheduler.runUntil(instant);
    return this;
  }
}
