/** Keeping alive, and what is found out by it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Site,
  decisions,
  inTurn,
  keepAlives,
  only,
  registered,
  registers,
  resends,
  sent,
} from "./helpers.js";

describe("K1: what is sent to keep alive", () => {
  test("K1: by default CRLF CRLF every 30 s, to the target of the registration and no other", () => {
    const site = new Site();
    const phone = site.phone();
    site.s.run(100_000);
    assert.deepEqual(keepAlives(phone), ["30000 A", "60000 A", "90000 A"]);
    assert.deepEqual(
      site.a.keepAlives.map(({ t }) => t),
      [30_000, 60_000, 90_000],
    );
    assert.deepEqual(
      site.a.keepAlives.map(({ source }) => source),
      Array.from({ length: 3 }, () => "udp:198.51.100.1:5060"),
    );
  });

  for (const [kind, method] of [
    [2, "OPTIONS"],
    [3, "NOTIFY"],
  ] as const) {
    test(`K1: udp_update_enable ${String(kind)}: ${method}, on the registration's flow`, () => {
      const site = new Site();
      const phone = site.phone({ "nat.udp_update_enable": kind, "nat.udp_update_time": 20 });
      site.s.run(70_000);
      assert.deepEqual(keepAlives(phone), []);
      const requests = site.a.requests(method);
      assert.deepEqual(
        requests.map(({ t }) => t),
        [20_000, 40_000, 60_000],
      );
      assert.ok(requests.every(({ source }) => source === "udp:198.51.100.1:5060"));
      assert.equal(new Set(requests.map(({ request }) => request.branch)).size, 3);
      const register = only(site.a.requests("REGISTER")).request;
      assert.ok(requests.every(({ request }) => request.callId !== register.callId));
    });
  }

  test("K1: NOTIFY has what RFC 6665 wants of it", () => {
    const site = new Site();
    const phone = site.phone({ "nat.udp_update_enable": 3 });
    site.s.run(40_000);
    const { message } = only(sent(phone, "NOTIFY"));
    assert.ok((message.header("event") ?? "") !== "");
    assert.ok((message.header("subscription-state") ?? "") !== "");
    assert.notEqual(message.header("contact"), undefined);
  });

  test("K1: 0 sends nothing", () => {
    const site = new Site();
    const phone = site.phone({ "nat.udp_update_enable": 0 });
    site.s.run(200_000);
    assert.equal(phone.wire.filter(({ to }) => to.startsWith("udp:192.0.2.1:")).length, 1);
  });

  test("K1: every udp_update_time", () => {
    const site = new Site();
    const phone = site.phone({ "nat.udp_update_time": 15 });
    site.s.run(61_000);
    assert.deepEqual(keepAlives(phone), ["15000 A", "30000 A", "45000 A", "60000 A"]);
  });

  test("K1: to every target with a registration", () => {
    const site = new Site();
    const phone = site.phone({ "sip_server.2.address": "192.0.2.4" });
    site.s.run(61_000);
    assert.deepEqual(keepAlives(phone).sort(), ["30000 A", "30000 D", "60000 A", "60000 D"]);
  });

  test("K1: not while there is no registration", () => {
    const site = new Site({ list: ["A"] });
    site.a.answer(403);
    const phone = site.phone({ reg_fail_retry_interval: 200 });
    site.s.run(190_000);
    assert.deepEqual(keepAlives(phone), []);
  });

  test("K1: they go where the registration went", () => {
    const site = new Site();
    site.a.silent();
    const phone = site.phone({
      "nat.udp_update_time": 25,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.s.at(40_000, () => {
      site.a.up();
    });
    site.s.run(130_000);
    // B from 7.5 s, A from 67.5 s.
    assert.deepEqual(keepAlives(phone), ["32500 B", "57500 B", "92500 A", "117500 A"]);
  });

  test("K1: accounts that share a target share its keep-alive", () => {
    const site = new Site();
    const phone = site.phone({
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "sip.example.com",
    });
    site.s.run(91_000);
    assert.deepEqual(keepAlives(phone), ["30000 A", "60000 A", "90000 A"]);
  });

  for (const status of [404, 405, 480, 500, 503]) {
    test(`K1: OPTIONS answered ${String(status)} says nothing against the registration's target`, () => {
      const site = new Site();
      site.a.mode = ({ request }) => (request.method === "OPTIONS" ? { status } : "up");
      const phone = site.phone({ "nat.udp_update_enable": 2 });
      site.s.run(200_000);
      assert.deepEqual(registers(phone), ["0 A"]);
      assert.deepEqual(decisions(phone), []);
      assert.deepEqual(phone.events("target-failed"), []);
    });
  }

  test("K1: OPTIONS that nobody answers is no verdict either: a silent target is for the probes and the refresh", () => {
    const site = new Site({ maxExpires: 600 });
    site.a.mode = ({ request }) => (request.method === "OPTIONS" ? "silent" : "up");
    const phone = site.phone({ "nat.udp_update_enable": 2 });
    site.s.run(310_000);
    assert.deepEqual(registers(phone), ["0 A", "300000 A"]);
    assert.deepEqual(phone.events("target-failed"), []);
  });
});

describe("K3: a target that dies outside of any request", () => {
  for (const [kind, what] of [
    [1, "CRLF"],
    [2, "OPTIONS"],
    [3, "NOTIFY"],
  ] as const) {
    test(`K3: a closed port is found out by the next keep-alive, ${what}, and the registration moved at once`, () => {
      const site = new Site();
      const phone = site.phone({ "nat.udp_update_enable": kind });
      site.s.at(31_000, () => {
        site.a.refuse();
      });
      site.s.run(100_000);
      assert.deepEqual(registers(phone), ["0 A", "60000 B"]);
      assert.deepEqual(decisions(phone), ["60000 failover A B K3"]);
      assert.equal(only(phone.events("unregistered")).reason, "target-failed");
      assert.deepEqual(registered(phone), ["1.1 B"]);
    });
  }

  test("K3: by F: a next target that is silent has its budget, then the one after it", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    const phone = site.phone();
    site.s.at(31_000, () => {
      site.a.refuse();
      site.b.silent();
    });
    site.s.run(100_000);
    assert.deepEqual(registers(phone), ["0 A", ...resends(60_000, "B"), "67500 C"]);
  });

  test("K3: with mode 3 the way back is due from the move on", () => {
    const site = new Site();
    const phone = site.phone({ "sip_server.1.failback_mode": 3, "sip_server.1.failback_timeout": 60 });
    site.s
      .at(31_000, () => {
        site.a.refuse();
      })
      .at(70_000, () => {
        site.a.up();
      });
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A", "60000 B", "120000 A"]);
  });

  test("K3: with mode 0 the next refresh is at the primary again", () => {
    const site = new Site({ maxExpires: 200 });
    const phone = site.phone();
    site.s
      .at(31_000, () => {
        site.a.refuse();
      })
      .at(70_000, () => {
        site.a.up();
      });
    site.s.run(170_000);
    assert.deepEqual(registers(phone), ["0 A", "60000 B", "160000 A"]);
  });

  test("K3: successive slots: the last target of slot 1 dies, slot 2 registers", () => {
    const site = new Site({ list: ["A"] });
    const phone = site.phone({
      "fallback.redundancy_type": 1,
      "sip_server.2.address": "192.0.2.4",
    });
    site.s.at(31_000, () => {
      site.a.refuse();
    });
    site.s.run(100_000);
    const toD = registers(phone).filter((line) => line.endsWith("D"));
    assert.deepEqual(toD, ["60000 D"]);
    assert.ok(registered(phone).includes("1.2 D"));
  });

  test("K3: the only target dies: tried again by R5 until it is back", () => {
    const site = new Site({ list: ["A"] });
    const phone = site.phone();
    site.s
      .at(31_000, () => {
        site.a.refuse();
      })
      .at(100_000, () => {
        site.a.up();
      });
    site.s.run(200_000);
    assert.deepEqual(registers(phone, 61_000), ["90000 A", "120000 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("K3: the current target dies with all others dead: R5, and then whoever is back", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    const phone = site.phone({ "sip_server.1.failback_mode": 3 });
    site.s
      .at(31_000, () => {
        for (const server of [site.a, site.b, site.c]) server.refuse();
      })
      .at(100_000, () => {
        site.c.up();
      });
    site.s.run(130_000);
    const at = (t: number): string[] => registers(phone, t, t + 1).map((line) => line.split(" ")[1] ?? "");
    assert.deepEqual(at(60_000), ["B", "C"]);
    assert.deepEqual(at(90_000).sort(), ["A", "B", "C"]);
    assert.equal(at(120_000).at(-1), "C");
    assert.deepEqual(registered(phone), ["1.1 C"]);
  });

  test("K3: a target that nothing is registered with may die unnoticed", () => {
    const site = new Site();
    const phone = site.phone();
    site.s.at(31_000, () => {
      site.b.refuse();
    });
    site.s.run(200_000);
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.deepEqual(decisions(phone), []);
  });

  test("K3: a call in hand does not put the move off", () => {
    const site = new Site();
    const phone = site.phone({ "sip_server.1.failback_mode": 3 });
    site.s.at(31_000, () => {
      phone.setBusy(1);
      site.a.refuse();
    });
    site.s.run(100_000);
    assert.deepEqual(registers(phone), ["0 A", "60000 B"]);
  });

  test("K3: in the middle of a refresh: the refresh is at the next target at once", () => {
    const site = new Site({ maxExpires: 110 });
    site.a.mode = inTurn(["up"], "silent");
    const phone = site.phone({ "nat.udp_update_time": 28 });
    // The refresh of 55 s meets silence; the keep-alive of 56 s a closed port.
    site.s.at(55_900, () => {
      site.a.refuse();
    });
    site.s.run(100_000);
    assert.deepEqual(registers(phone), ["0 A", "55000 A", "55500 A", "56000 B"]);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("K3: a silent target is found out by the refresh, not by CRLF", () => {
    const site = new Site({ maxExpires: 600 });
    const phone = site.phone();
    site.s.at(31_000, () => {
      site.a.silent();
    });
    site.s.run(320_000);
    assert.deepEqual(registers(phone), ["0 A", ...resends(300_000, "A"), "307500 B"]);
  });
});
