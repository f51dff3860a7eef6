import { parseEndpoint } from "../abi/address.js";
import type { Transport } from "../abi/address.js";
import type { FlowFailure, SocketEvents, Sockets } from "../abi/engine.js";
import { CapturingSockets } from "../node/capture.js";
import type { PacketSink } from "../node/capture.js";

interface Head<Kind extends string> {
  readonly wire: Kind;
  /** The wall clock, milliseconds with their fractions. */
  readonly at: number;
  readonly flow: number;
}

/** What goes on at the sockets of a program, `--wire`: endpoints as `udp:192.0.2.1:5060`, octets in hexadecimal. */
export type WireLine =
  | (Head<"open"> & { readonly remote: string; readonly port: number })
  | (Head<"listen"> & { readonly transport: Transport; readonly port: number })
  | (Head<"opened"> & { readonly local: string })
  | (Head<"failed"> & { readonly reason: FlowFailure })
  | (Head<"sent"> & { readonly octets: string })
  | (Head<"received"> & { readonly octets: string })
  /** `flow` is the listening one, here and below. */
  | (Head<"incoming"> & { readonly source: string; readonly octets: string })
  | (Head<"answered"> & { readonly remote: string; readonly octets: string })
  | (Head<"accepted"> & { readonly listener: number; readonly source: string })
  | Head<"closed">;

const nothing = (): void => undefined;

/** Sockets that do nothing: whatever there is to do the program has done. */
const noSockets: Sockets = {
  open: nothing,
  listen: nothing,
  send: nothing,
  sendFrom: nothing,
  close: nothing,
  closeAll: nothing,
  tls: nothing,
};

const ANY_PORT = 0;

/** Writes what a program tells of its sockets into a capture, as the Node host writes what its own do. */
export class WireCapture {
  readonly #capture: CapturingSockets;
  readonly #streams = new Set<number>();
  #at = 0;
  #accepted = 0;

  constructor(sink: PacketSink) {
    const events: SocketEvents = {
      opened: nothing,
      failed: nothing,
      datagram: nothing,
      stream: nothing,
      incoming: nothing,
      accepted: (_listener, _source, take) => {
        take(this.#accepted);
      },
    };
    this.#capture = new CapturingSockets(
      events,
      sink,
      () => noSockets,
      () => this.#at,
    );
  }

  /** Takes the next line. */
  add(line: WireLine): void {
    this.#at = line.at;
    switch (line.wire) {
      case "open":
        this.#open(line.flow, line.remote, line.port);
        break;
      case "listen":
        this.#capture.listen(line.flow, line.transport, line.port);
        break;
      case "opened":
        this.#capture.opened(line.flow, parseEndpoint(line.local, ANY_PORT));
        break;
      case "failed":
        this.#capture.failed(line.flow, line.reason);
        break;
      case "sent":
        this.#capture.send(line.flow, octetsOf(line));
        break;
      case "received":
        if (this.#streams.has(line.flow)) this.#capture.stream(line.flow, octetsOf(line));
        else this.#capture.datagram(line.flow, octetsOf(line));
        break;
      case "incoming":
        this.#capture.incoming(line.flow, parseEndpoint(line.source, ANY_PORT), octetsOf(line));
        break;
      case "answered":
        this.#capture.sendFrom(line.flow, parseEndpoint(line.remote, ANY_PORT), octetsOf(line));
        break;
      case "accepted":
        this.#accepted = line.flow;
        this.#streams.add(line.flow);
        this.#capture.accepted(line.listener, parseEndpoint(line.source, ANY_PORT), nothing);
        break;
      case "closed":
        this.#capture.close(line.flow);
    }
  }

  #open(flow: number, remote: string, localPort: number): void {
    const end = parseEndpoint(remote, ANY_PORT);
    if (end.transport === "udp") this.#streams.delete(flow);
    else this.#streams.add(flow);
    this.#capture.open(flow, end, localPort, "");
  }
}

const octetsOf = ({ octets }: { readonly octets: string }): Uint8Array => Buffer.from(octets, "hex");
