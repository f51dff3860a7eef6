import type { Endpoint } from "../abi/address.js";
import { framingOf } from "./service.js";
import type { Framing, FramingName, Reply, Segments, Service } from "./service.js";

/** What a conversation needs of whoever carries it. */
export interface Carrier {
  /** The service's end. */
  readonly local?: Endpoint;
  /** Milliseconds. */
  now(): number;
  after(milliseconds: number, action: () => void): void;
  /** When everything has been taken that has come by now. */
  soon(action: () => void): void;
  write(octets: Uint8Array): void;
}

/** A service's end of one connection: takes messages out of the stream and puts the answers into it. */
export class Conversation {
  readonly #service: Service;
  readonly #source: Endpoint;
  readonly #carrier: Carrier;
  readonly #name: FramingName;
  readonly #framing: Framing;
  readonly #joined: Uint8Array[] = [];

  constructor(service: Service, framing: FramingName, source: Endpoint, carrier: Carrier) {
    this.#service = service;
    this.#source = source;
    this.#carrier = carrier;
    this.#name = framing;
    this.#framing = new (framingOf(framing))();
  }

  receive(octets: Uint8Array): void {
    for (const message of this.#framing.take(octets)) {
      for (const reply of this.#take(message)) {
        this.#carrier.after(reply.delay, () => {
          this.send(reply.octets);
        });
      }
    }
  }

  /** Puts a message of the service into the stream. */
  send(message: Uint8Array): void {
    const octets = framingOf(this.#name).frame(message);
    const segments = this.#service.segments ?? "whole";
    if (segments === "joined") this.#join(octets);
    else for (const piece of cut(octets, segments)) this.#carrier.write(piece);
  }

  #take(message: Uint8Array): readonly Reply[] {
    return this.#service.receive(message, this.#source, this.#carrier.now(), this.#carrier.local);
  }

  #join(octets: Uint8Array): void {
    this.#joined.push(octets);
    if (this.#joined.length > 1) return;
    this.#carrier.soon(() => {
      this.#carrier.write(Buffer.concat(this.#joined.splice(0)));
    });
  }
}

const cut = (octets: Uint8Array, segments: Exclude<Segments, "joined">): Uint8Array[] => {
  if (segments === "whole") return [octets];
  if (segments === "octets") return Array.from(octets, (octet) => Uint8Array.of(octet));
  return [octets.subarray(0, segments), octets.subarray(segments)].filter(({ length }) => length > 0);
};
