import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { endpointText, parseEndpoint } from "../../host/abi/address.js";
import type { Endpoint } from "../../host/abi/address.js";
import type { TlsFiles } from "../../host/abi/core.js";
import type { SocketEvents } from "../../host/abi/engine.js";
import { Simulation } from "../../host/simulated/index.js";
import type { TlsOffer } from "../../host/simulated/index.js";
import { SimulatedSockets } from "../../host/simulated/sockets.js";
import type { StreamEnd } from "../../host/simulated/streams.js";

const PHONE4 = "198.51.100.1";
const PHONE6 = "2001:db8::100";
const NAME = "sip.example.com";
const files: TlsFiles = { verify: true, trustAnchors: "", certificate: "", key: "" };
const octets = (text: string): Uint8Array => Buffer.from(text);

/** A phone's sockets on a network of 10 ms one way, and what they hear with the time. */
class Host implements SocketEvents {
  readonly s = new Simulation();
  readonly heard: string[] = [];
  readonly wire: string[] = [];
  readonly sockets = new SimulatedSockets(
    this,
    this.s.network,
    { 4: PHONE4, 6: PHONE6 },
    (direction, from, to, data) => {
      this.wire.push(
        `${direction} ${endpointText(from)} ${endpointText(to)} ${Buffer.from(data).toString()}`,
      );
    },
  );
  nextFlow = 100;

  constructor() {
    this.s.network.latency = 10;
  }

  opened(flow: number, local: Endpoint): void {
    this.#hear(`${String(flow)} opened ${endpointText(local)}`);
  }
  failed(flow: number, reason: string): void {
    this.#hear(`${String(flow)} failed ${reason}`);
  }
  datagram(flow: number, data: Uint8Array): void {
    this.#hear(`${String(flow)} datagram ${Buffer.from(data).toString()}`);
  }
  stream(flow: number, data: Uint8Array): void {
    this.#hear(`${String(flow)} stream ${Buffer.from(data).toString()}`);
  }
  incoming(listener: number, source: Endpoint): void {
    this.#hear(`${String(listener)} incoming ${endpointText(source)}`);
  }
  accepted(listener: number, source: Endpoint, take: (flow: number) => void): void {
    this.#hear(`${String(listener)} accepted ${endpointText(source)}`);
    take(this.nextFlow === 0 ? 0 : this.nextFlow++);
  }

  /** Another end that connects to the phone at an instant; what it hears is heard too. */
  connect(at: number, transport: "tcp" | "tls", address = PHONE4, port = 5060): StreamEnd {
    const family = address.includes(":") ? 6 : 4;
    const server: Endpoint = {
      transport,
      family,
      address: family === 6 ? "2001:db8::9" : "192.0.2.9",
      port: 40_000,
    };
    let end: StreamEnd | undefined;
    this.s.at(at, () => {
      end = this.s.network.connectStream(
        server,
        { transport, family, address, port },
        {
          opened: () => {
            this.#hear("server opened");
          },
          stream: (data) => {
            this.#hear(`server stream ${Buffer.from(data).toString()}`);
          },
          failed: (reason) => {
            this.#hear(`server failed ${reason}`);
          },
        },
      );
    });
    this.s.runUntil(at);
    assert.ok(end);
    return end;
  }

  #hear(what: string): void {
    this.heard.push(`${String(this.s.now)} ${what}`);
  }
}

