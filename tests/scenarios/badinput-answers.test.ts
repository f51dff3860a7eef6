import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  Random,
  SipMessage,
  answerTo,
  parseEndpoint,
  sipFaults,
  writeSip,
} from "../../host/simulated/index.js";
import type { SimulatedPhone, SipFault } from "../../host/simulated/index.js";
import { Site, addressOf, only, registered, registers, resends, sent } from "./helpers.js";
import { drops } from "./lookups.js";

/** What an answer with a fault is dropped as; `undefined`: it is an answer all the same. */
const dropped: Readonly<Record<SipFault, string | undefined>> = {
  "foreign-branch": "no-transaction",
  "no-branch": "no-transaction",
  // RFC 3261, 17.1.3: the branch and the method of CSeq say whose answer it is, nothing else does.
  "wrong-cseq": undefined,
  "wrong-cseq-method": "no-transaction",
  "wrong-call-id": undefined,
  "wrong-from-tag": undefined,
  "two-vias": "malformed",
  "no-via": "malformed",
  "no-cseq": "malformed",
  "no-colon": undefined,
  "bad-status": "malformed",
  "body-missing": "cut-off",
  "cut-off-start": "cut-off",
  "cut-off-headers": "cut-off",
  "cut-off-end": "cut-off",
  garbage: "not-sip",
  empty: "pong",
  zeros: "pong",
  oversized: "too-long",
};

describe("answers that are none", () => {
  for (const fault of sipFaults) {
    const reason = dropped[fault];
    test(`${fault}: ${reason === undefined ? "taken" : `dropped as ${reason}, and the search goes on`}`, () => {
      const site = new Site();
      site.a.fault = fault;
      const phone = site.phone();
      site.s.run(20_000);
      if (reason === undefined) {
        assert.deepEqual(registers(phone), ["0 A"]);
        assert.deepEqual(drops(phone), {});
        return;
      }
      assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B"]);
      assert.deepEqual(drops(phone), { [reason]: 4 });
      assert.deepEqual(
        new Set(phone.events("dropped").map(({ source }) => source)),
        new Set(["udp:192.0.2.1:5060"]),
      );
      assert.deepEqual(registered(phone), ["1.1 B"]);
    });
  }
});

/** A phone whose first REGISTER is under way to A, which answers after 100 ms. */
class Waiting {
  readonly site = new Site();
  readonly phone: SimulatedPhone;

  constructor() {
    this.site.a.delay = 100;
    this.phone = this.site.phone();
    this.site.s.run(50);
  }

  /** The 200 that A is about to send, changed by `change`. */
  answer(change: (fields: [string, string][]) => void = () => undefined): Uint8Array {
    const { request } = only(this.site.a.requests("REGISTER"));
    const source = { address: "198.51.100.1", port: 5060 };
    const message = answerTo(request, source, {
      status: 200,
      headers: [["Contact", `${request.header("contact") ?? ""};expires=3600`]],
      toTag: "early",
    });
    const fields = message.fields.map(([name, value]): [string, string] => [name, value]);
    change(fields);
    return writeSip(new SipMessage(message.start, fields, message.body));
  }

  /** Has a datagram arrive at the phone. */
  inject(octets: Uint8Array, from = `${addressOf("A")}:5060`): void {
    this.site.s.network.inject(parseEndpoint(from, 5060), parseEndpoint("198.51.100.1:5060", 5060), octets);
    this.site.s.run(0);
  }

  /** Asserts that only A's own answer, at 100 ms, has registered the phone, and that so much was dropped. */
  assertUnmoved(count: Readonly<Record<string, number>>): void {
    this.site.s.run(10_000);
    assert.deepEqual(registers(this.phone), ["0 A"]);
    assert.deepEqual(
      this.phone.events("registered").map(({ t, target }) => [t, target]),
      [[100, "udp:192.0.2.1:5060"]],
    );
    assert.deepEqual(drops(this.phone), count);
  }
}

