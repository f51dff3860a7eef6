/** An application, or a host, that asks for nonsense: an error of the contract, and a core that goes on as before. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { enumerations } from "../../host/abi/contract.js";
import type { exportsOfCore } from "../../host/abi/contract.js";
import { WebAssembly } from "../../host/abi/webassembly.js";
import { Random, parseSip } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, messagesOf } from "./call-helpers.js";
import { InCall } from "./in-call.js";
import { ALL_FREE, ALL_OVER, latestIncoming, roomOf } from "./recovery.js";

const error = enumerations.error.values;
const errors = new Set<number>(Object.values(error));

type Value = number | bigint;
type Name = keyof typeof exportsOfCore;
type Exports = Readonly<Record<Name, (...values: Value[]) => Value>> & {
  readonly memory: { readonly buffer: ArrayBuffer };
};

const module = new WebAssembly.Module(readFileSync(new URL("../../../sip-failover.wasm", import.meta.url)));

/** A core without the class around it, in the state of a phone. */
const rawOf = (phone: SimulatedPhone): Exports => {
  const core = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  new Uint8Array(core.memory.buffer).set(phone.core.snapshot());
  return core;
};

/** A phone in a call, with another one that rings: the numbers of both. */
const busy = () => {
  const one = new InCall({ subscribe_mwi: 1 });
  one.site.exchange.invite(one.site.a, { to: "1000" });
  one.site.s.run(10);
  return { one, calls: [one.call, latestIncoming(one.phone)] as const };
};

