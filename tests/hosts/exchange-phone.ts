/** A phone made of hand-written messages, for tests of the servers without the core. */
import assert from "node:assert/strict";
import { parseEndpoint } from "../../host/abi/address.js";
import type { Endpoint } from "../../host/abi/address.js";
import { SipFraming, SipMessage, answerTo, parseSip, writeSip } from "../../host/simulated/index.js";
import type { HeaderField, Simulation } from "../../host/simulated/index.js";
import type { UdpSocket } from "../../host/simulated/network.js";
import type { StreamEnd } from "../../host/simulated/streams.js";

export const A = "192.0.2.1";
export const B = "192.0.2.2";

/** The phone's own address. */
export const PHONE = "198.51.100.1";

/** A session description; what is in it matters to nobody here. */
export const OFFER = "v=0\r\no=- 7 7 IN IP4 198.51.100.1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";

export interface Parts {
  readonly uri?: string;
  readonly to?: string;
  readonly toTag?: string;
  readonly fromTag?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly branch?: string;
  readonly headers?: readonly HeaderField[];
  readonly body?: string;
}

let branches = 0;

/** A request of the phone's. */
export const request = (method: string, parts: Parts = {}): SipMessage => {
  const { uri = "sip:7000@example.com", to = "sip:7000@example.com", toTag = "", cseq = 1 } = parts;
  const { branch = `z9hG4bKp${String(++branches)}`, body = "", headers = [] } = parts;
  return new SipMessage(
    { method, uri },
    [
      ["Via", `SIP/2.0/UDP ${PHONE}:5060;rport;branch=${branch}`],
      ["Max-Forwards", "70"],
      ["From", `<sip:1000@example.com>;tag=${parts.fromTag ?? "phone"}`],
      ["To", `<${to}>${toTag === "" ? "" : `;tag=${toTag}`}`],
      ["Call-ID", parts.callId ?? "one"],
      ["CSeq", `${String(cseq)} ${method}`],
      ["Contact", `<sip:1000@${PHONE}:5060>`],
      ...headers,
    ],
    body,
  );
};

/** A REGISTER for an hour. */
export const register = (contact = `<sip:1000@${PHONE}:5060>`): SipMessage =>
  new SipMessage(
    { method: "REGISTER", uri: "sip:example.com" },
    [
      ["Via", `SIP/2.0/UDP ${PHONE}:5060;rport;branch=z9hG4bKr${String(++branches)}`],
      ["From", "<sip:1000@example.com>;tag=r"],
      ["To", "<sip:1000@example.com>"],
      ["Call-ID", "register"],
      ["CSeq", `${String(++branches)} REGISTER`],
      ["Contact", contact],
      ["Expires", "3600"],
    ],
    "",
  );

/** A request within the dialog that a 2xx has made: to its Contact, by its Record-Routes in reverse. */
export const within = (answer: SipMessage, method: string, parts: Parts = {}): SipMessage => {
  const routes = answer.elements("record-route").reverse();
  return request(method, {
    callId: answer.callId,
    fromTag: answer.fromTag,
    toTag: answer.toTag,
    uri: answer.list("contact")[0]?.value ?? "",
    ...parts,
    headers: [...routes.map((route): HeaderField => ["Route", route]), ...(parts.headers ?? [])],
  });
};

/** The ACK of a refusal, or the CANCEL of an INVITE. */
export const forInvite = (invite: SipMessage, method: "ACK" | "CANCEL", toTag = ""): SipMessage =>
  request(method, {
    uri: invite.uri,
    callId: invite.callId,
    cseq: invite.cseq,
    fromTag: invite.fromTag,
    branch: invite.branch,
    toTag,
  });

/** A message that the phone has heard. */
export interface Heard {
  readonly t: number;
  readonly from: string;
  readonly message: SipMessage;
}

