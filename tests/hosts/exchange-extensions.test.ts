import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Simulation, digestResponse } from "../../host/simulated/index.js";
import type { CalleeStep, Dialog, Exchange, SessionTimer } from "../../host/simulated/index.js";
import { challengeParameters } from "../../host/simulated/sip.js";
import type { HeaderField, SipMessage } from "../../host/simulated/sip.js";
import { A, HandPhone, OFFER, PHONE, forInvite, reply, request, within } from "./exchange-phone.js";

interface Set {
  readonly s: Simulation;
  readonly exchange: Exchange;
  readonly phone: HandPhone;
}

const set = (): Set => {
  const s = new Simulation();
  s.registrar(A);
  return { s, exchange: s.exchange, phone: new HandPhone(s) };
};

const supports = (...options: string[]): readonly HeaderField[] => [["Supported", options.join(", ")]];

describe("reliable provisional answers", () => {
  const script: readonly CalleeStep[] = [
    { status: 183, reliable: true, body: "v=0\r\n" },
    { status: 180, reliable: true, delay: 100 },
    { status: 200 },
  ];

  const prack = (phone: HandPhone, cseq: number): SipMessage => {
    const provisional = phone.answer("INVITE");
    const rack = `${provisional.header("rseq") ?? ""} ${provisional.header("cseq") ?? ""}`;
    return within(provisional, "PRACK", { cseq, headers: [["RAck", rack]] });
  };

  it("are sent again until their PRACK comes, and hold the script up", () => {
    const { s, phone, exchange } = set();
    exchange.callee = script;
    phone.send(A, request("INVITE", { headers: supports("100rel") }));
    s.run(600);
    phone.send(A, prack(phone, 2));
    s.run(100);
    phone.send(A, prack(phone, 3));
    s.run(0);
    assert.deepEqual(phone.lines(), [
      "0 183 INVITE",
      "500 183 INVITE",
      "600 200 PRACK",
      "700 180 INVITE",
      "700 200 PRACK",
      "700 200 INVITE",
    ]);
    assert.deepEqual(
      phone.answers("INVITE").map((answer) => answer.header("rseq")),
      ["1", "1", "2", undefined],
    );
    assert.equal(phone.answers("INVITE")[0]?.header("require"), "100rel");
    assert.equal(phone.answers("INVITE")[0]?.body, "v=0\r\n");
    assert.deepEqual(exchange.complaints, []);
  });

  it("a PRACK for nothing is answered 481", () => {
    const { s, phone, exchange } = set();
    exchange.callee = script;
    phone.send(A, request("INVITE", { headers: supports("100rel") }));
    s.run(0);
    const wrong: readonly HeaderField[] = [["RAck", "9 1 INVITE"]];
    phone.send(A, within(phone.answer("INVITE"), "PRACK", { cseq: 2, headers: wrong }));
    s.run(0);
    assert.equal(phone.answer("PRACK").status, 481);
  });

  it("without a PRACK the INVITE is refused with 504 at 64·T1", () => {
    const { s, phone, exchange } = set();
    exchange.callee = script;
    phone.send(A, request("INVITE", { headers: supports("100rel") }));
    s.run(32_000);
    const times = [0, 500, 1500, 3500, 7500, 15_500, 31_500];
    assert.deepEqual(phone.lines(), [...times.map((t) => `${String(t)} 183 INVITE`), "32000 504 INVITE"]);
  });

  it("a phone that does not support them is refused with 421", () => {
    const { s, phone, exchange } = set();
    exchange.callee = script;
    phone.send(A, request("INVITE"));
    s.run(0);
    assert.equal(phone.answer("INVITE").status, 421);
    assert.equal(phone.answer("INVITE").header("require"), "100rel");
  });

  it("a phone that requires them gets no others", () => {
    const { s, phone } = set();
    phone.send(A, request("INVITE", { headers: [["Require", "100rel"]] }));
    s.run(0);
    assert.deepEqual(phone.lines(), ["0 100 INVITE", "0 180 INVITE"]);
    assert.equal(phone.answer("INVITE").header("rseq"), "1");
  });

  it("a CANCEL ends the wait for the PRACK", () => {
    const { s, phone, exchange } = set();
    exchange.callee = script;
    const invite = phone.send(A, request("INVITE", { headers: supports("100rel") }));
    s.run(100);
    phone.send(A, forInvite(invite, "CANCEL"));
    s.run(0);
    phone.send(A, forInvite(invite, "ACK"));
    s.run(60_000);
    assert.deepEqual(phone.lines(), ["0 183 INVITE", "100 200 CANCEL", "100 487 INVITE"]);
  });
});

