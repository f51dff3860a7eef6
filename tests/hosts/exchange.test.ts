import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FAR_SDP, Simulation, answering, parseSip, writeSip } from "../../host/simulated/index.js";
import type { Exchange, Registrar } from "../../host/simulated/index.js";
import { parseEndpoint } from "../../host/abi/address.js";
import { A, B, HandPhone, OFFER, PHONE, forInvite, request, within } from "./exchange-phone.js";

interface Set {
  readonly s: Simulation;
  readonly exchange: Exchange;
  readonly a: Registrar;
  readonly b: Registrar;
  readonly phone: HandPhone;
}

const set = (): Set => {
  const s = new Simulation();
  const a = s.registrar(A);
  const b = s.registrar(B);
  return { s, exchange: s.exchange, a, b, phone: new HandPhone(s) };
};

/** A call that stands since 0 ms, made through A. */
const called = (prepare: (set: Set) => void = () => undefined): Set => {
  const all = set();
  prepare(all);
  all.phone.send(A, request("INVITE", { body: OFFER }));
  all.s.run(0);
  all.phone.send(A, within(all.phone.answer("INVITE"), "ACK"));
  all.s.run(0);
  return all;
};

describe("a far end that is called", () => {
  it("rings and answers, with a session description, a Contact and a Record-Route", () => {
    const { phone, exchange } = called();
    assert.deepEqual(phone.lines(), ["0 100 INVITE", "0 180 INVITE", "0 200 INVITE"]);
    const [trying, ringing, answer] = phone.answers("INVITE");
    assert.equal(trying?.toTag, "");
    assert.equal(ringing?.toTag, "far-1");
    assert.equal(answer?.toTag, "far-1");
    assert.equal(answer.header("contact"), "<sip:far@192.0.2.100:5060>");
    assert.equal(answer.header("record-route"), "<sip:192.0.2.1:5060;lr>");
    assert.equal(answer.header("content-type"), "application/sdp");
    assert.equal(answer.body, FAR_SDP);
    assert.deepEqual(
      exchange.calls.map(({ state }) => state),
      ["confirmed"],
    );
  });

  it("answers without a network, and at once", () => {
    const { a } = set();
    const octets = writeSip(request("INVITE"));
    const replies = a.receive(octets, parseEndpoint(`${PHONE}:5060`), 0);
    assert.deepEqual(
      replies.map((one) => parseSip(one.octets)?.status),
      [100, 180, 200],
    );
  });

  it("follows its script, to the millisecond", () => {
    const { s, phone } = called(({ exchange }) => {
      exchange.callee = answering({ ring: 200, answer: 3000 });
    });
    s.run(3200);
    assert.deepEqual(phone.lines(), ["0 100 INVITE", "200 180 INVITE", "3200 200 INVITE"]);
  });

  it("sends its 200 again until the ACK comes, by T1 doubling to T2", () => {
    const { s, phone } = set();
    phone.send(A, request("INVITE"));
    s.run(9000);
    phone.send(A, within(phone.answer("INVITE"), "ACK"));
    s.run(60_000);
    const after = ["500", "1500", "3500", "7500"].map((at) => `${at} 200 INVITE`);
    assert.deepEqual(phone.lines(1), after);
  });

  it("hangs up after 64·T1 without an ACK", () => {
    const { s, phone, exchange } = set();
    phone.send(A, request("INVITE"));
    s.run(40_000);
    assert.deepEqual(phone.lines(30_000), ["31500 200 INVITE", "32000 BYE"]);
    assert.equal(exchange.calls[0]?.state, "ended");
  });

  it("sends a refusal again until the ACK comes, by UDP; an INVITE again is answered as before", () => {
    const { s, phone, exchange } = set();
    exchange.callee = [{ status: 486, headers: [["Retry-After", "5"]] }];
    const invite = phone.send(A, request("INVITE"));
    s.run(600);
    phone.send(A, invite);
    s.run(0);
    phone.send(A, forInvite(invite, "ACK", phone.answer("INVITE").toTag));
    s.run(60_000);
    assert.deepEqual(phone.lines(), ["0 486 INVITE", "500 486 INVITE", "600 486 INVITE"]);
    assert.equal(phone.answer("INVITE").header("retry-after"), "5");
  });

  it("a refusal by TCP is sent once", () => {
    const { s, phone, exchange } = set();
    exchange.callee = [{ status: 486 }];
    phone.sendByTcp(A, request("INVITE"));
    s.run(60_000);
    assert.deepEqual(phone.lines(), ["0 486 INVITE"]);
  });

  it("is silent after 100 where the script ends there, and altogether where it is empty", () => {
    const { s, phone, exchange } = set();
    exchange.callee = ({ message }) => (message.callId === "one" ? [{ status: 100 }] : []);
    phone.send(A, request("INVITE"));
    phone.send(A, request("INVITE", { callId: "two" }));
    s.run(60_000);
    assert.deepEqual(phone.lines(), ["0 100 INVITE"]);
  });

  it("a CANCEL is answered 200 and ends the INVITE with 487", () => {
    const { s, phone, exchange } = set();
    exchange.callee = answering({ answer: 5000 });
    const invite = phone.send(A, request("INVITE"));
    s.run(1000);
    phone.send(A, forInvite(invite, "CANCEL"));
    s.run(0);
    phone.send(A, forInvite(invite, "ACK", phone.answer("INVITE").toTag));
    s.run(60_000);
    assert.deepEqual(phone.lines(1000), ["1000 200 CANCEL", "1000 487 INVITE"]);
  });

  it("a CANCEL that comes too late changes nothing; one for nothing is answered 481", () => {
    const { s, phone, exchange } = called();
    phone.send(A, forInvite(request("INVITE", { callId: "other" }), "CANCEL"));
    s.run(0);
    assert.equal(phone.answer("CANCEL").status, 481);
    const invite = phone.send(A, request("INVITE", { callId: "late" }));
    s.run(0);
    phone.send(A, forInvite(invite, "CANCEL"));
    s.run(0);
    assert.equal(phone.answer("CANCEL").status, 200);
    assert.equal(phone.answer("INVITE").status, 200);
    assert.equal(exchange.calls[1]?.state, "confirmed");
  });

  it("a far end that does not heed a CANCEL answers all the same", () => {
    const { s, phone, exchange } = set();
    exchange.heedsCancel = false;
    exchange.callee = answering({ answer: 2000 });
    const invite = phone.send(A, request("INVITE"));
    s.run(1000);
    phone.send(A, forInvite(invite, "CANCEL"));
    s.run(1000);
    assert.deepEqual(phone.lines(1000), ["1000 200 CANCEL", "2000 200 INVITE"]);
  });

  it("a fork answers with several To tags, each a dialog of its own", () => {
    const { s, phone, exchange } = set();
    exchange.callee = [
      { status: 180 },
      { status: 180, fork: 1 },
      { status: 200, delay: 100 },
      { status: 200, fork: 1, delay: 100 },
    ];
    phone.send(A, request("INVITE"));
    s.run(200);
    const [, , first, second] = phone.answers("INVITE");
    assert.deepEqual([first?.toTag, second?.toTag], ["far-1", "far-2"]);
    for (const answer of [first, second]) {
      assert.ok(answer);
      phone.send(A, within(answer, "ACK"));
      phone.send(A, within(answer, "BYE", { cseq: 2 }));
    }
    s.run(60_000);
    assert.deepEqual(phone.lines(201), []);
    assert.deepEqual(
      exchange.calls.map(({ state }) => state),
      ["ended", "ended"],
    );
    assert.deepEqual(exchange.complaints, []);
  });
});

