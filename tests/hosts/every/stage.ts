import { createSocket } from "node:dgram";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "../../../host/abi/address.js";
import { RealServer } from "../../../host/node/servers.js";
import type { EventName, EventRecord, RecordOf } from "../../../host/node/index.js";
import type { BasePhone } from "../../../host/node/base-phone.js";
import { Exchange, Registrar, Zone } from "../../../host/simulated/index.js";
import type { RegistrarOptions } from "../../../host/simulated/index.js";
import type { Certificate } from "../certificates.js";
import type { Place } from "./hosts.js";
import { Front } from "./front.js";

export const DOMAIN = "voice.example";

/** What the servers grant, in seconds. */
export const LIFETIME = 600;
const MACHINE = "pbx.voice.example";

const services = {
  udp: `_sip._udp.${DOMAIN}`,
  tcp: `_sip._tcp.${DOMAIN}`,
  tls: `_sips._tcp.${DOMAIN}`,
} as const;

/** Longer than anything takes that a test waits for, in milliseconds. */
const PATIENCE = 75_000;

export interface StageOptions {
  readonly registrars: RegistrarOptions;
  /** TTL of the servers' addresses, in seconds. */
  readonly ttl: number;
  /** What DNS names for the service. */
  readonly transport: Transport;
  /** The servers' certificates for TLS, by their names. */
  readonly certificates: Readonly<Record<string, Certificate>>;
}

interface Waiting {
  readonly matches: (record: EventRecord) => boolean;
  readonly resolve: (record: EventRecord) => void;
}

/** Two registrars with an exchange behind them, DNS, and what a phone has told so far: all for one scenario on one host. */
export class Stage {
  readonly exchange = new Exchange();
  readonly zone = new Zone();
  readonly primary: Registrar;
  readonly secondary: Registrar;
  /** The servers' names by their targets, as the phone has them. */
  readonly names = new Map<string, string>();
  readonly records: EventRecord[] = [];
  readonly fronts: Front[] = [];
  /** Puts the file of trust anchors where the phone looks for it. */
  giveTrust: () => void = () => undefined;
  readonly #place: Place;
  readonly #servers: RealServer[] = [];
  readonly #waiting = new Set<Waiting>();
  #phone: BasePhone | undefined;

  private constructor(place: Place, options: StageOptions) {
    this.#place = place;
    const registrar = (name: string): Registrar =>
      new Registrar(name, { maxExpires: LIFETIME, exchange: this.exchange, ...options.registrars });
    this.primary = registrar("primary");
    this.secondary = registrar("secondary");
  }

  static async open(place: Place, options: StageOptions): Promise<Stage> {
    const stage = new Stage(place, options);
    await stage.#openRegistrar(stage.primary, 10, options);
    await stage.#openRegistrar(stage.secondary, 20, options);
    const dns = await stage.#carry(stage.zone);
    stage.zone.address(MACHINE, place.servers, options.ttl);
    stage.#name("dns", "udp", dns.port);
    return stage;
  }

  /** The DNS server as the phone knows it. */
  get dns(): string {
    return `${this.#place.servers}:${String(this.#servers.at(-1)?.port)}`;
  }

  get phone(): BasePhone {
    if (this.#phone === undefined) throw new Error("there is no phone on the stage");
    return this.#phone;
  }

  /** Starts a phone. */
  async enter(phone: BasePhone): Promise<void> {
    this.#phone = phone;
    phone.on("record", (record) => {
      this.records.push(record);
      for (const waiting of this.#waiting) {
        if (!waiting.matches(record)) continue;
        this.#waiting.delete(waiting);
        waiting.resolve(record);
      }
    });
    phone.on("warning", (sentence) => this.warnings.push(sentence));
    await phone.start();
  }

  /** What the phone has warned of. */
  readonly warnings: string[] = [];

  /** Waits for a record, which may have come already. */
  async until<Name extends EventName>(
    event: Name,
    fields: Partial<RecordOf<Name>> = {},
  ): Promise<RecordOf<Name>> {
    const matches = (record: EventRecord): boolean =>
      record.event === event &&
      Object.entries(fields).every(
        ([field, value]) => (record as unknown as Record<string, unknown>)[field] === value,
      );
    const known = this.records.find(matches);
    if (known !== undefined) return known as RecordOf<Name>;
    return (await new Promise<EventRecord>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`there was no ${event} ${JSON.stringify(fields)}:\n${this.told}`));
      }, PATIENCE);
      const heard = (record: EventRecord): void => {
        clearTimeout(late);
        resolve(record);
      };
      this.#waiting.add({ matches, resolve: heard });
    })) as RecordOf<Name>;
  }

  /** The target of a server. */
  targetOf(name: string): string {
    return [...this.names].find(([, known]) => known === name)?.[0] ?? "";
  }

  /** Everything that the phone has told, a record a line. */
  get told(): string {
    return [...this.warnings, ...this.records.map((record) => JSON.stringify(record))].join("\n");
  }

  /** Where strangers reach the phone. */
  async doorOf(transport: "udp" | "tcp"): Promise<{ address: string; port: number }> {
    const { port } = await this.until("listening", { transport });
    return { address: this.#place.phone, port };
  }

  async close(): Promise<void> {
    for (const front of this.fronts) await front.close();
    for (const server of this.#servers) await server.close();
  }

  async #openRegistrar(
    registrar: Registrar,
    priority: number,
    { transport, certificates }: StageOptions,
  ): Promise<void> {
    const server = await this.#carry(registrar);
    registrar.recordRoute = `sip:${this.#place.servers}:${String(server.port)};lr`;
    let { port } = server;
    if (transport !== "udp") {
      const front = await Front.open(certificates[registrar.name], this.#place.servers, port);
      this.fronts.push(front);
      port = front.port;
    }
    this.#name(registrar.name, transport, port);
    this.zone.srv(services[transport], { priority, port, target: MACHINE });
  }

  #name(name: string, transport: Transport, port: number): void {
    this.names.set(`${transport}:${this.#place.servers}:${String(port)}`, name);
  }

  async #carry(service: Registrar | Zone): Promise<RealServer> {
    const server = await RealServer.open(service, {
      address: this.#place.servers,
      port: 0,
      now: () => Math.floor(performance.now()),
    });
    this.#servers.push(server);
    return server;
  }
}

/** Somebody who sends datagrams to the phone. */
export class Stranger {
  readonly #socket = createSocket("udp4");
  readonly #door: { readonly address: string; readonly port: number };
  /** The first lines of what has come back. */
  readonly heard: string[] = [];

  constructor(door: { readonly address: string; readonly port: number }) {
    this.#door = door;
    this.#socket.on("message", (octets) => this.heard.push(octets.toString("latin1").split("\r\n")[0] ?? ""));
  }

  send(octets: Uint8Array | string): void {
    this.#socket.send(octets, this.#door.port, this.#door.address);
  }

  close(): void {
    this.#socket.close();
  }
}

/** Sends octets by a connection of its own, and waits until the phone has closed it or a while has passed. */
export const throwIn = async (
  { address, port }: { readonly address: string; readonly port: number },
  octets: Uint8Array | string,
): Promise<void> => {
  const socket = connect({ host: address, port });
  socket.on("error", () => undefined);
  socket.write(octets);
  await Promise.race([new Promise((resolve) => socket.once("close", resolve)), pause(1000)]);
  socket.destroy();
};
