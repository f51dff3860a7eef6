/** REGISTER over TCP: connections, their budget, and their end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { parseSip } from "../../host/simulated/index.js";
import { credentialsOf } from "./digest-helpers.js";
import { Site, addressOf, contactsOf, only, registered, sent } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { file } from "./lookups.js";
import { TCP, accounts, causes, connectionsOf, moves, overTcp, tap } from "./tcp-helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };

describe("REGISTER over TCP", () => {
  test("Via and Contact name the transport, and the connection's own address", () => {
    const site = new Site();
    const phone = site.phone(TCP);
    site.s.run(20_000);
    assert.deepEqual(overTcp(phone), ["0 A"]);
    const { request, source } = only(site.a.requests("REGISTER"));
    const own = source.replace("tcp:", "");
    assert.equal(only(request.headers("via")).split(";")[0], `SIP/2.0/TCP ${own}`);
    assert.match(only(contactsOf(request)), new RegExp(`^<sip:1000@${own};transport=tcp>`));
    assert.equal(request.header("content-length"), "0");
    assert.equal(only(site.a.bound(20_000)).contact, `sip:1000@${own};transport=tcp`);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
  });

  test("a refresh goes by the same connection, with a new branch and the next CSeq", () => {
    const site = new Site({ maxExpires: 60, latency: 10 });
    const phone = site.phone({ ...TCP, ...QUIET, "sip_server.1.register_expires_overlap": 30 });
    site.s.run(95_000);
    const requests = site.a.requests("REGISTER").map(({ request }) => request);
    assert.ok(requests.length >= 3);
    assert.equal(connectionsOf(site.a).size, 1);
    assert.equal(new Set(requests.map(({ branch }) => branch)).size, requests.length);
    assert.deepEqual(
      requests.map(({ cseq }) => cseq - (requests[0]?.cseq ?? NaN)),
      requests.map((_, index) => index),
    );
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
  });

  test("sixteen accounts share one connection", () => {
    const site = new Site({ latency: 20 });
    const phone = site.phone(accounts(16));
    site.s.run(20_000);
    assert.equal(site.a.requests("REGISTER").length, 16);
    assert.equal(connectionsOf(site.a).size, 1);
    assert.equal(registered(phone).length, 16);
    assert.equal(site.a.bound(20_000).length, 16);
    assert.deepEqual(phone.events("dropped"), []);
  });

  test("digest: the challenge is answered by the same connection", () => {
    const site = new Site({ digest: { users: { 1000: "secret" } } });
    const phone = site.phone(TCP);
    site.s.run(20_000);
    assert.deepEqual(overTcp(phone), ["0 A", "0 A"]);
    assert.deepEqual(
      site.a.requests("REGISTER").map(({ credentials }) => credentials),
      ["none", "accepted"],
    );
    assert.equal(connectionsOf(site.a).size, 1);
    assert.equal(credentialsOf(phone)[1]?.parameters?.get("nc"), "00000001");
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
  });

  test("R7: the stop takes the binding back by the connection, and is done with the answer", () => {
    const site = new Site({ latency: 50 });
    const phone = site.phone(TCP);
    site.s.runUntil(20_000);
    phone.stop();
    site.s.run(99);
    assert.equal(phone.isStopped, false);
    site.s.run(1);
    assert.equal(phone.isStopped, true);
    assert.equal(connectionsOf(site.a).size, 1);
    assert.equal(sent(phone).at(-1)?.message.header("expires"), "0");
    assert.deepEqual(site.a.bound(20_100), []);
  });

  test("R7: the stop waits 2 s at most for a server that is silent", () => {
    const site = new Site();
    const phone = site.phone(TCP);
    site.s.runUntil(20_000);
    site.a.silent();
    phone.stop();
    site.s.run(1999);
    assert.equal(phone.isStopped, false);
    site.s.run(1);
    assert.equal(phone.isStopped, true);
    assert.deepEqual(overTcp(phone), ["0 A", "20000 A"]);
  });
});

describe("F1, F2: a target that fails over TCP", () => {
  test("F3: the primary's port is closed: the secondary at once", () => {
    const site = new Site();
    site.a.refuse();
    const phone = site.phone(TCP);
    site.s.run(60_000);
    assert.deepEqual(overTcp(phone), ["0 B"]);
    assert.deepEqual(causes(phone), ["0 A connect"]);
    assert.deepEqual(moves(phone), ["0 failover A B F3"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });

  test("F3: it cannot be reached (ICMP): the secondary at once", () => {
    const site = new Site();
    site.s.network.link("192.0.2.1").state = "unreachable";
    const phone = site.phone(TCP);
    site.s.run(60_000);
    assert.deepEqual(overTcp(phone), ["0 B"]);
    assert.deepEqual(causes(phone), ["0 A connect"]);
  });

  test("F2: it accepts and stays silent: nothing is sent again, the secondary after the budget", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone(TCP);
    site.s.run(60_000);
    assert.deepEqual(overTcp(phone), ["0 A", "7500 B"]);
    assert.deepEqual(causes(phone), ["7500 A silent"]);
    assert.deepEqual(moves(phone), ["7500 failover A B F2"]);
  });

  for (const [retries, budget] of [
    [1, 1500],
    [2, 3500],
    [5, 15_500],
    [10, 32_000],
  ] as const) {
    test(`F2: retry_counts ${String(retries)}: the same budget as over UDP, ${String(budget)} ms`, () => {
      const site = new Site();
      site.a.silent();
      const phone = site.phone({ ...TCP, "sip_server.1.retry_counts": retries });
      site.s.run(60_000);
      assert.deepEqual(overTcp(phone), ["0 A", `${String(budget)} B`]);
    });
  }

  test("F2: connecting hangs: the secondary after the budget", () => {
    const site = new Site();
    site.s.network.link("192.0.2.1").state = "down";
    const phone = site.phone(TCP);
    site.s.run(60_000);
    assert.deepEqual(overTcp(phone), ["7500 B"]);
    assert.deepEqual(causes(phone), ["7500 A connect"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });

  test("F2: connecting takes 3 s and no answer comes: 7.5 s in all", () => {
    const site = new Site();
    site.s.network.link("192.0.2.1").latency = 1500;
    site.a.silent();
    const phone = site.phone(TCP);
    site.s.run(60_000);
    assert.deepEqual(overTcp(phone), ["3000 A", "7500 B"]);
    assert.deepEqual(causes(phone), ["7500 A silent"]);
  });

  test("F2: connecting takes 3 s, and the answer comes in time", () => {
    const site = new Site();
    site.s.network.link("192.0.2.1").latency = 1500;
    const phone = site.phone(TCP);
    site.s.run(20_000);
    assert.deepEqual(overTcp(phone), ["3000 A"]);
    assert.deepEqual(causes(phone), []);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
  });

  test("F2: the last target has 64·T1, connecting included; then by R5", () => {
    const site = new Site();
    site.a.silent();
    site.b.silent();
    site.s.network.link("192.0.2.2").latency = 1000;
    const phone = site.phone(TCP);
    site.s.run(69_499);
    assert.deepEqual(overTcp(phone), ["0 A", "9500 B"]);
    assert.deepEqual(moves(phone), ["39500 failed no-target-left"]);
    site.s.run(1);
    assert.deepEqual(overTcp(phone), ["0 A", "9500 B", "69500 A"]);
  });

  test("F15: an answer after the budget changes nothing", () => {
    const site = new Site();
    site.a.delay = 8000;
    const phone = site.phone(TCP);
    site.s.run(20_000);
    assert.deepEqual(overTcp(phone), ["0 A", "7500 B"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });

  test("F1: 503: the secondary at once", () => {
    const site = new Site();
    site.a.answer(503);
    const phone = site.phone(TCP);
    site.s.run(20_000);
    assert.deepEqual(overTcp(phone), ["0 A", "0 B"]);
    assert.deepEqual(causes(phone), ["0 A 503"]);
  });

  test("F1: the connection breaks before the answer: the secondary at once", () => {
    const site = new Site({ latency: 100 });
    site.a.mode = () => {
      site.a.disconnect();
      return "silent";
    };
    const phone = site.phone(TCP);
    site.s.run(20_000);
    // Two round trips for the name and the connection, one for the request that meets its end.
    const [first, second] = sent(phone).map(({ t }) => t);
    assert.deepEqual([first, second], [400, 800]);
    assert.deepEqual(causes(phone), ["600 A closed"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });

  test("sixteen accounts at a silent primary: one connection there, one at the secondary", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone(accounts(16));
    site.s.run(20_000);
    assert.equal(site.a.requests("REGISTER").length, 16);
    assert.deepEqual(
      site.b.requests("REGISTER").map(({ t }) => t),
      Array.from({ length: 16 }, () => 7500),
    );
    assert.equal(connectionsOf(site.a).size, 1);
    assert.equal(connectionsOf(site.b).size, 1);
    assert.equal(registered(phone).length, 16);
  });

  test("mode 3: the way back is a connection too, and the one that nobody needs is closed", () => {
    const site = new Site();
    const ended = tap(site, site.b, addressOf("B"));
    site.a.refuse();
    const phone = site.phone({
      ...TCP,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.s.at(30_000, () => {
      site.a.up();
    });
    site.s.run(70_000);
    assert.deepEqual(overTcp(phone), ["0 B", "60000 A"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
    assert.deepEqual(ended, ["60000 closed"]);
  });

  test("mode 3: a trial has the short budget, connecting and answering together", () => {
    const site = new Site();
    site.a.refuse();
    const phone = site.phone({
      ...TCP,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.s.at(30_000, () => {
      site.a.silent();
    });
    site.s.run(127_000);
    assert.deepEqual(overTcp(phone), ["0 B", "60000 A"]);
    site.s.run(1000);
    assert.deepEqual(overTcp(phone), ["0 B", "60000 A", "127500 A"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });
});

describe("K3: a connection that ends while it carries a registration", () => {
  test("the registration is moved at once", () => {
    const site = new Site({ latency: 5 });
    const phone = site.phone(TCP);
    site.s.at(10_000, () => {
      site.a.disconnect();
    });
    site.s.run(20_000);
    // The end travels for 5 ms, the new connection takes 10.
    assert.deepEqual(overTcp(phone).slice(1), ["10015 B"]);
    assert.deepEqual(causes(phone), ["10005 A closed"]);
    assert.deepEqual(moves(phone), ["10025 failover A B K3"]);
    assert.equal(only(phone.events("unregistered")).reason, "target-failed");
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });

  test("of sixteen accounts, each is, over one new connection", () => {
    const site = new Site();
    const phone = site.phone(accounts(16));
    site.s.at(10_000, () => {
      site.a.refuse();
    });
    site.s.run(20_000);
    assert.deepEqual(
      site.b.requests("REGISTER").map(({ t }) => t),
      Array.from({ length: 16 }, () => 10_000),
    );
    assert.equal(connectionsOf(site.b).size, 1);
    assert.equal(registered(phone).length, 16);
    assert.ok(registered(phone).every((line) => line.endsWith("tcp:192.0.2.2:5060")));
  });

  test("while a refresh is under way: the refresh has failed, and goes on at the secondary", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone({ ...TCP, ...QUIET });
    site.s.run(1000);
    site.a.mode = () => {
      site.a.disconnect();
      return "silent";
    };
    site.s.run(58_000);
    const [first, refresh, moved, ...others] = overTcp(phone);
    assert.equal(first, "0 A");
    assert.deepEqual(others, []);
    assert.equal(refresh?.split(" ")[1], "A");
    assert.equal(moved, refresh.replace("A", "B"));
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });

  test("of the only target: a new connection at once", () => {
    const site = new Site({ list: ["A"] });
    const phone = site.phone(TCP);
    site.s.at(10_000, () => {
      site.a.disconnect();
    });
    site.s.run(60_000);
    assert.deepEqual(overTcp(phone), ["0 A", "10000 A"]);
    assert.equal(connectionsOf(site.a).size, 2);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
  });
});

describe("K1: keeping a connection alive", () => {
  const pings = (phone: SimulatedPhone): number[] =>
    phone.wire
      .filter(({ direction, octets }) => direction === "out" && Buffer.from(octets).toString() === "\r\n\r\n")
      .map(({ t }) => t);

  test("CRLF CRLF goes by the connection, and the pongs that come back are no noise", () => {
    const site = new Site();
    const phone = site.phone(TCP);
    site.s.run(100_000);
    assert.deepEqual(pings(phone), [30_000, 60_000, 90_000]);
    assert.deepEqual(
      site.a.keepAlives.map(({ source }) => source),
      Array.from({ length: 3 }, () => [...connectionsOf(site.a)][0]),
    );
    const pongs = phone.wire.filter(
      ({ direction, octets }) => direction === "in" && Buffer.from(octets).toString() === "\r\n",
    );
    assert.equal(pongs.length, 3);
    assert.deepEqual(phone.events("dropped"), []);
    assert.deepEqual(overTcp(phone), ["0 A"]);
  });

  test("sixteen accounts keep one connection alive by one ping", () => {
    const site = new Site();
    const phone = site.phone(accounts(16));
    site.s.run(70_000);
    assert.deepEqual(pings(phone), [30_000, 60_000]);
  });

  test("RFC 5626, 3.5.1: a server that has never sent a pong is not missed for it", () => {
    const site = new Site();
    site.a.pongs = false;
    const phone = site.phone(TCP);
    site.s.run(200_000);
    assert.equal(pings(phone).length, 6);
    assert.deepEqual(overTcp(phone), ["0 A"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
  });

  test("RFC 5626: no pong for 10 s: the connection is dead, the registration moved", () => {
    const site = new Site();
    const phone = site.phone(TCP);
    site.s.at(31_000, () => {
      site.a.silent();
    });
    site.s.run(80_000);
    assert.deepEqual(overTcp(phone), ["0 A", "70000 B"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });
});

describe("TCP by DNS", () => {
  const naptr: Settings = { "sip_server.1.transport_type": 3 };

  test("L3: a NAPTR record SIP+D2T leads to a connection", () => {
    const site = new Site();
    site.s.zone
      .naptr("example.com", { services: "SIP+D2T", replacement: "_sip._tcp.example.com" })
      .srv("_sip._tcp.example.com", { port: 5060, priority: 1, target: "a.example.com" })
      .srv("_sip._tcp.example.com", { port: 5060, priority: 2, target: "b.example.com" })
      .address("a.example.com", "192.0.2.1")
      .address("b.example.com", "192.0.2.2");
    site.a.refuse();
    const phone = site.s.phone(file(naptr));
    site.s.run(20_000);
    assert.deepEqual(causes(phone), ["0 A connect"]);
    assert.deepEqual(overTcp(phone), ["0 B"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });

  test("L3: without NAPTR, naptr_build 1: UDP first, and TCP where it is silent", () => {
    const site = new Site();
    site.s.zone
      .srv("_sip._udp.example.com", { port: 5060, target: "a.example.com" })
      .srv("_sip._tcp.example.com", { port: 5060, target: "b.example.com" })
      .address("a.example.com", "192.0.2.1")
      .address("b.example.com", "192.0.2.2");
    site.a.silent();
    const phone = site.s.phone(file({ ...naptr, naptr_build: 1 }));
    site.s.run(20_000);
    assert.deepEqual(
      sent(phone)
        .filter(({ target }) => target.startsWith("tcp:"))
        .map(({ t, target }) => [t, target]),
      [[7500, "tcp:192.0.2.2:5060"]],
    );
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
    assert.match(
      parseSip(sent(phone).at(-1)?.octets ?? new Uint8Array())?.header("via") ?? "",
      /^SIP\/2.0\/TCP /,
    );
  });

  test("L4: transport_type 1 asks for the SRV records of TCP", () => {
    const site = new Site();
    site.s.zone
      .srv("_sip._udp.example.com", { port: 5060, target: "a.example.com" })
      .srv("_sip._tcp.example.com", { port: 5060, target: "b.example.com" })
      .address("a.example.com", "192.0.2.1")
      .address("b.example.com", "192.0.2.2");
    const phone = site.s.phone(file({ "sip_server.1.transport_type": 1 }));
    site.s.run(20_000);
    assert.deepEqual(overTcp(phone), ["0 B"]);
  });

  test("L1: an address with port 0 is port 5060", () => {
    const site = new Site();
    const phone = site.s.phone(
      file({ "sip_server.1.transport_type": 1, "sip_server.1.address": "192.0.2.1" }),
    );
    site.s.run(20_000);
    assert.deepEqual(overTcp(phone), ["0 A"]);
  });
});
