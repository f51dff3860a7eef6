/** ARCHITECTURE, "Time and order": what falls due together, and who hears first that a target is gone. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parameterised } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, messagesOf } from "./call-helpers.js";
import type { WireMessage } from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings } from "./helpers.js";

const OFFER = { type: "application/sdp", body: SDP } as const;

/** So many accounts, each with `keys` of its own; account 1 is 1000, account 2 is 1002 and so on. */
const accounts = (count: number, keys: (account: number) => Settings): Settings =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => index + 1).flatMap((account) => {
      const own = {
        enable: 1,
        user_name: 1000 + account,
        password: "secret",
        reg_failed_retry_max_time: 0,
        "sip_server.1.address": "sip.example.com",
        ...keys(account),
      };
      return Object.entries(own).map(([key, value]) => [`account.${String(account)}.${key}`, value]);
    }),
  );

/** Which account a request of the phone's is of. */
const accountOf = ({ message }: WireMessage): string =>
  String(Number(/^sip:(\d+)@/.exec(parameterised(message.header("from") ?? "").value)?.[1]) - 1000);

/** What left the phone at an instant, in order: `REGISTER 3 B`, `200 INVITE A`. */
const sentAt = (phone: SimulatedPhone, instant: number): string[] =>
  messagesOf(phone)
    .filter(({ t, direction }) => direction === "out" && t === instant)
    .map((sent) => {
      const { status, method } = sent.message;
      return status === 0
        ? `${method} ${accountOf(sent)} ${sent.peer}`
        : `${String(status)} ${method} ${sent.peer}`;
    });

const upTo = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1));

/** When, and in which order, the accounts' REGISTERs were sent to a server from an instant on: `7500 1`. */
const order = (phone: SimulatedPhone, server: string, from: number): string[] =>
  messagesOf(phone)
    .filter(
      ({ t, direction, peer, message }) =>
        direction === "out" &&
        t >= from &&
        peer === server &&
        message.method === "REGISTER" &&
        message.status === 0,
    )
    .map((sent) => `${String(sent.t)} ${accountOf(sent)}`);

const FAILS = 100_000;

const failures: readonly (readonly [string, (site: Site) => void, number])[] = [
  [
    "its port closes: all of them with the next refresh, at once",
    (site) => {
      site.a.refuse();
    },
    300_000,
  ],
  [
    "it falls silent: when the refreshes' budget is spent",
    (site) => {
      site.a.silent();
    },
    307_500,
  ],
  [
    "it answers 503",
    (site) => {
      site.a.answer(503);
    },
    300_000,
  ],
  [
    "its network says that it cannot be reached",
    (site) => (site.s.network.link("192.0.2.1").state = "unreachable"),
    300_000,
  ],
];

describe("16 accounts whose primary dies", () => {
  for (const [name, fail, at] of failures) {
    const course = (seed: number): { phone: SimulatedPhone; site: Site } => {
      const site = new Site();
      const phone = site.phone(
        accounts(16, () => ({ "sip_server.1.expires": 600, "nat.udp_update_enable": 0 })),
        { seed },
      );
      site.s.at(FAILS, () => {
        fail(site);
      });
      site.s.run(400_000);
      return { phone, site };
    };

    test(`${name}; the lowest account goes first, whatever the seed`, () => {
      for (const seed of [1, 2, 3]) {
        const { phone, site } = course(seed);
        assert.deepEqual(
          order(phone, "B", FAILS),
          upTo(16).map((account) => `${String(at)} ${account}`),
        );
        // Each of them once, and in the same order at the server.
        assert.deepEqual(
          site.b.requests("REGISTER").map(({ request }) => request.to),
          upTo(16).map((account) => `sip:${String(1000 + Number(account))}@sip.example.com`),
        );
        assert.deepEqual(
          phone.events("failover").map(({ account }) => String(account)),
          upTo(16),
        );
      }
    });

    test(`${name}: the same on every run`, () => {
      const lines = ({ phone }: { phone: SimulatedPhone }): string[] =>
        phone.wire.map(({ t, to, octets }) => `${String(t)} ${to} ${Buffer.from(octets).toString("hex")}`);
      assert.deepEqual(lines(course(5)), lines(course(5)));
    });
  }

  test("and comes back: the trials of failback begin with the lowest account, too", () => {
    const site = new Site();
    const phone = site.phone(
      accounts(16, () => ({
        "sip_server.1.expires": 600,
        "nat.udp_update_enable": 0,
        "sip_server.1.failback_mode": 3,
        "sip_server.1.failback_timeout": 120,
      })),
    );
    site.a.refuse();
    site.s.at(50_000, () => {
      site.a.up();
    });
    site.s.run(200_000);
    assert.deepEqual(
      order(phone, "A", 1),
      upTo(16).map((account) => `120000 ${account}`),
    );
  });
});

