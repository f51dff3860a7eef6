import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Certificate } from "../hosts/certificates.js";
import { loopbackAddress, targetText } from "./addresses.js";
import type { Transport } from "./addresses.js";
import { ask, optionsRequest, uniqueText } from "./datagrams.js";
import { Program, removeFolder, temporaryFolder } from "./programs.js";
import type { Line } from "./programs.js";

const CONFIGURATION = fileURLToPath(new URL("../../../../tests/interop/kamailio.cfg", import.meta.url));

/** Below the ports that systems give out. */
const CONTROL_PORT = 5066;
export const TLS_PORT = 5061;

export interface KamailioOptions {
  readonly address: string;
  /** 5060 where it is left out. */
  readonly port?: number;
  /** Ask for digest: any user, password `secret`. */
  readonly digest?: boolean;
  /** Algorithm of the digest; MD5 where it is left out, which Kamailio then does not name. */
  readonly algorithm?: "MD5" | "SHA-256";
  /** Seconds that a nonce is good for; 300 where it is left out. */
  readonly nonceLifetime?: number;
  /** Say so when a nonce is too old, instead of just asking again. */
  readonly stale?: boolean;
  /** Seconds that a binding is granted at most; 3600 where it is left out. */
  readonly lifetime?: number;
  /** Answer every REGISTER 503 with a Retry-After of 30 s. */
  readonly unavailable?: boolean;
  /** How phones reach it, beside UDP: TCP on its port, TLS on 5061 with a certificate. */
  readonly transport?: Transport;
  readonly certificate?: Certificate;
  /** `ADDRESS:PORT` of what everything goes to that is for nobody registered; without it, that gets 405. */
  readonly far?: string;
  /** `ADDRESS:PORT` of what SUBSCRIBEs go to; `far` where it is left out. */
  readonly notifier?: string;
  /** What its Record-Route bears: its address, which holds where this is left out, or `example.test`. */
  readonly recordRoute?: "address" | "name";
  /** Keep no transactions: phones see the far end's own answers (a 503 of it would become a 500), not 100 at once. */
  readonly stateless?: boolean;
}

/** Whether this Kamailio has a module: Debian keeps some in packages of their own. */
export const hasModule = (name: string): boolean => {
  const folder = temporaryFolder();
  const file = join(folder, "kamailio.cfg");
  writeFileSync(file, `#!KAMAILIO\nloadmodule "${name}.so"\nrequest_route { exit; }\n`);
  const { status } = spawnSync("kamailio", ["-c", "-f", file]);
  removeFolder(folder);
  return status === 0;
};

/** A binding as Kamailio has it. */
export interface Binding {
  readonly user: string;
  readonly contact: string;
  /** Seconds left. */
  readonly expires: number;
  readonly callId: string;
  readonly cseq: number;
}

/** A request as Kamailio logged it when it came to it: a stopped one comes to it late. */
export interface LoggedRequest {
  /** Milliseconds of `performance.now()`, by the wall clock. */
  readonly at: number;
  readonly method: string;
  /** Port it came from. */
  readonly port: number;
  readonly user: string;
  readonly callId: string;
  readonly cseq: number;
  /** The Expires header, as it came; empty: none. */
  readonly expires: string;
  /** Whether it carried credentials. */
  readonly credentials: boolean;
  /** The algorithm that they name; empty: none. */
  readonly algorithm: string;
  readonly contact: string;
}

interface UlContact {
  Contact: { Address: string; Expires: number | string; "Call-ID": string; CSeq: number };
}

interface UlDump {
  result?: {
    Domains: { Domain: { AoRs?: { Info: { AoR: string; Contacts: UlContact[] } }[] } }[];
  };
}

const REQUEST =
  /request (\d+) (\d+) (\S+) \S+ (\d+) (\S+) (\S+) (\d+) \[(.*?)\] \[(.*?)\] \[(.*?)\] \[(.*)\]$/;

const textOrNone = (text: string | undefined): string =>
  text === undefined || text === "<null>" ? "" : text;

const loggedRequest = ({ text }: Line): LoggedRequest | undefined => {
  const [
    ,
    seconds,
    microseconds,
    method,
    port,
    user,
    callId,
    cseq,
    expires,
    credentials,
    algorithm,
    contact,
  ] = REQUEST.exec(text) ?? [];
  if (method === undefined || user === undefined || callId === undefined) return undefined;
  return {
    at: Number(seconds) * 1000 + Number(microseconds) / 1000 - performance.timeOrigin,
    method,
    port: Number(port),
    user,
    callId,
    cseq: Number(cseq),
    expires: textOrNone(expires),
    credentials: textOrNone(credentials) !== "",
    algorithm: textOrNone(algorithm),
    contact: textOrNone(contact),
  };
};

const option =
  (name: string) =>
  (value: string): string[] => [name, value];

/** A Kamailio as a registrar and proxy, on an address of its own, with everything that it keeps in a folder of its own. */
export class Kamailio {
  readonly address: string;
  readonly port: number;
  /** As records write it: `udp:127.0.0.11:5060`. */
  readonly target: string;
  readonly #options: KamailioOptions;
  readonly #folder = temporaryFolder();
  /** Address of the JSON-RPC interface, which has no IPv6. */
  readonly #control = loopbackAddress();
  readonly #requests: LoggedRequest[] = [];
  #program: Program | undefined;
  #frozen = false;

  /** One that is not running yet: its port is closed. */
  constructor(options: KamailioOptions) {
    this.#options = options;
    this.address = options.address;
    this.port = options.port ?? 5060;
    const { transport = "udp" } = options;
    this.target = targetText(this.address, transport === "tls" ? TLS_PORT : this.port, transport);
  }

