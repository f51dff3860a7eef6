/** What becomes of calls in time, without waiting for it: a phone that only takes note, and a clock of the test's. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import type { NameOf, RecordOf } from "../../host/abi/record.js";
import type { PlannedCall } from "../../host/cli/arguments.js";
import { CallNumbers } from "../../host/cli/call-numbers.js";
import { Calls } from "../../host/cli/calls.js";
import type { AnswerPolicy, CallingPhone } from "../../host/cli/calls.js";
import { PlannedCalls } from "../../host/cli/planned-calls.js";
import { CoreError } from "../../host/node/index.js";
import type { AccountStatus, Content, PhoneEvents } from "../../host/node/index.js";

const OFFER = "v=0\r\no=- 1 1 IN IP4 192.0.2.100\r\ns=-\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n";
const CALL = 513;

/** Takes note of what it is asked for: `180`, `200`, `BYE`, `INVITE`. */
class NotingPhone extends EventEmitter<PhoneEvents> implements CallingPhone {
  readonly asked: string[] = [];
  readonly bodies: string[] = [];
  /** What the core answers to the next requests; nothing: it takes them. */
  readonly refusals: string[] = [];

  call(uri: string, content: Content = {}): Promise<number> {
    return this.#note(`call ${uri}`, content).then(() => CALL);
  }

  respond(_call: number, status: number, content: Content = {}): Promise<void> {
    return this.#note(String(status), content);
  }

  hangUp(): Promise<void> {
    return this.#note("BYE");
  }

  requestInCall(_call: number, method: NameOf<"method">, content: Content = {}): Promise<void> {
    return this.#note(method, content);
  }

  status(): AccountStatus[] {
    return [];
  }

  /** The call has another state. */
  tell(state: NameOf<"callState">, more: Partial<RecordOf<"call">> = {}): void {
    this.emit("call", {
      ...{ t: 0, account: 1, event: "call", call: CALL, slot: 1, target: "", peer: "sip:far@example.com" },
      ...{ state, reason: "none", status: 0, ...more },
    });
  }

  /** The far end says something in the call. */
  hear(method: NameOf<"method">, more: Partial<RecordOf<"call-message">> = {}): void {
    this.emit("call-message", {
      ...{ t: 0, account: 1, event: "call-message", call: CALL, method, status: 0, answer: 1, detail: "" },
      ...{ type: "", body: "", ...more },
    });
  }

  /** A call comes in. */
  ring(body = OFFER): void {
    this.tell("incoming");
    this.hear("INVITE", { body });
  }

  #note(what: string, content: Content = {}): Promise<void> {
    this.asked.push(what);
    if (content.body !== undefined) this.bodies.push(content.body);
    const refusal = this.refusals.shift();
    return refusal === undefined ? Promise.resolve() : Promise.reject(new CoreError(`No (${refusal}).`));
  }
}

/** Timers of the test's own: they ring when `pass` has let so much time go by. */
class Timers {
  readonly #waiting = new Map<object, { readonly at: number; readonly ring: () => void }>();
  #now = 0;

  /** Takes the place of the system's until mocks are restored. */
  install(): void {
    mock.method(globalThis, "setTimeout", (ring: () => void, delay: number) => {
      const timer = {};
      this.#waiting.set(timer, { at: this.#now + delay, ring });
      return timer;
    });
    mock.method(globalThis, "clearTimeout", (timer?: object) => {
      if (timer !== undefined) this.#waiting.delete(timer);
    });
  }

  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const due = [...this.#waiting].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at);
      const [next] = due;
      if (next === undefined) break;
      const [timer, { at, ring }] = next;
      this.#waiting.delete(timer);
      this.#now = at;
      ring();
      await settled();
    }
    this.#now = end;
    await settled();
  }
}

