import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { FAR_SDP, Simulation } from "../../host/simulated/index.js";
import type { Exchange, Registrar, SipMessage } from "../../host/simulated/index.js";
import { A, B, HandPhone, OFFER, PHONE, register, reply, request, within } from "./exchange-phone.js";

interface Set {
  readonly s: Simulation;
  readonly exchange: Exchange;
  readonly a: Registrar;
  readonly b: Registrar;
  readonly phone: HandPhone;
}

/** A phone that is registered with A, by UDP, and answers nothing but what a test has it answer. */
const registered = (): Set => {
  const s = new Simulation();
  const a = s.registrar(A);
  const b = s.registrar(B);
  const phone = new HandPhone(s);
  phone.send(A, register());
  s.run(0);
  phone.replies = 0;
  return { s, exchange: s.exchange, a, b, phone };
};

const last = (phone: HandPhone, method: string): SipMessage => {
  const asked = phone.requests(method).at(-1);
  assert.ok(asked, `no ${method}`);
  return asked;
};

/** What the phone heard, without the answer to its REGISTER. */
const heard = (phone: HandPhone, from = 0): string[] =>
  phone.lines(from).filter((line) => !line.includes("REGISTER"));

describe("a far end that calls", () => {
  it("sends an INVITE to the binding, with the Vias of both and a Record-Route", () => {
    const { s, a, exchange, phone } = registered();
    exchange.invite(a, { to: "1000", headers: [["Alert-Info", "<urn:alert>"]] });
    s.run(0);
    const invite = last(phone, "INVITE");
    assert.equal(invite.uri, `sip:1000@${PHONE}:5060`);
    assert.deepEqual(
      invite.elements("via").map((via) => via.replace(/;branch.*/, "")),
      ["SIP/2.0/UDP 192.0.2.1:5060", "SIP/2.0/UDP 192.0.2.100:5060"],
    );
    assert.equal(invite.to, "sip:1000@example.com");
    assert.equal(invite.header("record-route"), "<sip:192.0.2.1:5060;lr>");
    assert.equal(invite.header("contact"), "<sip:far@192.0.2.100:5060>");
    assert.equal(invite.header("alert-info"), "<urn:alert>");
    assert.equal(invite.body, FAR_SDP);
  });

  it("sends it again as long as nothing comes, and gives up at 64·T1", () => {
    const { s, a, exchange, phone } = registered();
    const call = exchange.invite(a, { to: "1000" });
    s.run(60_000);
    assert.deepEqual(
      heard(phone),
      [0, 500, 1500, 3500, 7500, 15_500, 31_500].map((t) => `${String(t)} INVITE`),
    );
    assert.ok(call.invite.isTimedOut);
    assert.equal(call.status, 0);
  });

  it("acknowledges each 200, and a 200 that comes again, in its dialog", () => {
    const { s, a, exchange, phone } = registered();
    const call = exchange.invite(a, { to: "1000" });
    s.run(0);
    const invite = last(phone, "INVITE");
    phone.send(A, reply(invite, 100, { toTag: "" }));
    phone.send(A, reply(invite, 180));
    s.run(1000);
    assert.equal(call.dialog.state, "early");
    for (let times = 0; times < 2; times++) phone.send(A, reply(invite, 200, { body: OFFER }));
    s.run(0);
    assert.deepEqual(call.statuses, [100, 180, 200, 200]);
    assert.deepEqual(
      call.answers.map(({ t }) => t),
      [0, 0, 1000, 1000],
    );
    assert.equal(call.dialog.state, "confirmed");
    const acks = phone.requests("ACK");
    assert.deepEqual(
      acks.map((ack) => [ack.uri, ack.toTag, ack.header("cseq")]),
      Array<unknown>(2).fill([`sip:1000@${PHONE}:5060`, "phone", "1 ACK"]),
    );
    assert.notEqual(acks[0]?.branch, invite.branch);
    assert.deepEqual(exchange.complaints, []);
  });

  it("acknowledges a refusal in its transaction, as often as it comes", () => {
    const { s, a, exchange, phone } = registered();
    const call = exchange.invite(a, { to: "1000" });
    s.run(0);
    const invite = last(phone, "INVITE");
    for (let times = 0; times < 2; times++) phone.send(A, reply(invite, 486));
    s.run(60_000);
    assert.equal(call.status, 486);
    assert.deepEqual(heard(phone), ["0 INVITE", "0 ACK", "0 ACK"]);
    assert.equal(last(phone, "ACK").branch, invite.branch);
    assert.equal(last(phone, "ACK").toTag, "phone");
  });

  it("acknowledges nothing where it is told not to", () => {
    const { s, a, exchange, phone } = registered();
    for (const status of [200, 486]) {
      exchange.invite(a, { to: "1000", acknowledges: false });
      s.run(0);
      phone.send(A, reply(last(phone, "INVITE"), status));
      s.run(1000);
    }
    assert.deepEqual(phone.requests("ACK"), []);
  });

  it("acknowledges a reliable provisional answer by PRACK, once", () => {
    const { s, a, exchange, phone } = registered();
    const call = exchange.invite(a, { to: "1000" });
    s.run(0);
    const invite = last(phone, "INVITE");
    assert.match(invite.header("supported") ?? "", /100rel/);
    for (let times = 0; times < 2; times++) {
      phone.send(
        A,
        reply(invite, 183, {
          headers: [
            ["Require", "100rel"],
            ["RSeq", "77"],
          ],
        }),
      );
    }
    s.run(0);
    assert.deepEqual(heard(phone), ["0 INVITE", "0 PRACK"]);
    assert.equal(last(phone, "PRACK").header("rack"), "77 1 INVITE");
    assert.equal(call.dialog.state, "early");
  });

  it("cancels with the branch of the INVITE, and acknowledges the 487", () => {
    const { s, a, exchange, phone } = registered();
    const call = exchange.invite(a, { to: "1000" });
    s.run(0);
    const invite = last(phone, "INVITE");
    phone.send(A, reply(invite, 180));
    s.run(100);
    const cancelling = call.cancel();
    s.run(0);
    const cancel = last(phone, "CANCEL");
    assert.equal(cancel.branch, invite.branch);
    assert.equal(cancel.header("cseq"), "1 CANCEL");
    phone.send(A, reply(cancel, 200));
    phone.send(A, reply(invite, 487));
    s.run(0);
    assert.deepEqual([cancelling.status, call.status], [200, 487]);
    assert.deepEqual(heard(phone), ["0 INVITE", "100 CANCEL", "100 ACK"]);
    assert.equal(exchange.calls[0]?.state, "ended");
  });

  it("asks within the call, again until it has a final answer, and hangs up", () => {
    const { s, a, exchange, phone } = registered();
    const call = exchange.invite(a, { to: "1000" });
    s.run(0);
    phone.send(A, reply(last(phone, "INVITE"), 200));
    s.run(1000);
    const info = call.info("Signal=1\r\n");
    s.run(600);
    phone.send(A, reply(last(phone, "INFO"), 200));
    s.run(0);
    assert.equal(info.status, 200);
    assert.deepEqual(heard(phone, 1000), ["1000 INFO", "1500 INFO"]);
    phone.replies = 200;
    call.reinvite(OFFER);
    call.update();
    s.run(0);
    assert.deepEqual(heard(phone, 1600), ["1600 INVITE", "1600 UPDATE", "1600 ACK"]);
    assert.equal(last(phone, "INVITE").toTag, "phone");
    assert.equal(last(phone, "UPDATE").cseq, 4);
    assert.equal(call.bye().status, 0);
    s.run(0);
    assert.deepEqual(heard(phone, 1600).at(-1), "1600 BYE");
    assert.equal(call.dialog.state, "ended");
  });

  it("takes the phone's requests in the call, in whose route its Record-Route is", () => {
    const { s, a, exchange, phone } = registered();
    const call = exchange.invite(a, { to: "1000" });
    s.run(0);
    const invite = last(phone, "INVITE");
    phone.send(A, reply(invite, 200));
    s.run(0);
    const { localTag, remoteTag, callId } = call.dialog;
    phone.send(
      A,
      request("BYE", {
        callId,
        fromTag: remoteTag,
        toTag: localTag,
        uri: exchange.contact,
        headers: [["Route", "<sip:192.0.2.1:5060;lr>"]],
      }),
    );
    s.run(0);
    assert.equal(phone.answer("BYE").status, 200);
    assert.equal(call.dialog.state, "ended");
    assert.deepEqual(exchange.complaints, []);
  });

  it("refuses a re-INVITE that crosses its own with 491", () => {
    const { s, a, exchange, phone } = registered();
    const call = exchange.invite(a, { to: "1000" });
    s.run(0);
    phone.send(A, reply(last(phone, "INVITE"), 200));
    s.run(0);
    call.reinvite();
    const { localTag: toTag, remoteTag: fromTag, callId } = call.dialog;
    phone.send(A, request("INVITE", { callId, fromTag, toTag, uri: exchange.contact, cseq: 9 }));
    s.run(0);
    assert.equal(phone.answer("INVITE").status, 491);
  });

  it("complains of answers that break the rules", () => {
    const { s, a, exchange, phone } = registered();
    exchange.invite(a, { to: "1000" });
    s.run(0);
    const invite = last(phone, "INVITE");
    const broken = reply(invite, 180);
    const change = (name: string, value?: string): void => {
      const fields = broken.fields.flatMap((field, index) => {
        const isIt = field[0] === name && (name !== "Via" || index === 1);
        if (!isIt) return [field];
        return value === undefined ? [] : [[name, value] as const];
      });
      phone.send(A, Object.assign(Object.create(broken) as SipMessage, { fields }));
      s.run(0);
    };
    change("Via");
    change("To", "<sip:1000@example.com>");
    change("Record-Route");
    change("Contact");
    change("From", "<sip:else@example.com>;tag=1");
    assert.deepEqual(exchange.complaints, [
      "0 180 to INVITE: the Vias below the topmost are not those of the request",
      "0 180 to INVITE: no To tag",
      "0 180 to INVITE: another Record-Route",
      "0 180 to INVITE: no Contact",
      "0 180 to INVITE: another from",
    ]);
  });

  it("calls by another server than the one with the binding, a Contact, or an address", () => {
    const { s, a, b, exchange, phone } = registered();
    exchange.invite(b, { to: "1000" });
    exchange.invite(a, { to: `sip:other@${PHONE}:5060` });
    exchange.send(b, "OPTIONS", { to: "1000", at: `udp:${PHONE}:5060` });
    s.run(0);
    const invites = phone.heard.filter(({ message }) => message.method === "INVITE");
    assert.deepEqual(
      invites.map(({ from, message }) => `${from} ${message.uri}`),
      [`udp:${B}:5060 sip:1000@${PHONE}:5060`, `udp:${A}:5060 sip:other@${PHONE}:5060`],
    );
    assert.equal(last(phone, "OPTIONS").toTag, "");
    assert.throws(() => exchange.invite(a, { to: "1001" }), /no binding of 1001/);
  });

  it("a silent server sends nothing, and goes on where it is when it is up again", () => {
    const { s, a, exchange, phone } = registered();
    a.silent();
    exchange.invite(a, { to: "1000" });
    s.run(1000);
    a.up();
    s.run(3000);
    assert.deepEqual(heard(phone), ["1500 INVITE", "3500 INVITE"]);
  });
});