describe("a dialog with a far end", () => {
  it("is ended by BYE, and unknown after that", () => {
    const { s, phone, exchange } = called();
    const answer = phone.answer("INVITE");
    phone.send(A, within(answer, "BYE", { cseq: 2 }));
    s.run(0);
    phone.send(A, within(answer, "BYE", { cseq: 3 }));
    s.run(0);
    assert.deepEqual(phone.lines().slice(3), ["0 200 BYE", "0 481 BYE"]);
    assert.deepEqual(exchange.calls[0]?.state, "ended");
  });

  it("goes on through another server where the route allows it, and a retransmission is answered again", () => {
    const { s, a, phone, exchange } = called(({ a: one, b: other }) => {
      one.recordRoute = "sip:sip.example.com;lr";
      other.recordRoute = "sip:sip.example.com;lr";
    });
    a.silent();
    const bye = phone.send(B, within(phone.answer("INVITE"), "BYE", { cseq: 2 }));
    phone.send(B, bye);
    s.run(0);
    assert.deepEqual(phone.lines().slice(3), ["0 200 BYE", "0 200 BYE"]);
    assert.deepEqual(exchange.complaints, []);
  });

  it("answers re-INVITE and UPDATE with a body, INFO, MESSAGE and REFER without", () => {
    const { s, phone, exchange } = called();
    exchange.referProgress = ["SIP/2.0 100 Trying", "SIP/2.0 200 OK"];
    const answer = phone.answer("INVITE");
    const asked = ["INVITE", "UPDATE", "INFO", "MESSAGE", "REFER"];
    asked.forEach((method, index) => {
      phone.send(A, within(answer, method, { cseq: index + 2, body: method === "INFO" ? "" : OFFER }));
      s.run(0);
      const final = phone.answer(method);
      assert.equal(final.status, method === "REFER" ? 202 : 200);
      assert.equal(final.body, method === "INVITE" || method === "UPDATE" ? FAR_SDP : "");
      assert.equal(final.toTag, answer.toTag);
    });
    phone.send(A, within(answer, "ACK", { cseq: 2 }));
    s.run(0);
    assert.deepEqual(
      phone.requests("NOTIFY").map((notify) => [notify.header("subscription-state"), notify.body]),
      [
        ["active;expires=60", "SIP/2.0 100 Trying\r\n"],
        ["terminated;reason=noresource", "SIP/2.0 200 OK\r\n"],
      ],
    );
    s.run(60_000);
    assert.deepEqual(phone.lines(1), []);
    assert.deepEqual(exchange.complaints, []);
  });

  it("answers as it is told to", () => {
    const { s, phone, exchange } = called();
    const answer = phone.answer("INVITE");
    exchange.answers = {
      BYE: { status: 503, headers: [["Retry-After", "9"]], delay: 20 },
      INFO: "silent",
      MESSAGE: ({ message }) => (message.cseq === 3 ? { status: 404 } : undefined),
    };
    phone.send(A, within(answer, "INFO", { cseq: 2 }));
    phone.send(A, within(answer, "MESSAGE", { cseq: 3 }));
    phone.send(A, within(answer, "MESSAGE", { cseq: 4 }));
    phone.send(A, within(answer, "BYE", { cseq: 5 }));
    s.run(100);
    assert.deepEqual(phone.lines().slice(3), ["0 404 MESSAGE", "0 200 MESSAGE", "20 503 BYE"]);
    assert.equal(exchange.calls[0]?.state, "confirmed");
  });

  it("refuses a CSeq that has gone down, takes the same one again", () => {
    const { s, phone } = called();
    const answer = phone.answer("INVITE");
    for (const cseq of [5, 5, 4]) {
      phone.send(A, within(answer, "INFO", { cseq }));
      s.run(0);
    }
    assert.deepEqual(
      phone.answers("INFO").map(({ status }) => status),
      [200, 200, 500],
    );
  });

  it("complains of a request that does not go by the route, or is for somebody else", () => {
    const { s, phone, exchange, b } = called();
    const answer = phone.answer("INVITE");
    const astray = within(answer, "INFO", { cseq: 2, uri: "sip:7000@example.com" });
    const without = astray.fields.filter(([name]) => name !== "Route");
    phone.send(A, Object.assign(Object.create(astray) as typeof astray, { fields: without }));
    phone.send(B, within(answer, "BYE", { cseq: 3 }));
    s.run(0);
    assert.deepEqual(exchange.complaints, [
      "0 INFO: for sip:7000@example.com, not for sip:far@192.0.2.100:5060",
      "0 INFO: it does not go by the Record-Route",
      `0 BYE: ${b.name} is not where its route leads`,
    ]);
  });
});

