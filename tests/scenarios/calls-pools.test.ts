/** What calls take they give back: the fixed pools after many calls of every kind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random, answering } from "../../host/simulated/index.js";
import type { CalleeScript, SimulatedPhone } from "../../host/simulated/index.js";
import { BY_NAME, FAR, OFFER, QUIET, SDP, calls, incomingOf } from "./call-helpers.js";
import { Site } from "./helpers.js";
import type { Settings } from "./helpers.js";

/** Long enough for every transaction of RFC 3261 to be over. */
const ALL_OVER = 100_000;

/** So many calls fit into an idle phone: it is the same number after whatever was done before. */
const capacity = (site: Site, phone: SimulatedPhone): number => {
  const { callee } = site.exchange;
  site.exchange.callee = answering();
  const numbers: number[] = [];
  for (let call = phone.call(FAR, OFFER); call > 0; call = phone.call(FAR, OFFER)) {
    numbers.push(call);
    site.s.run(10);
  }
  for (const number of numbers) {
    assert.equal(calls(phone, number).at(-1)?.split(" ")[1], "established");
    phone.hangUp(number);
    site.s.run(10);
  }
  site.s.run(ALL_OVER);
  site.exchange.callee = callee;
  return numbers.length;
};

const ready = (settings: Settings = {}) => {
  const site = new Site({ recordRoute: BY_NAME });
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

const kinds: readonly (readonly [string, CalleeScript, number])[] = [
  ["taken and hung up", answering(), 500],
  ["refused", [{ status: 486 }], 500],
  ["cancelled while it rings", [{ status: 180 }], 500],
  ["cancelled before any answer", [], 500],
  ["given up as nobody answers", [], 60_000],
  ["forked", [{ status: 200 }, { status: 200, fork: 1 }, { status: 200, fork: 2 }], 500],
  ["reliable and early", [{ status: 183, reliable: true, body: SDP }, { status: 200 }], 500],
];

describe("pools", () => {
  test("an idle phone has room for all its calls, each of them in one dialog", () => {
    const { site, phone } = ready();
    assert.equal(capacity(site, phone), 32);
    assert.ok(phone.events("pool-full").every(({ pool }) => pool === "calls"));
  });

  for (const [name, callee, wait] of kinds) {
    test(`a hundred calls, each ${name}: nothing is used up`, () => {
      const { site, phone } = ready({ "session_timer.enable": 1 });
      site.exchange.callee = callee;
      for (let count = 0; count < 100; count++) {
        const call = phone.call(FAR, OFFER);
        assert.ok(call > 0, `call ${String(count)} was answered ${String(call)}`);
        site.s.run(wait);
        phone.hangUp(call);
        site.s.run(wait);
      }
      site.s.run(ALL_OVER);
      assert.deepEqual(phone.events("pool-full"), []);
      assert.equal(capacity(site, phone), 32);
    });
  }

  test("a hundred calls that come in, and end in every way", () => {
    const { site, phone } = ready();
    for (let count = 0; count < 100; count++) {
      const call = site.exchange.invite(site.a, { to: "1000" });
      site.s.run(10);
      const number = incomingOf(phone);
      if (count % 5 === 0) call.cancel();
      else if (count % 5 === 1) phone.respond(number, 486);
      else {
        phone.respond(number, 200, OFFER);
        site.s.run(10);
        if (count % 5 === 2) call.reinvite(SDP);
        site.s.run(10);
        if (count % 5 === 3) call.bye();
        else phone.hangUp(number);
      }
      site.s.run(1500);
    }
    site.s.run(ALL_OVER);
    assert.deepEqual(
      phone.events("pool-full").map(({ pool }) => pool),
      [],
    );
    assert.equal(capacity(site, phone), 32);
  });

  for (const seed of [1, 2, 3]) {
    test(`servers that fail and come back at random under calls (${String(seed)}): all calls end, nothing is used up`, () => {
      const random = new Random(seed);
      const draw = (below: number): number => (random.octets(1)[0] ?? 0) % below;
      const { site, phone } = ready({
        "sip_server.1.failback_mode": 3,
        "sip_server.1.failback_timeout": 60,
        "sip_server.1.register_on_enable": draw(2),
        "session_timer.enable": 1,
      });
      const open: number[] = [];
      for (let step = 0; step < 200; step++) {
        const server = [site.a, site.b][draw(2)] ?? site.a;
        const act = draw(8);
        if (act === 0) server.silent();
        else if (act === 1) server.refuse();
        else if (act === 2) server.up();
        else if (act === 3) server.answer(503);
        site.exchange.callee = kinds[draw(kinds.length)]?.[1] ?? [];
        if (open.length < 8) {
          const call = phone.call(FAR, OFFER);
          if (call > 0) open.push(call);
        }
        site.s.run(draw(200) * 20);
        for (const call of open)
          if (draw(4) === 0) phone.requestInCall(call, "INFO", { type: "a/b", body: "x" });
        const oldest = draw(2) === 0 ? open.shift() : undefined;
        if (oldest !== undefined) phone.hangUp(oldest);
      }
      for (const call of open) phone.hangUp(call);
      for (const server of [site.a, site.b]) server.up();
      site.s.run(ALL_OVER + 100_000);
      const last = new Map(phone.events("call").map(({ call, state }) => [call, state]));
      assert.ok([...last.values()].every((state) => state === "ended"));
      assert.equal(capacity(site, phone), 32);
    });
  }
});
