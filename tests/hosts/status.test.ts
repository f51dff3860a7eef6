import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StatusBoard } from "../../host/abi/status.js";
import type { AccountStatus, SlotStatus } from "../../host/abi/status.js";
import type { EventRecord, RecordOf } from "../../host/abi/record.js";

const A = "udp:192.0.2.1:5060";
const B = "udp:192.0.2.2:5060";
const head = { account: 1, slot: 1 } as const;

const request = (t: number, target: string): EventRecord => ({
  t,
  ...head,
  event: "request",
  method: "REGISTER",
  target,
  attempt: 1,
  reason: "start",
});
const registered = (t: number, target: string): EventRecord => ({
  t,
  ...head,
  event: "registered",
  target,
  expires: 60,
  reason: "start",
});
const targetFailed = (t: number, target: string): EventRecord => ({
  t,
  ...head,
  event: "target-failed",
  target,
  cause: "silent",
});
const failover = (t: number, from: string, to: string): EventRecord => ({
  t,
  ...head,
  event: "failover",
  from,
  to,
  rule: "F2",
});

const after = (...records: readonly EventRecord[]): SlotStatus | undefined => {
  const board = new StatusBoard();
  for (const record of records) board.add(record);
  return board.accounts[0]?.slots[0];
};

const call = (t: number, state: RecordOf<"call">["state"], target = A): EventRecord => ({
  t,
  ...head,
  event: "call",
  call: 7,
  state,
  target,
  peer: "sip:bob@example.com",
  reason: "none",
  status: 0,
});
const subscription = { ...head, subscription: 9, package: "dialog" } as const;
const subscribed = (t: number, target: string): EventRecord => ({
  t,
  ...subscription,
  event: "subscribed",
  target,
  expires: 60,
});
const unsubscribed = (t: number, retry: number): EventRecord => ({
  t,
  ...subscription,
  event: "unsubscribed",
  reason: retry === 0 ? "stopped" : "rejected",
  status: 0,
  retry,
});

const accountAfter = (...records: readonly EventRecord[]): AccountStatus | undefined => {
  const board = new StatusBoard();
  for (const record of records) board.add(record);
  return board.accounts[0];
};

describe("calls of an account", () => {
  it("are there until they end, each with the time since it has been in its state", () => {
    const status = accountAfter(
      call(0, "calling", ""),
      call(100, "ringing"),
      call(200, "ringing"),
      call(900, "established"),
    );
    assert.deepEqual(status, {
      account: 1,
      slots: [],
      calls: [{ number: 7, state: "established", peer: "sip:bob@example.com", target: A, since: 900 }],
      subscriptions: [],
    });
    assert.equal(accountAfter(call(100, "ringing"), call(200, "ringing"))?.calls[0]?.since, 100);
    assert.deepEqual(accountAfter(call(0, "calling"), call(5, "ended"))?.calls, []);
  });

  it("that fail do not touch the registration", () => {
    const status = accountAfter(
      registered(0, A),
      { t: 5, ...head, event: "request", method: "INVITE", target: B, attempt: 1, reason: "call" },
      { t: 9, ...head, event: "failed", method: "INVITE", reason: "no-target-left", status: 0, retry: 0 },
    );
    assert.equal(status?.slots[0]?.state, "registered");
    assert.equal(status.slots[0].target, A);
  });
});

describe("subscriptions of an account", () => {
  it("are on a target until they run out", () => {
    assert.deepEqual(accountAfter(subscribed(500, A), subscribed(700, B))?.subscriptions, [
      { number: 9, package: "dialog", state: "subscribed", target: B, expires: 60_700, retry: undefined },
    ]);
  });

  it("wait for the next try, and are gone where there is none", () => {
    assert.deepEqual(accountAfter(subscribed(500, A), unsubscribed(700, 30_000))?.subscriptions, [
      { number: 9, package: "dialog", state: "waiting", target: "", expires: undefined, retry: 30_700 },
    ]);
    assert.deepEqual(accountAfter(subscribed(500, A), unsubscribed(700, 0))?.subscriptions, []);
  });
});

describe("status of an account", () => {
  it("nothing is known before the first record", () => {
    assert.deepEqual(new StatusBoard().accounts, []);
  });

  it("a REGISTER is under way", () => {
    assert.equal(after(request(0, A))?.state, "registering");
  });

  it("registered: where, since when, why, and how long", () => {
    assert.deepEqual(after(request(0, A), registered(20, A)), {
      slot: 1,
      state: "registered",
      target: A,
      since: 20,
      why: { event: "registered", reason: "start" },
      expires: 60_020,
      retry: undefined,
    });
  });

  it("a refresh changes neither since nor why", () => {
    const status = after(registered(20, A), request(30_000, A), registered(30_010, A));
    assert.equal(status?.since, 20);
    assert.equal(status.expires, 90_010);
    assert.equal(status.state, "registered");
  });

  for (const order of ["failover first", "registered first"]) {
    it(`after a failover the reason is its rule and cause (${order})`, () => {
      const moved = [failover(7500, A, B), registered(7500, B)];
      const status = after(
        registered(0, A),
        targetFailed(7500, A),
        ...(order === "failover first" ? moved : moved.reverse()),
      );
      assert.equal(status?.target, B);
      assert.equal(status.since, 7500);
      assert.deepEqual(status.why, { event: "failover", rule: "F2", cause: "silent" });
    });
  }

  it("failed for good: no target, and when the next try comes", () => {
    const status = after(request(0, A), {
      t: 32_000,
      ...head,
      event: "failed",
      method: "REGISTER",
      reason: "no-target-left",
      status: 0,
      retry: 30_000,
    });
    assert.equal(status?.state, "waiting");
    assert.equal(status.target, "");
    assert.equal(status.retry, 62_000);
  });

  it("a failed refresh leaves the binding that there is", () => {
    const status = after(registered(0, A), {
      t: 40_000,
      ...head,
      event: "failed",
      method: "REGISTER",
      reason: "no-target-left",
      status: 0,
      retry: 30_000,
    });
    assert.equal(status?.state, "registered");
    assert.equal(status.target, A);
    assert.equal(status.retry, 70_000);
  });

  it("unregistered: no target any more", () => {
    const status = after(registered(0, A), {
      t: 10,
      ...head,
      event: "unregistered",
      target: A,
      reason: "stopped",
    });
    assert.equal(status?.state, "unregistered");
    assert.equal(status.target, "");
    assert.equal(status.since, 10);
  });

  it("accounts and slots come in order", () => {
    const board = new StatusBoard();
    for (const [account, slot] of [
      [2, 1],
      [1, 2],
      [1, 1],
    ] as const) {
      board.add({ t: 0, account, slot, event: "registered", target: A, expires: 60, reason: "start" });
    }
    assert.deepEqual(
      board.accounts.map(({ account, slots }) => [account, slots.map(({ slot }) => slot)]),
      [
        [1, [1, 2]],
        [2, [1]],
      ],
    );
  });
});
