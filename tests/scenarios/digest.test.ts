/** R3: digest with one server: algorithms, counts, stale and next nonces, and refusals. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type {
  DigestAlgorithm,
  DigestOptions,
  HeaderField,
  SimulatedPhone,
} from "../../host/simulated/index.js";
import { Site, inTurn, only, registered, registers } from "./helpers.js";
import type { SiteOptions } from "./helpers.js";
import { credentialsOf } from "./digest-helpers.js";

const QUIET = { "nat.udp_update_enable": 0 };
const users = { 1000: "secret" };

const siteWith = (digest: Partial<DigestOptions> = {}, options: SiteOptions = {}): Site =>
  new Site({ list: ["A"], digest: { users, ...digest }, ...options });

const verdicts = (site: Site): (string | undefined)[] =>
  site.a.requests("REGISTER").map(({ credentials }) => credentials);

const ncs = (phone: SimulatedPhone): (string | undefined)[] =>
  credentialsOf(phone).map(({ parameters }) => parameters?.get("nc"));

describe("R3: a challenge is answered", () => {
  for (const status of [401, 407] as const) {
    test(`R3: ${String(status)}: at the same server, at once, with the next CSeq and a new branch`, () => {
      const site = siteWith({ status });
      const phone = site.phone(QUIET);
      site.s.run(10_000);
      assert.deepEqual(registers(phone), ["0 A", "0 A"]);
      assert.deepEqual(verdicts(site), ["none", "accepted"]);
      const [first, second] = site.a.requests("REGISTER").map(({ request }) => request);
      assert.equal(second?.cseq, (first?.cseq ?? NaN) + 1);
      assert.notEqual(second.branch, first?.branch);
      assert.equal(second.callId, first?.callId);
      const header = status === 401 ? "authorization" : "proxy-authorization";
      const other = status === 401 ? "proxy-authorization" : "authorization";
      assert.equal(first?.header(header), undefined);
      assert.notEqual(second.header(header), undefined);
      assert.equal(second.header(other), undefined);
      assert.deepEqual(registered(phone), ["1.1 A"]);
    });
  }

  test("R3: a proxy's 407 and then the registrar's 401: the request carries both", () => {
    const site = siteWith();
    const proxy = new Site({ digest: { users, realm: "proxy.example.com", status: 407 } }).a.authenticator;
    site.a.mode = ({ request }) => {
      const verdict = proxy?.judge(request);
      return verdict === undefined || verdict.outcome === "accepted"
        ? "up"
        : { status: 407, headers: verdict.headers };
    };
    const phone = site.phone(QUIET);
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A", "0 A"]);
    const last = site.a.requests("REGISTER").at(-1)?.request;
    assert.match(last?.header("proxy-authorization") ?? "", /realm="proxy.example.com"/);
    assert.match(last?.header("authorization") ?? "", /realm="example.com"/);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("R3: the name is auth_name's, the user's where that is empty", () => {
    for (const [settings, name] of [
      [{ auth_name: "line7" }, "line7"],
      [{ auth_name: "%EMPTY%" }, "1000"],
      [{}, "1000"],
    ] as const) {
      const site = siteWith({ users: { [name]: "secret" } });
      const phone = site.phone({ ...QUIET, ...settings });
      site.s.run(10_000);
      assert.deepEqual(verdicts(site), ["none", "accepted"]);
      assert.equal(credentialsOf(phone)[1]?.parameters?.get("username"), name);
    }
  });

  test("R3: a password with signs of every kind", () => {
    const password = String.raw`pass "w" \ ;,=@:#%41 ä€`;
    const site = siteWith({ users: { 1000: password } });
    site.phone({ ...QUIET, password });
    site.s.run(10_000);
    assert.deepEqual(verdicts(site), ["none", "accepted"]);
  });

  test("R3: opaque comes back as it was, and is left out where there was none", () => {
    for (const opaque of ["5ccc069c403ebaf9f0171e9517f40e41", ""]) {
      const site = siteWith({ opaque });
      const phone = site.phone(QUIET);
      site.s.run(10_000);
      assert.deepEqual(verdicts(site), ["none", "accepted"]);
      assert.equal(credentialsOf(phone)[1]?.parameters?.get("opaque"), opaque === "" ? undefined : opaque);
    }
  });

  test("R3: the uri is the Request-URI, as it stands there", () => {
    const site = siteWith();
    const phone = site.phone({ ...QUIET, "sip_server.1.port": 5060 });
    site.s.run(10_000);
    const [, second] = credentialsOf(phone);
    assert.equal(second?.parameters?.get("uri"), second?.message.uri);
  });
});

describe("R3: algorithms", () => {
  const all: readonly DigestAlgorithm[] = [
    "MD5",
    "MD5-sess",
    "SHA-256",
    "SHA-256-sess",
    "SHA-512-256",
    "SHA-512-256-sess",
  ];
  for (const algorithm of all) {
    for (const qop of ["auth", "auth-int,auth", ""] as const) {
      test(`R3: ${algorithm}, ${qop === "" ? "without qop" : `qop="${qop}"`}`, () => {
        const site = siteWith({ algorithms: [algorithm], qop }, { maxExpires: 60 });
        const phone = site.phone(QUIET);
        site.s.run(61_000);
        assert.deepEqual(verdicts(site), ["none", "accepted", "accepted", "accepted"]);
        const { parameters } = credentialsOf(phone)[1] ?? {};
        assert.equal(parameters?.get("algorithm"), algorithm);
        assert.equal(parameters.get("qop"), qop === "" ? undefined : "auth");
        assert.equal(parameters.get("nc"), qop === "" ? undefined : "00000001");
      });
    }
  }

  for (const [offered, taken] of [
    [["MD5", "SHA-256", "SHA-512-256"], "SHA-512-256"],
    [["SHA-512-256", "SHA-256", "MD5"], "SHA-512-256"],
    [["MD5", "SHA-256"], "SHA-256"],
    [["SHA-256", "MD5-sess"], "SHA-256"],
    [["MD5-sess", "SHA-256-sess", "MD5"], "SHA-256-sess"],
  ] as const) {
    test(`R3: of ${offered.join(", ")} the strongest is used: ${taken}`, () => {
      const site = siteWith({ algorithms: offered });
      const phone = site.phone(QUIET);
      site.s.run(10_000);
      assert.deepEqual(verdicts(site), ["none", "accepted"]);
      assert.equal(credentialsOf(phone)[1]?.parameters?.get("algorithm"), taken);
    });
  }

  const challenge = (...parameters: string[]): HeaderField => [
    "WWW-Authenticate",
    `Digest realm="example.com", nonce="n-1", ${parameters.join(", ")}`,
  ];
  const basic: HeaderField = ["WWW-Authenticate", 'Basic realm="example.com"'];

  test("R3: what is unknown is passed over for what is known", () => {
    const site = new Site({ list: ["A"] });
    site.a.mode = inTurn([
      {
        status: 401,
        headers: [basic, challenge("algorithm=AKAv1-MD5"), challenge('algorithm="md5"', 'qop="auth"')],
      },
    ]);
    const phone = site.phone(QUIET);
    site.s.run(10_000);
    assert.equal(registers(phone).length, 2);
    assert.match(credentialsOf(phone)[1]?.parameters?.get("algorithm") ?? "MD5", /^MD5$/i);
  });

  for (const [what, headers] of [
    ["an unknown algorithm", [challenge("algorithm=AKAv1-MD5")]],
    ["another scheme", [basic]],
    ["auth-int alone", [challenge("algorithm=MD5", 'qop="auth-int"')]],
    ["no challenge at all", []],
  ] as const) {
    test(`R3: with ${what} there is nothing to answer: R5's wait`, () => {
      const site = new Site({ list: ["A"] });
      site.a.answer(401, headers);
      const phone = site.phone(QUIET);
      site.s.run(31_000);
      assert.deepEqual(registers(phone), ["0 A", "30000 A"]);
      assert.ok(credentialsOf(phone).every(({ parameters }) => parameters === undefined));
    });
  }
});

describe("R3: nonces and their counts", () => {
  test("R3: nc grows with each request of a nonce, and each has a cnonce", () => {
    const site = siteWith({}, { maxExpires: 60 });
    const phone = site.phone(QUIET);
    site.s.run(490_000);
    const counts = Array.from({ length: 17 }, (_, i) => (i + 1).toString(16).padStart(8, "0"));
    assert.deepEqual(ncs(phone), [undefined, ...counts]);
    assert.equal(counts.at(-1), "00000011");
    assert.equal(new Set(credentialsOf(phone).map(({ parameters }) => parameters?.get("nonce"))).size, 2);
    assert.ok(
      verdicts(site)
        .slice(1)
        .every((verdict) => verdict === "accepted"),
    );
  });

  test("R3: a stale nonce: the new one at once, with the same password, and nc from 1", () => {
    const site = siteWith({ nonceUses: 2 }, { maxExpires: 60 });
    const phone = site.phone(QUIET);
    site.s.run(91_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A", "30000 A", "60000 A", "60000 A", "90000 A"]);
    assert.deepEqual(verdicts(site), ["none", "accepted", "accepted", "stale", "accepted", "accepted"]);
    const ones = ["00000001", "00000002", "00000003", "00000001", "00000002"];
    assert.deepEqual(ncs(phone), [undefined, ...ones]);
    assert.deepEqual(phone.events("failed"), []);
  });

  test("R3: a server that was restarted has forgotten its nonces: no wait, no loss of the registration", () => {
    const site = siteWith({}, { maxExpires: 60 });
    const phone = site.phone(QUIET);
    site.s.at(20_000, () => {
      site.a.authenticator?.forgetNonces();
    });
    site.s.run(40_000);
    assert.deepEqual(verdicts(site), ["none", "accepted", "stale", "accepted"]);
    assert.deepEqual(phone.events("unregistered"), []);
  });

  test("R3: a kept nonce refused without stale: the fresh challenge is answered", () => {
    const site = siteWith({}, { maxExpires: 60 });
    const phone = site.phone(QUIET);
    site.s.at(20_000, () => {
      site.a.mode = inTurn([
        { status: 401, headers: [["WWW-Authenticate", 'Digest realm="example.com", nonce="x", qop="auth"']] },
      ]);
    });
    site.s.run(31_000);
    // The server knows no nonce "x", and says so with stale.
    assert.deepEqual(registers(phone, 20_000), ["30000 A", "30000 A", "30000 A"]);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("R3: a server that calls every nonce stale is left after a few, for R5's wait", () => {
    const site = siteWith({ nonceUses: 0 });
    const phone = site.phone(QUIET);
    site.s.run(29_000);
    assert.ok(registers(phone).length <= 6, String(registers(phone).length));
    assert.equal(only(phone.events("failed")).retry, 30_000);
  });

  test("R3: nextnonce: the next request uses it, nc from 1, and no challenge is needed", () => {
    const site = siteWith({ nextNonce: true, nonceUses: 1 }, { maxExpires: 60 });
    const phone = site.phone(QUIET);
    site.s.run(121_000);
    assert.deepEqual(verdicts(site), ["none", "accepted", "accepted", "accepted", "accepted", "accepted"]);
    assert.deepEqual(ncs(phone), [undefined, ...Array.from({ length: 5 }, () => "00000001")]);
    const nonces = credentialsOf(phone).map(({ parameters }) => parameters?.get("nonce"));
    assert.equal(new Set(nonces).size, 6);
  });
});

describe("R3: credentials that are refused", () => {
  test("R3: a wrong password: one try, then R5's wait", () => {
    const site = siteWith();
    const phone = site.phone({ ...QUIET, password: "wrong" });
    site.s.run(29_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A"]);
    assert.deepEqual(verdicts(site), ["none", "wrong"]);
    const { reason, status, retry } = only(phone.events("failed"));
    assert.deepEqual([reason, status, retry], ["wrong-credentials", 401, 30_000]);
  });

  test("R3: nor are they offered again to a nonce that has refused them", () => {
    const site = siteWith();
    const phone = site.phone({ ...QUIET, password: "wrong" });
    site.s.run(200_000);
    const nonces = credentialsOf(phone).flatMap(({ parameters }) => parameters?.get("nonce") ?? []);
    assert.ok(nonces.length >= 6);
    assert.equal(new Set(nonces).size, nonces.length);
    // One try of the password each time, no more: servers lock accounts.
    for (const t of [30_000, 60_000, 90_000]) {
      const tries = credentialsOf(phone).filter((one) => one.t === t && one.parameters !== undefined);
      assert.equal(tries.length, 1, `at ${String(t)}`);
    }
  });

  test("R3: a server that repeats its nonce gets them once", () => {
    const site = new Site({ list: ["A"] });
    site.a.answer(401, [
      ["WWW-Authenticate", 'Digest realm="example.com", nonce="always", qop="auth", algorithm=MD5'],
    ]);
    const phone = site.phone(QUIET);
    site.s.run(29_000);
    assert.deepEqual(registers(phone), ["0 A", "0 A"]);
    assert.equal(credentialsOf(phone).filter(({ parameters }) => parameters !== undefined).length, 1);
  });

  test("R3: the password is put right at the server: the next try registers", () => {
    const site = siteWith({ users: { 1000: "another" } });
    const phone = site.phone(QUIET);
    site.s.at(40_000, () => {
      if (site.a.authenticator !== undefined) site.a.authenticator.options.users = users;
    });
    site.s.run(70_000);
    assert.deepEqual(registered(phone), ["1.1 A"]);
  });

  test("R3: without a password no credentials are made up", () => {
    const site = siteWith();
    const phone = site.phone({ ...QUIET, password: "%EMPTY%" });
    site.s.run(29_000);
    assert.deepEqual(registers(phone), ["0 A"]);
    assert.equal(only(phone.events("failed")).reason, "no-credentials");
  });

  test("R3: neither password nor response is in any record", () => {
    const site = siteWith({ nonceUses: 1, opaque: "5ccc069c" }, { maxExpires: 60 });
    const phone = site.phone({ ...QUIET, password: "secret" });
    site.s.run(200_000);
    const text = JSON.stringify(phone.records);
    assert.ok(!text.includes("secret"));
    for (const { parameters } of credentialsOf(phone)) {
      assert.ok(parameters === undefined || !text.includes(parameters.get("response") ?? "response"));
    }
  });
});