describe("a simulated phone's port for TCP", () => {
  it("tells of a connection, which is then a flow as any other", () => {
    const host = new Host();
    host.sockets.listen(1, "tcp", 5060);
    const end = host.connect(0, "tcp");
    end.send(octets("question"));
    host.s.at(50, () => {
      host.sockets.send(100, octets("answer"));
    });
    host.s.at(100, () => {
      end.close();
    });
    host.s.run(1000);
    assert.deepEqual(host.heard, [
      "0 1 opened tcp:0.0.0.0:5060",
      "10 1 accepted tcp:192.0.2.9:40000",
      "20 server opened",
      "30 100 stream question",
      "60 server stream answer",
      "110 100 failed closed",
    ]);
    assert.deepEqual(host.wire, [
      "in tcp:192.0.2.9:40000 tcp:198.51.100.1:5060 question",
      "out tcp:198.51.100.1:5060 tcp:192.0.2.9:40000 answer",
    ]);
  });

  it("is there in both address families", () => {
    const host = new Host();
    host.sockets.listen(1, "tcp", 5060);
    host.connect(0, "tcp", PHONE6);
    host.s.run(1000);
    assert.equal(host.heard[1], "10 1 accepted tcp:[2001:db8::9]:40000");
  });

  it("closes a connection that is not wanted: the other end never has it", () => {
    const host = new Host();
    host.nextFlow = 0;
    host.sockets.listen(1, "tcp", 5060);
    host.connect(0, "tcp").send(octets("question"));
    host.s.run(1000);
    assert.deepEqual(host.heard.slice(1), ["10 1 accepted tcp:192.0.2.9:40000", "20 server failed closed"]);
  });

  it("closes a connection with its flow, and is closed without its connections", () => {
    const host = new Host();
    host.sockets.listen(1, "tcp", 5060);
    const end = host.connect(0, "tcp");
    host.s.at(30, () => {
      host.sockets.close(1);
      end.send(octets("still there"));
    });
    host.s.at(50, () => {
      host.sockets.close(100);
    });
    host.s.run(1000);
    assert.deepEqual(host.heard.slice(2), [
      "20 server opened",
      "40 100 stream still there",
      "60 server failed closed",
    ]);
    host.connect(host.s.now, "tcp");
    host.s.run(1000);
    assert.equal(host.heard.at(-1), `${String(1000 + 20)} server failed refused`);
  });

  it("is in use where the phone has it already; the free one of 0 is told", () => {
    const host = new Host();
    host.sockets.listen(1, "tcp", 5060);
    host.sockets.listen(2, "tcp", 5060);
    host.sockets.listen(3, "tcp", 0);
    assert.deepEqual(host.heard, [
      "0 1 opened tcp:0.0.0.0:5060",
      "0 2 failed address-in-use",
      "0 3 opened tcp:0.0.0.0:49152",
    ]);
  });
});

