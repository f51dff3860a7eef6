import type { TestContext } from "node:test";
import { freePort, loopbackAddress } from "./addresses.js";
import { Dnsmasq } from "./dnsmasq.js";
import { Kamailio } from "./kamailio.js";
import type { KamailioOptions } from "./kamailio.js";
import { CommandPhone, phoneText, startPhone } from "./phone.js";
import type { PhoneSettings, RunningPhone } from "./phone.js";

export interface SiteOptions {
  /** For both servers. */
  readonly servers?: Omit<KamailioOptions, "address" | "port">;
  /** For the primary, beyond what holds for both. */
  readonly primary?: Omit<KamailioOptions, "address" | "port">;
  /** Leave the servers' ports closed until the test starts them. */
  readonly closed?: readonly ("primary" | "secondary")[];
  /** TTL of the DNS records in seconds; 300 where it is left out. */
  readonly ttl?: number;
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
 * Two registrars behind `_sip._udp.example.test`, priorities 10 and 20, and their DNS server. All of it, and the
 * phones, ends with the test.
 */
export class Site {
  readonly #parts: Stoppable[] = [];

  private constructor(
    readonly primary: Kamailio,
    readonly secondary: Kamailio,
    readonly dns: Dnsmasq,
  ) {}

  static async open(test: TestContext, options: SiteOptions = {}): Promise<Site> {
    const { servers = {}, primary = {}, closed = [], ttl = 300, ipv6 = false } = options;
    const first = new Kamailio({ ...servers, ...primary, ...(await endpoint(ipv6, 5060)) });
    const second = new Kamailio({ ...servers, ...(await endpoint(ipv6, 5060)) });
    const asked = await endpoint(ipv6, 5300);
    const dns = new Dnsmasq(asked.address, asked.port, {
      ttl,
      servers: [
        { name: "pri", address: first.address, port: first.port, priority: 10 },
        { name: "sec", address: second.address, port: second.port, priority: 20 },
      ],
    });
    const site = new Site(first, second, dns);
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
  async phone(settings?: PhoneSettings): Promise<RunningPhone> {
    const phone = await startPhone(phoneText(settings), this.dns.endpoint);
    this.#parts.push(phone);
    return phone;
  }

  /** Starts a phone as the command, with `--json` unless other words are given. */
  command(settings?: PhoneSettings, words?: readonly string[]): CommandPhone {
    const phone = new CommandPhone(phoneText(settings), this.dns.endpoint, words);
    this.#parts.push(phone);
    return phone;
  }

  async #close(): Promise<void> {
    // A server that is stopped would keep the phone waiting for the answer to its last request.
    for (const server of [this.primary, this.secondary, this.dns]) server.thaw();
    await Promise.all(this.#parts.map((part) => part.stop()));
    await Promise.all([this.primary, this.secondary, this.dns].map((server) => server.stop()));
  }
}
