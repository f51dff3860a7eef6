import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { parseEndpoint } from "../../host/abi/address.js";
import type { Endpoint } from "../../host/abi/address.js";
import { lacksIpv6 } from "./ipv6.js";
import { closing, shut, watched } from "./watched.js";

const udpServer = async (
  answer?: string,
  address = "127.0.0.1",
): Promise<{ socket: Socket; end: Endpoint; from: number[] }> => {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  const from: number[] = [];
  socket.on("message", (_, { port, address: source }) => {
    from.push(port);
    if (answer !== undefined) socket.send(answer, port, source);
  });
  socket.bind(0, address);
  await once(socket, "listening");
  closing(socket);
  const { port } = socket.address();
  return { socket, end: { ...parseEndpoint(address), port }, from };
};

/** A port on which nobody listens. */
const closedPort = async (): Promise<Endpoint> => {
  const { socket, end } = await udpServer();
  await shut(socket);
  return end;
};

describe("UDP flows", () => {
  it("send what was given to them before they were open, and hear the answer", async () => {
    const watch = watched();
    const { end, from } = await udpServer("answer");
    watch.sockets.open(1, end, 0);
    watch.sockets.send(1, Buffer.from("hello"));
    await watch.hears("1 datagram answer");
    assert.equal(watch.heard[0], "1 opened");
    assert.equal(watch.locals.get(1)?.address, "127.0.0.1");
    assert.deepEqual(from, [watch.locals.get(1)?.port]);
  });

  it("hear of a closed port within a few milliseconds (F3)", async () => {
    const watch = watched();
    watch.sockets.open(1, await closedPort(), 0);
    await watch.hears("1 opened");
    const begun = performance.now();
    watch.sockets.send(1, Buffer.from("hello"));
    await watch.hears("1 failed refused");
    assert.ok(performance.now() - begun < 50);
  });

  it("hear of a port that closes later, by the next datagram", async () => {
    const watch = watched();
    const { socket, end } = await udpServer("answer");
    watch.sockets.open(1, end, 0);
    watch.sockets.send(1, Buffer.from("hello"));
    await watch.hears("1 datagram answer");
    await shut(socket);
    watch.sockets.send(1, Buffer.from("hello"));
    await watch.hears("1 failed refused");
  });

  it("each have a port of their own where none is said", async () => {
    const watch = watched();
    const { end } = await udpServer();
    for (const flow of [1, 2, 3]) watch.sockets.open(flow, end, 0);
    await watch.hears("3 opened");
    assert.equal(new Set([1, 2, 3].map((flow) => watch.locals.get(flow)?.port)).size, 3);
  });

  it("that are closed at once say nothing", async () => {
    const watch = watched();
    watch.sockets.open(1, await closedPort(), 0);
    watch.sockets.send(1, Buffer.from("hello"));
    watch.sockets.close(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(watch.heard, []);
  });
});

describe("the listening port", () => {
  it("is shared with flows: they send from it, and each socket has its own peer's datagrams", async () => {
    const watch = watched();
    const a = await udpServer("from a");
    const b = await udpServer("from b");
    const stranger = await udpServer();
    watch.sockets.listen(1, "udp", 0);
    await watch.hears("1 opened");
    const port = watch.locals.get(1)?.port ?? 0;
    assert.ok(port > 0);
    watch.sockets.open(2, a.end, port);
    watch.sockets.open(3, b.end, port);
    watch.sockets.send(2, Buffer.from("x"));
    watch.sockets.send(3, Buffer.from("x"));
    await watch.hears("2 datagram from a");
    await watch.hears("3 datagram from b");
    stranger.socket.send("hello", port, "127.0.0.1");
    await watch.hears(`1 incoming ${String(stranger.end.port)} hello`);
    assert.deepEqual([a.from, b.from], [[port], [port]]);
  });

  it("goes on to hear everybody when a flow that shares it is closed", async () => {
    const watch = watched();
    const a = await udpServer();
    watch.sockets.listen(1, "udp", 0);
    await watch.hears("1 opened");
    const port = watch.locals.get(1)?.port ?? 0;
    watch.sockets.open(2, a.end, port);
    await watch.hears("2 opened");
    watch.sockets.close(2);
    watch.sockets.open(3, a.end, 0);
    await watch.hears("3 opened");
    a.socket.send("hello", port, "127.0.0.1");
    await watch.hears(`1 incoming ${String(a.end.port)} hello`);
  });

  it("answers strangers from itself", async () => {
    const watch = watched();
    const stranger = await udpServer();
    watch.sockets.listen(1, "udp", 0);
    await watch.hears("1 opened");
    stranger.socket.send("question", watch.locals.get(1)?.port ?? 0, "127.0.0.1");
    await watch.hears(`1 incoming ${String(stranger.end.port)} question`);
    watch.sockets.sendFrom(1, stranger.end, Buffer.from("answer"));
    const [, { port }] = (await once(stranger.socket, "message")) as [Buffer, { port: number }];
    assert.equal(port, watch.locals.get(1)?.port);
  });

  it("hears IPv6 too", { skip: lacksIpv6 }, async () => {
    const watch = watched();
    const a = await udpServer("from a", "::1");
    watch.sockets.listen(1, "udp", 0);
    await watch.hears("1 opened");
    const port = watch.locals.get(1)?.port ?? 0;
    a.socket.send("hello", port, "::1");
    await watch.hears(`1 incoming ${String(a.end.port)} hello`);
    watch.sockets.open(2, a.end, port);
    watch.sockets.send(2, Buffer.from("x"));
    await watch.hears("2 datagram from a");
    assert.deepEqual(a.from, [port]);
  });

  for (const shared of [false, true]) {
    it(`that somebody else has${shared ? ", willing to share," : ""} is in use`, async () => {
      const watch = watched();
      const other = createSocket({ type: "udp4", reuseAddr: shared });
      closing(other);
      other.bind(0);
      await once(other, "listening");
      watch.sockets.listen(1, "udp", other.address().port);
      await watch.hears("1 failed address-in-use");
    });
  }
});

describe("TCP flows", () => {
  it("send what was given to them before they were open, hear the answer and the end", async () => {
    const watch = watched();
    const server = createServer((connection) => {
      connection.on("data", (octets) => {
        connection.end(`you said ${octets.toString()}`);
      });
    });
    closing(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    watch.sockets.open(1, parseEndpoint(`tcp:127.0.0.1:${String(port)}`), 0);
    watch.sockets.send(1, Buffer.from("hello"));
    await watch.hears("1 failed closed");
    assert.deepEqual(watch.heard, ["1 opened", "1 stream you said hello", "1 failed closed"]);
  });

  it("hear of a closed port", async () => {
    const watch = watched();
    const { port } = await closedPort();
    watch.sockets.open(1, parseEndpoint(`tcp:127.0.0.1:${String(port)}`), 0);
    await watch.hears("1 failed refused");
  });
});

describe("closing everything", () => {
  it("leaves nothing open", async () => {
    const watch = watched();
    const { end } = await udpServer();
    watch.sockets.listen(1, "udp", 0);
    await watch.hears("1 opened");
    const port = watch.locals.get(1)?.port ?? 0;
    watch.sockets.open(2, end, port);
    watch.sockets.closeAll();
    await watch.gone();
    const next = watched();
    next.sockets.listen(1, "udp", port);
    await next.hears("1 opened");
  });
});
