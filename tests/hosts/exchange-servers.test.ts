import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import type { Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { RealServer } from "../../host/node/servers.js";
import {
  Exchange,
  Registrar,
  SipFraming,
  answering,
  parseSip,
  writeSip,
} from "../../host/simulated/index.js";
import type { SipMessage } from "../../host/simulated/index.js";
import { register, reply, request, within } from "./exchange-phone.js";

let closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers) await close();
  closers = [];
});

const open = async (exchange: Exchange, name = "a"): Promise<{ registrar: Registrar; port: number }> => {
  const registrar = new Registrar(name, { exchange });
  const server = await RealServer.open(registrar, { address: "127.0.0.1", port: 0 });
  closers.push(() => server.close());
  return { registrar, port: server.port };
};

/** What comes in by a socket, message by message; `next` waits for the next one. */
class Inbox {
  readonly #messages: SipMessage[] = [];
  #wake: () => void = () => undefined;

  put(octets: Uint8Array): void {
    const message = parseSip(octets);
    assert.ok(message);
    this.#messages.push(message);
    this.#wake();
  }

  async next(): Promise<SipMessage> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const message = this.#messages.shift();
    assert.ok(message);
    return message;
  }

  async statuses(count: number): Promise<number[]> {
    const statuses: number[] = [];
    while (statuses.length < count) statuses.push((await this.next()).status);
    return statuses;
  }
}

const byUdp = async (port: number): Promise<{ socket: DatagramSocket; inbox: Inbox; port: number }> => {
  const socket = createSocket("udp4");
  const inbox = new Inbox();
  socket.on("message", (octets) => {
    inbox.put(octets);
  });
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  closers.push(() => socket.close());
  return { socket, inbox, port: socket.address().port };
};

const readInto = (connection: Socket, inbox: Inbox): void => {
  const framing = new SipFraming();
  connection.on("data", (octets) => {
    for (const message of framing.take(octets)) inbox.put(message);
  });
  closers.push(() => connection.destroy());
};

describe("an exchange on real sockets", () => {
  it("rings, answers, and sends its 200 again until the ACK comes", async () => {
    const exchange = new Exchange();
    exchange.callee = answering({ ring: 10, answer: 20 });
    const { port } = await open(exchange);
    const { socket, inbox } = await byUdp(port);
    socket.send(writeSip(request("INVITE")));
    assert.deepEqual(await inbox.statuses(3), [100, 180, 200]);
    const answer = await inbox.next();
    assert.equal(answer.status, 200);
    assert.equal(answer.header("record-route"), `<sip:127.0.0.1:${String(port)};lr>`);
    socket.send(writeSip(within(answer, "ACK")));
    socket.send(writeSip(within(answer, "BYE", { cseq: 2 })));
    assert.deepEqual(await inbox.statuses(1), [200]);
    assert.equal(exchange.calls[0]?.state, "ended");
    assert.deepEqual(exchange.complaints, []);
  });

  it("calls by UDP where the REGISTER came from, from the server's port", async () => {
    const exchange = new Exchange();
    const { port, registrar } = await open(exchange);
    const { socket, inbox } = await byUdp(port);
    socket.send(writeSip(register()));
    assert.deepEqual(await inbox.statuses(1), [200]);
    const call = exchange.invite(registrar, { to: "1000" });
    const invite = await inbox.next();
    assert.match(invite.header("via") ?? "", new RegExp(`^SIP/2.0/UDP 127.0.0.1:${String(port)};`));
    socket.send(writeSip(reply(invite, 486)));
    assert.equal((await inbox.next()).method, "ACK");
    assert.equal(call.status, 486);
  });

  it("calls by the TCP connection of the REGISTER, and by one of its own where that is closed", async () => {
    const exchange = new Exchange();
    const { port, registrar } = await open(exchange);
    const inbox = new Inbox();
    const listener = createServer((connection) => {
      readInto(connection, inbox);
    });
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    closers.push(() => listener.close());
    const contact = `<sip:1000@127.0.0.1:${String((listener.address() as AddressInfo).port)};transport=tcp>`;
    const connection = connect(port, "127.0.0.1");
    const own = new Inbox();
    readInto(connection, own);
    connection.write(writeSip(register(contact)));
    assert.deepEqual(await own.statuses(1), [200]);
    const first = exchange.invite(registrar, { to: "1000" });
    const invite = await own.next();
    assert.match(invite.header("via") ?? "", /^SIP\/2\.0\/TCP /);
    connection.write(writeSip(reply(invite, 486)));
    assert.equal((await own.next()).method, "ACK");
    assert.equal(first.status, 486);
    registrar.disconnect();
    await once(connection, "close");
    exchange.invite(registrar, { to: "1000" });
    assert.equal((await inbox.next()).method, "INVITE");
  });

  it("goes on with what it has begun when its port was closed and is open again", async () => {
    const exchange = new Exchange();
    exchange.callee = answering({ answer: 60 });
    const { port, registrar } = await open(exchange);
    const { socket, inbox } = await byUdp(port);
    socket.on("error", () => undefined);
    socket.send(writeSip(request("INVITE")));
    assert.deepEqual(await inbox.statuses(2), [100, 180]);
    registrar.refuse();
    registrar.up();
    assert.deepEqual(await inbox.statuses(1), [200]);
  });
});
