import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Simulation, parseEndpoint } from "../../host/simulated/index.js";
import type { NameOf } from "../../host/abi/record.js";
import type { Registrar, SimulatedPhone, SimulatedPhoneOptions } from "../../host/simulated/index.js";
import { configuration } from "./helpers.js";
import type { Settings } from "./helpers.js";

type Pool = NameOf<"pool">;

const ACCOUNTS = 16;

/** A configuration of 16 accounts, each with what `keys` says of it. */
const file = (keys: (account: number) => Settings, global: Settings = {}): string => {
  const all: Record<string, string | number> = { ...global };
  for (let account = 1; account <= ACCOUNTS; account++) {
    const own = {
      enable: 1,
      user_name: 1000 + account,
      password: "secret",
      reg_failed_retry_max_time: 0,
      ...keys(account),
    };
    for (const [key, value] of Object.entries(own)) all[`account.${String(account)}.${key}`] = value;
  }
  return configuration(all);
};

/** The pools that a phone has called full. */
const full = (phone: SimulatedPhone): Pool[] => [
  ...new Set(phone.events("pool-full").map(({ pool }) => pool)),
];

const options: SimulatedPhoneOptions = { keepWire: false };

/** The accounts and slots that the phone knows to be registered. */
const registeredCount = (phone: SimulatedPhone): number =>
  phone.status().flatMap(({ slots }) => slots.filter(({ state }) => state === "registered")).length;

const boundUsers = (servers: readonly Registrar[], now: number): number =>
  new Set(servers.flatMap((server) => server.bound(now).map(({ aor }) => aor))).size;

/** A name of 200 octets. */
const longName = (account: number, kind = "n"): string =>
  `${Array.from({ length: 3 }, () => `${kind}${String(account)}`.padEnd(60, "x")).join(".")}.example.com`;

/** The server has UDP only, so that large requests go by that all the same. */
const withoutTcp = (s: Simulation): void => {
  s.network.closeStream({ ...parseEndpoint("192.0.2.1:5060"), transport: "tcp" });
};

