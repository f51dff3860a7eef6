/** How long the first answer takes, by `explain`, against the rules' worked timelines and the wire of scenarios. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering } from "../../host/simulated/index.js";
import { FAR, SDP, messagesOf } from "../scenarios/call-helpers.js";
import { Site, registers, sent } from "../scenarios/helpers.js";
import type { Settings } from "../scenarios/helpers.js";
import { account, addresses, answer, course } from "./explain-helpers.js";

const [A, B, C] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"] as const;

describe("explain: time to the first answer", () => {
  test("F2: a silent target costs 7.5 s, the last one 64·T1", async () => {
    const found = await account({}, addresses(["A", "B", "C"]));
    const silent = [`0 ${A}`, `7500 ${B}`, `15000 ${C}`, "47000 no-target-left"];
    for (const question of ["register", "invite", "subscribe", "bye-by-name"] as const)
      assert.deepEqual(course(found, question, "silent"), silent, question);
    assert.deepEqual(course(found, "later-invite", "silent"), silent, "mode 0 begins at the primary (F6)");
  });

  test("two targets, both silent: 39.5 s", async () => {
    const found = await account();
    assert.deepEqual(course(found, "register", "silent").at(-1), "39500 no-target-left");
    assert.deepEqual(course(found, "invite", "silent").at(-1), "39500 no-target-left");
  });

  test("F3, F1: a refused port and a 503 cost nothing", async () => {
    const found = await account();
    for (const trouble of ["refused", "503"] as const) {
      for (const question of ["register", "invite", "subscribe"] as const)
        assert.deepEqual(
          course(found, question, trouble),
          [`0 ${A}`, `0 ${B}`, "0 no-target-left"],
          question,
        );
    }
  });

  test("F13: BYE goes by the literal route, and is given up with it", async () => {
    const found = await account();
    assert.deepEqual(course(found, "bye", "silent"), [
      `0 ${A}`,
      "32000 no-target-left",
      "32000 no-target-left",
    ]);
    assert.deepEqual(course(found, "bye", "refused"), [`0 ${A}`, "0 no-target-left", "0 no-target-left"]);
  });

  test("F2: the budgets of INVITE and of the rest are the keys' own", async () => {
    const settings = { "sip_server.1.retry_counts": 1, "sip_server.1.invite_retry_counts": 4 };
    const found = await account(settings);
    assert.equal(answer(found, "register", "silent", 1).after, 1500);
    assert.equal(answer(found, "subscribe", "silent", 1).after, 1500);
    assert.equal(answer(found, "invite", "silent", 1).after, 15_500);
  });

  for (const mode of [1, 2, 3]) {
    test(`F6, F8: mode ${String(mode)}: later calls begin where the phone is`, async () => {
      const found = await account({ "sip_server.1.failback_mode": mode });
      assert.deepEqual(course(found, "later-invite", "silent").slice(0, 2), [`0 ${A}`, `0 ${B}`]);
      assert.deepEqual(course(found, "invite", "silent").slice(0, 2), [`0 ${A}`, `7500 ${B}`]);
    });
  }

  test("G2: the dead are counted through slot 1 and then slot 2", async () => {
    const found = await account({ "sip_server.2.address": C, "fallback.redundancy_type": 1 });
    const silent = [`0 ${A}`, `7500 ${B}`, `15000 ${C}`, "47000 no-target-left"];
    assert.deepEqual(course(found, "register", "silent"), silent);
    assert.deepEqual(course(found, "invite", "silent"), silent);
  });

  test("G1: concurrent slots: slot 1's own REGISTER, and slot 2 for calls", async () => {
    const found = await account({ "sip_server.2.address": C });
    assert.equal(answer(found, "register", "silent", 2).result, "failed");
    assert.equal(answer(found, "invite", "silent", 2).target, `udp:${C}:5060`);
  });
});

/** What the wire of a scenario shows for a REGISTER at the start. */
const registerOnWire = (settings: Settings): number => {
  const site = new Site();
  site.a.silent();
  const phone = site.phone(settings);
  site.s.run(60_000);
  return Number(
    registers(phone)
      .find((line) => line.endsWith(" B"))
      ?.split(" ")[0],
  );
};

/** What the wire of a scenario shows for a call after the primary has died. */
const inviteOnWire = (settings: Settings): number => {
  const site = new Site();
  site.exchange.callee = answering();
  const phone = site.phone(settings);
  site.s.run(40_000);
  site.a.silent();
  phone.call(FAR, { body: SDP, type: "application/sdp" });
  site.s.run(60_000);
  assert.ok(sent(phone, "INVITE").length > 0);
  const first = messagesOf(phone).find(
    ({ direction, message }) => direction === "in" && message.method === "INVITE",
  );
  return (first?.t ?? NaN) - 40_000;
};

describe("explain: the same numbers as a scenario's wire", () => {
  const cases: readonly Settings[] = [
    {},
    { "sip_server.1.retry_counts": 0, "sip_server.1.invite_retry_counts": 1 },
    { "sip_server.1.retry_counts": 9, "sip_server.1.failback_mode": 2 },
    { "sip.timer_t1": 1, "sip_server.1.failback_mode": 1, "sip_server.1.register_on_enable": 1 },
  ];
  for (const settings of cases) {
    test(JSON.stringify(settings), async () => {
      const found = await account(settings);
      assert.equal(answer(found, "register", "silent", 1).after, registerOnWire(settings));
      assert.equal(answer(found, "invite", "silent", 1).after, inviteOnWire(settings));
    });
  }
});
