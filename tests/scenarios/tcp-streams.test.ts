/** What a connection brings: answers in pieces, several at once, without an end, and what is none. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { Site, addressOf, configuration, only, registered } from "./helpers.js";
import { drops } from "./lookups.js";
import { TCP, accounts, causes, connectionsOf, overTcp, tap } from "./tcp-helpers.js";
import type { Speak } from "./tcp-helpers.js";

/** The longest message that the phone takes. */
const LIMIT = 8192;

const text = (octets: Uint8Array): string => Buffer.from(octets).toString("latin1");
const bytes = (from: string): Uint8Array => Buffer.from(from, "latin1");

/** A phone whose primary speaks by `speak`. */
const spoken = (
  speak: Speak,
  milliseconds = 20_000,
): { site: Site; phone: SimulatedPhone; ended: readonly string[] } => {
  const site = new Site();
  const ended = tap(site, site.a, addressOf("A"), speak);
  const phone = site.phone({ ...TCP, "nat.udp_update_enable": 0 });
  site.s.run(milliseconds);
  return { site, phone, ended };
};

/** The phone is registered with the primary, and nothing was dropped on the way. */
const assertTaken = (phone: SimulatedPhone): void => {
  assert.deepEqual(overTcp(phone), ["0 A"]);
  assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
  assert.deepEqual(phone.events("dropped"), []);
};

/** The connection was closed by the phone at `at`, the target has failed for `cause`, the secondary has it. */
const assertLeft = (
  { phone, ended }: { phone: SimulatedPhone; ended: readonly string[] },
  at: number,
  cause: string,
): void => {
  assert.deepEqual(ended, [`${String(at)} closed`]);
  assert.deepEqual(causes(phone), [`${String(at)} A ${cause}`]);
  assert.deepEqual(overTcp(phone), ["0 A", `${String(at)} B`]);
  assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
};

/** The answer with a body of so many octets. */
const withBody = (answer: Uint8Array, length: number): string =>
  text(answer).replace(/Content-Length: \d+\r\n/, `Content-Length: ${String(length)}\r\n`) +
  "x".repeat(length);