/** Five accounts, each with something that is due at 60 s. */
const dueTogether = (seed: number): SimulatedPhone => {
  const site = new Site({ maxExpires: 120 });
  const { s, exchange } = site;
  exchange.sessionTimer = { expires: 100, refresher: "phone" };
  const phone = site.phone(
    accounts(5, (account) => ({
      "sip_server.1.expires": account === 5 ? 60 : 120,
      "nat.udp_update_enable": account === 4 ? 2 : 0,
      "nat.udp_update_time": 30,
      subscribe_mwi: account < 4 ? 1 : 0,
      subscribe_mwi_expires: 120,
      "session_timer.enable": 1,
      "session_timer.expires": 100,
    })),
    { seed },
  );
  // A call of account 1 from 10 s on: its session is to be refreshed at 60 s.
  s.runUntil(10_000);
  phone.call(FAR, { account: 1, ...OFFER });
  s.runUntil(52_500);
  // An INVITE of account 2 to a silent server: its budget ends at 60 s.
  site.a.mode = ({ request }) => (request.method === "INVITE" ? "silent" : "up");
  exchange.callee = [];
  phone.call(FAR, { account: 2 });
  s.runUntil(58_500);
  // One of account 3, which is sent again at 60 s; and a 200 whose ACK does not come.
  phone.call(FAR, { account: 3 });
  exchange.invite(site.a, { to: "1004", acknowledges: false });
  s.run(0);
  phone.respond(phone.events("call").at(-1)?.call ?? 0, 200, OFFER);
  s.runUntil(70_000);
  return phone;
};

describe("what is due at the same instant", () => {
  test("goes room by room: transactions, registrations, server transactions, calls, subscriptions; the lowest number first", () => {
    const sent = sentAt(dueTogether(1), 60_000);
    assert.deepEqual(
      sent.filter((line) => !line.endsWith("B") && !line.startsWith("200 NOTIFY")),
      [
        // Transactions: what has to be sent again. That of account 2 has ended: see below.
        "INVITE 3 A",
        // Registrations, the lowest account first: 4 keeps its binding alive, too.
        "REGISTER 1 A",
        "REGISTER 2 A",
        "REGISTER 3 A",
        "OPTIONS 4 A",
        "REGISTER 4 A",
        "REGISTER 5 A",
        // Server transactions: the 200 that waits for its ACK.
        "200 INVITE A",
        // Calls: the session timer.
        "UPDATE 1 A",
        // Subscriptions.
        "SUBSCRIBE 1 A",
        "SUBSCRIBE 2 A",
        "SUBSCRIBE 3 A",
      ],
    );
    // The search of account 2 has moved on: to B, where a flow had to be opened first.
    assert.deepEqual(
      sent.filter((line) => line.endsWith("B")),
      ["INVITE 2 B"],
    );
  });

  test("and so it does with every seed, and on every run", () => {
    const expected = sentAt(dueTogether(1), 60_000);
    for (const seed of [1, 2, 9]) assert.deepEqual(sentAt(dueTogether(seed), 60_000), expected);
  });
});

describe("a target that is gone under everybody at once", () => {
  /** Three accounts at A, each with a call that rings and a subscription; account 3 with a request beside. */
  const course = (settings: Settings): { site: Site; phone: SimulatedPhone } => {
    const site = new Site({ recordRoute: "sip:sip.example.com;lr" });
    const phone = site.phone(
      accounts(3, () => ({ "nat.udp_update_enable": 0, subscribe_mwi: 1, ...settings })),
    );
    const { s, exchange } = site;
    s.runUntil(1000);
    site.a.mode = ({ request }) => (request.method === "REGISTER" ? "up" : "silent");
    exchange.callee = [];
    for (const account of [3, 2, 1]) phone.call(FAR, { account, ...OFFER });
    phone.sendRequest("MESSAGE", FAR, { account: 3, type: "text/plain", body: "x" });
    s.runUntil(1200);
    site.a.mode = "refused";
    exchange.callee = [{ status: 100 }];
    // The next to be sent again meets the closed port, for all.
    s.runUntil(2000);
    return { site, phone };
  };

  test("registrations go first, then the requests by their numbers, each at the next target", () => {
    const { phone } = course({});
    assert.deepEqual(
      sentAt(phone, 1500).filter((line) => line.endsWith(" B")),
      [
        "REGISTER 1 B",
        "REGISTER 2 B",
        "REGISTER 3 B",
        "INVITE 3 B",
        "INVITE 2 B",
        "INVITE 1 B",
        "MESSAGE 3 B",
      ],
    );
  });

  test("F7: a request that needs the registration waits for it, which is under way already", () => {
    const { phone } = course({ "sip_server.1.register_on_enable": 1, "sip_server.1.failback_mode": 3 });
    const sent = sentAt(phone, 1500).filter((line) => line.endsWith(" B"));
    assert.deepEqual(
      sent.filter((line) => line.startsWith("REGISTER")),
      ["REGISTER 1 B", "REGISTER 2 B", "REGISTER 3 B"],
    );
    assert.deepEqual([...sent].sort().slice(0, 3), ["INVITE 1 B", "INVITE 2 B", "INVITE 3 B"]);
    for (const account of ["1", "2", "3"])
      assert.ok(sent.indexOf(`REGISTER ${account} B`) < sent.indexOf(`INVITE ${account} B`));
  });
});
