import { endpointText } from "../abi/address.js";
import type { Endpoint } from "../abi/address.js";
import type { Reply, ServiceHost } from "./service.js";

/**
 * What a server says by itself: later than the request that asked for it, or without any. While it is mute, what it
 * would send goes nowhere.
 */
export class Outlet {
  readonly #isMute: () => boolean;
  readonly #hosts: ServiceHost[] = [];
  /** The replies to what is being taken in just now, and whom they go to. */
  #replies: Reply[] | undefined;
  #asker = "";

  constructor(isMute: () => boolean) {
    this.#isMute = isMute;
  }

  attach(host: ServiceHost): void {
    this.#hosts.push(host);
  }

  /** Milliseconds; 0 as long as nobody carries the server. */
  get now(): number {
    return this.#hosts[0]?.now() ?? 0;
  }

  /** Does something after a wait in milliseconds; at once where it is 0. Nobody waits for a server without a clock. */
  after(milliseconds: number, action: () => void): void {
    if (milliseconds === 0) action();
    else this.#hosts[0]?.after(milliseconds, action);
  }

  /** The server's end that speaks with `to`; `preferred` where it is one of its own. */
  localEnd(to: Endpoint, preferred?: Endpoint): Endpoint | undefined {
    return this.#hostFor(to, preferred)?.local;
  }

  isConnected(to: Endpoint): boolean {
    return this.#hosts.some((host) => host.isConnected(to));
  }

  /** Takes something in: what it sends to `source` meanwhile are its replies, in their order. */
  collect(source: Endpoint, take: () => void): readonly Reply[] {
    const replies: Reply[] = [];
    this.#replies = replies;
    this.#asker = endpointText(source);
    try {
      take();
    } finally {
      this.#replies = undefined;
    }
    return replies;
  }

  /** Sends after a wait in milliseconds. */
  send(octets: Uint8Array, delay: number, to: Endpoint, from?: Endpoint): void {
    if (this.#isMute()) return;
    if (this.#replies !== undefined && endpointText(to) === this.#asker) {
      // What follows an answer does not overtake it.
      const before = this.#replies.at(-1)?.delay ?? 0;
      this.#replies.push({ octets, delay: Math.max(delay, before) });
      return;
    }
    this.after(delay, () => {
      if (!this.#isMute()) this.#hostFor(to, from)?.send(octets, to);
    });
  }

  #hostFor(to: Endpoint, preferred: Endpoint | undefined): ServiceHost | undefined {
    const ofFamily = this.#hosts.filter(({ local }) => local.family === to.family);
    return (
      ofFamily.find((host) => to.transport !== "udp" && host.isConnected(to)) ??
      ofFamily.find(({ local }) => local.address === preferred?.address && local.port === preferred.port) ??
      ofFamily[0]
    );
  }
}