describe("a full pool is named, and the phone recovers", () => {
  test("questions under way: 16 accounts ask for 32 at once", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1");
    s.zone.delay = 100;
    for (let account = 1; account <= ACCOUNTS; account++)
      s.zone.address(`n${String(account)}.example.com`, "192.0.2.1");
    const phone = s.phone(
      file((account) => ({ "sip_server.1.address": `n${String(account)}.example.com` }), {
        "static.network.ip_address_mode": 2,
      }),
      options,
    );
    s.run(1000);
    assert.deepEqual(full(phone), ["dns-queries"]);
    assert.deepEqual(phone.events("failed"), []);
    assert.equal(s.zone.received.length, 2 * ACCOUNTS);
    assert.equal(boundUsers([a], s.now), ACCOUNTS);
  });

  test("address records: more than 128 wanted at the same time", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1");
    s.zone.delay = 100;
    const fill = (each: number): void => {
      s.zone.records = [];
      for (let account = 1; account <= ACCOUNTS; account++) {
        const addresses = Array.from({ length: each }, (_, index) =>
          index === 0 ? "192.0.2.1" : `10.0.${String(account)}.${String(index)}`,
        );
        s.zone.address(`n${String(account)}.example.com`, addresses, 10);
      }
    };
    fill(16);
    const phone = s.phone(
      file((account) => ({
        "sip_server.1.address": `n${String(account)}.example.com`,
        "sip_server.1.expires": 60,
      })),
      options,
    );
    s.run(20_000);
    assert.deepEqual(full(phone), ["dns-records"]);
    assert.ok(registeredCount(phone) >= 128 / 16, String(registeredCount(phone)));
    fill(4);
    s.run(120_000);
    assert.equal(registeredCount(phone), ACCOUNTS);
    assert.equal(boundUsers([a], s.now), ACCOUNTS);
  });

  test("answers: 16 SRV sets of 8 names each", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1");
    s.zone.delay = 100;
    const fill = (each: number): void => {
      s.zone.records = [];
      for (let account = 1; account <= ACCOUNTS; account++) {
        for (let index = 0; index < each; index++) {
          const target = `t${String(index)}.n${String(account)}.example.com`;
          s.zone.srv(`_sip._udp.n${String(account)}.example.com`, { priority: index, target }, 10);
          if (index === 0) s.zone.address(target, "192.0.2.1", 10);
        }
      }
    };
    fill(8);
    s.zone.negativeTtl = 10;
    const phone = s.phone(
      file((account) => ({
        "sip_server.1.address": `n${String(account)}.example.com`,
        "sip_server.1.port": 0,
        "sip_server.1.expires": 60,
      })),
      options,
    );
    s.run(20_000);
    assert.ok(full(phone).includes("dns-answers"), full(phone).join(" "));
    fill(2);
    s.run(120_000);
    assert.equal(registeredCount(phone), ACCOUNTS);
    assert.equal(boundUsers([a], s.now), ACCOUNTS);
  });

  test("names: too long ones for the cells that there are", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1");
    s.zone.delay = 100;
    const fill = (long: boolean): void => {
      s.zone.records = [];
      for (let account = 1; account <= ACCOUNTS; account++) {
        const service = `_sip._udp.${longName(account)}`;
        for (let index = 0; index < (long ? 3 : 1); index++) {
          const target = long ? longName(account, `t${String(index)}`) : "a.example.com";
          s.zone.srv(service, { priority: index, target }, 10).address(target, "192.0.2.1", 10);
        }
      }
    };
    fill(true);
    const phone = s.phone(
      file((account) => ({
        "sip_server.1.address": longName(account),
        "sip_server.1.port": 0,
        "sip_server.1.expires": 60,
      })),
      options,
    );
    s.run(20_000);
    assert.ok(full(phone).includes("dns-names"), full(phone).join(" "));
    fill(false);
    s.run(120_000);
    assert.equal(registeredCount(phone), ACCOUNTS);
    assert.equal(boundUsers([a], s.now), ACCOUNTS);
  });

  test("flows: 32 bindings at 32 targets, and as many trials of failback", () => {
    const s = new Simulation();
    const primaries = Array.from({ length: 32 }, (_, index) => s.registrar(`10.1.0.${String(index + 1)}`));
    const secondaries = Array.from({ length: 32 }, (_, index) => s.registrar(`10.2.0.${String(index + 1)}`));
    for (const primary of primaries) primary.silent();
    for (let slot = 0; slot < 32; slot++) {
      s.zone.address(
        `s${String(slot)}.example.com`,
        [`10.1.0.${String(slot + 1)}`, `10.2.0.${String(slot + 1)}`],
        86_400,
      );
    }
    const keys = (account: number, slot: number): Settings => ({
      [`sip_server.${String(slot)}.address`]: `s${String(account * 2 + slot - 3)}.example.com`,
      [`sip_server.${String(slot)}.failback_mode`]: 3,
      [`sip_server.${String(slot)}.failback_timeout`]: 60,
    });
    const phone = s.phone(
      file((account) => ({ ...keys(account, 1), ...keys(account, 2) })),
      options,
    );
    s.run(60_000);
    assert.ok(!full(phone).includes("flows"));
    assert.equal(registeredCount(phone), 32);
    // The trials at 67.5 s: 32 bindings, 32 trials and the listening port are 65.
    s.run(30_000);
    assert.ok(full(phone).includes("flows"), full(phone).join(" "));
    assert.equal(registeredCount(phone), 32);
    for (const secondary of secondaries) assert.equal(secondary.bound(s.now).length, 1);
    for (const primary of primaries) primary.up();
    s.run(120_000);
    for (const primary of primaries) assert.equal(primary.bound(s.now).length, 1);
    assert.equal(phone.events("failback").length, 32);
  });

  test("transactions: a server that answers REGISTER and drops OPTIONS, with long timers", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1");
    a.mode = ({ request }) => (request.method === "OPTIONS" ? "silent" : "up");
    const phone = s.phone(
      file(
        () => ({
          "sip_server.1.address": "192.0.2.1",
          "sip_server.1.expires": 600,
          "sip_server.2.address": "192.0.2.1",
          "sip_server.2.port": 5062,
          "sip_server.2.expires": 600,
          "nat.udp_update_enable": 2,
          "nat.udp_update_time": 15,
        }),
        { "sip.timer_t1": 2 },
      ),
      options,
    );
    const other = s.registrar("192.0.2.1:5062");
    other.mode = a.mode;
    for (let t = 60_000; t <= 3_600_000; t += 10_000) {
      s.runUntil(t);
      assert.equal(registeredCount(phone), 2 * ACCOUNTS, `at ${String(t)} ms`);
      assert.equal(boundUsers([a], t) + boundUsers([other], t), 2 * ACCOUNTS, `at ${String(t)} ms`);
    }
    assert.ok(full(phone).includes("transactions"), full(phone).join(" "));
  });

  test("texts of challenges: servers whose nonces are long cost a challenge more, and no registration", () => {
    const s = new Simulation();
    const nonce = "n".repeat(1500);
    const a = s.registrar("192.0.2.1");
    a.mode = ({ request }) => {
      if (request.header("authorization")?.includes(`nonce="${nonce}"`)) return "up";
      const challenge = `Digest realm="r", nonce="${nonce}", qop="auth"`;
      return { status: 401, headers: [["WWW-Authenticate", challenge]] };
    };
    const phone = s.phone(
      file(() => ({ "sip_server.1.address": "192.0.2.1", "sip_server.1.expires": 60 })),
      options,
    );
    for (let t = 0; t <= 600_000; t += 1000) {
      s.runUntil(t);
      assert.equal(boundUsers([a], t), ACCOUNTS, `at ${String(t)} ms`);
    }
    assert.deepEqual(full(phone), ["challenges"]);
    assert.deepEqual(phone.events("failed"), []);
    // A refresh takes two requests at most.
    const refreshes = 600 / 30 + 1;
    assert.ok(
      a.requests("REGISTER").length <= refreshes * 2 * ACCOUNTS,
      String(a.requests("REGISTER").length),
    );
  });

  test("messages that may have to be sent again: long ones of 32 slots at once", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1", { delay: 100 });
    withoutTcp(s);
    const text = (kind: string, account: number): string => `${kind}${String(account)}`.padEnd(99, "%");
    for (let account = 1; account <= ACCOUNTS; account++) {
      s.zone.address(longName(account), "192.0.2.1").address(longName(account, "m"), "192.0.2.1");
    }
    const phone = s.phone(
      file((account) => ({
        "sip_server.1.address": longName(account),
        "sip_server.2.address": longName(account, "m"),
        display_name: text("d", account),
        user_name: text("u", account),
      })),
      options,
    );
    s.run(0);
    assert.ok(full(phone).includes("messages"), full(phone).join(" "));
    // Sent all the same; what is not kept is not sent again.
    s.run(1000);
    assert.equal(registeredCount(phone), 2 * ACCOUNTS);
    assert.equal(a.bound(s.now).length, 2 * ACCOUNTS);
  });

  test("and one that was lost is sent again by the next try", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1");
    a.silent();
    withoutTcp(s);
    for (let account = 1; account <= ACCOUNTS; account++) {
      s.zone.address(longName(account), "192.0.2.1").address(longName(account, "m"), "192.0.2.1");
    }
    const phone = s.phone(
      file((account) => ({
        "sip_server.1.address": longName(account),
        "sip_server.2.address": longName(account, "m"),
        display_name: "d".repeat(99),
        user_name: String(account).padEnd(99, "%"),
      })),
      options,
    );
    s.run(10_000);
    assert.ok(full(phone).includes("messages"), full(phone).join(" "));
    a.up();
    s.run(120_000);
    assert.equal(registeredCount(phone), 2 * ACCOUNTS);
  });
});