describe("RFC 3261, 18.3: messages in a stream", () => {
  test("an answer octet by octet", () => {
    const site = new Site({ segments: "octets" });
    const phone = site.phone(TCP);
    site.s.run(20_000);
    assertTaken(phone);
  });

  test("an answer octet by octet, over time", () => {
    const site = new Site();
    tap(site, site.a, addressOf("A"), (answer, send, now) => {
      answer.forEach((octet, index) => {
        site.s.at(now + index, () => {
          send(Uint8Array.of(octet));
        });
      });
    });
    const phone = site.phone({ ...TCP, "nat.udp_update_enable": 0 });
    site.s.run(20_000);
    assertTaken(phone);
  });

  test("an answer in two pieces, cut anywhere", () => {
    let cuts = 0;
    for (let at = 1, length = 2; at < length; at++) {
      const { phone } = spoken((answer, send) => {
        length = answer.length;
        send(answer.subarray(0, at));
        send(answer.subarray(at));
      }, 1);
      assertTaken(phone);
      cuts++;
    }
    assert.ok(cuts > 200);
  });

  test("the answers of two accounts in one segment", () => {
    const site = new Site({ segments: "joined" });
    const phone = site.phone({ ...accounts(2), "nat.udp_update_enable": 0 });
    site.s.run(20_000);
    const segments = phone.wire.filter(
      ({ direction, from }) => direction === "in" && from.startsWith("tcp:"),
    );
    assert.equal(only(segments.map(({ octets }) => text(octets).split("SIP/2.0 200").length)), 3);
    assert.equal(registered(phone).length, 2);
    assert.equal(connectionsOf(site.a).size, 1);
  });

  test("many answers in one segment, longer than the limit of a message", () => {
    const site = new Site({ segments: "joined" });
    site.a.extraHeaders = [["X-Long", "x".repeat(700)]];
    const phone = site.phone({ ...accounts(16), "nat.udp_update_enable": 0 });
    site.s.run(20_000);
    const segments = phone.wire.filter(
      ({ direction, from }) => direction === "in" && from.startsWith("tcp:"),
    );
    assert.ok(segments.some(({ octets }) => octets.length > LIMIT));
    assert.equal(registered(phone).length, 16);
    assert.deepEqual(causes(phone), []);
  });

  test("two answers in two segments, cut anywhere", () => {
    let cuts = 0;
    for (let at = 1, length = 2; at < length; at += 9) {
      const site = new Site();
      const answers: Uint8Array[] = [];
      tap(site, site.a, addressOf("A"), (answer, send) => {
        if (answers.push(answer) < 2) return;
        const both = Buffer.concat(answers);
        length = both.length;
        send(both.subarray(0, at));
        send(both.subarray(at));
      });
      const phone = site.phone({ ...accounts(2), "nat.udp_update_enable": 0 });
      site.s.run(1);
      assert.equal(registered(phone).length, 2, `cut at ${String(at)}`);
      cuts++;
    }
    assert.ok(cuts > 40);
  });

  test("an answer without Content-Length has no body; the next one follows", () => {
    const { phone } = spoken((answer, send) => {
      const trying = text(answer)
        .replace("200 OK", "100 Trying")
        .replace(/Content-Length: \d+\r\n/, "");
      send(bytes(trying + text(answer)));
    });
    assertTaken(phone);
  });

  test("line ends before and after an answer are nothing", () => {
    const { phone } = spoken((answer, send) => {
      send(bytes(`\r\n\r\n\r\n${text(answer)}\r\n\r\n`));
      send(bytes("\r\n"));
    });
    assertTaken(phone);
  });

  test("an answer of a stranger is dropped; ours that follows counts", () => {
    const { phone } = spoken((answer, send) => {
      send(bytes(text(answer).replace(/branch=z9hG4bK../, "branch=z9hG4bKff")));
      send(answer);
    });
    assert.deepEqual(overTcp(phone), ["0 A"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
    assert.deepEqual(drops(phone), { "no-transaction": 1 });
  });

  test("an answer of just the longest message is taken, in one piece and in two", () => {
    for (const cut of [LIMIT, 4000]) {
      const { phone } = spoken((answer, send) => {
        const head = withBody(answer, 1000).length - 1000;
        const whole = withBody(answer, LIMIT - head);
        assert.equal(whole.length, LIMIT);
        send(bytes(whole.slice(0, cut)));
        if (cut < LIMIT) send(bytes(whole.slice(cut)));
      });
      assertTaken(phone);
    }
  });
});

describe("a stream that is of no use closes its connection, and fails the target", () => {
  test("a message of one octet more than the limit, as soon as it says so", () => {
    const left = spoken((answer, send) => {
      const head = withBody(answer, 1000).length - 1000;
      send(bytes(withBody(answer, LIMIT + 1 - head).slice(0, head)));
    });
    assertLeft(left, 0, "closed");
    assert.equal(Object.keys(drops(left.phone)).length, 1);
  });

  for (const length of ["9000", "4294967296", "18446744073709551617", "-1", "x"]) {
    test(`Content-Length: ${length}`, () => {
      const left = spoken((answer, send) => {
        send(bytes(text(answer).replace(/Content-Length: \d+/, `Content-Length: ${length}`)));
      });
      assertLeft(left, 0, "closed");
    });
  }

  test("a header that never ends", () => {
    const site = new Site();
    const ended = tap(site, site.a, addressOf("A"), (_, send, now) => {
      send(bytes("SIP/2.0 200 OK\r\nX-Endless: "));
      for (let step = 1; step <= 100; step++) {
        site.s.at(now + step * 10, () => {
          send(bytes("x".repeat(1000)));
        });
      }
    });
    const phone = site.phone({ ...TCP, "nat.udp_update_enable": 0 });
    site.s.run(20_000);
    assertLeft({ phone, ended }, 90, "closed");
  });

  test("a header that never ends, an octet a second: the budget ends it", () => {
    const site = new Site();
    const ended = tap(site, site.a, addressOf("A"), (_, send, now) => {
      for (let step = 1; step <= 100; step++) {
        site.s.at(now + step * 1000, () => {
          send(bytes("S"));
        });
      }
    });
    const phone = site.phone({ ...TCP, "nat.udp_update_enable": 0 });
    site.s.run(20_000);
    assertLeft({ phone, ended }, 7500, "silent");
  });

  test("a body that never comes: the budget ends it", () => {
    const left = spoken((answer, send) => {
      send(bytes(withBody(answer, 100).slice(0, -1)));
    });
    assertLeft(left, 7500, "silent");
  });

  for (const [what, garbage] of [
    ["a line", "garbage\r\n\r\n"],
    ["another protocol's answer", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"],
    ["zeros", `${"\0".repeat(64)}\r\n\r\n`],
    ["zeros without an end", "\0".repeat(LIMIT)],
    ["a message without a colon", "SIP/2.0 200 OK\r\nVia\r\n\r\n"],
  ] as const) {
    test(`garbage before an answer: ${what}`, () => {
      const left = spoken((answer, send) => {
        send(bytes(garbage + text(answer)));
      });
      assertLeft(left, 0, "closed");
      assert.equal(Object.keys(drops(left.phone)).length, 1);
    });
  }

  test("while it carries a registration: the registration is moved at once (K3)", () => {
    const site = new Site();
    let speak: (octets: Uint8Array) => void = () => assert.fail();
    const ended = tap(site, site.a, addressOf("A"), (answer, send) => {
      speak = send;
      send(answer);
    });
    const phone = site.phone({ ...TCP, "nat.udp_update_enable": 0 });
    site.s.at(10_000, () => {
      speak(bytes("garbage\r\n\r\n"));
    });
    site.s.run(20_000);
    assert.deepEqual(ended, ["10000 closed"]);
    assert.deepEqual(overTcp(phone), ["0 A", "10000 B"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.2:5060"]);
  });

  test("what was left of one connection is not read into the next", () => {
    const site = new Site({ list: ["A"] });
    let requests = 0;
    tap(site, site.a, addressOf("A"), (answer, send) => {
      if (++requests > 1) send(answer);
      else send(answer.subarray(0, 50));
    });
    const phone = site.phone({ ...TCP, "nat.udp_update_enable": 0 });
    site.s.run(100_000);
    assert.deepEqual(overTcp(phone), ["0 A", "62000 A"]);
    assert.deepEqual(registered(phone), ["1.1 tcp:192.0.2.1:5060"]);
  });
});

describe("messages in pieces on many connections at once", () => {
  /** So many accounts, each with a server of its own that sends its first answer in two pieces, a second apart. */
  const crowd = (count: number): { site: Site; phone: SimulatedPhone } => {
    const site = new Site();
    const lines: Record<string, string | number> = { "nat.udp_update_enable": 0 };
    for (let index = 0; index < count; index++) {
      const address = `192.0.2.${String(101 + index)}`;
      const registrar = site.s.registrar(address);
      let answers = 0;
      tap(site, registrar, address, (answer, send, now) => {
        send(answer.subarray(0, answers++ === 0 ? 100 : answer.length));
        if (answers > 1) return;
        site.s.at(now + 1000, () => {
          send(answer.subarray(100));
        });
      });
      const account = `account.${String(index + 1)}`;
      lines[`${account}.enable`] = 1;
      lines[`${account}.user_name`] = 1000 + index;
      lines[`${account}.sip_server.1.address`] = address;
      lines[`${account}.sip_server.1.transport_type`] = 1;
      lines[`${account}.reg_failed_retry_max_time`] = 0;
    }
    const phone = site.s.phone(configuration(lines));
    return { site, phone };
  };

  test("eight wait side by side", () => {
    const { site, phone } = crowd(8);
    site.s.run(1000);
    assert.equal(registered(phone).length, 8);
    assert.deepEqual(phone.events("pool-full"), []);
  });

  test("the ninth has no room: its pool is named, its connection closed, and it is tried again by R5", () => {
    const { site, phone } = crowd(9);
    site.s.run(29_999);
    assert.equal(registered(phone).length, 8);
    assert.deepEqual(
      phone.events("pool-full").map(({ t, pool }) => `${String(t)} ${pool}`),
      ["0 streams"],
    );
    site.s.run(1);
    assert.equal(registered(phone).length, 9);
  });
});