describe("requests outside of any dialog", () => {
  it("are answered as their method wants it", () => {
    const { s, phone } = set();
    const wanted = { MESSAGE: 200, REFER: 202, PUBLISH: 200, INFO: 200, BYE: 481, UPDATE: 481, FETCH: 405 };
    for (const [method, status] of Object.entries(wanted)) {
      phone.send(A, request(method, { callId: method }));
      s.run(0);
      assert.equal(phone.answer(method).status, status, method);
    }
    assert.equal(phone.answer("PUBLISH").header("expires"), "3600");
  });

  it("a request that has come by another server already is refused with 482", () => {
    const { s, phone, exchange } = set();
    exchange.callee = [{ status: 100 }];
    phone.send(A, request("INVITE"));
    phone.send(B, request("INVITE"));
    phone.send(B, request("INVITE", { cseq: 2 }));
    s.run(0);
    assert.deepEqual(phone.lines(), ["0 100 INVITE", "0 482 INVITE", "0 100 INVITE"]);
    assert.deepEqual(exchange.complaints, ["0 INVITE: the same CSeq for another try"]);
  });

  it("a silent server lets nothing in or out, what it had begun included", () => {
    const { s, a, phone, exchange } = set();
    exchange.callee = answering({ ring: 1000, answer: 1000 });
    phone.send(A, request("INVITE"));
    s.run(500);
    a.silent();
    phone.send(A, request("MESSAGE"));
    s.run(1000);
    a.up();
    s.run(500);
    a.refuse();
    s.run(1000);
    a.stop();
    s.run(1000);
    a.up();
    s.run(2000);
    assert.deepEqual(phone.lines(), ["0 100 INVITE", "2000 200 INVITE", "5500 200 INVITE"]);
  });

  it("a server's own answer to an INVITE is sent again until its ACK comes", () => {
    const { s, a, phone } = set();
    a.answer(503, [["Retry-After", "30"]]);
    const invite = phone.send(A, request("INVITE"));
    s.run(1600);
    phone.send(A, forInvite(invite, "ACK", phone.answer("INVITE").toTag));
    s.run(60_000);
    assert.deepEqual(phone.lines(), ["0 503 INVITE", "500 503 INVITE", "1500 503 INVITE"]);
    assert.equal(phone.answer("INVITE").header("retry-after"), "30");
  });

  it("a server's delay counts for each answer, and nothing overtakes it", () => {
    const { s, a, phone } = set();
    a.delay = 30;
    phone.send(A, request("SUBSCRIBE", { headers: [["Event", "dialog"]] }));
    s.run(100);
    assert.deepEqual(phone.lines(), ["30 200 SUBSCRIBE", "30 NOTIFY"]);
  });

  it("a server's mode lets single requests through", () => {
    const { s, a, phone } = set();
    a.mode = ({ request: { cseq } }) => (cseq === 1 ? { status: 183, delay: 10 } : "up");
    phone.send(A, request("INVITE"));
    phone.send(A, request("MESSAGE", { cseq: 2 }));
    s.run(20);
    assert.deepEqual(phone.lines(), ["0 200 MESSAGE", "10 183 INVITE"]);
  });

  it("a fault of a server spoils what the far end answers", () => {
    const { s, a, phone } = set();
    a.fault = "foreign-branch";
    phone.send(A, request("MESSAGE"));
    s.run(0);
    assert.equal(phone.answer("MESSAGE").branch, "z9hG4bKof-somebody-else");
  });
});
