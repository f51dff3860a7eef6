import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Resolver } from "node:dns/promises";
import type { Transport } from "./addresses.js";
import { Program, removeFolder, temporaryFolder } from "./programs.js";

/** A server behind `_sip._udp.example.test`, or the service of another transport. */
export interface ServerRecord {
  /** Label below `example.test`. */
  readonly name: string;
  readonly address: string;
  /** 5060 where it is left out. */
  readonly port?: number;
  readonly priority: number;
  /** UDP where it is left out. */
  readonly transport?: Transport;
}

export interface Zone {
  readonly servers: readonly ServerRecord[];
  /** TTL of every record in seconds. */
  readonly ttl: number;
}

/** A question as dnsmasq logged it. `at`: milliseconds of `performance.now()`. */
export interface Query {
  readonly at: number;
  readonly type: string;
  readonly name: string;
}

/** A name that nobody but this file asks for: to see whether dnsmasq answers. */
const PROBE = "ready.example.test";

const QUERY = /query\[(\w+)\] (\S+) from /;

/** The SRV names of the transports (RFC 3263, section 4.1). */
const services = { udp: "_sip._udp", tcp: "_sip._tcp", tls: "_sips._tcp" } as const;

const zoneLines = ({ servers, ttl }: Zone): string[] => [
  `local-ttl=${String(ttl)}`,
  ...servers.flatMap(({ name, address, port = 5060, priority, transport = "udp" }) => [
    `host-record=${name}.example.test,${address},${String(ttl)}`,
    `srv-host=${services[transport]}.example.test,${name}.example.test,${String(port)},${String(priority)},100`,
  ]),
];

/** A dnsmasq that knows `example.test` and nothing else. */
export class Dnsmasq {
  readonly address: string;
  readonly port: number;
  readonly #folder = temporaryFolder();
  readonly #queries: Query[] = [];
  #zone: Zone;
  #program: Program | undefined;

  /** One that is not running yet. */
  constructor(address: string, port: number, zone: Zone) {
    this.address = address;
    this.port = port;
    this.#zone = zone;
  }

  /** `ADDRESS:PORT`, as the command's `--dns` takes it. */
  get endpoint(): string {
    return this.address.includes(":")
      ? `[${this.address}]:${String(this.port)}`
      : `${this.address}:${String(this.port)}`;
  }

  /** The questions that came to it, also before a restart. */
  get queries(): readonly Query[] {
    return this.#queries;
  }

  /** Starts it, or starts it again, with another zone where one is given, and waits until it answers. */
  async restart(zone: Zone = this.#zone): Promise<void> {
    await this.kill();
    this.#zone = zone;
    const file = join(this.#folder, "dnsmasq.conf");
    const lines = [
      `port=${String(this.port)}`,
      `listen-address=${this.address}`,
      "bind-interfaces",
      "no-resolv",
      "no-hosts",
      "no-daemon",
      "local=/example.test/",
      "cache-size=0",
      "log-queries",
      ...zoneLines(zone),
    ];
    writeFileSync(file, `${lines.join("\n")}\n`);
    const program = new Program("dnsmasq", ["-d", "-C", file], this.#folder);
    this.#program = program;
    program.onLine(({ at, text }) => {
      const [, type, name] = QUERY.exec(text) ?? [];
      if (type !== undefined && name !== undefined && name !== PROBE) this.#queries.push({ at, type, name });
    });
    await program.until(() => this.#answers(), "answer");
  }

  /** Makes it silent: questions wait in its socket. */
  freeze(): void {
    this.#program?.signal("SIGSTOP");
  }

  thaw(): void {
    this.#program?.signal("SIGCONT");
  }

  /** Ends it at once; its port is closed then. */
  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  async stop(): Promise<void> {
    await this.kill();
    removeFolder(this.#folder);
  }

  async #answers(): Promise<boolean> {
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([this.endpoint]);
    try {
      await resolver.resolve4(PROBE);
      return true;
    } catch (error) {
      return (
        (error as NodeJS.ErrnoException).code === "ENOTFOUND" ||
        (error as NodeJS.ErrnoException).code === "ENODATA"
      );
    }
  }
}
