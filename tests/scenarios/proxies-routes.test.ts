/** Outbound proxies: where requests go, what their Route, Request-URI and From say, in and out of dialogs. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parameterised } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, calls, ends, requestsOf, sentLines } from "./call-helpers.js";
import type { WireMessage } from "./call-helpers.js";
import { DOMAIN, Site, only, registered, registers } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { LAMPS, QUIET, WAITING } from "./subscription-helpers.js";

/** A proxy whose name has two targets, A and B, before a registrar that only the proxy finds. */
const PROXY: Settings = {
  ...QUIET,
  "sip_server.1.address": "registrar.example.net",
  outbound_proxy_enable: 1,
  "outbound_proxy.1.address": DOMAIN,
};

const ROUTE = "<sip:sip.example.com:5060;lr>";

const call = (phone: SimulatedPhone): number => phone.call(FAR, { type: "application/sdp", body: SDP });

/** `INVITE A` and so on, of what was sent from an instant on, without what was sent again. */
const onceFrom = (phone: SimulatedPhone, t: number, ...methods: readonly string[]): string[] => {
  const seen = new Set<string>();
  return requestsOf(phone, ...methods)
    .filter((sent) => sent.t >= t)
    .filter(({ message: { branch, method } }) => {
      const isNew = !seen.has(branch + method);
      seen.add(branch + method);
      return isNew;
    })
    .map(({ t: at, message, peer }) => `${String(at)} ${message.method} ${peer}`);
};

const routes = ({ message }: WireMessage): string[] => message.elements("route");

describe("outbound_proxy_enable", () => {
  test("0: the proxy's keys do not apply: the server's own name is asked for, and no Route is there", () => {
    const site = new Site();
    site.name(["C"], 86_400, "registrar.example.net");
    const phone = site.phone({ ...PROXY, ...LAMPS, outbound_proxy_enable: 0 });
    site.s.at(1000, () => call(phone));
    site.s.run(10_000);
    assert.deepEqual(sentLines(phone, "REGISTER", "SUBSCRIBE", "INVITE"), [
      "0 REGISTER C",
      "0 SUBSCRIBE C",
      "1000 INVITE C",
    ]);
    for (const sent of requestsOf(phone, "REGISTER", "SUBSCRIBE", "INVITE")) {
      assert.deepEqual(routes(sent), []);
    }
    assert.deepEqual(site.s.zone.queries(DOMAIN), []);
  });

  test("1: requests go to the proxy, whose Route they carry; the server's name is never asked for", () => {
    const site = new Site();
    const phone = site.phone({ ...PROXY, ...LAMPS, ...WAITING });
    site.s
      .at(1000, () => call(phone))
      .at(20_000, () => {
        phone.sendRequest("MESSAGE", "sip:bob@example.org", { type: "text/plain", body: "hello" });
      })
      .run(30_000);
    assert.deepEqual(sentLines(phone, "REGISTER", "SUBSCRIBE", "INVITE", "MESSAGE"), [
      "0 REGISTER A",
      "0 SUBSCRIBE A",
      "0 SUBSCRIBE A",
      "1000 INVITE A",
      "20000 MESSAGE A",
    ]);
    for (const sent of requestsOf(phone, "REGISTER", "SUBSCRIBE", "INVITE", "MESSAGE")) {
      assert.deepEqual(routes(sent), [ROUTE], sent.message.method);
      assert.equal(
        parameterised(sent.message.header("from") ?? "").value,
        "sip:1000@registrar.example.net",
        sent.message.method,
      );
    }
    assert.deepEqual(
      requestsOf(phone, "REGISTER", "SUBSCRIBE", "INVITE", "MESSAGE")
        .map(({ message }) => message.uri)
        .sort(),
      [
        "sip:1000@registrar.example.net",
        "sip:7000@sip.example.com",
        "sip:bob@example.org",
        "sip:lamps@sip.example.com",
        "sip:registrar.example.net",
      ],
    );
    assert.equal(only(requestsOf(phone, "REGISTER")).message.to, "sip:1000@registrar.example.net");
    assert.deepEqual(site.s.zone.queries("registrar.example.net"), []);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("outbound_proxy.Y.port: 5062 is where the requests go, and what the Route says", () => {
    const site = new Site();
    const other = site.s.registrar("192.0.2.1:5062");
    const phone = site.phone({ ...PROXY, "outbound_proxy.1.port": 5062 });
    site.s.run(1000);
    assert.deepEqual(registers(phone), ["0 udp:192.0.2.1:5062"]);
    assert.deepEqual(other.requests("REGISTER")[0]?.request.elements("route"), [
      "<sip:sip.example.com:5062;lr>",
    ]);
  });

  test("outbound_proxy.Y.port 0: SRV records say where, and the Route says no port (RFC 3263, 4)", () => {
    const site = new Site();
    site.s.zone.srv("_sip._udp.sip.example.com", { port: 5060, target: "c.example.com" });
    site.s.zone.address("c.example.com", "192.0.2.3");
    const phone = site.phone({ ...PROXY, "outbound_proxy.1.port": 0 });
    site.s.run(1000);
    assert.deepEqual(registers(phone), ["0 C"]);
    assert.deepEqual(routes(only(requestsOf(phone, "REGISTER"))), ["<sip:sip.example.com;lr>"]);
  });

  test("the transport of slot Y's server is also its proxy's: TCP", () => {
    const site = new Site();
    const phone = site.phone({ ...PROXY, "sip_server.1.transport_type": 1 });
    site.s.run(1000);
    assert.equal(only(requestsOf(phone, "REGISTER")).target, "tcp:192.0.2.1:5060");
  });

  test("keep-alives and trials go by the proxy too", () => {
    const site = new Site();
    site.a.mode = ({ t }) => (t === 0 ? { status: 503 } : "up");
    const phone = site.phone({
      ...PROXY,
      "nat.udp_update_enable": 2,
      "outbound_proxy.1.failback_mode": 3,
      "outbound_proxy.1.failback_timeout": 70,
    });
    site.s.run(65_000);
    assert.deepEqual(sentLines(phone, "OPTIONS"), ["30000 OPTIONS B", "60000 OPTIONS B"]);
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "70000 A"]);
    for (const sent of requestsOf(phone, "OPTIONS", "REGISTER")) assert.deepEqual(routes(sent), [ROUTE]);
  });
});

