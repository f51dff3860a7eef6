import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { endpointText, parseEndpoint } from "../../host/abi/address.js";
import type { Endpoint } from "../../host/abi/address.js";
import { Network } from "../../host/simulated/network.js";
import type { TlsDemand } from "../../host/simulated/network.js";
import { Scheduler } from "../../host/simulated/scheduler.js";
import type { TlsOffer } from "../../host/simulated/service.js";
import type { StreamEnd } from "../../host/simulated/streams.js";

const phone = parseEndpoint("198.51.100.1:5060");
const server = parseEndpoint("192.0.2.1:5060");
const tcp = (end: Endpoint): Endpoint => ({ ...end, transport: "tcp" });
const octets = (text: string): Uint8Array => Buffer.from(text);

/** A network with a server's port; `heard` says what arrived, when and where. */
const set = (): {
  scheduler: Scheduler;
  network: Network;
  heard: string[];
  hear: (where: string) => (...what: unknown[]) => void;
} => {
  const scheduler = new Scheduler();
  const network = new Network(scheduler, 1);
  const heard: string[] = [];
  const hear =
    (where: string) =>
    (...what: unknown[]) => {
      heard.push(
        `${String(scheduler.now)} ${where} ${what.map((part) => (part instanceof Uint8Array ? Buffer.from(part).toString() : typeof part === "string" ? part : endpointText(part as Endpoint))).join(" ")}`,
      );
    };
  return { scheduler, network, heard, hear };
};

const handlers = (
  hear: (...what: unknown[]) => void,
): { datagram: (source: Endpoint, data: Uint8Array) => void; failed: (reason: string) => void } => ({
  datagram: hear,
  failed: hear,
});

describe("UDP on the simulated network", () => {
  it("a datagram arrives after the latency of the network and of both links", () => {
    const { scheduler, network, heard, hear } = set();
    network.latency = 1;
    network.link(phone.address).latency = 10;
    network.link(server.address).latency = 100;
    network.bind(server, handlers(hear("server")));
    network.connect(phone, server, handlers(hear("phone"))).send(octets("hello"));
    scheduler.runUntil(1000);
    assert.deepEqual(heard, ["111 server udp:198.51.100.1:5060 hello"]);
  });

  it("a closed port answers by ICMP after a round trip", () => {
    const { scheduler, network, heard, hear } = set();
    network.latency = 5;
    network.link(server.address);
    network.connect(phone, server, handlers(hear("phone"))).send(octets("hello"));
    scheduler.runUntil(1000);
    assert.deepEqual(heard, ["10 phone refused"]);
  });

  it("an address without a host answers nothing", () => {
    const { scheduler, network, heard, hear } = set();
    network.connect(phone, server, handlers(hear("phone"))).send(octets("hello"));
    scheduler.runUntil(1000);
    assert.deepEqual(heard, []);
  });

  it("a socket that was closed meanwhile hears of no ICMP error", () => {
    const { scheduler, network, heard, hear } = set();
    network.latency = 5;
    network.link(server.address);
    const socket = network.connect(phone, server, handlers(hear("phone")));
    socket.send(octets("hello"));
    scheduler.at(7, () => {
      socket.close();
    });
    scheduler.runUntil(1000);
    assert.deepEqual(heard, []);
  });

  for (const [state, wanted] of [
    ["down", []],
    ["unreachable", ["0 phone unreachable"]],
  ] as const) {
    it(`a link that is ${state} swallows what is sent`, () => {
      const { scheduler, network, heard, hear } = set();
      network.bind(server, handlers(hear("server")));
      network.link(server.address).state = state;
      network.connect(phone, server, handlers(hear("phone"))).send(octets("hello"));
      scheduler.runUntil(1000);
      assert.deepEqual(heard, wanted);
    });
  }

  it("the connected socket has its peer's datagrams, the listening one those of others", () => {
    const { scheduler, network, heard, hear } = set();
    const stranger = parseEndpoint("203.0.113.1:5060");
    network.bind(phone, handlers(hear("listener")));
    network.connect(phone, server, handlers(hear("flow")));
    network.inject(server, phone, octets("a"));
    network.inject(stranger, phone, octets("b"));
    scheduler.runUntil(1000);
    assert.deepEqual(heard, ["0 flow udp:192.0.2.1:5060 a", "0 listener udp:203.0.113.1:5060 b"]);
  });

  it("a port has one listener, and is free again when it is closed", () => {
    const { network, hear } = set();
    const first = network.bind(server, handlers(hear("")));
    assert.ok(first);
    assert.equal(network.bind(server, handlers(hear(""))), undefined);
    first.close();
    assert.ok(network.bind(server, handlers(hear(""))));
  });

  for (const [name, link, least, most] of [
    ["half of them get lost", { loss: 0.5 }, 400, 600],
    ["all get lost", { loss: 1 }, 0, 0],
    ["half of them arrive twice", { duplicate: 0.5 }, 1400, 1600],
  ] as const) {
    it(name, () => {
      const { scheduler, network, heard, hear } = set();
      network.bind(server, handlers(hear("server")));
      Object.assign(network.link(server.address), link);
      const socket = network.connect(phone, server, handlers(hear("phone")));
      for (let i = 0; i < 1000; i++) socket.send(octets(String(i)));
      scheduler.runUntil(1000);
      assert.ok(heard.length >= least && heard.length <= most, String(heard.length));
    });
  }

  it("jitter delays within its bound, and the same seed in the same way", () => {
    const arrivals = (): string[] => {
      const { scheduler, network, heard, hear } = set();
      network.bind(server, handlers(hear("server")));
      network.link(server.address).jitter = 20;
      const socket = network.connect(phone, server, handlers(hear("phone")));
      for (let i = 0; i < 100; i++) socket.send(octets(String(i)));
      scheduler.runUntil(20);
      return heard;
    };
    const first = arrivals();
    assert.equal(first.length, 100);
    assert.ok(new Set(first.map((line) => line.split(" ")[0])).size > 10);
    assert.deepEqual(arrivals(), first);
  });
});

