/** With calls and subscriptions, too, the state is the memory, and a run can be repeated from its inputs. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configure } from "../../host/abi/configure.js";
import { SEED_OCTETS } from "../../host/abi/core.js";
import { Core, Random } from "../../host/simulated/index.js";
import { Recording, digestOf } from "./recording.js";
import { Traffic, busyFile } from "./traffic.js";

const MINUTE = 60_000;
const SEED = 78;
const LASTS = 60 * MINUTE;

interface Course {
  readonly traffic: Traffic;
  readonly recording: Recording;
  /** The state when half the time was over, how many steps had been taken, and how many calls there were. */
  readonly middle: Uint8Array;
  readonly steps: number;
  readonly calls: number;
}

/** An hour with 20 outages, and something new every 5 seconds. */
const course = (): Course => {
  const traffic = new Traffic(SEED);
  const { s } = traffic.installation;
  const recording = new Recording(traffic.phone.core);
  traffic.installation.plan(9, 20, MINUTE, LASTS - 10 * MINUTE, 3 * MINUTE);
  traffic.plan(MINUTE, LASTS, 5000);
  s.runUntil(LASTS / 2);
  const middle = traffic.phone.core.snapshot();
  const steps = recording.steps.length;
  const calls = traffic.open.size;
  s.runUntil(LASTS);
  return { traffic, recording, middle, steps, calls };
};

const first = course();

const configured = (core: Core): Core => {
  const octets = new TextEncoder().encode(busyFile());
  configure(core, {
    files: [{ name: "phone.cfg", octets }],
    seed: new Random(SEED).octets(SEED_OCTETS),
    resolvers: ["192.0.2.53:53"],
  });
  return core;
};

/** Fails at the first step that differs; the whole lists are too long to show. */
const assertSame = (found: readonly unknown[], expected: readonly unknown[]): void => {
  const at = found.findIndex((one, index) => one !== expected[index]);
  assert.equal(at, -1, `step ${String(at)}`);
  assert.equal(found.length, expected.length);
};

describe("calls and subscriptions are in the memory, and nowhere else", () => {
  test("the course is one worth repeating, and in its middle there are calls of every kind", () => {
    const { phone, states, placed, offered } = first.traffic;
    assert.ok(first.recording.steps.length > 10_000, String(first.recording.steps.length));
    assert.ok(placed > 300 && offered > 50, `${String(placed)} ${String(offered)}`);
    assert.ok(first.calls >= 4, String(first.calls));
    for (const state of [
      "calling",
      "proceeding",
      "ringing",
      "incoming",
      "accepted",
      "established",
      "ending",
      "ended",
    ])
      assert.ok((states.get(state) ?? 0) > 10, `${state}: ${String(states.get(state))}`);
    for (const event of ["failover", "subscribed", "unsubscribed", "notify", "call-message"] as const)
      assert.ok(phone.events(event).length > 10, event);
  });

  test("two runs are equal, octet for octet", () => {
    const second = course();
    assert.equal(second.recording.steps.length, first.recording.steps.length);
    assertSame(second.recording.results, first.recording.results);
    assert.equal(Buffer.compare(second.middle, first.middle), 0);
    assert.equal(digestOf(second.recording.core), digestOf(first.recording.core));
    assert.equal(JSON.stringify(second.traffic.phone.records), JSON.stringify(first.traffic.phone.records));
  });

  test("the inputs alone, given to another core, give the same", () => {
    const core = configured(new Core());
    assertSame(first.recording.replay(core), first.recording.results);
    assert.equal(digestOf(core), digestOf(first.recording.core));
  });

  test("a core that is restored from a state in the middle of calls goes on with them as the first did", () => {
    const core = new Core();
    core.restore(first.middle);
    assertSame(first.recording.replay(core, first.steps), first.recording.results.slice(first.steps));
    assert.equal(digestOf(core), digestOf(first.recording.core));
  });

  test("so does one that has had calls of its own", () => {
    const other = new Traffic(4);
    other.plan(1000, 10 * MINUTE, 5000);
    other.installation.s.runUntil(5 * MINUTE);
    const { core } = other.phone;
    core.restore(first.middle);
    assertSame(first.recording.replay(core, first.steps), first.recording.results.slice(first.steps));
  });

  test("configured anew, a core remembers no call of the life before", () => {
    const used = new Core();
    used.restore(first.middle);
    assertSame(first.recording.replay(configured(used)), first.recording.results);
  });

  test("what was left of a restored state has no effect: a second future is the same again", () => {
    const core = new Core();
    core.restore(first.middle);
    first.recording.replay(core, first.steps);
    core.restore(first.middle);
    assertSame(first.recording.replay(core, first.steps), first.recording.results.slice(first.steps));
  });
});