describe("failover behind a proxy's name", () => {
  test("F6: the call follows the list of the proxy, the Route stays the proxy's name", () => {
    const site = new Site();
    const phone = site.phone({ ...PROXY, "outbound_proxy.1.failback_mode": 3 });
    site.s
      .at(1000, () => {
        site.a.silent();
      })
      .at(2000, () => call(phone))
      .run(30_000);
    assert.deepEqual(onceFrom(phone, 2000, "INVITE"), ["2000 INVITE A", "9500 INVITE B"]);
    for (const sent of requestsOf(phone, "INVITE")) assert.deepEqual(routes(sent), [ROUTE]);
    assert.ok(calls(phone).some((line) => line.endsWith(" established")));
  });

  test("after a lost connection the outbound proxy was forgotten: the route is the account's, not the connection's", () => {
    const site = new Site();
    const phone = site.phone({ ...PROXY, ...LAMPS, "sip_server.1.transport_type": 1 });
    site.s
      .at(10_000, () => {
        site.a.disconnect();
      })
      .at(20_000, () => {
        site.b.disconnect();
      })
      .at(30_000, () => call(phone))
      .run(120_000);
    const sent = requestsOf(phone);
    assert.ok(sent.length > 5);
    for (const one of sent.filter(({ message }) => message.toTag === "")) {
      assert.deepEqual(routes(one), [ROUTE], `${String(one.t)} ${one.message.method}`);
      assert.match(one.target, /^tcp:192\.0\.2\.[12]:5060$/);
    }
    assert.deepEqual(site.s.zone.queries("registrar.example.net"), []);
    assert.ok(calls(phone).some((line) => line.endsWith(" established")));
    assert.equal(registered(phone).length, 1);
  });
});

