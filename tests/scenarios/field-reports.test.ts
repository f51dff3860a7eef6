/** What bit somebody elsewhere: the field reports of the specification that concern REGISTER or digest. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertCredentialsStayHome } from "./digest-helpers.js";
import { Site, addressOf, decisions, inTurn, registered, registers, resends, sent } from "./helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };
const account2 = {
  "account.2.enable": 1,
  "account.2.user_name": 2000,
  "account.2.password": "secret",
  "account.2.sip_server.1.address": "sip.example.com",
  "account.2.reg_failed_retry_max_time": 0,
};

describe("field reports", () => {
  test("credentials went to another server than the challenge came from: they stay at home, no endless stale nonces", () => {
    const site = new Site({ digest: { users: { 1000: "secret" } }, maxExpires: 60 });
    // Each server is up for a while and then not: the phone changes sides again and again, often between two requests.
    for (let t = 0; t < 600_000; t += 50_000) {
      site.s
        .at(t + 100, () => {
          site.a.silent();
          site.b.up();
        })
        .at(t + 25_000, () => {
          site.a.up();
          site.b.refuse();
        });
    }
    const phone = site.phone();
    site.s.run(600_000);
    assertCredentialsStayHome(phone);
    const outcomes = [site.a, site.b].flatMap((server) =>
      server.requests("REGISTER").map(({ credentials }) => credentials),
    );
    assert.ok(!outcomes.includes("stale"));
    assert.ok(outcomes.filter((outcome) => outcome === "accepted").length > 10);
  });

  test("the same Via branch at the next address, taken for a retransmission: a new branch each try", () => {
    // One server behind both addresses, which answers what it takes for a repetition as it answered before.
    const site = new Site();
    const server = site.s.registrar(["192.0.2.11", "192.0.2.12"]);
    server.mode = inTurn([{ status: 503 }]);
    site.s.zone.remove("sip.example.com").address("sip.example.com", ["192.0.2.11", "192.0.2.12"]);
    const phone = site.phone(QUIET);
    site.s.run(10_000);
    assert.deepEqual(
      sent(phone).map(({ target }) => target),
      ["udp:192.0.2.11:5060", "udp:192.0.2.12:5060"],
    );
    assert.equal(new Set(server.requests("REGISTER").map(({ request }) => request.branch)).size, 2);
    assert.equal(registered(phone).length, 1);
  });

  test("one search that tried all targets poisoned a shared cache: each search asks the primary first", () => {
    const site = new Site({ list: ["A", "B", "C"] });
    // Account 1 is served nowhere; account 2, which is told to wait at the start, is served at A.
    for (const server of [site.a, site.b, site.c]) {
      server.mode = ({ request }) => (request.to.includes("1000") ? { status: 503 } : "up");
    }
    site.a.mode = ({ request, t }) => {
      if (request.to.includes("1000")) return { status: 503 };
      return t < 5000 ? { status: 404 } : "up";
    };
    const phone = site.phone({ ...QUIET, ...account2 });
    site.s.run(31_000);
    const of = (user: string): string[] =>
      sent(phone)
        .filter(({ message }) => message.to.includes(user))
        .map(({ t, target }) => `${String(t)} ${target}`);
    const round = (t: number): string[] => ["A", "B", "C"].map((name) => `${String(t)} ${name}`);
    assert.deepEqual(of("1000"), [...round(0), ...round(30_000)]);
    assert.deepEqual(of("2000"), ["0 A", "30000 A"]);
    assert.equal(site.s.zone.queries().length, 1);
  });

  test("an OPTIONS error marked the server dead though it came from further behind: only what F1 names fails it", () => {
    const site = new Site();
    site.a.mode = ({ request }) => (request.method === "OPTIONS" ? { status: 503 } : "up");
    const phone = site.phone({ "nat.udp_update_enable": 2 });
    site.s.run(120_000);
    assert.ok(site.a.requests("OPTIONS").length >= 3);
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.deepEqual(decisions(phone), []);
  });

  test("registration gave up for ever after ten tries: the hundredth failure is followed by the next REGISTER", () => {
    const site = new Site();
    site.a.refuse();
    site.b.refuse();
    const phone = site.phone(QUIET);
    site.s.run(100 * 30_000);
    assert.ok(phone.events("failed").length >= 100);
    site.b.up();
    site.s.run(30_000);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("16 hours of waiting after a 503: an hour at most", () => {
    const site = new Site({ list: ["A"] });
    site.a.mode = inTurn([{ status: 503, headers: [["Retry-After", "57600"]] }]);
    const phone = site.phone(QUIET);
    site.s.run(3_601_000);
    assert.deepEqual(registers(phone), ["0 A", "3600000 A"]);
  });

  test("a 503's Retry-After: 949302838503028349304023988: capped, and B serves meanwhile", () => {
    const site = new Site({ maxExpires: 2400 });
    site.a.mode = inTurn([{ status: 503, headers: [["Retry-After", "949302838503028349304023988"]] }]);
    const phone = site.phone(QUIET);
    site.s.run(3_700_000);
    assert.deepEqual(registers(phone), ["0 A", "0 B", "1800000 B", "3600000 A"]);
  });

  for (const mode of [0, 1, 2, 3]) {
    test(`all servers down, one came back, nobody registered: the next try goes through the whole list, mode ${String(mode)}`, () => {
      for (const back of ["A", "B", "C"] as const) {
        const site = new Site({ list: ["A", "B", "C"], maxExpires: 60 });
        site.a.refuse();
        const phone = site.phone({ ...QUIET, "sip_server.1.failback_mode": mode });
        const servers = { A: site.a, B: site.b, C: site.c };
        site.s
          .at(10_000, () => {
            for (const server of Object.values(servers)) server.refuse();
          })
          .at(100_000, () => {
            servers[back].up();
          });
        // The refresh of 30 s fails everywhere, and so do the tries of 60 and 90 s.
        site.s.run(121_000);
        assert.deepEqual(registered(phone), [`1.1 ${back}`], back);
        const round = registers(phone, 90_000, 90_001).map((line) => line.split(" ")[1]);
        assert.deepEqual(new Set(round), new Set(["A", "B", "C"]), back);
      }
    });
  }

  test("fast flapping between primary and secondary: a primary that fails its trials is asked every 32 s", () => {
    const site = new Site({ ttl: 1, list: ["A", "B"] });
    site.a.answer(503);
    const phone = site.phone({ ...QUIET, "sip_server.1.failback_mode": 1 });
    site.s.run(3_600_000);
    const toA = registers(phone, 1).filter((line) => line.endsWith("A"));
    const trials = toA.map((line) => parseInt(line, 10));
    assert.ok(trials.length > 100, String(trials.length));
    trials.slice(1).forEach((t, index) => {
      assert.ok(t - (trials[index] ?? 0) >= 32_000);
    });
  });

  test("a server that drops silently took minutes to leave: registered, its death is left behind 7.5 s after the refresh", () => {
    const site = new Site({ maxExpires: 60 });
    const phone = site.phone();
    site.s.at(10_000, () => {
      site.a.silent();
    });
    site.s.run(60_000);
    assert.deepEqual(registers(phone), ["0 A", ...resends(30_000, "A"), "37500 B"]);
    // Before the binding at A runs out.
    assert.deepEqual(
      phone.events("registered").map(({ t }) => t),
      [0, 37_500],
    );
  });

  test("after a lost connection the outbound proxy was forgotten: the route is the account's", () => {
    const site = new Site({ list: ["A", "B"], digest: { users: { 1000: "secret" } } });
    const phone = site.phone({
      "sip_server.1.address": "registrar.example.net",
      outbound_proxy_enable: 1,
      "outbound_proxy.1.address": "sip.example.com",
    });
    site.s
      .at(31_000, () => {
        site.a.refuse();
      })
      .at(95_000, () => {
        site.b.refuse();
        site.a.up();
      });
    site.s.run(200_000);
    assert.deepEqual(
      registers(phone).map((line) => line.split(" ")[1]),
      ["A", "A", "B", "B", "A", "A"],
    );
    for (const { message } of sent(phone)) {
      assert.equal(message.uri, "sip:registrar.example.net");
      assert.equal(message.to, "sip:1000@registrar.example.net");
      assert.match(message.header("route") ?? "", /^<sip:sip\.example\.com(:5060)?;lr>$/);
    }
    assert.equal(site.s.zone.queries("registrar.example.net").length, 0);
  });

  test("a search wrote health into DNS records: a failover asks DNS nothing and changes nothing of its answers", () => {
    const site = new Site({ list: ["A", "B", "C"], maxExpires: 60, ttl: 3600 });
    site.a.refuse();
    site.b.refuse();
    const phone = site.phone(QUIET);
    site.s.run(100_000);
    assert.equal(site.s.zone.queries().length, 1);
    const lists = phone.events("resolved").map(({ targets }) => targets);
    assert.deepEqual(lists, [(["A", "B", "C"] as const).map((name) => `udp:${addressOf(name)}:5060`)]);
  });
});
