import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { SlotStatus } from "../../host/abi/status.js";
import { plain } from "../../host/cli/paint.js";
import { Origins, accountLabel, statusKey, statusLines } from "../../host/cli/render/status.js";

const PRIMARY = "udp:127.0.0.11:5060";
const SECONDARY = "udp:127.0.0.12:5060";
const startedAt = new Date(2026, 0, 2, 14, 3, 14);

const slot: SlotStatus = {
  slot: 1,
  state: "registered",
  target: SECONDARY,
  since: 8000,
  why: { event: "failover", rule: "F1", cause: "silent" },
  expires: 68_000,
  retry: undefined,
};

const lineOf = (changes: Partial<SlotStatus>, now = 16_000, from?: string): string =>
  statusLines(
    { account: 1, slots: [{ ...slot, ...changes }], calls: [], subscriptions: [] },
    { now, startedAt, name: "bob", cameFrom: () => from, paint: plain },
  )
    .map((parts) => parts.join("; "))
    .join("\n");

const cases: readonly (readonly [string, string, string])[] = [
  [
    "a move, with its cause and rule",
    lineOf({}, 16_000, PRIMARY),
    `1 bob: on ${SECONDARY} since 14:03:22, 8 s; moved from ${PRIMARY} (silent, F2); expires in 52 s`,
  ],
  [
    "a return",
    lineOf({ target: PRIMARY, why: { event: "failback", rule: "B4" } }, 8000, SECONDARY),
    `1 bob: on ${PRIMARY} since 14:03:22; returned from ${SECONDARY} (B4); expires in 1 min`,
  ],
  [
    "a start",
    lineOf({ why: { event: "registered", reason: "start" } }),
    `1 bob: on ${SECONDARY} since 14:03:22, 8 s; expires in 52 s`,
  ],
  [
    "a wait",
    lineOf({
      state: "waiting",
      target: "",
      why: { event: "failed", reason: "no-target-left" },
      expires: undefined,
      retry: 38_000,
    }),
    "1 bob: not registered since 14:03:22, 8 s; no target left; next try in 22 s",
  ],
  [
    "a first try",
    lineOf({ state: "registering", target: "", why: undefined, expires: undefined }),
    "1 bob: registering, 8 s",
  ],
  [
    "an end",
    lineOf({
      state: "unregistered",
      target: "",
      why: { event: "unregistered", reason: "stopped" },
      expires: undefined,
    }),
    "1 bob: not registered since 14:03:22, 8 s; stopped",
  ],
];

describe("the status of an account", () => {
  for (const [name, line, expected] of cases) {
    it(`tells of ${name}`, () => {
      assert.equal(line, expected);
    });
  }

  it("has a line for each of two servers", () => {
    const lines = statusLines(
      {
        account: 2,
        slots: [slot, { ...slot, slot: 2, target: PRIMARY, why: undefined }],
        calls: [],
        subscriptions: [],
      },
      { now: 8000, startedAt, name: "", cameFrom: () => undefined, paint: plain },
    );
    assert.deepEqual(
      lines.map(([first]) => first),
      [`2, server 1: on ${SECONDARY} since 14:03:22`, `2, server 2: on ${PRIMARY} since 14:03:22`],
    );
  });

  const withoutSlots = { account: 1, slots: [], calls: [], subscriptions: [] } as const;
  const contextOf = (now: number) =>
    ({ now, startedAt, name: "bob", cameFrom: () => undefined, paint: plain }) as const;

  it("has a line for each call, with its state, far end, target and age", () => {
    const call = {
      number: 1,
      state: "established",
      peer: "sip:al@a.example",
      target: PRIMARY,
      since: 8000,
    } as const;
    const lines = statusLines(
      { ...withoutSlots, calls: [call, { ...call, number: 2, state: "calling", target: "", since: 16_000 }] },
      contextOf(16_000),
    );
    assert.deepEqual(lines, [
      [`1 bob: in a call with sip:al@a.example by ${PRIMARY} since 14:03:22, 8 s`],
      ["1 bob: calling sip:al@a.example since 14:03:30"],
    ]);
  });

  it("has one line for all subscriptions: where they are, or when the next try comes", () => {
    const there = {
      number: 1,
      package: "message-summary",
      state: "subscribed",
      target: PRIMARY,
      expires: 60_000,
      retry: undefined,
    } as const;
    const waits = {
      number: 2,
      package: "dialog",
      state: "waiting",
      target: "",
      expires: undefined,
      retry: 38_000,
    } as const;
    const [line] = statusLines({ ...withoutSlots, subscriptions: [there, waits] }, contextOf(16_000));
    assert.deepEqual(line, [
      `1 bob: subscribed to message waiting at ${PRIMARY}`,
      "not subscribed to busy lamps, next try in 22 s",
    ]);
  });

  it("is news when target, state or reason change, not when time passes or the binding is refreshed", () => {
    assert.equal(statusKey(slot), statusKey({ ...slot, expires: 99_000 }));
    assert.notEqual(statusKey(slot), statusKey({ ...slot, target: PRIMARY }));
    assert.notEqual(statusKey(slot), statusKey({ ...slot, state: "waiting" }));
    assert.notEqual(statusKey(slot), statusKey({ ...slot, why: { event: "failback" } }));
  });

  it("knows where each slot has come from", () => {
    const origins = new Origins();
    origins.add({ t: 1, account: 1, event: "failover", slot: 1, from: PRIMARY, to: SECONDARY, rule: "F2" });
    origins.add({
      t: 2,
      account: 1,
      event: "registered",
      slot: 1,
      target: SECONDARY,
      expires: 60,
      reason: "start",
    });
    assert.equal(origins.of(1, 1), PRIMARY);
    assert.equal(origins.of(1, 2), undefined);
    assert.equal(origins.of(2, 1), undefined);
  });

  it("names the account, with its label where it has one", () => {
    assert.equal(accountLabel(1, "bob"), "1 bob");
    assert.equal(accountLabel(16, ""), "16");
  });
});