describe("a far end that calls by TCP", () => {
  const byTcp = (): Set & { readonly call: () => void } => {
    const s = new Simulation();
    const a = s.registrar(A);
    const b = s.registrar(B);
    const phone = new HandPhone(s);
    phone.sendByTcp(A, register(`<sip:1000@${PHONE}:5060;transport=tcp>`));
    s.run(0);
    phone.replies = 486;
    return { s, exchange: s.exchange, a, b, phone, call: () => s.exchange.invite(a, { to: "1000" }) };
  };

  it("uses the connection that the phone has registered by, and sends once", () => {
    const { s, phone, call } = byTcp();
    phone.replies = 0;
    call();
    s.run(60_000);
    assert.deepEqual(heard(phone), ["0 INVITE"]);
    assert.match(last(phone, "INVITE").header("via") ?? "", /^SIP\/2\.0\/TCP 192\.0\.2\.1:5060;/);
    assert.equal(last(phone, "INVITE").header("record-route"), "<sip:192.0.2.1:5060;transport=tcp;lr>");
  });

  it("connects to the Contact where there is none any more, and takes the answers there", () => {
    const { s, phone, exchange, a } = byTcp();
    phone.listen();
    phone.hangUpTcp();
    s.run(0);
    const call = exchange.invite(a, { to: "1000" });
    s.run(0);
    assert.equal(call.status, 486);
    assert.deepEqual(heard(phone), ["0 INVITE", "0 ACK"]);
    const [invite] = phone.heard.filter(({ message }) => message.method === "INVITE");
    assert.match(invite?.from ?? "", /^tcp:192\.0\.2\.1:49152$/);
    exchange.invite(a, { to: "1000", at: `tcp:${PHONE}:5060` });
    s.run(0);
    assert.equal(phone.heard.at(-1)?.from, "tcp:192.0.2.1:49152");
  });

  it("another server than the registrar connects by itself; where nobody listens, nothing comes", () => {
    const { s, phone, exchange, b } = byTcp();
    const lost = exchange.invite(b, { to: "1000" });
    s.run(0);
    phone.listen();
    const call = exchange.invite(b, { to: "1000" });
    s.run(0);
    assert.deepEqual([lost.statuses, call.statuses], [[], [486]]);
    s.run(60_000);
    assert.ok(lost.invite.isTimedOut);
  });

  it("goes on in the dialog by the connection that its INVITE came by", () => {
    const { s, phone, exchange } = byTcp();
    phone.replies = 200;
    phone.sendByTcp(A, request("INVITE", { callId: "out" }));
    s.run(0);
    phone.sendByTcp(A, within(phone.answer("INVITE"), "ACK"));
    s.run(0);
    const bye = exchange.calls[0]?.bye();
    s.run(0);
    assert.equal(bye?.status, 200);
    assert.equal(bye.to.transport, "tcp");
    assert.deepEqual(exchange.complaints, []);
  });
});