describe("TCP on the simulated network", () => {
  const conversation = (
    act: (network: Network, end: StreamEnd, scheduler: Scheduler) => void,
    prepare?: (network: Network) => void,
  ): string[] => {
    const { scheduler, network, heard, hear } = set();
    network.latency = 10;
    network.listenStream(tcp(server), (end) => ({
      stream: (data) => {
        hear("server")(data);
        end.send(octets("answer"));
      },
      failed: hear("server"),
    }));
    prepare?.(network);
    const end = network.connectStream(tcp(phone), tcp(server), {
      opened: () => {
        hear("phone")("opened");
      },
      stream: hear("phone"),
      failed: hear("phone"),
    });
    act(network, end, scheduler);
    scheduler.runUntil(1000);
    return heard;
  };

  it("connects in a round trip; what was sent before waits; closing is heard", () => {
    const heard = conversation((_, end, scheduler) => {
      end.send(octets("question"));
      scheduler.at(100, () => {
        end.close();
      });
    });
    assert.deepEqual(heard, [
      "20 phone opened",
      "30 server question",
      "40 phone answer",
      "110 server closed",
    ]);
  });

  it("a closed port refuses", () => {
    const heard = conversation(
      () => undefined,
      (network) => {
        network.closeStream(tcp(server));
      },
    );
    assert.deepEqual(heard, ["20 phone refused"]);
  });

  it("a link that is down answers nothing", () => {
    assert.deepEqual(
      conversation(
        () => undefined,
        (network) => {
          network.link(server.address).state = "down";
        },
      ),
      [],
    );
  });

  it("a connection that was closed before it was made is never made", () => {
    assert.deepEqual(
      conversation((_, end) => {
        end.close();
      }),
      [],
    );
  });

  it("a link that goes down breaks the stream for good", () => {
    const heard = conversation((network, end, scheduler) => {
      scheduler.at(50, () => {
        network.link(server.address).state = "down";
      });
      scheduler.at(60, () => {
        end.send(octets("lost"));
      });
      scheduler.at(70, () => {
        network.link(server.address).state = "up";
      });
      scheduler.at(80, () => {
        end.send(octets("late"));
      });
    });
    assert.deepEqual(heard, ["20 phone opened"]);
  });
});

