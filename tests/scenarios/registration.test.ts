/** Registration: the start, the lifetime, the order of the REGISTERs and their end. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Answer, HeaderField, ReceivedRequest, RegistrarMode } from "../../host/simulated/index.js";
import { Site, contactsOf, inTurn, registered, registers, resends, sent } from "./helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };

describe("R1: the start", () => {
  test("R1: a random wait up to sip.reg_surge_prevention", () => {
    const waits = Array.from({ length: 40 }, (_, i) => {
      const site = new Site();
      const phone = site.phone({ "sip.reg_surge_prevention": 20 }, { seed: i + 1 });
      site.s.run(25_000);
      return Number(registers(phone)[0]?.split(" ")[0]);
    });
    assert.ok(waits.every((wait) => wait >= 0 && wait <= 20_000));
    assert.ok(Math.min(...waits) < 4000 && Math.max(...waits) > 16_000, waits.join(" "));
    assert.ok(new Set(waits).size > 30);
  });

  test("R1: without it, at once", () => {
    const site = new Site();
    const phone = site.phone();
    site.s.run(25_000);
    assert.deepEqual(registers(phone), ["0 A"]);
  });

  test("R1: unregister_on_reboot: first all old bindings are removed, at the same server", () => {
    const site = new Site({ maxExpires: 60 });
    const old = site.phone(QUIET, { addresses: { 4: "198.51.100.99" } });
    site.s.at(10_000, () => {
      old.cutPower();
    });
    const phone = site.phone({ ...QUIET, unregister_on_reboot: 1 }, { startAt: 20_000, seed: 2 });
    site.s.run(60_000);
    assert.deepEqual(registers(phone), ["20000 A", "20000 A", "50000 A"]);
    const [first, second, third] = sent(phone).map(({ message }) => message);
    assert.deepEqual([first?.headers("contact"), first?.header("expires")], [["*"], "0"]);
    assert.deepEqual(second?.headers("contact"), ["<sip:1000@198.51.100.2:5060>"]);
    assert.notEqual(third?.header("expires"), "0");
    assert.equal(second.cseq, (first?.cseq ?? NaN) + 1);
    assert.deepEqual(
      site.a.bound(50_001).map(({ contact }) => contact),
      ["sip:1000@198.51.100.2:5060"],
    );
  });

  test("R1: the removal fails over like any REGISTER, and with digest it is answered", () => {
    const site = new Site({ digest: { users: { 1000: "secret" } } });
    site.a.silent();
    const phone = site.phone({ ...QUIET, unregister_on_reboot: 1 });
    site.s.run(30_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "7500 B", "7500 B"]);
    assert.deepEqual(
      sent(phone)
        .filter(({ target }) => target === "B")
        .map(({ message }) => message.headers("contact")),
      [["*"], ["*"], ["<sip:1000@198.51.100.1:5060>"]],
    );
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("R1: a server that refuses the removal gets the REGISTER all the same", () => {
    const site = new Site();
    site.a.mode = inTurn([{ status: 403 }]);
    const phone = site.phone({ unregister_on_reboot: 1 });
    site.s.run(20_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });
});

/** A 200 whose headers are made from the Contact of the request. */
const granting =
  (headers: (contact: string) => readonly HeaderField[]): RegistrarMode =>
  ({ request }: ReceivedRequest): Answer => ({
    status: 200,
    headers: headers(request.list("contact")[0]?.value ?? ""),
  });

/** When the refresh comes, in seconds, with what the 200 says. */
const refreshOf = (
  headers: (contact: string) => readonly HeaderField[],
  settings: Readonly<Record<string, string | number>> = {},
): number => {
  const site = new Site();
  site.a.mode = granting(headers);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.run(90_000_000);
  const [first, second] = registers(phone);
  assert.equal(first, "0 A");
  return Number(second?.split(" ")[0]) / 1000;
};

