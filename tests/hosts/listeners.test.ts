import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { TLSSocket, connect as connectTls } from "node:tls";
import type { ConnectionOptions } from "node:tls";
import { StreamListener } from "../../host/node/stream-listener.js";
import { Authority, describeCertified, pemOf } from "./certificates.js";
import { hasIpv6, lacksIpv6 } from "./ipv6.js";
import { closing, watched } from "./watched.js";
import type { Watched } from "./watched.js";

const clients: Socket[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

/** Somebody who connects. Whatever becomes of the connection, it is no error of the test. */
const client = (port: number, host = "127.0.0.1"): Socket => {
  const socket = connect(port, host);
  clients.push(socket);
  return socket.on("error", () => undefined);
};

const ended = (socket: Socket): Promise<unknown> =>
  new Promise((resolve) => {
    socket.once("close", resolve);
  });

/** Sockets that listen: they, and their port. */
const listening = async (transport: "tcp" | "tls", watch = watched()): Promise<[Watched, number]> => {
  watch.sockets.listen(1, transport, 0);
  await watch.hears("1 opened");
  return [watch, watch.locals.get(1)?.port ?? 0];
};

describe("a listening port for TCP", () => {
  it("tells of a connection, which is then a flow as any other", async () => {
    const [watch, port] = await listening("tcp");
    assert.deepEqual(watch.locals.get(1), { transport: "tcp", family: 4, address: "0.0.0.0", port });
    const socket = client(port);
    socket.write("question");
    await watch.hears("100 stream question");
    assert.deepEqual(watch.heard.slice(1), ["1 accepted 100", "100 stream question"]);
    const source = watch.sources.get(100);
    assert.deepEqual(source, { transport: "tcp", family: 4, address: "127.0.0.1", port: socket.localPort });
    watch.sockets.send(100, Buffer.from("answer"));
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.equal(answer.toString(), "answer");
    socket.end();
    await watch.hears("100 failed closed");
  });

  it("hears IPv6 on the same port", { skip: lacksIpv6 }, async () => {
    const [watch, port] = await listening("tcp");
    client(port, "::1").write("six");
    await watch.hears("100 stream six");
    client(port).write("four");
    await watch.hears("101 stream four");
    assert.equal(watch.sources.get(100)?.address, "::1");
    assert.equal(watch.sources.get(100)?.family, 6);
    assert.equal(watch.sources.get(101)?.address, "127.0.0.1");
  });

  it("closes a connection that is not wanted", async () => {
    const [watch, port] = await listening("tcp");
    watch.nextFlow = 0;
    await ended(client(port));
    assert.deepEqual(watch.heard, ["1 opened", "1 accepted 0"]);
  });

  it("closes a connection when its flow is closed, after what was sent on it", async () => {
    const [watch, port] = await listening("tcp");
    const socket = client(port);
    let received = "";
    socket.on("data", (octets) => (received += octets.toString()));
    await watch.hears("1 accepted 100");
    watch.sockets.send(100, Buffer.from("last words"));
    watch.sockets.close(100);
    await ended(socket);
    assert.equal(received, "last words");
    assert.deepEqual(watch.heard, ["1 opened", "1 accepted 100"]);
  });

  it("hears of a connection that is broken", async () => {
    const [watch, port] = await listening("tcp");
    const socket = client(port);
    await watch.hears("1 accepted 100");
    socket.resetAndDestroy();
    await watch.hears("100 failed closed");
  });

  it("gives up a connection whose other end takes nothing any more", async () => {
    const [watch, port] = await listening("tcp");
    const socket = client(port);
    socket.pause();
    await watch.hears("1 accepted 100");
    const piece = Buffer.alloc(32 * 1024);
    // The buffers of both systems are full at some time; then ours is.
    for (let sent = 0; sent < 2000 && watch.heard.length < 3; sent++) {
      watch.sockets.send(100, piece);
      await new Promise(setImmediate);
    }
    await watch.hears("100 failed timed-out");
  });

  it("drops connections beyond the 64 that the core has flows for", async () => {
    const [watch, port] = await listening("tcp");
    for (let number = 0; number < 64; number++) client(port);
    await watch.hears("1 accepted 163");
    await ended(client(port));
    assert.equal(watch.heard.filter((line) => line.includes("accepted")).length, 64);
  });

  it("is in use where somebody else has it, in one address family at least", async () => {
    for (const host of hasIpv6 ? ["127.0.0.1", "::1"] : ["127.0.0.1"]) {
      const server = closing(createServer());
      server.listen(0, host);
      await once(server, "listening");
      const watch = watched();
      watch.sockets.listen(1, "tcp", (server.address() as AddressInfo).port);
      await watch.hears("1 failed address-in-use");
    }
  });

  it("can have the number of the UDP port", async () => {
    const [watch, port] = await listening("tcp");
    watch.sockets.listen(2, "udp", port);
    await watch.hears("2 opened");
    assert.equal(watch.locals.get(2)?.port, port);
  });

  it("is free again when it is closed, and leaves the connections that it has brought", async () => {
    const [watch, port] = await listening("tcp");
    const socket = client(port);
    await watch.hears("1 accepted 100");
    watch.sockets.close(1);
    socket.write("still there");
    await watch.hears("100 stream still there");
    const next = watched();
    next.sockets.listen(1, "tcp", port);
    await next.hears("1 opened");
  });

  it("says nothing where it is closed before it is open", async () => {
    const watch = watched();
    watch.sockets.listen(1, "tcp", 0);
    watch.sockets.close(1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(watch.heard, []);
  });

  it("is closed with everything else, connections that nobody has taken among it", async () => {
    const [watch, port] = await listening("tcp");
    const taken = client(port);
    await watch.hears("1 accepted 100");
    const untaken = new Promise<void>((resolve) => {
      watch.accepted = (): void => {
        resolve();
      };
    });
    const waiting = client(port);
    await untaken;
    const all = Promise.all([ended(taken), ended(waiting)]);
    watch.sockets.closeAll();
    await all;
  });
});

describeCertified("a listening port for TLS", () => {
  const authority = new Authority("Authority");
  const own = authority.issue({ names: ["DNS:phone.example.com"] });
  const { cert: ca } = pemOf({ certificate: authority.certificate, key: authority.certificate });

  const withCertificate = (): Watched => {
    const watch = watched();
    watch.sockets.tls({ verify: true, trustAnchors: authority.certificate, ...own });
    return watch;
  };

  const tlsClient = (port: number, options: ConnectionOptions = {}): TLSSocket => {
    const socket = connectTls({ port, host: "127.0.0.1", servername: "phone.example.com", ca, ...options });
    clients.push(socket);
    return socket.on("error", () => undefined);
  };

  it("tells of a connection when its handshake is complete, and shows our certificate", async () => {
    const [watch, port] = await listening("tls", withCertificate());
    const socket = tlsClient(port);
    socket.write("question");
    await watch.hears("100 stream question");
    assert.deepEqual(watch.heard.slice(1), ["1 accepted 100", "100 stream question"]);
    assert.equal(watch.sources.get(100)?.transport, "tls");
    assert.equal(socket.authorized, true);
    watch.sockets.send(100, Buffer.from("answer"));
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.equal(answer.toString(), "answer");
    socket.end();
    await watch.hears("100 failed closed");
  });

  it("asks nobody for a certificate", async () => {
    const accepted = new Promise<Socket>((resolve, reject) => {
      const listener = new StreamListener(
        { transport: "tls", port: 0, tls: pemOf(own) },
        {
          opened: ({ port }) => {
            tlsClient(port, pemOf(authority.issue({ names: ["DNS:a.example.com"] })));
          },
          failed: reject,
          accepted: resolve,
        },
      );
      closing(listener);
      listener.open();
    });
    const socket = await accepted;
    assert.ok(socket instanceof TLSSocket);
    assert.deepEqual(socket.getPeerCertificate(), {});
  });

  it("cannot be opened without a certificate of our own", async () => {
    const watch = watched();
    watch.sockets.listen(1, "tls", 0);
    watch.sockets.tls({ verify: true, trustAnchors: authority.certificate, certificate: "", key: "" });
    watch.sockets.listen(2, "tls", 0);
    await watch.hears("2 failed tls-certificate");
    assert.deepEqual(watch.heard, ["1 failed tls-certificate", "2 failed tls-certificate"]);
  });

  for (const [who, act] of [
    [
      "speaks TLS 1.1 only",
      (port: number) =>
        tlsClient(port, { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" }),
    ],
    [
      "does not speak TLS",
      (port: number) => {
        const socket = client(port);
        socket.write("OPTIONS sip:phone SIP/2.0\r\n\r\n");
        return socket;
      },
    ],
  ] as const) {
    it(`has nothing to do with somebody who ${who}`, async () => {
      const [watch, port] = await listening("tls", withCertificate());
      await ended(act(port));
      assert.deepEqual(watch.heard, ["1 opened"]);
    });
  }

  it("gives a handshake up that takes too long", async () => {
    const heard: string[] = [];
    const opened = new Promise<number>((resolve, reject) => {
      const listener = new StreamListener(
        { transport: "tls", port: 0, tls: pemOf(own), handshakeLimit: 50 },
        {
          opened: ({ port }) => {
            resolve(port);
          },
          failed: reject,
          accepted: () => heard.push("accepted"),
        },
      );
      closing(listener);
      listener.open();
    });
    const begun = performance.now();
    await ended(client(await opened));
    const took = performance.now() - begun;
    assert.ok(took >= 45 && took < 1000, String(took));
    assert.deepEqual(heard, []);
  });

  it("leaves no handshake when it is closed", async () => {
    const [watch, port] = await listening("tls", withCertificate());
    const socket = client(port);
    await once(socket, "connect");
    await new Promise((resolve) => setTimeout(resolve, 20));
    watch.sockets.close(1);
    await ended(socket);
  });
});