/** Lets promises settle. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

let timers: Timers;
let said: string[];
beforeEach(() => {
  said = [];
  timers = new Timers();
  timers.install();
});
afterEach(() => {
  mock.restoreAll();
});

const pass = (milliseconds: number): Promise<void> => timers.pass(milliseconds);
const say = (sentence: string): void => {
  said.push(sentence);
};

const callsOf = (answer: AnswerPolicy): { phone: NotingPhone; calls: Calls } => {
  const phone = new NotingPhone();
  const numbers = new CallNumbers();
  const calls = new Calls(phone, {
    answer,
    numberOf: (call) => numbers.of(call),
    localAddress: () => Promise.resolve("192.0.2.7"),
    say,
  });
  return { phone, calls };
};

describe("a call that comes in", () => {
  it("rings, and is refused with 486 when its time is over and nobody can take it", async () => {
    const { phone } = callsOf({ refuses: 30_000 });
    phone.ring();
    await pass(29_999);
    assert.deepEqual(phone.asked, ["180"]);
    await pass(1);
    assert.deepEqual(phone.asked, ["180", "486"]);
  });

  it("rings on where somebody can take it, and is taken once", async () => {
    const { phone, calls } = callsOf({});
    phone.ring();
    await pass(200_000);
    assert.deepEqual(phone.asked, ["180"]);
    assert.deepEqual(
      calls.all.map(({ number, state, peer }) => [number, state, peer]),
      [[1, "incoming", "sip:far@example.com"]],
    );
    await calls.answer(CALL);
    assert.deepEqual(phone.asked, ["180", "200"]);
    assert.match(phone.bodies[0] ?? "", /\r\nm=audio 11780 RTP\/AVP 0\r\n/);
  });

  it("that is taken by hand is not taken or refused once more", async () => {
    for (const policy of [{ takes: 5000 }, { refuses: 5000 }]) {
      const { phone, calls } = callsOf(policy);
      phone.ring();
      await calls.answer(CALL);
      phone.tell("established");
      await pass(10_000);
      assert.deepEqual(phone.asked, ["180", "200"]);
    }
  });

  it("that has ended before its time is left alone; so is everything once the phone has stopped", async () => {
    const { phone } = callsOf({ takes: 5000 });
    phone.ring();
    phone.tell("ended", { reason: "cancelled" });
    phone.ring();
    phone.emit("stopped");
    await pass(10_000);
    assert.deepEqual(phone.asked, ["180", "180"]);
  });

  it("RFC 3262, 3: is taken as soon as the core lets it, when the 180 waits for its PRACK", async () => {
    const { phone } = callsOf({ takes: 0 });
    phone.ring();
    phone.refusals.push("call-state", "call-state");
    await pass(0);
    await pass(100);
    await pass(100);
    phone.tell("established");
    await pass(1000);
    assert.deepEqual(phone.asked, ["180", "200", "200", "200"]);
    assert.deepEqual(said, []);
  });

  it("that cannot be taken is told of once; that it is over already is no news", async () => {
    const { phone } = callsOf({ takes: 0 });
    phone.ring();
    phone.refusals.push("too-long");
    await pass(0);
    await pass(1000);
    assert.deepEqual(said, ["No (too-long)."]);
    phone.refusals.push("stale-call");
    phone.hear("REFER");
    await settled();
    assert.deepEqual(phone.asked, ["180", "200", "603"]);
    assert.equal(said.length, 1);
  });
});

describe("a call that is held", () => {
  it("is held when the far end has answered, and taken back", async () => {
    const { phone, calls } = callsOf({});
    phone.tell("established");
    const held = calls.hold(CALL);
    await settled();
    assert.equal(calls.all[0]?.isHeld, false);
    phone.hear("INVITE", { status: 200, answer: 0 });
    assert.equal(await held, true);
    const back = calls.hold(CALL);
    await settled();
    phone.hear("INVITE", { status: 200, answer: 0 });
    assert.equal(await back, false);
    assert.deepEqual(
      phone.bodies.map((body) => /a=send\w+/.exec(body)?.[0]),
      ["a=sendonly", "a=sendrecv"],
    );
  });

  it("stays as it was where the far end refuses, or hangs up meanwhile", async () => {
    const { phone, calls } = callsOf({});
    phone.tell("established");
    const refused = calls.hold(CALL);
    await settled();
    phone.hear("INVITE", { status: 488, answer: 0 });
    await assert.rejects(refused, { message: "The far end does not go along: answer 488." });
    assert.equal(calls.all[0]?.isHeld, false);
    const ended = calls.hold(CALL);
    await settled();
    phone.tell("ended");
    await assert.rejects(ended, { message: "The call has ended." });
    await assert.rejects(calls.hold(CALL), { message: "There is no such call any more." });
  });

  it("is answered as held", async () => {
    const { phone, calls } = callsOf({});
    phone.tell("established");
    const held = calls.hold(CALL);
    await settled();
    phone.hear("INVITE", { status: 200, answer: 0 });
    await held;
    phone.hear("UPDATE", { body: OFFER });
    await settled();
    assert.deepEqual(phone.asked, ["INVITE", "200"]);
    assert.match(phone.bodies[1] ?? "", /\r\na=sendonly\r\n/);
  });
});

const planOf = (call: Partial<PlannedCall> = {}): { phone: NotingPhone; planned: PlannedCalls } => {
  const { phone, calls } = callsOf({});
  const plan = { to: "bob", from: 1, at: 0, length: 10_000, ...call };
  const planned = new PlannedCalls(phone, calls, [{ plan, uri: "sip:bob@example.com" }], say);
  return { phone, planned };
};

const NEVER = "The call to sip:bob@example.com was never established";

describe("a planned call", () => {
  it("is placed at its time, counted from the start, and ended so long after it was established", async () => {
    const { phone, planned } = planOf({ at: 5000 });
    planned.start(1000);
    await pass(3999);
    assert.deepEqual(phone.asked, []);
    await pass(1);
    assert.deepEqual(phone.asked, ["call sip:bob@example.com"]);
    phone.tell("ringing");
    await pass(20_000);
    phone.tell("established");
    await pass(9999);
    assert.deepEqual(phone.asked.slice(1), []);
    await pass(1);
    assert.deepEqual(phone.asked.slice(1), ["BYE"]);
    assert.deepEqual(planned.failures, []);
  });

  it("F4: is given up where nobody answers within 60 s of the first provisional answer", async () => {
    const { phone, planned } = planOf();
    planned.start(0);
    await pass(0);
    await pass(40_000);
    phone.tell("proceeding");
    await pass(30_000);
    phone.tell("ringing");
    await pass(29_999);
    assert.deepEqual(phone.asked.slice(1), []);
    await pass(1);
    assert.deepEqual(phone.asked.slice(1), ["BYE"]);
    phone.tell("ended", { reason: "cancelled" });
    assert.deepEqual(planned.failures, [`${NEVER}: nobody answered it.`]);
  });

  it("waits for its own account's first registration where it has no time", async () => {
    const { phone, planned } = planOf({ at: undefined, from: 2 });
    planned.start(0);
    const registered = {
      t: 0,
      event: "registered",
      slot: 1,
      target: "",
      expires: 60,
      reason: "start",
    } as const;
    phone.emit("registered", { ...registered, account: 1 });
    await pass(1000);
    assert.deepEqual(phone.asked, []);
    phone.emit("registered", { ...registered, account: 2 });
    await pass(0);
    phone.emit("registered", { ...registered, account: 2 });
    await pass(0);
    assert.deepEqual(phone.asked, ["call sip:bob@example.com"]);
    assert.deepEqual(planned.failures, [`${NEVER}: nobody answered it.`]);
  });

  it("F9: that ends before its number is known is known to have failed", async () => {
    const { phone, planned } = planOf();
    phone.call = (): Promise<number> => {
      phone.tell("calling");
      phone.tell("ended", { reason: "not-registered" });
      return Promise.resolve(CALL);
    };
    planned.start(0);
    await pass(0);
    assert.deepEqual(planned.failures, [`${NEVER}: not registered.`]);
  });

  it("that the core does not take is told of, but not when the phone has stopped", async () => {
    const { phone, planned } = planOf();
    phone.refusals.push("pool-full");
    planned.start(0);
    await pass(0);
    assert.deepEqual(said, ["No (pool-full)."]);
    assert.deepEqual(planned.failures, [`${NEVER}: it could not be placed.`]);
    const later = planOf({ at: 5000 });
    later.planned.start(0);
    later.phone.emit("stopped");
    await pass(10_000);
    assert.deepEqual(later.phone.asked, []);
    assert.deepEqual(later.planned.failures, [`${NEVER}: its time had not come.`]);
  });
});

describe("the numbers of calls", () => {
  it("count up, whatever the core calls them; one that is over is not given again", () => {
    const numbers = new CallNumbers();
    assert.deepEqual(
      [513, 514, 513].map((call) => numbers.of(call)),
      [1, 2, 1],
    );
    numbers.forget(513);
    assert.equal(numbers.of(1025), 3);
    assert.equal(numbers.of(514), 2);
  });
});