describe("R2: the lifetime", () => {
  const grants: readonly [string, (contact: string) => readonly HeaderField[], number][] = [
    ["the expires of our Contact", (c) => [["Contact", `<${c}>;expires=60`]], 30],
    [
      "our Contact before Expires",
      (c) => [
        ["Contact", `<${c}>;expires=60`],
        ["Expires", "600"],
      ],
      30,
    ],
    [
      "Expires where the Contact has none",
      (c) => [
        ["Contact", `<${c}>`],
        ["Expires", "600"],
      ],
      300,
    ],
    [
      "ours among the Contacts of others, before",
      (c) => [["Contact", `<sip:x@192.0.2.77>;expires=10, <${c}>;expires=60`]],
      30,
    ],
    [
      "ours among the Contacts of others, on lines of their own",
      (c) => [
        ["Contact", "<sip:x@192.0.2.77>;expires=10"],
        ["m", `"a, b" <${c}>;q=0.5;expires=60`],
      ],
      30,
    ],
    ["what was asked for, where it says nothing", (c) => [["Contact", `<${c}>`]], 3000],
    ["what was asked for, where there is nothing at all", () => [], 3000],
    ["more than was asked for", (c) => [["Contact", `<${c}>;expires=7200`]], 6600],
    ["a name of the header in capitals and blanks", (c) => [["CONTACT", `<${c}> ; Expires = 60`]], 30],
  ];
  for (const [what, headers, refresh] of grants) {
    test(`R2: it is ${what}: refresh after ${String(refresh)} s`, () => {
      assert.equal(refreshOf(headers), refresh);
    });
  }

  const overlaps: readonly [granted: number, overlap: number | undefined, refresh: number][] = [
    [30, undefined, 15],
    [1199, undefined, 599.5],
    [1200, undefined, 600],
    [1201, undefined, 601],
    [3600, undefined, 3000],
    [86_400, -1, 85_800],
    [60, 10, 50],
    [3600, 10, 3590],
    [3600, 1, 3599],
    [600, 599, 1],
  ];
  for (const [granted, overlap, refresh] of overlaps) {
    const key = overlap === undefined ? "the default" : String(overlap);
    test(`R2: granted ${String(granted)} s, register_expires_overlap ${key}: refresh after ${String(refresh)} s`, () => {
      const settings = overlap === undefined ? {} : { register_expires_overlap: overlap };
      assert.equal(
        refreshOf((c) => [["Contact", `<${c}>;expires=${String(granted)}`]], settings),
        refresh,
      );
    });
  }

  for (const [granted, overlap] of [
    [60, 60],
    [60, 300],
    [0, -1],
    [1, -1],
  ] as const) {
    test(`R2: granted ${String(granted)} s with an overlap of ${String(overlap)} s is no flood of REGISTERs`, () => {
      const site = new Site();
      site.a.mode = granting((c) => [["Contact", `<${c}>;expires=${String(granted)}`]]);
      const phone = site.phone({ ...QUIET, register_expires_overlap: overlap });
      site.s.run(60_000);
      assert.ok(registers(phone).length <= 61, String(registers(phone).length));
      assert.ok(registers(phone).length >= 2);
    });
  }

  test("R2: the binding never runs out between two refreshes, and asks for what is configured", () => {
    const site = new Site({ maxExpires: 45 });
    const phone = site.phone({ ...QUIET, "sip_server.1.expires": 600 });
    for (let t = 0; t < 300_000; t += 1000) {
      site.s.at(t + 1, () => {
        assert.equal(site.a.bound(site.s.now).length, 1, `at ${String(t)}`);
      });
    }
    site.s.run(300_000);
    assert.ok(sent(phone).every(({ message }) => message.header("expires") === "600"));
    assert.deepEqual(phone.events("unregistered"), []);
  });

  test("R2: a refresh that finds nobody takes nothing back: the server holds the binding until it has run out", () => {
    const site = new Site({ list: ["A"], maxExpires: 200 });
    const phone = site.phone(QUIET);
    site.s.at(50_000, () => {
      site.a.silent();
    });
    site.s.run(150_000);
    // The refresh of 100 s fails at 132 s; the server holds the binding until 200 s.
    assert.deepEqual(registers(phone, 50_000), resends(100_000, "A", 32_000));
    assert.equal(site.a.bound(150_000).length, 1);
  });

  test("R2: a name that does not resolve at the refresh: the binding holds, and the refresh follows when it does", () => {
    const site = new Site({ ttl: 30, maxExpires: 300 });
    const phone = site.phone(QUIET);
    site.s
      .at(100_000, () => {
        site.s.zone.mode = "silent";
      })
      .at(200_000, () => {
        site.s.zone.mode = "up";
      });
    site.s.run(299_000);
    assert.deepEqual(registers(phone).length, 2);
    assert.ok(parseInt(registers(phone)[1] ?? "", 10) <= 240_000);
    assert.deepEqual(phone.events("unregistered"), []);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });
});

describe("R4: one Call-ID, and a CSeq that grows", () => {
  test("R4: over refreshes, failovers, trials and challenges", () => {
    const site = new Site({ maxExpires: 60, digest: { users: { 1000: "secret" }, nonceUses: 2 } });
    const phone = site.phone({
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.s
      .at(100_000, () => {
        site.a.silent();
      })
      .at(200_000, () => {
        site.a.up();
      });
    site.s.run(600_000);
    const messages = sent(phone).map(({ message }) => message);
    assert.ok(new Set(sent(phone).map(({ target }) => target)).size === 2);
    assert.equal(new Set(messages.map(({ callId }) => callId)).size, 1);
    assert.equal(new Set(messages.map(({ fromTag }) => fromTag)).size, 1);
    const requests = [...new Map(messages.map((message) => [message.branch, message])).values()];
    requests.slice(1).forEach(({ cseq }, index) => {
      assert.equal(cseq, (requests[index]?.cseq ?? NaN) + 1);
    });
    assert.ok(requests.length > 20);
  });

  test("R4: accounts and slots with another registrar have Call-IDs of their own", () => {
    const site = new Site();
    const phone = site.phone({
      "sip_server.2.address": "192.0.2.4",
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "sip.example.com",
    });
    site.s.run(10_000);
    assert.equal(new Set(sent(phone).map(({ message }) => message.callId)).size, 3);
  });

  test("R4: another phone, another start: another Call-ID", () => {
    const site = new Site();
    const phones = [1, 2, 3].map((seed) => site.phone({}, { seed }));
    site.s.run(10_000);
    const ids = phones.flatMap((phone) => sent(phone).map(({ message }) => message.callId));
    assert.equal(new Set(ids).size, 3);
  });
});

describe("what a REGISTER says", () => {
  test("R1: our address in Via and Contact, the domain in the Request-URI, rport, no port that is the default", () => {
    const site = new Site();
    const phone = site.phone({ display_name: 'Ann "A" Other' });
    site.s.run(1000);
    const [message] = sent(phone).map((one) => one.message);
    assert.equal(message?.uri, "sip:sip.example.com");
    assert.equal(message.to, "sip:1000@sip.example.com");
    const [via] = message.list("via");
    assert.equal(via?.value, "SIP/2.0/UDP 198.51.100.1:5060");
    assert.equal(via.parameters.get("rport"), "");
    assert.deepEqual(contactsOf(message), ["<sip:1000@198.51.100.1:5060>"]);
    assert.equal(message.header("max-forwards"), "70");
    assert.equal(message.header("content-length"), "0");
  });
});