describe("TLS on the simulated network", () => {
  const tls = (end: Endpoint): Endpoint => ({ ...end, transport: "tls" });
  const NAME = "sip.example.com";

  /** What is heard of a connection to a server with an offer, over 10 ms one way. */
  const handshake = (
    offer: TlsOffer | undefined,
    demand: TlsDemand = { name: NAME, verify: true },
    act: (network: Network, scheduler: Scheduler, end: StreamEnd) => void = () => undefined,
  ): string[] => {
    const { scheduler, network, heard, hear } = set();
    network.latency = 10;
    network.listenStream(tls(server), (end) => {
      hear("server")("accepts", end.remote);
      return { stream: hear("server"), failed: hear("server") };
    });
    network.offerTls(tls(server), () => offer);
    const phoneEnd = tls(phone);
    const end = network.connectStream(
      phoneEnd,
      tls(server),
      {
        opened: () => {
          hear("phone")("opened");
        },
        stream: hear("phone"),
        failed: hear("phone"),
      },
      demand,
    );
    end.send(octets("hello"));
    act(network, scheduler, end);
    scheduler.runUntil(1000);
    return heard;
  };

  const opened = ["30 server accepts tls:198.51.100.1:5060", "40 phone opened", "50 server hello"];
  const cases: readonly (readonly [string, TlsOffer | undefined, TlsDemand, readonly string[]])[] = [
    ["opens after two round trips", { names: [NAME] }, { name: NAME, verify: true }, opened],
    [
      "does not mind the case of names",
      { names: ["a", "SIP.example.COM"] },
      { name: NAME, verify: true },
      opened,
    ],
    [
      "fails where the certificate is for another name",
      { names: ["a"] },
      { name: NAME, verify: true },
      ["40 phone tls-certificate"],
    ],
    [
      "fails where nobody trusts the certificate",
      "untrusted",
      { name: NAME, verify: true },
      ["40 phone tls-certificate"],
    ],
    ["opens with any certificate where none is verified", "untrusted", { name: NAME, verify: false }, opened],
    ["opens with any name where none is verified", { names: ["a"] }, { name: NAME, verify: false }, opened],
    ["stays as it is where the server stalls", "stalls", { name: NAME, verify: false }, []],
    [
      "fails where there is no TLS behind the port any more",
      undefined,
      { name: NAME, verify: true },
      ["40 phone tls-handshake"],
    ],
  ];
  for (const [name, offer, demand, wanted] of cases) {
    it(name, () => {
      assert.deepEqual(handshake(offer, demand), wanted);
    });
  }

  it("opens with any name where the port offers nothing in particular", () => {
    const { scheduler, network, heard, hear } = set();
    network.listenStream(tls(server), () => ({ stream: hear("server") }));
    const handler = {
      opened: () => {
        hear("phone")("opened");
      },
      stream: hear("phone"),
    };
    network.connectStream(tls(phone), tls(server), handler, { name: NAME, verify: true });
    scheduler.runUntil(1000);
    assert.deepEqual(heard, ["0 phone opened"]);
  });

  it("is refused where the port is closed, after one round trip", () => {
    const heard = handshake({ names: [NAME] }, undefined, (network) => {
      network.closeStream(tls(server));
    });
    assert.deepEqual(heard, ["20 phone refused"]);
  });

  it("fails where the port is closed in the handshake", () => {
    const heard = handshake({ names: [NAME] }, undefined, (network, scheduler) => {
      scheduler.at(25, () => {
        network.closeStream(tls(server));
      });
    });
    assert.deepEqual(heard, ["40 phone tls-handshake"]);
  });

  it("hears nothing where the link goes down in the handshake", () => {
    const heard = handshake({ names: [NAME] }, undefined, (network, scheduler) => {
      scheduler.at(15, () => {
        network.link(server.address).state = "down";
      });
    });
    assert.deepEqual(heard, []);
  });

  it("that is closed in the handshake is never made", () => {
    const heard = handshake({ names: [NAME] }, undefined, (_, scheduler, end) => {
      scheduler.at(25, () => {
        end.close();
      });
    });
    assert.deepEqual(heard, []);
  });
});