describe("sip.use_out_bound_in_dialog", () => {
  /** A call by A that the phone ends at 20 s, after A has fallen silent: the BYEs. */
  const hangUp = (settings: Settings, recordRoute?: "none" | `sip:${string}`): WireMessage[] => {
    const site = new Site(recordRoute === undefined ? {} : { recordRoute });
    const phone = site.phone({ ...PROXY, "outbound_proxy.1.failback_mode": 3, ...settings });
    let number = 0;
    site.s
      .at(1000, () => {
        number = call(phone);
      })
      .at(15_000, () => {
        site.a.silent();
      })
      .at(20_000, () => {
        phone.hangUp(number);
      })
      .run(100_000);
    assert.equal(calls(phone).at(-1)?.endsWith(" ended"), true);
    assert.equal(ends(phone).length, 1);
    return requestsOf(phone, "BYE");
  };

  test("1: the proxy stays first, and its list is gone through: the BYE reaches the far end by B", () => {
    const byes = hangUp({ "sip.use_out_bound_in_dialog": 1 });
    assert.deepEqual(
      byes.map(({ t, peer }) => `${String(t)} ${peer}`),
      ["20000 A", "20500 A", "21500 A", "23500 A", "27500 B"],
    );
    for (const bye of byes) {
      assert.deepEqual(routes(bye), [ROUTE, "<sip:192.0.2.1:5060;lr>"]);
      assert.equal(bye.message.uri, "sip:far@192.0.2.100:5060");
    }
  });

  test("1, and no Record-Route at all: the proxy all the same", () => {
    const byes = hangUp({ "sip.use_out_bound_in_dialog": 1 }, "none");
    assert.equal(byes.at(-1)?.peer, "B");
    for (const bye of byes) assert.deepEqual(routes(bye), [ROUTE]);
  });

  test("1, and a Record-Route that is the proxy's own name: it is there once", () => {
    const byes = hangUp({ "sip.use_out_bound_in_dialog": 1 }, "sip:sip.example.com;lr");
    assert.equal(byes.at(-1)?.peer, "B");
    for (const bye of byes) assert.deepEqual(routes(bye), ["<sip:sip.example.com;lr>"]);
  });

  test("0: the route set alone says where (F13): A's address, and A only, for 64·T1", () => {
    const byes = hangUp({ "sip.use_out_bound_in_dialog": 0 });
    assert.equal(byes.length, 11);
    assert.deepEqual(new Set(byes.map(({ peer }) => peer)), new Set(["A"]));
    for (const bye of byes) assert.deepEqual(routes(bye), ["<sip:192.0.2.1:5060;lr>"]);
  });

  test("0, and a Record-Route that is the proxy's name: through its list (F13)", () => {
    const byes = hangUp({ "sip.use_out_bound_in_dialog": 0 }, "sip:sip.example.com;lr");
    assert.deepEqual(
      byes.map(({ t, peer }) => `${String(t)} ${peer}`),
      ["20000 A", "20500 A", "21500 A", "23500 A", "27500 B"],
    );
    for (const bye of byes) assert.deepEqual(routes(bye), ["<sip:sip.example.com;lr>"]);
  });

  test("0, and no Record-Route at all: straight to the far end's Contact (RFC 3261, 12.2.1.1)", () => {
    const byes = hangUp({ "sip.use_out_bound_in_dialog": 0 }, "none");
    assert.ok(byes.length > 0);
    for (const bye of byes) {
      assert.equal(bye.target, "udp:192.0.2.100:5060");
      assert.deepEqual(routes(bye), []);
    }
  });

  for (const keeps of [0, 1]) {
    test(`${String(keeps)}: the ACK of a 2xx goes the way of the dialog's requests`, () => {
      const site = new Site();
      const phone = site.phone({ ...PROXY, "sip.use_out_bound_in_dialog": keeps });
      site.s.at(1000, () => call(phone)).run(10_000);
      const ack = only(requestsOf(phone, "ACK"));
      assert.equal(ack.peer, "A");
      const route = "<sip:192.0.2.1:5060;lr>";
      assert.deepEqual(routes(ack), keeps === 1 ? [ROUTE, route] : [route]);
      assert.deepEqual(site.exchange.complaints, []);
    });
  }
});