describe("session timers", () => {
  /** A call with a session timer that stands since 0 ms. */
  const called = (
    timer: SessionTimer,
    headers: readonly HeaderField[],
  ): Set & { readonly dialog: Dialog } => {
    const all = set();
    const { s, phone, exchange } = all;
    exchange.sessionTimer = timer;
    phone.send(A, request("INVITE", { headers }));
    s.run(0);
    phone.send(A, within(phone.answer("INVITE"), "ACK"));
    s.run(0);
    const [dialog] = exchange.calls;
    assert.ok(dialog);
    return { ...all, dialog };
  };

  it("too short a session is refused with 422 and Min-SE, in an INVITE, a re-INVITE and an UPDATE", () => {
    const { s, phone, exchange } = set();
    const short: readonly HeaderField[] = [...supports("timer"), ["Session-Expires", "60"]];
    exchange.sessionTimer = { expires: 1800 };
    phone.send(A, request("INVITE", { headers: short }));
    s.run(0);
    assert.equal(phone.answer("INVITE").status, 422);
    assert.equal(phone.answer("INVITE").header("min-se"), "90");
    phone.send(A, request("INVITE", { headers: supports("timer"), cseq: 2 }));
    s.run(0);
    const answer = phone.answer("INVITE");
    assert.equal(answer.status, 200);
    exchange.sessionTimer = { expires: 1800, minSE: 120 };
    for (const [index, method] of ["INVITE", "UPDATE"].entries()) {
      phone.send(A, within(answer, method, { cseq: 3 + index, headers: short }));
      s.run(0);
      assert.equal(phone.answer(method).status, 422);
      assert.equal(phone.answer(method).header("min-se"), "120");
    }
  });

  it("the phone refreshes, and each refresh counts anew; without one the far end hangs up", () => {
    const { s, phone, dialog } = called({ expires: 90 }, supports("timer"));
    const answer = phone.answer("INVITE");
    assert.equal(answer.header("session-expires"), "90;refresher=uac");
    assert.equal(answer.header("require"), "timer");
    s.run(45_000);
    phone.send(A, within(answer, "UPDATE", { cseq: 2, headers: supports("timer") }));
    s.run(0);
    assert.equal(phone.answer("UPDATE").header("session-expires"), "90;refresher=uac");
    s.run(90_000);
    // 90 s less a third of it after the refresh (RFC 4028, section 10).
    assert.deepEqual(phone.lines(1), ["45000 200 UPDATE", "105000 BYE"]);
    assert.equal(dialog.state, "ended");
  });

  it("the shorter session counts, and who refreshes as the phone has asked", () => {
    const asked: HeaderField = ["Session-Expires", "100;refresher=uas"];
    const { phone } = called({ expires: 1800 }, [...supports("timer"), asked]);
    assert.equal(phone.answer("INVITE").header("session-expires"), "100;refresher=uas");
    assert.equal(phone.answer("INVITE").header("require"), undefined);
  });

  it("the far end refreshes at half the time, by UPDATE or by re-INVITE", () => {
    for (const method of ["UPDATE", "INVITE"] as const) {
      const { s, phone, dialog } = called({ expires: 90, refresher: "far", method }, supports("timer"));
      s.run(100_000);
      const refreshes = phone.lines(1).filter((line) => !line.endsWith("ACK"));
      assert.deepEqual(refreshes, [`45000 ${method}`, `90000 ${method}`]);
      assert.equal(phone.requests(method)[0]?.header("session-expires"), "90;refresher=uac");
      assert.equal(dialog.state, "confirmed");
    }
  });

  it("in a call of the far end's, the phone's answer says who refreshes", () => {
    for (const [refresher, wanted] of [
      ["uac", ["45000 UPDATE"]],
      ["uas", ["60000 BYE"]],
    ] as const) {
      const { s, phone, exchange } = set();
      const server = s.registrar("192.0.2.9");
      const call = exchange.invite(server, { to: `sip:1000@${PHONE}:5060` });
      phone.replies = 0;
      s.run(0);
      const [invite] = phone.requests("INVITE");
      assert.ok(invite);
      const headers: readonly HeaderField[] = [["Session-Expires", `90;refresher=${refresher}`]];
      phone.send("192.0.2.9", reply(invite, 200, { headers }));
      phone.replies = 200;
      s.run(80_000);
      assert.deepEqual(phone.lines(1), wanted);
      assert.equal(call.dialog.state, refresher === "uac" ? "confirmed" : "ended");
    }
  });

  it("a phone without session timers leaves them to the far end", () => {
    const { phone } = called({ expires: 90 }, []);
    assert.equal(phone.answer("INVITE").header("session-expires"), "90;refresher=uas");
    assert.equal(phone.answer("INVITE").header("require"), undefined);
  });
});

