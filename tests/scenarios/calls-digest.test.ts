/** Credentials in calls: R3 for INVITE and what follows it (RFC 3261, 22; RFC 7616). */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPhone, SipMessage } from "../../host/simulated/index.js";
import { challengeParameters } from "../../host/simulated/sip.js";
import {
  BY_NAME,
  FAR,
  OFFER,
  QUIET,
  callLines,
  callMessages,
  calls,
  ends,
  lastOf,
  requestsOf,
  sentLines,
} from "./call-helpers.js";
import { assertCredentialsStayHome } from "./digest-helpers.js";
import { Site } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";

const USERS = { 1000: "secret" };

const ready = (options: SiteOptions, settings: Settings = {}) => {
  const site = new Site(options);
  const phone = site.phone({ ...QUIET, ...settings });
  site.s.runUntil(10_000);
  return { site, phone };
};

/** A phone with a call that was challenged and taken at 10 s. */
const called = (
  options: SiteOptions = { digest: { users: USERS, challenges: "all" } },
  settings: Settings = {},
) => {
  const { site, phone } = ready(options, settings);
  site.exchange.callee = [{ status: 100 }, { status: 200 }];
  const call = phone.call(FAR, OFFER);
  site.s.run(0);
  assert.equal(calls(phone).at(-1), "10000 established");
  return { site, phone, call };
};

const credentials = (message: SipMessage) => {
  const field = message.header("authorization") ?? message.header("proxy-authorization");
  return field === undefined ? undefined : challengeParameters(field).parameters;
};

const accepted = (phone: SimulatedPhone, method: string): string[] =>
  requestsOf(phone, method).map(({ t, peer, message }) =>
    [String(t), peer, credentials(message) === undefined ? "bare" : "credentials"].join(" "),
  );

describe("R3: an INVITE that is challenged", () => {
  for (const status of [401, 407] as const) {
    test(`R3: ${String(status)}: ACK, then again at the same target with credentials, CSeq + 1`, () => {
      const { site, phone } = called({ digest: { users: USERS, challenges: "all", status } });
      assert.deepEqual(sentLines(phone, "INVITE", "ACK"), [
        "10000 INVITE A",
        "10000 ACK A",
        "10000 INVITE A",
        "10000 ACK A",
      ]);
      const [bare, refused, other] = requestsOf(phone, "INVITE", "ACK").map(({ message }) => message);
      assert.ok(bare && refused && other);
      assert.equal(credentials(bare), undefined);
      assert.equal(refused.branch, bare.branch);
      assert.deepEqual([other.callId, other.fromTag, other.cseq], [bare.callId, bare.fromTag, bare.cseq + 1]);
      assert.notEqual(other.branch, bare.branch);
      const field = status === 401 ? "authorization" : "proxy-authorization";
      assert.ok(other.header(field) !== undefined);
      assert.equal(credentials(other)?.get("uri"), FAR);
      assert.equal(site.a.requests("INVITE").at(-1)?.credentials, "accepted");
      assert.deepEqual(site.exchange.complaints, []);
    });
  }

  test("RFC 3261, 22.1 and 13.2.2.4: the ACK of the 2xx carries the INVITE's credentials", () => {
    const { phone } = called();
    const invite = lastOf(phone, "INVITE");
    const ack = lastOf(phone, "ACK");
    assert.ok(invite.header("authorization") !== undefined);
    assert.equal(ack.header("authorization"), invite.header("authorization"));
    assert.equal(ack.cseq, invite.cseq);
    assert.notEqual(ack.branch, invite.branch);
  });

  test("RFC 3261, 9.1: nor does a CANCEL have more than its INVITE's; it is not challenged", () => {
    const { site, phone } = ready({ digest: { users: USERS, challenges: "all" } });
    site.exchange.callee = [{ status: 180 }];
    const call = phone.call(FAR, OFFER);
    site.s.run(1000);
    phone.hangUp(call);
    site.s.run(1000);
    assert.deepEqual(callLines(phone).slice(3), ["11000 CANCEL A", "11000 ACK A"]);
    const cancel = lastOf(phone, "CANCEL");
    assert.equal(cancel.branch, lastOf(phone, "INVITE").branch);
    assert.deepEqual(ends(phone), ["11000 cancelled 0"]);
  });

  for (const algorithm of ["MD5", "SHA-256", "MD5-sess", "SHA-512-256"] as const) {
    test(`R3: ${algorithm}`, () => {
      const { site } = called({ digest: { users: USERS, challenges: "all", algorithms: [algorithm] } });
      assert.equal(site.a.requests("INVITE").at(-1)?.credentials, "accepted");
    });
  }

  test("R3: a wrong password: once, then wrong-credentials; no other target is tried", () => {
    const { site, phone } = ready({ digest: { users: { 1000: "other" }, challenges: "all" } });
    phone.call(FAR, OFFER);
    site.s.run(5000);
    assert.deepEqual(accepted(phone, "INVITE"), ["10000 A bare", "10000 A credentials"]);
    assert.deepEqual(ends(phone), ["10000 wrong-credentials 401"]);
  });

  test("R3: an account without a password: no-credentials, the INVITE is sent once", () => {
    const { site, phone } = ready({ digest: { users: USERS, challenges: "all" } }, { password: "" });
    phone.call(FAR, OFFER);
    site.s.run(5000);
    assert.deepEqual(accepted(phone, "INVITE"), ["10000 A bare"]);
    assert.deepEqual(ends(phone), ["10000 no-credentials 401"]);
  });

  test("R3: a stale nonce: the new one is answered, and the call is set up", () => {
    const { site, phone } = ready({ digest: { users: USERS, challenges: "all" } });
    site.a.mode = ({ request }) =>
      request.method === "INVITE" && request.cseq === 2
        ? {
            status: 401,
            headers: [
              ["WWW-Authenticate", 'Digest realm="example.com", nonce="fresh", stale=true, qop="auth"'],
            ],
          }
        : "up";
    phone.call(FAR, OFFER);
    site.s.run(1000);
    const invites = requestsOf(phone, "INVITE").map(({ message }) => credentials(message)?.get("nonce"));
    assert.equal(invites[0], undefined);
    assert.equal(invites[2], "fresh");
    assert.notEqual(invites[1], "fresh");
  });

  test("field report: endless stale nonces: a few answers, then wrong-credentials", () => {
    const { site, phone } = ready({ digest: { users: USERS } });
    let nonces = 0;
    site.a.mode = ({ request }) => {
      if (request.method !== "INVITE") return "up";
      const challenge = `Digest realm="example.com", nonce="n${String(++nonces)}", stale=true, qop="auth"`;
      return { status: 401, headers: [["WWW-Authenticate", challenge]] };
    };
    phone.call(FAR, OFFER);
    site.s.run(60_000);
    const { length } = sentLines(phone, "INVITE");
    assert.ok(length >= 2 && length <= 5, `${String(length)} INVITEs`);
    assert.deepEqual(ends(phone), ["10000 wrong-credentials 401"]);
  });

  test("field report: A asks for credentials and dies: B gets the INVITE without A's, and its own when it asks", () => {
    const { site, phone } = ready({ digest: { users: USERS, challenges: "all" } });
    // What has the nonce is not answered any more.
    site.a.mode = ({ request }) =>
      request.method === "INVITE" && request.header("authorization") !== undefined ? "silent" : "up";
    phone.call(FAR, OFFER);
    site.s.run(20_000);
    assert.deepEqual(accepted(phone, "INVITE").slice(-2), ["17500 B bare", "17500 B credentials"]);
    assert.equal(calls(phone).at(-1), "17500 established");
    assertCredentialsStayHome(phone);
  });

  test("R3: 503 to the INVITE with credentials: F1, the next target", () => {
    const { site, phone } = ready({ digest: { users: USERS } });
    site.a.mode = ({ request }) => {
      if (request.header("authorization") !== undefined) return { status: 503 };
      return {
        status: 401,
        headers: [["WWW-Authenticate", 'Digest realm="example.com", nonce="n1", qop="auth"']],
      };
    };
    phone.call(FAR, OFFER);
    site.s.run(1000);
    assert.deepEqual(sentLines(phone, "INVITE", "ACK"), [
      "10000 INVITE A",
      "10000 ACK A",
      "10000 INVITE A",
      "10000 ACK A",
      "10000 INVITE B",
      "10000 ACK B",
    ]);
  });
});