describe("while an answer is waited for", () => {
  test("the answer itself, injected, is one: the tests below mean what they say", () => {
    const waiting = new Waiting();
    waiting.inject(waiting.answer());
    assert.deepEqual(
      waiting.phone.events("registered").map(({ t }) => t),
      [50],
    );
  });

  test("SIP cut off at every octet", () => {
    const waiting = new Waiting();
    const octets = waiting.answer();
    for (let length = 0; length < octets.length; length++) waiting.inject(octets.subarray(0, length));
    assert.equal(waiting.phone.events("dropped").length, octets.length);
    waiting.assertUnmoved({ pong: 1, "cut-off": octets.length - 1 });
  });

  test("the same with a body, cut off at every octet of it", () => {
    const waiting = new Waiting();
    const head = Buffer.from(waiting.answer()).toString("latin1");
    const body = "v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\n";
    const whole = Buffer.from(
      head.replace("Content-Length: 0", `Content-Length: ${String(body.length)}`) + body,
    );
    for (let short = 1; short <= body.length; short++)
      waiting.inject(whole.subarray(0, whole.length - short));
    waiting.assertUnmoved({ "cut-off": body.length });
  });

  for (const [name, from] of [
    ["address", "203.0.113.66:5060"],
    ["port of A", "192.0.2.1:5070"],
    ["server of the list", "192.0.2.2:5060"],
  ] as const) {
    test(`the right answer from another ${name} is a stranger's`, () => {
      const waiting = new Waiting();
      waiting.inject(waiting.answer(), from);
      assert.deepEqual(
        waiting.phone.events("dropped").map(({ reason, source }) => [reason, source]),
        [["stranger", `udp:${from}`]],
      );
      waiting.assertUnmoved({ stranger: 1 });
    });
  }

  test("500 branches that are guessed, in the form of ours", () => {
    const waiting = new Waiting();
    const random = new Random(7);
    for (let guess = 0; guess < 500; guess++) {
      const digits = Buffer.from(random.octets(8)).toString("hex");
      waiting.inject(
        waiting.answer((fields) => {
          for (const field of fields) field[1] = field[1].replace(/(branch=z9hG4bK..)[^;]*/, `$1${digits}`);
        }),
      );
    }
    waiting.assertUnmoved({ "no-transaction": 500 });
  });

  test("the right branch with the method of another request", () => {
    const waiting = new Waiting();
    for (const method of ["OPTIONS", "INVITE", "BYE", "register", "X"]) {
      waiting.inject(
        waiting.answer((fields) => {
          for (const field of fields) if (field[0] === "CSeq") field[1] = `1 ${method}`;
        }),
      );
    }
    assert.equal(waiting.phone.events("dropped").length, 5);
    waiting.site.s.run(10_000);
    assert.deepEqual(registers(waiting.phone), ["0 A"]);
    assert.equal(waiting.phone.events("registered")[0]?.t, 100);
  });

  test("8 KiB are read, one octet more is too long", () => {
    const pad = (waiting: Waiting, size: number): Uint8Array => {
      const bare = waiting.answer((fields) => fields.push(["Subject", ""])).length;
      return waiting.answer((fields) => fields.push(["Subject", "x".repeat(size - bare)]));
    };
    const long = new Waiting();
    const octets = pad(long, 8193);
    assert.equal(octets.length, 8193);
    long.inject(octets);
    long.assertUnmoved({ "too-long": 1 });
    const fitting = new Waiting();
    fitting.inject(pad(fitting, 8192));
    assert.equal(fitting.phone.events("registered")[0]?.t, 50);
  });

  test("what is no SIP at all", () => {
    const waiting = new Waiting();
    const datagrams = [
      new Uint8Array(0),
      new Uint8Array(1),
      new Uint8Array(65_507),
      new Uint8Array(8192),
      Buffer.from("\r\n\r\n"),
      Buffer.from(" "),
      Buffer.from("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
      Buffer.from("SIP/2.0 200 OK"),
      Buffer.from("SIP/2.0 200 OK\r\n\r\n"),
      Buffer.from("\0".repeat(100) + "SIP/2.0 200 OK\r\n\r\n"),
      Buffer.from(":".repeat(8192)),
      Buffer.from("\r\n".repeat(4096)),
      Buffer.from('"'.repeat(8192)),
      new Random(3).octets(8192),
    ];
    for (const datagram of datagrams) waiting.inject(datagram);
    assert.equal(waiting.phone.events("dropped").length, datagrams.length);
    waiting.site.s.run(10_000);
    assert.deepEqual(registers(waiting.phone), ["0 A"]);
    assert.equal(waiting.phone.events("registered")[0]?.t, 100);
  });

  test("requests are answered; an ACK for none of them is counted and let go", () => {
    const waiting = new Waiting();
    const [request] = sent(waiting.phone);
    assert.ok(request);
    const text = Buffer.from(request.octets).toString("latin1");
    const ask = (method: string, branch: string, from?: string): void => {
      const asked = text.replaceAll("REGISTER", method).replace(/branch=[^;\r]*/, `branch=${branch}`);
      waiting.inject(Buffer.from(asked, "latin1"), from);
    };
    for (const method of ["OPTIONS", "INVITE", "REGISTER", "NOTIFY"]) {
      ask(method, `z9hG4bK-${method}-one`);
      ask(method, `z9hG4bK-${method}-two`, "203.0.113.66:5060");
    }
    // RFC 3261, 17.2.1: the transaction of the INVITE that was refused takes its ACK, any other ACK is nobody's.
    ask("ACK", "z9hG4bK-INVITE-one");
    ask("ACK", "z9hG4bK-nobody");
    ask("ACK", "z9hG4bK-nobody", "203.0.113.66:5060");
    waiting.assertUnmoved({ "unsupported-request": 2 });
    assert.equal(waiting.phone.events("answered").length, 8);
  });
});

describe("requests that are none", () => {
  const text = (length: string): Buffer =>
    Buffer.from(
      [
        "OPTIONS sip:1000@198.51.100.1:5060 SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKasked",
        "From: <sip:server@example.com>;tag=1",
        "To: <sip:1000@example.com>",
        "Call-ID: asked",
        "CSeq: 1 OPTIONS",
        `Content-Length: ${length}`,
        "",
        "body",
      ].join("\r\n"),
    );

  test("a request cut off at every octet is not answered, the whole one is", () => {
    const waiting = new Waiting();
    const whole = text("4");
    for (let length = 0; length < whole.length; length++) waiting.inject(whole.subarray(0, length));
    assert.deepEqual(waiting.phone.events("answered"), []);
    assert.equal(waiting.phone.events("dropped").length, whole.length);
    waiting.inject(whole);
    assert.equal(waiting.phone.events("answered").length, 1);
  });

  test("a length that lies", () => {
    const waiting = new Waiting();
    const lengths = ["5", "99999", "4294967300", "18446744073709551620", "-1", "4x", "", "0x4", "4 4"];
    for (const length of lengths) waiting.inject(text(length));
    assert.deepEqual(waiting.phone.events("answered"), []);
    assert.equal(waiting.phone.events("dropped").length, lengths.length);
  });
});

describe("answers that come more than once", () => {
  test("RFC 3261, 17.1.2.2: every datagram arrives twice: the second is absorbed, nothing is done twice", () => {
    const site = new Site({ latency: 5 });
    for (const name of ["A", "B"] as const) site.s.network.link(addressOf(name)).duplicate = 1;
    const phone = site.phone({ "sip_server.1.expires": 60 });
    site.s.run(100_000);
    const count = phone.events("registered").length;
    assert.deepEqual(registers(phone), ["10 A", "30020 A", "60030 A", "90040 A"]);
    assert.equal(count, 4);
    // A answers both copies of each request, and both answers come twice: timer K keeps their transaction for them.
    assert.deepEqual(drops(phone), {});
  });

  test("with digest: one answer to the challenge, however often it comes", () => {
    const site = new Site({ latency: 5, digest: { users: { "1000": "secret" } } });
    site.s.network.link(addressOf("A")).duplicate = 1;
    const phone = site.phone();
    site.s.run(20_000);
    assert.equal(sent(phone).length, 2);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("after its transaction is over an answer is nobody's", () => {
    const waiting = new Waiting();
    const octets = waiting.answer();
    for (const wait of [0, 0, 4000, 5000, 60_000]) {
      waiting.site.s.run(wait);
      waiting.inject(octets);
    }
    waiting.site.s.run(0);
    assert.equal(waiting.phone.events("registered").length, 1);
    // T4 after the answer: those of 50 and 4050 ms and A's own are absorbed, those of 9050 and 69050 ms are nobody's.
    assert.deepEqual(drops(waiting.phone), { "no-transaction": 2 });
    assert.deepEqual(registers(waiting.phone), ["0 A"]);
  });
});