describe("credentials", () => {
  it("are asked of every request but ACK and CANCEL where the server wants it, by 407", () => {
    const s = new Simulation();
    const server = s.registrar(A, {
      digest: { users: { "1000": "secret" }, challenges: "all", status: 407 },
    });
    const phone = new HandPhone(s);
    const authorize = (answer: SipMessage, method: string, uri: string): HeaderField => {
      const { parameters } = challengeParameters(answer.header("proxy-authenticate") ?? "");
      const input = {
        algorithm: "MD5",
        user: "1000",
        realm: "example.com",
        password: "secret",
        method,
        uri,
        nonce: parameters.get("nonce") ?? "",
        nc: "00000001",
        cnonce: "c",
        qop: "auth",
      };
      const response = digestResponse(input) ?? "";
      const text = Object.entries({ ...input, username: "1000", response })
        .filter(([name]) => !["password", "user", "method"].includes(name))
        .map(([name, value]) => `${name}=${name === "nc" ? value : `"${value}"`}`);
      return ["Proxy-Authorization", `Digest ${text.join(", ")}`];
    };
    const uri = "sip:7000@example.com";
    const invite = phone.send(A, request("INVITE", { body: OFFER }));
    s.run(0);
    phone.send(A, forInvite(invite, "ACK", phone.answer("INVITE").toTag));
    const credentials = authorize(phone.answer("INVITE"), "INVITE", uri);
    phone.send(A, request("INVITE", { cseq: 2, headers: [credentials], body: OFFER }));
    s.run(600);
    const answer = phone.answer("INVITE");
    phone.send(A, within(answer, "ACK", { cseq: 2 }));
    phone.send(A, request("OPTIONS", { callId: "options" }));
    phone.send(A, within(answer, "BYE", { cseq: 3 }));
    s.run(0);
    const bye = authorize(phone.answer("BYE"), "BYE", "sip:far@192.0.2.100:5060");
    phone.send(A, within(answer, "BYE", { cseq: 4, headers: [bye] }));
    s.run(60_000);
    assert.deepEqual(phone.lines(), [
      "0 407 INVITE",
      "0 100 INVITE",
      "0 180 INVITE",
      "0 200 INVITE",
      "500 200 INVITE",
      "600 407 OPTIONS",
      "600 407 BYE",
      "600 200 BYE",
    ]);
    assert.deepEqual(
      server.received.map(({ request: { method }, credentials: outcome }) => [method, outcome]),
      [
        ["INVITE", "none"],
        ["ACK", undefined],
        ["INVITE", "accepted"],
        ["ACK", undefined],
        ["OPTIONS", "none"],
        ["BYE", "none"],
        ["BYE", "accepted"],
      ],
    );
    assert.equal(phone.heard[0]?.from, `udp:${A}:5060`);
    assert.equal(server.received[0]?.source, `udp:${PHONE}:5060`);
  });
});