  /** Starts it, or starts it again without its bindings, and waits until it answers. */
  async restart(): Promise<void> {
    await this.kill();
    const { transport = "udp" } = this.#options;
    const memory = transport === "tls" ? ["-m", "16", "-M", "8"] : ["-m", "8", "-M", "4"];
    const words = ["-DD", "-E", "-f", CONFIGURATION, ...memory, ...this.#listeners().flatMap(option("-l"))];
    words.push("-w", this.#folder, "-Y", this.#folder, "-P", `${this.#folder}/kamailio.pid`);
    const program = new Program(
      "kamailio",
      [...words, ...this.#definitions().flatMap(option("-A"))],
      this.#folder,
    );
    this.#program = program;
    program.onLine((line) => {
      const request = loggedRequest(line);
      if (request !== undefined) this.#requests.push(request);
    });
    await program.until(() => this.answers(), "answer to OPTIONS");
  }

  #listeners(): string[] {
    const { transport = "udp" } = this.#options;
    const host = this.address.includes(":") ? `[${this.address}]` : this.address;
    const listeners = [`udp:${host}:${String(this.port)}`];
    if (transport !== "udp") listeners.push(`tcp:${host}:${String(this.port)}`);
    if (transport === "tls") listeners.push(`tls:${host}:${String(TLS_PORT)}`);
    return listeners;
  }

  /** What `kamailio.cfg` explains. */
  #definitions(): string[] {
    const { digest = false, algorithm = "", nonceLifetime = 300, stale = false } = this.#options;
    const { lifetime = 3600, unavailable = false, transport = "udp", certificate } = this.#options;
    const { far, notifier, recordRoute = "address", stateless = false } = this.#options;
    const control = `udp:${this.#control}:${String(CONTROL_PORT)}`;
    const definitions = [`LIFETIME=${String(lifetime)}`, `CONTROL="${control}"`];
    if (digest)
      definitions.push("WITH_AUTH", `NONCE_LIFETIME=${String(nonceLifetime)}`, `ALGORITHM="${algorithm}"`);
    if (stale) definitions.push("WITH_STALE");
    if (unavailable) definitions.push("WITH_503");
    if (transport !== "udp") definitions.push("WITH_TCP");
    if (certificate !== undefined)
      definitions.push("WITH_TLS", `CERTIFICATE="${certificate.certificate}"`, `KEY="${certificate.key}"`);
    if (far !== undefined) definitions.push(`FAR="sip:${far}"`);
    if (notifier !== undefined) definitions.push(`NOTIFIER="sip:${notifier}"`);
    if (stateless) definitions.push("STATELESS");
    if (recordRoute === "name") definitions.push('ROUTE_NAME="example.test"');
    return definitions;
  }

  /** Whether it answers an OPTIONS within half a second. */
  async answers(): Promise<boolean> {
    const answer = await ask(this.address, this.port, optionsRequest(this.address, this.port, uniqueText()));
    return answer?.startsWith("SIP/2.0 200") === true;
  }

  /** Asks Kamailio who is registered with it. */
  async bindings(): Promise<Binding[]> {
    const question = JSON.stringify({ jsonrpc: "2.0", method: "ul.dump", id: 1 });
    const answer = await ask(this.#control, CONTROL_PORT, question, 2000);
    if (answer === undefined) throw new Error(`Kamailio at ${this.target} does not say who is registered`);
    const dump = JSON.parse(answer) as UlDump;
    return (dump.result?.Domains ?? [])
      .flatMap(({ Domain }) => Domain.AoRs ?? [])
      .flatMap(({ Info }) =>
        Info.Contacts.map(({ Contact }) => ({
          user: Info.AoR,
          contact: Contact.Address,
          expires: typeof Contact.Expires === "number" ? Contact.Expires : 0,
          callId: Contact["Call-ID"],
          cseq: Contact.CSeq,
        })),
      )
      .filter(({ expires }) => expires > 0);
  }

  /** The users that are registered with it, sorted. */
  async users(): Promise<string[]> {
    return (await this.bindings()).map(({ user }) => user).sort();
  }

  /** The REGISTERs that it has come to, also before a restart. */
  registers(): Promise<readonly LoggedRequest[]> {
    return this.requests("REGISTER");
  }

  /** The requests of a method that it has come to, also before a restart. */
  async requests(wanted: string): Promise<readonly LoggedRequest[]> {
    await this.#logged();
    return this.#requests.filter(({ method }) => method === wanted);
  }

  get log(): string {
    return this.#program?.text ?? "";
  }

  /** Makes it silent: what arrives waits in its socket. */
  freeze(): void {
    this.#frozen = true;
    this.#program?.signal("SIGSTOP");
  }

  /** Lets it go on: it answers everything that has waited. */
  thaw(): void {
    this.#frozen = false;
    this.#program?.signal("SIGCONT");
  }

  /** Ends it at once; its port is closed then. */
  async kill(): Promise<void> {
    this.#frozen = false;
    await this.#program?.kill();
  }

  async stop(): Promise<void> {
    await this.kill();
    removeFolder(this.#folder);
  }

  /** Waits until everything that it has logged so far has been read: it works requests off one by one. */
  async #logged(): Promise<void> {
    const program = this.#program;
    if (this.#frozen || program === undefined || program.exit !== undefined) return;
    const callId = uniqueText();
    await ask(this.address, this.port, optionsRequest(this.address, this.port, callId));
    await program.until(
      () => this.#requests.some((request) => request.callId === callId),
      "line for an OPTIONS",
    );
  }
}
