/** R3 and failover: credentials go to the server that asked for them, and to no other. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DigestOptions } from "../../host/simulated/index.js";
import { assertCredentialsStayHome, credentialsOf } from "./digest-helpers.js";
import { Site, inTurn, registered, registers, resends } from "./helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };
const users = { 1000: "secret" };
const digest: Partial<DigestOptions> = { users };

describe("R3: digest at two servers", () => {
  test("R3: the primary silent: challenge and credentials at the secondary", () => {
    const site = new Site({ digest });
    site.a.silent();
    const phone = site.phone(QUIET);
    site.s.run(20_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), "7500 B", "7500 B"]);
    assert.deepEqual(
      site.b.requests("REGISTER").map(({ credentials }) => credentials),
      ["none", "accepted"],
    );
    assertCredentialsStayHome(phone);
  });

  test("R3: the primary dies after its challenge: the secondary gets no nonce of its", () => {
    const site = new Site({ digest });
    site.a.mode = inTurn(["up"], "silent");
    const phone = site.phone(QUIET);
    site.s.run(20_000);
    assert.deepEqual(registers(phone), ["0 A", ...resends(0, "A"), "7500 B", "7500 B"]);
    const firstAtB = credentialsOf(phone).find(({ target }) => target === "B");
    assert.equal(firstAtB?.parameters, undefined);
    assertCredentialsStayHome(phone);
    assert.deepEqual(registered(phone), ["1.1 B"]);
  });

  test("R3: the primary answers the credentials with 503: the secondary is asked without them", () => {
    const site = new Site({ digest });
    site.a.mode = inTurn(["up", { status: 503 }]);
    const phone = site.phone(QUIET);
    site.s.run(20_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A", "0 B", "0 B"]);
    assertCredentialsStayHome(phone);
  });

  test("R3: the primary dies while registered, refreshes: the secondary's own challenge, its own count", () => {
    const site = new Site({ digest, maxExpires: 60 });
    const phone = site.phone({
      ...QUIET,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 0,
    });
    site.s.at(70_000, () => {
      site.a.silent();
    });
    site.s.run(170_000);
    assert.deepEqual(registers(phone, 70_000), [
      ...resends(90_000, "A"),
      ...["97500 B", "97500 B", "127500 B", "157500 B"],
    ]);
    assert.deepEqual(
      credentialsOf(phone)
        .filter(({ target }) => target === "B")
        .map(({ parameters }) => parameters?.get("nc")),
      [undefined, "00000001", "00000002", "00000003"],
    );
    assertCredentialsStayHome(phone);
  });

  test("R3: there and back, over and over: every nonce goes home, nothing is refused as wrong", () => {
    const site = new Site({ digest: { users, nonceUses: 3, nextNonce: false }, maxExpires: 40 });
    const phone = site.phone({
      ...QUIET,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    for (let t = 50_000; t < 2_000_000; t += 200_000) {
      site.s
        .at(t, () => {
          site.a.silent();
        })
        .at(t + 80_000, () => {
          site.a.up();
        });
    }
    site.s.run(2_000_000);
    assertCredentialsStayHome(phone);
    assert.ok(phone.events("failover").length >= 10);
    assert.ok(phone.events("failback").length >= 9);
    const outcomes = [...site.a.requests("REGISTER"), ...site.b.requests("REGISTER")].map(
      (one) => one.credentials,
    );
    assert.ok(!outcomes.includes("wrong"));
    assert.deepEqual(phone.events("failed"), []);
  });

  test("R3: a trial's credentials are the primary's, those of the refreshes meanwhile the current target's", () => {
    const site = new Site({ digest, list: ["A", "B", "C"], maxExpires: 130 });
    site.a.silent();
    site.b.silent();
    const phone = site.phone({
      ...QUIET,
      "sip_server.1.failback_mode": 3,
      "sip_server.1.failback_timeout": 60,
    });
    site.s.at(70_000, () => {
      site.b.up();
    });
    // C is current from 15 s: the trial of A at 75 s, C's refresh at 80 s, B at 82.5 s, and its refresh 65 s later.
    site.s.run(150_000);
    assert.deepEqual(
      registers(phone, 70_000).sort((one, other) => parseInt(one, 10) - parseInt(other, 10)),
      [
        ...resends(75_000, "A"),
        "80000 C",
        "82500 B",
        "82500 B",
        "142500 A",
        "143000 A",
        "144000 A",
        "146000 A",
        "147500 B",
      ],
    );
    assertCredentialsStayHome(phone);
    const last = credentialsOf(phone).at(-1);
    assert.deepEqual([last?.target, last?.parameters?.get("nc")], ["B", "00000002"]);
  });

  test("R3: slot 1 and slot 2 at once, each with its own nonces", () => {
    const site = new Site({ digest, maxExpires: 60 });
    const phone = site.phone({ ...QUIET, "sip_server.2.address": "192.0.2.4" });
    site.s.run(100_000);
    assertCredentialsStayHome(phone);
    assert.deepEqual(registered(phone), ["1.1 A", "1.2 D"]);
  });

  test("R3: two accounts at one server, each with its own password and counts", () => {
    const site = new Site({ digest: { users: { 1000: "secret", 2000: "other" } }, maxExpires: 60 });
    const phone = site.phone({
      ...QUIET,
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.password": "other",
      "account.2.sip_server.1.address": "sip.example.com",
    });
    site.s.run(100_000);
    assertCredentialsStayHome(phone);
    const of = (user: string): (string | undefined)[] =>
      credentialsOf(phone)
        .filter(({ message }) => message.to.includes(user))
        .map(({ parameters }) => parameters?.get("nc"));
    for (const user of ["1000", "2000"]) {
      assert.deepEqual(of(user), [undefined, "00000001", "00000002", "00000003", "00000004"]);
    }
  });

  test("R3: a wrong password is no reason to ask the next server", () => {
    const site = new Site({ digest: { users: { 1000: "another" } } });
    const phone = site.phone({ ...QUIET, "redundancy_with_reg_fail.enable": 1 });
    site.s.run(29_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A"]);
  });

  test("R3: the request with credentials has a budget of its own", () => {
    const site = new Site({ digest });
    // The challenge comes after 6 s; what follows has 7.5 s again.
    site.a.mode = ({ request }) =>
      request.header("authorization") === undefined
        ? {
            status: 401,
            headers: [["WWW-Authenticate", 'Digest realm="example.com", nonce="n", qop="auth"']],
            delay: 6000,
          }
        : "silent";
    const phone = site.phone(QUIET);
    site.s.run(20_000);
    assert.deepEqual(registers(phone), [...resends(0, "A"), ...resends(6000, "A"), "13500 B", "13500 B"]);
  });
});
