import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, it } from "node:test";
import * as packet from "dns-packet";
import { RealServer } from "../../host/node/servers.js";
import { Registrar } from "../../host/simulated/registrar.js";
import { DnsFraming } from "../../host/simulated/service.js";
import { Zone } from "../../host/simulated/zone.js";

const PATIENCE = 200;

const options = Buffer.from(
  "OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK1\r\n" +
    "From: <sip:a@example.com>;tag=1\r\nTo: <sip:example.com>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n",
);

let servers: RealServer[] = [];
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
});

const open = async (service: Registrar | Zone): Promise<RealServer> => {
  const server = await RealServer.open(service, { address: "127.0.0.1", port: 0 });
  servers.push(server);
  return server;
};

/** Asks by UDP: the answer, the error, or `silence`. */
const ask = async (port: number, octets: Uint8Array): Promise<string> => {
  const socket = createSocket("udp4");
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        resolve("silence");
      }, PATIENCE);
      socket.on("message", (answer) => {
        clearTimeout(timer);
        resolve(answer.toString("latin1"));
      });
      socket.on("error", (error) => {
        clearTimeout(timer);
        resolve((error as NodeJS.ErrnoException).code ?? "");
      });
      socket.connect(port, "127.0.0.1", () => {
        socket.send(octets);
      });
    });
  } finally {
    socket.close();
  }
};

describe("servers on real sockets", () => {
  it("a registrar answers, is silent, refuses, and answers again on the same port", async () => {
    const registrar = new Registrar("a");
    const server = await open(registrar);
    const { port } = server;
    assert.match(await ask(port, options), /^SIP\/2\.0 200 /);
    registrar.silent();
    assert.equal(await ask(port, options), "silence");
    registrar.refuse();
    await server.settled();
    assert.equal(await ask(port, options), "ECONNREFUSED");
    registrar.up();
    await server.settled();
    assert.match(await ask(port, options), /^SIP\/2\.0 200 /);
    assert.equal(registrar.requests("OPTIONS").length, 3);
    registrar.stop();
    const late = ask(port, options);
    setTimeout(() => {
      registrar.up();
    }, PATIENCE / 2);
    assert.match(await late, /^SIP\/2\.0 200 /);
    assert.equal(server.port, port);
  });

  it("an answer waits as long as it should", async () => {
    const registrar = new Registrar("a", { delay: 40 });
    const { port } = await open(registrar);
    const begun = performance.now();
    assert.match(await ask(port, options), /^SIP/);
    assert.ok(performance.now() - begun >= 39);
  });

  it("a zone answers by UDP and TCP", async () => {
    const zone = new Zone().address("a.example.com", "192.0.2.1");
    const { port } = await open(zone);
    const query = packet.encode({ type: "query", id: 1, questions: [{ type: "A", name: "a.example.com" }] });
    assert.match(await ask(port, query), /example/);
    const connection = connect(port, "127.0.0.1");
    connection.write(DnsFraming.frame(query));
    const [octets] = (await once(connection, "data")) as [Buffer];
    connection.destroy();
    const [message] = new DnsFraming().take(octets);
    assert.equal(packet.decode(Buffer.from(message ?? [])).answers?.length, 1);
    assert.deepEqual(
      zone.received.map(({ transport }) => transport),
      ["udp", "tcp"],
    );
  });

  it("a zone that is closed refuses both", async () => {
    const zone = new Zone();
    const server = await open(zone);
    zone.mode = "closed";
    await server.settled();
    assert.equal(await ask(server.port, Buffer.alloc(12)), "ECONNREFUSED");
    const connection = connect(server.port, "127.0.0.1");
    const [error] = (await once(connection, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
  });

  it("a port that is in use is an error", async () => {
    const { port } = await open(new Registrar("a"));
    await assert.rejects(RealServer.open(new Registrar("b"), { address: "127.0.0.1", port }), /EADDRINUSE/);
  });
});