describe("a simulated phone's TLS", () => {
  it("listens with a certificate of its own, and not without", () => {
    const host = new Host();
    host.sockets.listen(1, "tls", 5061);
    host.sockets.tls(files);
    host.sockets.listen(2, "tls", 5061);
    host.sockets.tls({ ...files, certificate: "own.pem", key: "own.key" });
    host.sockets.listen(3, "tls", 5061);
    host.connect(0, "tls", PHONE4, 5061);
    host.s.run(1000);
    assert.deepEqual(host.heard, [
      "0 1 failed tls-certificate",
      "0 2 failed tls-certificate",
      "0 3 opened tls:0.0.0.0:5061",
      "30 3 accepted tls:192.0.2.9:40000",
      "40 server opened",
    ]);
  });

  const request = [
    "OPTIONS sip:example.com SIP/2.0",
    "Via: SIP/2.0/TLS 198.51.100.1;branch=z9hG4bK1",
    "From: <sip:a@example.com>;tag=1",
    "To: <sip:example.com>",
    "Call-ID: 1",
    "CSeq: 1 OPTIONS",
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
  const cases: readonly (readonly [string, TlsOffer | undefined, Partial<TlsFiles>, readonly string[]])[] = [
    ["opens after two round trips", { names: [NAME] }, {}, ["40 1 opened tls:198.51.100.1:49152"]],
    ["is refused by a server without TLS", undefined, {}, ["20 1 failed refused"]],
    ["refuses another name", { names: ["192.0.2.1"] }, {}, ["40 1 failed tls-certificate"]],
    ["refuses what nobody trusts", "untrusted", {}, ["40 1 failed tls-certificate"]],
    ["waits for a server that stalls", "stalls", {}, []],
    [
      "takes anything where nothing is verified",
      "untrusted",
      { verify: false },
      ["40 1 opened tls:198.51.100.1:49152"],
    ],
  ];
  for (const [name, tls, changes, wanted] of cases) {
    it(name, () => {
      const host = new Host();
      const server = host.s.registrar("192.0.2.1", tls === undefined ? {} : { tls });
      host.sockets.tls({ ...files, ...changes });
      host.sockets.open(1, parseEndpoint("tls:192.0.2.1:5061"), 0, NAME);
      host.sockets.send(1, octets(request));
      host.s.run(1000);
      assert.deepEqual(
        host.heard.filter((line) => !line.includes("stream")),
        wanted,
      );
      const isOpen = wanted.some((line) => line.includes("opened"));
      assert.deepEqual(
        server.received.map(({ t, source }) => `${String(t)} ${source}`),
        isOpen ? ["50 tls:198.51.100.1:49152"] : [],
      );
      assert.equal(
        host.heard.some((line) => line.startsWith("60 1 stream SIP/2.0 200")),
        isOpen,
      );
    });
  }

  it("follows what a server offers from then on, and its closed and stopped ports", () => {
    const host = new Host();
    const server = host.s.registrar("192.0.2.1", { tls: { names: [NAME] } });
    host.sockets.tls(files);
    const open = (at: number, flow: number): void => {
      host.s.at(at, () => {
        host.sockets.open(flow, parseEndpoint("tls:192.0.2.1:5061"), 0, NAME);
      });
    };
    open(0, 1);
    host.s.at(100, () => (server.tls = "untrusted"));
    open(100, 2);
    host.s.at(200, () => {
      server.refuse();
    });
    open(200, 3);
    host.s.at(300, () => {
      server.stop();
    });
    open(300, 4);
    host.s.at(400, () => {
      server.up();
      server.tls = { names: [NAME] };
    });
    open(400, 5);
    host.s.run(1000);
    assert.deepEqual(host.heard, [
      "40 1 opened tls:198.51.100.1:49152",
      "140 2 failed tls-certificate",
      "210 1 failed closed",
      "220 3 failed refused",
      "440 5 opened tls:198.51.100.1:49156",
    ]);
  });

  it("opens and closes its port when it begins and ceases to offer anything", () => {
    const host = new Host();
    const server = host.s.registrar("192.0.2.1");
    host.sockets.tls(files);
    const open = (at: number, flow: number): void => {
      host.s.at(at, () => {
        host.sockets.open(flow, parseEndpoint("tls:192.0.2.1:5061"), 0, NAME);
      });
    };
    open(0, 1);
    host.s.at(100, () => (server.tls = { names: [NAME] }));
    open(100, 2);
    host.s.at(200, () => (server.tls = undefined));
    open(200, 3);
    host.s.run(1000);
    assert.deepEqual(host.heard, [
      "20 1 failed refused",
      "140 2 opened tls:198.51.100.1:49153",
      "220 3 failed refused",
    ]);
  });
});

describe("the application's requests of a simulated phone", () => {
  const configuration = [
    "#!version:1.0.0.1",
    "account.1.enable = 1",
    "account.1.user_name = 1000",
    "account.1.sip_server.1.address = 192.0.2.1",
    "",
  ].join("\n");

  it("are answered at once, by a number or an error", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    const phone = s.phone(configuration);
    const answers: number[] = [];
    s.at(100, () => {
      const call = phone.call("sip:bob@example.com", { type: "application/sdp", body: "v=0\r\n" });
      answers.push(phone.hangUp(12_345), phone.respond(12_345, 200), phone.requestInCall(12_345, "INFO"));
      answers.push(
        phone.call("sip:bob@example.com", { account: 99 }),
        phone.subscribe("dialog", { account: 99 }),
      );
      answers.push(phone.sendRequest("MESSAGE", "sip:bob@example.com", { account: 99 }));
      assert.ok(Number.isInteger(call) && call !== 0);
    });
    s.run(200);
    assert.equal(answers.length, 6);
    assert.ok(
      answers.every((answer) => answer < 0),
      answers.join(" "),
    );
  });

  it("are not for listeners", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    const phone = s.phone(configuration);
    let thrown: unknown;
    phone.on(({ event }) => {
      if (event !== "registered") return;
      try {
        phone.hangUp(1);
      } catch (error) {
        thrown = error;
      }
    });
    s.run(100);
    assert.match(String(thrown), /is not asked from within one of its events/);
  });

  it("are refused by a phone that has stopped", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1");
    const phone = s.phone(configuration);
    s.run(100);
    phone.cutPower();
    assert.equal(phone.call("sip:bob@example.com"), -1);
  });
});