const extremes = [0, 1, 2, 3, 16, 17, 255, 256, 8191, 8192, 8193, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

/** The inputs of the application, with how many numbers each takes after the time. */
const inputs: Readonly<Partial<Record<Name, number>>> = {
  call_place: 5,
  call_respond: 5,
  call_hang_up: 1,
  call_request: 5,
  request_send: 6,
  subscribe: 4,
};

describe("numbers without sense", () => {
  test("texts longer than the input area: bad-argument, whatever else was asked", () => {
    const { one, calls } = busy();
    const core = rawOf(one.phone);
    const now = BigInt(one.site.s.now);
    for (const long of [8193, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
      for (let place = 0; place < 4; place++) {
        const lengths = [0, 1, 2, 3].map((index) => (index === place ? long : 0));
        const three = lengths.slice(0, 3);
        const answers = [
          core.call_place(now, 1, ...lengths),
          core.request_send(now, 1, enumerations.method.values.MESSAGE, ...lengths),
          ...(place < 3 ? [core.call_respond(now, calls[1], 180, ...three)] : []),
          ...(place < 3 ? [core.call_request(now, calls[0], enumerations.method.values.INFO, ...three)] : []),
          ...(place === 0 ? [core.subscribe(now, 1, 0, long, 60)] : []),
        ];
        assert.ok(
          answers.every((answer) => answer === error["bad-argument"]),
          `${String(long)} ${answers.join()}`,
        );
      }
    }
    // Each of them fits, and not all together.
    assert.equal(core.call_place(now, 1, 4000, 4000, 4000, 4000), error["bad-argument"]);
    assert.equal(core.call_place(now, 1, 8192, 1, 0, 0), error["bad-argument"]);
  });

  test("accounts, calls, methods, statuses and packages that there are not", () => {
    const { one, calls } = busy();
    const core = rawOf(one.phone);
    const now = BigInt(one.site.s.now);
    const uri = Buffer.from(FAR);
    new Uint8Array(core.memory.buffer).set(uri, Number(core.input()));
    const place = (account: number): Value => core.call_place(now, account, uri.length, 0, 0, 0);
    const send = (account: number, method: number): Value =>
      core.request_send(now, account, method, uri.length, 0, 0, 0);
    for (const account of [0, 2, 16, 17, 255, 2 ** 31, 2 ** 32 - 1]) {
      assert.equal(place(account), error["bad-argument"], String(account));
      assert.equal(send(account, enumerations.method.values.MESSAGE), error["bad-argument"]);
      assert.equal(core.subscribe(now, account, 0, 0, 60), error["bad-argument"]);
    }
    const { REGISTER, INVITE, ACK, CANCEL, BYE, SUBSCRIBE, PRACK } = enumerations.method.values;
    for (const method of [REGISTER, ACK, CANCEL, BYE, SUBSCRIBE, PRACK, 14, 255, 256, 2 ** 31, 2 ** 32 - 1]) {
      assert.equal(core.call_request(now, calls[0], method, 0, 0, 0), error["bad-argument"], String(method));
      assert.equal(send(1, method), error["bad-argument"], String(method));
    }
    assert.equal(send(1, INVITE), error["bad-argument"]);
    for (const status of [0, 1, 99, 100, 700, 999, 65_536 + 200, 2 ** 31, 2 ** 32 - 1])
      assert.equal(core.call_respond(now, calls[1], status, 0, 0, 0), error["bad-argument"], String(status));
    for (const name of [3, 255, 256, 2 ** 31, 2 ** 32 - 1])
      assert.equal(core.subscribe(now, 1, name, 0, 60), error["bad-argument"], String(name));
    const stale = [0, 1, calls[0] + 1, calls[0] + 512, calls[0] | (2 ** 31), 2 ** 31 - 1, 2 ** 32 - 1];
    for (const call of stale.filter((number) => number >>> 0 !== calls[1])) {
      assert.equal(core.call_hang_up(now, call), error["stale-call"], String(call));
      assert.equal(core.call_respond(now, call, 200, 0, 0, 0), error["stale-call"]);
      assert.equal(
        core.call_request(now, call, enumerations.method.values.INFO, 0, 0, 0),
        error["stale-call"],
      );
    }
  });

  test("what a call's state does not allow: call-state", () => {
    const { one, calls } = busy();
    const core = rawOf(one.phone);
    const now = BigInt(one.site.s.now);
    assert.equal(core.call_respond(now, calls[0], 200, 0, 0, 0), error["call-state"]);
    assert.equal(
      core.call_request(now, calls[1], enumerations.method.values.INFO, 0, 0, 0),
      error["call-state"],
    );
    assert.equal(core.call_hang_up(now, calls[0]), 0);
    assert.equal(core.call_hang_up(now, calls[0]), error["call-state"]);
    assert.equal(
      core.call_request(now, calls[0], enumerations.method.values.INFO, 0, 0, 0),
      error["call-state"],
    );
  });

  for (const [when, seed] of [
    ["random ones", 1],
    ["others", 2],
    ["and others", 3],
  ] as const) {
    test(`any numbers, any octets (${when}): an answer or an error, no trap, and the core comes to rest`, () => {
      const { one, calls } = busy();
      const core = rawOf(one.phone);
      const random = new Random(seed);
      const below = (bound: number): number => Math.floor(random.next() * bound);
      const memory = new Uint8Array(core.memory.buffer);
      const input = Number(core.input());
      const texts = [FAR, "Subject: x\r\n", "text/plain", SDP, "sip:", "\r\n", "<>", "tel:1", "\0"];
      let now = one.site.s.now;
      const found = new Map<number, number>();
      for (let count = 0; count < 20_000; count++) {
        const name = Object.keys(inputs)[below(6)] as Name;
        const octets =
          below(3) === 0
            ? Buffer.from(random.octets(below(300)))
            : Buffer.from(texts.map(() => texts[below(texts.length)]).join(""));
        memory.set(octets.subarray(0, 8192), input);
        const number = (): number => {
          const kind = below(4);
          if (kind === 0) return extremes[below(extremes.length)] ?? 0;
          if (kind === 1) return calls[below(2)] ?? 0;
          return kind === 2 ? below(64) : below(2 ** 32);
        };
        const values = Array.from({ length: inputs[name] ?? 0 }, number);
        const answer = Number(core[name](BigInt(now), ...values));
        assert.ok(answer >= 0 || errors.has(answer), `${name}(${values.join(", ")}) = ${String(answer)}`);
        found.set(Math.min(answer, 0), (found.get(Math.min(answer, 0)) ?? 0) + 1);
        if (below(20) === 0) now += below(3000);
        let actions = 0;
        while (Number(core.next_action(BigInt(now))) !== 0)
          assert.ok(++actions < 1000, "the actions do not end");
        assert.ok(core.next_deadline() > BigInt(now));
      }
      for (const known of [0, error["bad-argument"], error["stale-call"]])
        assert.ok((found.get(known) ?? 0) > 0, String(known));
    });
  }
});

describe("texts without sense", () => {
  const pieces = [
    FAR,
    "sip:7000@sip.example.com>\r\nX-Injected: 1\r\nY: <",
    "sip:7000@sip.example.com\r\nX-Injected: 1",
    "sip:7000@sip.example.com SIP/2.0\r\nX-Injected: 1\r\n\r\n",
    "text/plain\r\nX-Injected: 1",
    "text/plain\nX-Injected: 1",
    "Subject: ok\r\n",
    "Subject: ok\r\n\r\nX-Injected: 1\r\n",
    "Subject: ok\nX-Injected: 1\r\n",
    "Subject: ok\rX-Injected: 1\r\n",
    "\r\nX-Injected: 1\r\n",
    " folded\r\n",
    "x".repeat(3000),
    "x".repeat(9000),
    "sip:" + "x".repeat(1200) + "@example.com",
    "\u00fc\u0000\u007f",
    "",
  ];

  for (const seed of [1, 2, 3]) {
    test(`(${String(seed)}): nothing of it gets on the wire but in its place, and all pools are free afterwards`, () => {
      const one = new InCall({ subscribe_mwi: 1 });
      const { phone, site } = one;
      const random = new Random(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
      let good = 0;
      for (let count = 0; count < 600; count++) {
        const content = { headers: pick(pieces), type: pick(pieces), body: pick(pieces) };
        const uri = pick(pieces);
        const answer = pick([
          () => phone.call(uri, content),
          () =>
            phone.requestInCall(
              one.call,
              pick(["INFO", "INVITE", "UPDATE", "REFER", "MESSAGE"] as const),
              content,
            ),
          () => phone.sendRequest(pick(["MESSAGE", "PUBLISH", "OPTIONS"] as const), uri, content),
          () => phone.subscribe(pick(["dialog", "presence"] as const), { uri, expires: pick([0, 60]) }),
          () => phone.respond(latestIncoming(phone), pick([180, 200, 486]), content),
        ])();
        assert.ok(answer >= 0 || errors.has(answer), String(answer));
        if (answer >= 0) good++;
        site.s.run(Math.floor(random.next() * 800));
        if (random.next() < 0.1) site.exchange.invite(site.a, { to: "1000" });
        for (const { call } of phone.events("call").slice(-3)) if (call !== one.call) phone.hangUp(call);
      }
      assert.ok(good > 10, String(good));
      for (const { direction, message } of messagesOf(phone)) {
        if (direction === "out") assert.equal(message.header("x-injected"), undefined);
      }
      // What left the phone could be read, all of it.
      const unread = phone.wire.filter(
        ({ direction, to, octets }) =>
          direction === "out" && !to.endsWith(":53") && octets.length > 4 && parseSip(octets) === undefined,
      );
      assert.deepEqual(
        unread.map(({ octets }) => Buffer.from(octets).toString("latin1")),
        [],
      );
      for (const name of ["dialog", "presence"] as const)
        for (const uri of pieces) phone.subscribe(name, { uri, expires: 0 });
      for (const { call } of phone.events("call")) phone.hangUp(call);
      site.s.run(2 * ALL_OVER);
      assert.deepEqual(one.watch.problems, []);
      assert.deepEqual(roomOf(site, phone), ALL_FREE);
    });
  }
});