describe("R3: requests within a call that are challenged", () => {
  for (const method of ["INVITE", "UPDATE", "INFO", "REFER", "MESSAGE"] as const) {
    test(`R3: ${method}: its 401 is answered, and its outcome handed over`, () => {
      const { site, phone, call } = called();
      const headers = method === "REFER" ? { headers: "Refer-To: <sip:x@example.com>\r\n" } : OFFER;
      phone.requestInCall(call, method, headers);
      site.s.run(1000);
      const status = method === "REFER" ? "202" : "200";
      assert.deepEqual(callMessages(phone).slice(1), [`10000 ${method} ${status}`]);
      const last = lastOf(phone, method);
      assert.equal(credentials(last)?.get("uri"), site.exchange.contact);
      assert.equal(site.a.requests(method).at(-1)?.credentials, "accepted");
      assert.deepEqual(site.exchange.complaints, []);
    });
  }

  for (const status of [401, 407] as const) {
    test(`R3: BYE, ${String(status)}: again with credentials; the call ends with its 200`, () => {
      const { site, phone, call } = called({ digest: { users: USERS, challenges: "all", status } });
      phone.hangUp(call);
      site.s.run(1000);
      assert.deepEqual(ends(phone), ["10000 local 200"]);
      assert.equal(site.a.requests("BYE").at(-1)?.credentials, "accepted");
      assert.equal(site.exchange.calls[0]?.state, "ended");
    });
  }

  test("R3: numbers within the dialog grow with every request that is sent, challenges included", () => {
    const { site, phone, call } = called();
    phone.requestInCall(call, "INFO", { type: "text/plain", body: "x" });
    site.s.run(100);
    phone.hangUp(call);
    site.s.run(100);
    const numbers = requestsOf(phone, "INVITE", "INFO", "BYE").map(({ message }) => message.cseq);
    assert.deepEqual(
      numbers,
      [...numbers].sort((one, other) => one - other),
    );
    assert.equal(new Set(numbers).size, numbers.length);
  });

  test("F13, field report: a BYE that fails over goes to B without A's credentials", () => {
    const { site, phone, call } = called({
      digest: { users: USERS, challenges: "all" },
      recordRoute: BY_NAME,
    });
    site.a.silent();
    phone.hangUp(call);
    site.s.run(20_000);
    assert.deepEqual(accepted(phone, "BYE").slice(-2), ["17500 B bare", "17500 B credentials"]);
    assert.deepEqual(ends(phone), ["17500 local 200"]);
    assertCredentialsStayHome(phone);
  });
});

describe("R3: secrets", () => {
  test("neither the password nor a digest response is in any record of a call", () => {
    const { site, phone, call } = called();
    phone.hangUp(call);
    site.s.run(1000);
    const records = JSON.stringify(phone.records);
    assert.ok(!records.includes("secret"));
    const response = credentials(lastOf(phone, "INVITE"))?.get("response") ?? "";
    assert.match(response, /^[0-9a-f]{32,}$/);
    assert.ok(!records.includes(response));
  });
});
