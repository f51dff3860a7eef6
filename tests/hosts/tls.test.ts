import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, writeFileSync } from "node:fs";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { createServer } from "node:tls";
import type { TLSSocket, TlsOptions } from "node:tls";
import { parseEndpoint } from "../../host/abi/address.js";
import type { Endpoint } from "../../host/abi/address.js";
import { Authority, describeCertified, pemOf } from "./certificates.js";
import type { Certificate } from "./certificates.js";
import { lacksIpv6 } from "./ipv6.js";
import { closing, hasNativeSockets, watched } from "./watched.js";
import type { Watched } from "./watched.js";

const NAME = "sip.example.com";

/** Sockets that trust an authority, or what else is said. */
const trusting = (
  trustAnchors: string,
  { verify = true, own }: { verify?: boolean; own?: Certificate | undefined } = {},
): Watched => {
  const watch = watched();
  const { certificate, key } = own ?? { certificate: "", key: "" };
  watch.sockets.tls({ verify, trustAnchors, certificate, key });
  return watch;
};

const connections = new Set<Socket>();
afterEach(() => {
  for (const connection of connections) connection.destroy();
  connections.clear();
});

const listening = async (server: Server, address: string): Promise<Endpoint> => {
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, address);
  await once(server, "listening");
  closing(server);
  return { ...parseEndpoint(address), transport: "tls", port: (server.address() as AddressInfo).port };
};

interface TlsServer {
  readonly end: Endpoint;
  /** The first connection whose handshake is complete for the server: a round trip later than for the client. */
  readonly first: Promise<TLSSocket>;
  /** The end of the first connection, whatever has become of it. */
  readonly firstEnded: Promise<unknown>;
  /** What has come. */
  readonly received: () => string;
}

/** A server that answers everything with "answer". */
const tlsServer = async (
  certificate: Certificate,
  options: TlsOptions = {},
  address = "127.0.0.1",
): Promise<TlsServer> => {
  let received = "";
  const server = createServer({ ...pemOf(certificate), ...options }, (socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (octets: Buffer) => {
      received += octets.toString();
      socket.write("answer");
    });
  });
  server.on("tlsClientError", () => undefined);
  const first = new Promise<TLSSocket>((resolve) => server.once("secureConnection", resolve));
  const firstEnded = new Promise((resolve) =>
    server.once("connection", (socket: Socket) => socket.once("close", resolve)),
  );
  return { end: await listening(server, address), first, firstEnded, received: () => received };
};

/** A server of TCP, which does with a connection what a test says. */
const tcpServer = (converse: (socket: Socket) => void): Promise<Endpoint> =>
  listening(createTcpServer(converse), "127.0.0.1");

