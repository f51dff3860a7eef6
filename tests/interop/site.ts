import type { TestContext } from "node:test";
import { freePort, loopbackAddress } from "./addresses.js";
import type { Transport } from "./addresses.js";
import { Dnsmasq } from "./dnsmasq.js";
import type { ServerRecord } from "./dnsmasq.js";
import { Kamailio, TLS_PORT } from "./kamailio.js";
import type { KamailioOptions } from "./kamailio.js";
import { CommandPhone, phoneText, startPhone } from "./phone.js";
import type { LibraryPhone, PhoneSettings } from "./phone.js";

type ServerOptions = Omit<KamailioOptions, "address" | "port" | "transport">;

export interface SiteOptions {
  /** For both servers. */
  readonly servers?: ServerOptions;
  /** For the primary, beyond what holds for both. */
  readonly primary?: ServerOptions;
  /** For the secondary, beyond what holds for both. */
  readonly secondary?: ServerOptions;
  /** Leave the servers' ports closed until the test starts them. */
  readonly closed?: readonly ("primary" | "secondary")[];
  /** TTL of the DNS records in seconds; 300 where it is left out. */
  readonly ttl?: number;
  /** How the phones reach the servers, and the service that DNS knows; UDP where it is left out. */
  readonly transport?: Transport;
  /** Everything on `::1`, the servers on ports of their own. */
  readonly ipv6?: boolean;
}

interface Stoppable {
  stop(): Promise<void>;
}

/** The port given, below those that systems give out, on an address of its own; or some port of `::1`. */
const endpoint = async (ipv6: boolean, port: number): Promise<{ address: string; port: number }> =>
  ipv6 ? { address: "::1", port: await freePort("::1") } : { address: loopbackAddress(), port };

/**
 * Two servers behind `_sip._udp.example.test`, or the service of another transport, priorities 10 and 20, and their DNS server. All of it, and the
 * phones, ends with the test.
 */
export class Site {
  readonly #parts: Stoppable[] = [];

  private constructor(
    readonly primary: Kamailio,
    readonly secondary: Kamailio,
    readonly dns: Dnsmasq,
    readonly transport: Transport,
  ) {}

  static async open(test: TestContext, options: SiteOptions = {}): Promise<Site> {
    const { servers = {}, primary = {}, secondary = {}, closed = [] } = options;
    const { ttl = 300, ipv6 = false, transport = "udp" } = options;
    const server = async (own: ServerOptions): Promise<Kamailio> =>
      new Kamailio({ ...servers, ...own, transport, ...(await endpoint(ipv6, 5060)) });
    const first = await server(primary);
    const second = await server(secondary);
    const record = ({ address, port }: Kamailio): Pick<ServerRecord, "address" | "port" | "transport"> => ({
      address,
      port: transport === "tls" ? TLS_PORT : port,
      transport,
    });
    const asked = await endpoint(ipv6, 5300);
    const dns = new Dnsmasq(asked.address, asked.port, {
      ttl,
      servers: [
        { name: "pri", ...record(first), priority: 10 },
        { name: "sec", ...record(second), priority: 20 },
      ],
    });
    const site = new Site(first, second, dns, transport);
    test.after(() => site.#close());
    await Promise.all([
      closed.includes("primary") ? undefined : first.restart(),
      closed.includes("secondary") ? undefined : second.restart(),
      dns.restart(),
    ]);
    return site;
  }

  /** The targets by the names that tests call them. */
  get names(): Readonly<Record<string, string>> {
    return { [this.primary.target]: "primary", [this.secondary.target]: "secondary" };
  }

  /** Starts a phone in this process. */
  async phone(settings?: PhoneSettings): Promise<LibraryPhone> {
    const phone = await startPhone(this.#text(settings), this.dns.endpoint);
    this.#parts.push(phone);
    return phone;
  }

  /** Starts a phone as the command, with `--json` unless other words are given. */
  command(settings?: PhoneSettings, words?: readonly string[]): CommandPhone {
    const phone = new CommandPhone(this.#text(settings), this.dns.endpoint, words);
    this.#parts.push(phone);
    return phone;
  }

  #text(settings: PhoneSettings = {}): string {
    const transport = { "sip_server.1.transport_type": ["udp", "tcp", "tls"].indexOf(this.transport) };
    return phoneText({ ...settings, account: { ...transport, ...settings.account } });
  }

  async #close(): Promise<void> {
    // A server that is stopped would keep the phone waiting for the answer to its last request.
    for (const server of [this.primary, this.secondary, this.dns]) server.thaw();
    await Promise.all(this.#parts.map((part) => part.stop()));
    await Promise.all([this.primary, this.secondary, this.dns].map((server) => server.stop()));
  }
}
