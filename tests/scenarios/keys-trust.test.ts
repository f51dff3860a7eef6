/** sip_trust_ctrl: from whom an account takes requests. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEndpoint, parseSip } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, calls } from "./call-helpers.js";
import { Site, addressOf, inTurn } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { QUIET } from "./subscription-helpers.js";

const STRANGER = "203.0.113.9";

let branches = 0;

interface Question {
  readonly method: string;
  readonly from: string;
  readonly headers?: readonly string[];
  readonly uri?: string;
}

/** Asks the phone something as octets from an address: the final answer, or the first one where there is none. */
const ask = (site: Site, phone: SimulatedPhone, { method, from, headers = [], uri }: Question): number => {
  const source = parseEndpoint(from.includes(":") ? from : `${from}:5060`);
  const branch = `z9hG4bK-asked-${String(++branches)}`;
  const text = [
    `${method} ${uri ?? "sip:1000@198.51.100.1:5060"} SIP/2.0`,
    `Via: SIP/2.0/UDP ${source.address}:${String(source.port)};branch=${branch}`,
    "Max-Forwards: 70",
    "From: <sip:asking@example.org>;tag=asking",
    "To: <sip:1000@sip.example.com>",
    `Call-ID: ${branch}`,
    `CSeq: 1 ${method}`,
    "Contact: <sip:asking@192.0.2.100>",
    ...headers,
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");
  site.s.network.link(source.address);
  site.s.network.inject(source, parseEndpoint("198.51.100.1:5060"), Buffer.from(text));
  site.s.run(1);
  const statuses = phone.wire.flatMap(({ direction, octets }) => {
    const answer = direction === "out" ? parseSip(octets) : undefined;
    return answer?.branch === branch && answer.status !== 0 ? [answer.status] : [];
  });
  return statuses.at(-1) ?? 0;
};

const WAITING = ["Event: message-summary", "Subscription-State: active"];

const questions: readonly (readonly [string, readonly string[], boolean])[] = [
  ["OPTIONS", [], false],
  ["NOTIFY", WAITING, false],
  ["INVITE", [], true],
];

/** 180 or 200: taken; 403: refused. */
const isTaken = (status: number): boolean => status !== 403 && status > 0;

const ready = (settings: Settings, site = new Site()): { site: Site; phone: SimulatedPhone } => {
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.run(1000);
  return { site, phone };
};

describe("sip_trust_ctrl", () => {
  for (const [method, headers] of questions) {
    for (const mode of [0, 3]) {
      const sticky = { "sip_server.1.failback_mode": mode };
      test(`0, mode ${String(mode)}: ${method} is taken from whoever sends it`, () => {
        for (const from of [addressOf("A"), addressOf("B"), STRANGER]) {
          const { site, phone } = ready({ ...sticky, sip_trust_ctrl: 0 });
          assert.equal(isTaken(ask(site, phone, { method, headers, from })), true, from);
        }
      });

      test(`1, mode ${String(mode)}: ${method} is taken from the current target, and from no other: 403`, () => {
        for (const [from, taken] of [
          [addressOf("A"), true],
          [addressOf("B"), false],
          [STRANGER, false],
        ] as const) {
          const { site, phone } = ready({ ...sticky, sip_trust_ctrl: 1 });
          assert.equal(isTaken(ask(site, phone, { method, headers, from })), taken, from);
          const isOffered = calls(phone).length > 0;
          assert.equal(isOffered, taken && method === "INVITE");
          assert.equal(phone.events("notify").length, taken && method === "NOTIFY" ? 1 : 0);
        }
      });
    }

    test(`1: after a failover ${method} is taken from B, and no longer from A`, () => {
      const site = new Site();
      site.a.mode = inTurn([{ status: 503 }]);
      const { phone } = ready({ sip_trust_ctrl: 1, "sip_server.1.failback_mode": 3 }, site);
      assert.equal(isTaken(ask(site, phone, { method, headers, from: addressOf("B") })), true);
      assert.equal(ask(site, phone, { method, headers, from: addressOf("A") }), 403);
    });

    test(`1: with two slots ${method} is taken from the current target of each`, () => {
      const { site, phone } = ready({ sip_trust_ctrl: 1, "sip_server.2.address": "192.0.2.4" });
      assert.equal(isTaken(ask(site, phone, { method, headers, from: addressOf("D") })), true);
      assert.equal(isTaken(ask(site, phone, { method, headers, from: addressOf("A") })), true);
      assert.equal(ask(site, phone, { method, headers, from: addressOf("C") }), 403);
    });
  }

  test("1: another port of the current target's address is its own as well: servers send from where they like", () => {
    const { site, phone } = ready({ sip_trust_ctrl: 1 });
    assert.equal(ask(site, phone, { method: "OPTIONS", from: "192.0.2.1:40000" }), 200);
  });

  test("1: each account for itself", () => {
    const { site, phone } = ready({
      sip_trust_ctrl: 1,
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "192.0.2.4",
      "account.2.sip_trust_ctrl": 0,
    });
    const other = { method: "OPTIONS", from: STRANGER, uri: "sip:2000@198.51.100.1:5060" };
    assert.equal(ask(site, phone, other), 200);
    assert.equal(ask(site, phone, { ...other, uri: "sip:1000@198.51.100.1:5060" }), 403);
  });

  test("1: a stranger's BYE with all that it takes to know does not end a call", () => {
    const { site, phone } = ready({ sip_trust_ctrl: 1 });
    phone.call(FAR, { type: "application/sdp", body: SDP });
    site.s.run(10_000);
    const [dialog] = site.exchange.calls;
    assert.ok(dialog);
    const bye = dialog.send("BYE", { server: site.b });
    site.s.run(1000);
    assert.equal(bye.status, 403);
    assert.equal(calls(phone).at(-1)?.endsWith(" established"), true);
    const own = dialog.bye();
    site.s.run(1000);
    assert.equal(own.status, 200);
  });

  test("1: before there is a registration nobody is trusted", () => {
    const site = new Site();
    site.a.silent();
    site.b.silent();
    const { phone } = ready({ sip_trust_ctrl: 1 }, site);
    assert.equal(ask(site, phone, { method: "INVITE", from: STRANGER }), 403);
    assert.deepEqual(calls(phone), []);
  });
});