/** A phone at 198.51.100.1, with a UDP port and one TCP connection at most. */
export class HandPhone {
  readonly heard: Heard[] = [];
  /** What it answers requests with by itself; 0: nothing. */
  replies = 200;
  readonly #socket: UdpSocket;
  readonly #local: Endpoint = parseEndpoint(`${PHONE}:5060`);
  #end: StreamEnd | undefined;

  constructor(private readonly s: Simulation) {
    const socket = s.network.bind(this.#local, {
      datagram: (source, octets) => {
        this.#hear(octets, source, (answer) => {
          this.#socket.send(answer, source);
        });
      },
    });
    assert.ok(socket);
    this.#socket = socket;
  }

  /** Sends a message by UDP to the port 5060 of a server. */
  send(to: string, message: SipMessage): SipMessage {
    this.#socket.send(writeSip(message), parseEndpoint(`${to}:5060`));
    return message;
  }

  /** Connects to a server by TCP and sends there; later messages use the same connection. */
  sendByTcp(to: string, message: SipMessage): void {
    this.#end ??= this.s.network.connectStream(
      { ...this.#local, transport: "tcp", port: 50_000 },
      parseEndpoint(`tcp:${to}:5060`),
      this.#conversation(parseEndpoint(`tcp:${to}:5060`), (octets) => {
        this.#end?.send(octets);
      }),
    );
    this.#end.send(writeSip(message));
  }

  /** Closes its TCP connection. */
  hangUpTcp(): void {
    this.#end?.close();
    this.#end = undefined;
  }

  /** Takes TCP connections at port 5060. */
  listen(): void {
    this.s.network.listenStream({ ...this.#local, transport: "tcp" }, (end) =>
      this.#conversation(end.remote, (octets) => {
        end.send(octets);
      }),
    );
  }

  /** What it has heard: `500 200 INVITE` for an answer, `500 BYE` for a request. */
  lines(from = 0): string[] {
    return this.heard
      .filter(({ t }) => t >= from)
      .map(({ t, message: { status, method } }) =>
        status === 0 ? `${String(t)} ${method}` : `${String(t)} ${String(status)} ${method}`,
      );
  }

  /** The answers to requests of a method. */
  answers(method: string): SipMessage[] {
    return this.heard
      .map(({ message }) => message)
      .filter((message) => message.status !== 0 && message.method === method);
  }

  /** The latest answer to requests of a method. */
  answer(method: string): SipMessage {
    const answer = this.answers(method).at(-1);
    assert.ok(answer, `no answer to ${method}`);
    return answer;
  }

  /** The requests of a method that it has heard. */
  requests(method: string): SipMessage[] {
    return this.heard
      .map(({ message }) => message)
      .filter((message) => message.status === 0 && message.method === method);
  }

  #conversation(source: Endpoint, write: (octets: Uint8Array) => void): { stream(octets: Uint8Array): void } {
    const framing = new SipFraming();
    return {
      stream: (octets) => {
        for (const message of framing.take(octets)) this.#hear(message, source, write);
      },
    };
  }

  #hear(octets: Uint8Array, source: Endpoint, write: (octets: Uint8Array) => void): void {
    const message = parseSip(octets);
    assert.ok(message);
    const { transport, address, port } = source;
    this.heard.push({ t: this.s.now, from: `${transport}:${address}:${String(port)}`, message });
    if (message.status === 0 && message.method !== "ACK" && this.replies !== 0) {
      write(writeSip(reply(message, this.replies)));
    }
  }
}

/** The phone's answer to a request. */
export const reply = (
  asked: SipMessage,
  status: number,
  { headers = [], body = "", toTag = "phone" }: Parts = {},
): SipMessage => {
  const routes = asked.elements("record-route").map((route): HeaderField => ["Record-Route", route]);
  return answerTo(asked, parseEndpoint(A), {
    status,
    toTag,
    headers: [...routes, ["Contact", `<sip:1000@${PHONE}:5060>`], ...headers],
    body,
    type: body === "" ? "" : "application/sdp",
  });
};
