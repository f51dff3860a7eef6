import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** Why a request is not served: the status of the answer, and a sentence. */
export interface Refusal {
  readonly status: 400 | 403;
  readonly sentence: string;
}

const TOKEN_OCTETS = 24;

const isLoopback = (address: string): boolean =>
  address === "localhost" || address === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address);

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** The name and the port of a Host header or an origin's authority; `undefined` where it is neither. */
const authorityOf = (text: string | undefined): { name: string; port: number } | undefined => {
  const [, ipv6, name = ipv6, port = "80"] =
    /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::(\d+))?$/i.exec(text ?? "") ?? [];
  return name === undefined ? undefined : { name: name.toLowerCase(), port: Number(port) };
};

/**
 * Who may see the page, and who may place calls. On loopback everybody on this machine may look; what does something takes
 * the token, which only our own page can read. Elsewhere everything takes it.
 *
 * A page of somebody else, in the same browser, cannot pass: its requests have its own Origin; and where its name has
 * been made to lead here (DNS rebinding), they have its name as their Host.
 */
export class Access {
  /** Whoever has it may do what the page can do. */
  readonly token = randomBytes(TOKEN_OCTETS).toString("base64url");
  readonly isOpen: boolean;
  readonly #address: string;

  /** @param address where the server listens: an IP address or a name */
  constructor(address: string) {
    this.#address = address.toLowerCase();
    this.isOpen = isLoopback(this.#address);
  }

  /** The name of the cookie that carries the token; those of one host are not told apart by port. */
  cookieName(port: number): string {
    return `sip-failover-${String(port)}`;
  }

  /** Whether a request comes by a name of ours; `undefined`: it does. */
  hostRefusal({ headers }: IncomingMessage, port: number): Refusal | undefined {
    const host = authorityOf(headers.host);
    if (host?.port === port && this.#isOurs(host.name)) return undefined;
    return { status: 403, sentence: "This server does not go by that name." };
  }

  /** Whether a request may see something. `token`: what its address carries. */
  viewRefusal(request: IncomingMessage, port: number, token: string | null): Refusal | undefined {
    if (this.isOpen || this.#isToken(token) || this.#isToken(this.#cookie(request, port))) return undefined;
    return { status: 403, sentence: "Open the whole address that run has written, with its token." };
  }

  /** Whether a request may do something: it is of our page, and has the token. */
  actionRefusal({ headers }: IncomingMessage): Refusal | undefined {
    const { origin, host } = headers;
    if (origin !== undefined && origin !== `http://${host ?? ""}`) {
      return { status: 403, sentence: "This request is of another page." };
    }
    const site = headers["sec-fetch-site"];
    if (site !== undefined && site !== "same-origin") {
      return { status: 403, sentence: "This request is of another page." };
    }
    if (headers["content-type"] !== "application/json") {
      return { status: 400, sentence: "This request is no JSON." };
    }
    const token = headers["x-token"];
    return typeof token === "string" && this.#isToken(token)
      ? undefined
      : { status: 403, sentence: "This request has no token, or that of an earlier run: reload the page." };
  }

  #isOurs(name: string): boolean {
    if (this.isOpen) return isLoopback(name);
    // An address is no name that somebody could let lead elsewhere.
    return name === this.#address || isIP(name) !== 0;
  }

  #isToken(token: string | null | undefined): boolean {
    return typeof token === "string" && timingSafeEqual(digest(token), digest(this.token));
  }

  #cookie({ headers }: IncomingMessage, port: number): string | undefined {
    const name = `${this.cookieName(port)}=`;
    return headers.cookie
      ?.split("; ")
      .find((cookie) => cookie.startsWith(name))
      ?.slice(name.length);
  }
}