describeCertified("TLS flows", () => {
  const authority = new Authority("Authority");
  const stranger = new Authority("Stranger");
  const good = authority.issue({ names: [`DNS:${NAME}`] });

  it("are open when the certificate is verified, and then send what has waited", async () => {
    const watch = trusting(authority.certificate);
    const server = await tlsServer(good);
    watch.sockets.open(1, server.end, 0, NAME);
    watch.sockets.send(1, Buffer.from("question"));
    await watch.hears("1 stream answer");
    assert.deepEqual(watch.heard, ["1 opened", "1 stream answer"]);
    assert.equal(server.received(), "question");
    const socket = await server.first;
    assert.equal(socket.servername, NAME);
    const port = socket.remotePort;
    assert.deepEqual(watch.locals.get(1), { transport: "tls", family: 4, address: "127.0.0.1", port });
    assert.deepEqual(watch.warnings, []);
  });

  it("hear of the other end's closing", async () => {
    const watch = trusting(authority.certificate);
    const server = await tlsServer(good);
    watch.sockets.open(1, server.end, 0, NAME);
    await watch.hears("1 opened");
    (await server.first).end();
    await watch.hears("1 failed closed");
  });

  it("that are closed still send what was given to them", async () => {
    const watch = trusting(authority.certificate);
    const server = await tlsServer(good);
    watch.sockets.open(1, server.end, 0, NAME);
    await watch.hears("1 opened");
    const socket = await server.first;
    const ended = new Promise((resolve) => socket.once("close", resolve));
    for (let message = 0; message < 5; message++) watch.sockets.send(1, Buffer.alloc(1000, "x"));
    watch.sockets.close(1);
    await ended;
    assert.equal(server.received().length, 5000);
    assert.deepEqual(watch.heard, ["1 opened"]);
  });

  for (const [address, skip] of [
    ["127.0.0.1", false],
    ["::1", lacksIpv6],
  ] as const) {
    it(
      `to a literal address have it verified as the address it is (${address}), without a server name`,
      { skip },
      async () => {
        const watch = trusting(authority.certificate);
        const server = await tlsServer(authority.issue({ names: [`IP:${address}`] }), {}, address);
        watch.sockets.open(1, server.end, 0, address);
        await watch.hears("1 opened");
        assert.equal((await server.first).servername, false);
      },
    );
  }

  const unfit: readonly (readonly [string, () => Certificate, string, RegExp])[] = [
    [
      "for another name",
      () => authority.issue({ names: ["DNS:other.example.com", "IP:192.0.2.1"] }),
      NAME,
      /its certificate is not for sip\.example\.com, but for other\.example\.com, 192\.0\.2\.1\.$/,
    ],
    [
      "for the address and not for the name",
      () => authority.issue({ names: ["IP:127.0.0.1"] }),
      NAME,
      /its certificate is not for sip\.example\.com, but for 127\.0\.0\.1\.$/,
    ],
    [
      "for the name where an address is asked for",
      () => good,
      "127.0.0.1",
      /its certificate is not for 127\.0\.0\.1, but for sip\.example\.com\.$/,
    ],
    ["for no name at all", () => good, "", /its certificate is not for /],
    [
      "that has expired",
      () => authority.issue({ names: [`DNS:${NAME}`], days: -1 }),
      NAME,
      /its certificate has expired\.$/,
    ],
    [
      "of an authority that is not trusted",
      () => stranger.issue({ names: [`DNS:${NAME}`] }),
      NAME,
      /an authority that is not trusted \(sip\.tls_ca names/,
    ],
    [
      "that is signed by itself",
      () => authority.selfSigned(NAME),
      NAME,
      /its certificate is signed by itself and not trusted: sip\.tls_ca names/,
    ],
  ];
  for (const [which, certificate, name, warning] of unfit) {
    it(`to a server with a certificate ${which} fail, and send nothing`, async () => {
      const watch = trusting(authority.certificate);
      const server = await tlsServer(certificate());
      watch.sockets.open(1, server.end, 0, name);
      watch.sockets.send(1, Buffer.from("password"));
      await watch.hears("1 failed tls-certificate");
      await server.firstEnded;
      assert.equal(server.received(), "");
      assert.deepEqual(watch.heard, ["1 failed tls-certificate"]);
      await watch.warns(1);
      const port = String(server.end.port);
      const who = name === NAME ? `${NAME} at 127.0.0.1:${port}` : `127.0.0.1:${port}`;
      const said = watch.warnings[0] ?? "";
      assert.ok(said.startsWith(`The TLS server ${who} cannot be used: `), said);
      assert.match(said, warning);
    });
  }

  it("to a server with a certificate signed by itself are open where that very certificate is trusted", async () => {
    const certificate = authority.selfSigned(NAME);
    const watch = trusting(certificate.certificate);
    watch.sockets.open(1, (await tlsServer(certificate)).end, 0, NAME);
    await watch.hears("1 opened");
  });

  it("are open whatever the certificate where nothing is verified, with a loud warning", async () => {
    const watch = trusting(authority.certificate, { verify: false });
    const server = await tlsServer(stranger.issue({ names: ["DNS:other.example.com"], days: -1 }));
    watch.sockets.open(1, server.end, 0, NAME);
    await watch.hears("1 opened");
    await watch.warns(1);
    assert.match(watch.warnings[0] ?? "", /NOT verified \(sip\.tls_verify = 0\)/);
    (await server.first).destroy();
    await watch.hears("1 failed closed");
  });

  it("trust the authorities of the system where no file is named", async () => {
    const before = process.env["SSL_CERT_FILE"];
    process.env["SSL_CERT_FILE"] = authority.certificate;
    try {
      const watch = trusting("");
      watch.sockets.open(1, (await tlsServer(good)).end, 0, NAME);
      await watch.hears("1 opened");
    } finally {
      if (before === undefined) delete process.env["SSL_CERT_FILE"];
      else process.env["SSL_CERT_FILE"] = before;
    }
  });

  it("to a server that speaks TLS 1.2 are open", async () => {
    const watch = trusting(authority.certificate);
    const server = await tlsServer(good, { maxVersion: "TLSv1.2" });
    watch.sockets.open(1, server.end, 0, NAME);
    await watch.hears("1 opened");
    assert.equal((await server.first).getProtocol(), "TLSv1.2");
  });

  const old: TlsOptions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
  const broken: readonly (readonly [string, () => Promise<Endpoint>, RegExp])[] = [
    ["that speaks TLS 1.1 only", async () => (await tlsServer(good, old)).end, /TLS 1\.2 or newer\.$/],
    [
      "that does not speak TLS",
      () => tcpServer((socket) => socket.write("SIP/2.0 400 Bad Request\r\n\r\n")),
      /what it answers is not TLS\.$/,
    ],
    [
      "that closes the connection in the handshake",
      () => tcpServer((socket) => socket.once("data", () => socket.end())),
      /it closes the connection in the handshake\.$/,
    ],
    [
      "that breaks the connection in the handshake",
      () => tcpServer((socket) => socket.once("data", () => socket.resetAndDestroy())),
      /it closes the connection in the handshake\.$/,
    ],
  ];
  for (const [which, server, warning] of broken) {
    it(`to a server ${which} fail in the handshake`, async () => {
      const watch = trusting(authority.certificate);
      watch.sockets.open(1, await server(), 0, NAME);
      watch.sockets.send(1, Buffer.from("password"));
      await watch.hears("1 failed tls-handshake");
      assert.deepEqual(watch.heard, ["1 failed tls-handshake"]);
      await watch.warns(1);
      assert.match(watch.warnings[0] ?? "", warning);
    });
  }

  it("to a closed port are refused, as by TCP and without a warning", async () => {
    const watch = trusting(authority.certificate);
    const server = createTcpServer();
    const end = await listening(server, "127.0.0.1");
    server.close();
    await once(server, "close");
    watch.sockets.open(1, end, 0, NAME);
    await watch.hears("1 failed refused");
    assert.deepEqual(watch.warnings, []);
  });

  it("to a server that stalls in its handshake stay as they are, and leave nothing when they are closed", async () => {
    const watch = trusting(authority.certificate);
    let hello = 0;
    let closed: Promise<unknown> | undefined;
    const end = await tcpServer((socket) => {
      closed = once(socket, "close");
      socket.on("data", ({ length }) => (hello += length));
    });
    watch.sockets.open(1, end, 0, NAME);
    watch.sockets.send(1, Buffer.from("password"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(hello > 0);
    assert.deepEqual(watch.heard, []);
    watch.sockets.close(1);
    await closed;
    assert.deepEqual(watch.heard, []);
  });

  describe("to a server that asks for a certificate of ours", () => {
    const asking = (maxVersion: "TLSv1.2" | "TLSv1.3"): Promise<TlsServer> =>
      tlsServer(good, {
        requestCert: true,
        rejectUnauthorized: true,
        ca: pemOf({ certificate: authority.certificate, key: authority.certificate }).cert,
        maxVersion,
      });

    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      it(`show the one that is configured (${version})`, async () => {
        const watch = trusting(authority.certificate, {
          own: authority.issue({ names: ["DNS:phone.example.com"] }),
        });
        const server = await asking(version);
        watch.sockets.open(1, server.end, 0, NAME);
        watch.sockets.send(1, Buffer.from("question"));
        await watch.hears("1 stream answer");
        assert.equal((await server.first).authorized, true);
      });
    }

    it("fail in the handshake of TLS 1.2 where there is none", async () => {
      const watch = trusting(authority.certificate);
      watch.sockets.open(1, (await asking("TLSv1.2")).end, 0, NAME);
      await watch.hears("1 failed tls-handshake");
      await watch.warns(1);
      assert.match(
        watch.warnings[0] ?? "",
        /it may ask for a certificate of ours \(sip\.tls_cert and sip\.tls_key\)/,
      );
    });

    // The native host speaks TLS 1.2 alone.
    if (!hasNativeSockets) {
      it("fail after the handshake of TLS 1.3 where there is none", async () => {
        const watch = trusting(authority.certificate);
        watch.sockets.open(1, (await asking("TLSv1.3")).end, 0, NAME);
        await watch.hears("1 failed tls-certificate");
        assert.deepEqual(watch.heard, ["1 opened", "1 failed tls-certificate"]);
        assert.match(
          watch.warnings[0] ?? "",
          /it asks for a certificate of ours: sip\.tls_cert and sip\.tls_key name one\.$/,
        );
      });
    }
  });

  it("say once what is wrong with a server, and again when it has worked meanwhile", async () => {
    const watch = trusting(authority.certificate);
    const server = await tlsServer(good);
    const fail = async (flow: number): Promise<void> => {
      watch.sockets.open(flow, server.end, 0, "other.example.com");
      await watch.hears(`${String(flow)} failed tls-certificate`);
    };
    await fail(1);
    await fail(2);
    await watch.warns(1);
    watch.sockets.open(3, server.end, 0, NAME);
    watch.sockets.send(3, Buffer.from("question"));
    await watch.hears("3 stream answer");
    await fail(4);
    await watch.warns(2);
  });

  it("fail while a file cannot be used, which is said once, and are made as soon as it can", async () => {
    const later = authority.path("later.pem");
    const watch = trusting(later);
    const server = await tlsServer(good);
    const missing = `The file of sip.tls_ca, ${later}, cannot be read: there is no such file.`;
    for (const flow of [1, 2]) {
      watch.sockets.open(flow, server.end, 0, NAME);
      await watch.hears(`${String(flow)} failed tls-certificate`);
    }
    writeFileSync(later, "");
    watch.sockets.open(3, server.end, 0, NAME);
    await watch.hears("3 failed tls-certificate");
    copyFileSync(authority.certificate, later);
    watch.sockets.open(4, server.end, 0, NAME);
    await watch.hears("4 opened");
    await watch.warns(3);
    assert.deepEqual(watch.warnings, [
      `${missing} Until that is mended, no server can be reached by TLS.`,
      `The file of sip.tls_ca, ${later}, holds no certificate in PEM. Until that is mended, no server can be reached by TLS.`,
      "The files of TLS can be used now.",
    ]);
  });

  it("fail where the files have not been named", async () => {
    const watch = watched();
    watch.sockets.open(1, (await tlsServer(good)).end, 0, NAME);
    await watch.hears("1 failed tls-certificate");
  });
});
