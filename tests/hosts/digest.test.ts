import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Authenticator, digestResponse } from "../../host/simulated/digest.js";
import type { DigestAlgorithm, DigestOptions, Verdict } from "../../host/simulated/digest.js";
import { SipMessage, challengeParameters } from "../../host/simulated/sip.js";

const mufasa = {
  user: "Mufasa",
  password: "Circle of Life",
  realm: "http-auth@example.org",
  method: "GET",
  uri: "/dir/index.html",
  nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
  nc: "00000001",
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  qop: "auth",
};

describe("digest responses", () => {
  it("RFC 2617, section 3.5", () => {
    const response = digestResponse({
      ...mufasa,
      algorithm: "MD5",
      password: "Circle Of Life",
      realm: "testrealm@host.com",
      nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
      cnonce: "0a4f113b",
    });
    assert.equal(response, "6629fae49393a05397450978507c4ef1");
  });

  it("RFC 7616, section 3.9.1: MD5", () => {
    assert.equal(digestResponse({ ...mufasa, algorithm: "MD5" }), "8ca523f5e9506fed4657c9700eebdbec");
  });

  it("RFC 7616, section 3.9.1: SHA-256", () => {
    assert.equal(
      digestResponse({ ...mufasa, algorithm: "SHA-256" }),
      "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
    );
  });

  it("RFC 7616, section 3.9.2, as its erratum 4897 has it: SHA-512-256", () => {
    const response = digestResponse({
      algorithm: "SHA-512-256",
      user: "J\u00e4s\u00f8n Doe",
      password: "Secret, or not?",
      realm: "api@example.org",
      method: "GET",
      uri: "/doe.json",
      nonce: "5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK",
      nc: "00000001",
      cnonce: "NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v",
      qop: "auth",
    });
    assert.equal(response, "3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5");
  });

  it("an unknown algorithm has none", () => {
    assert.equal(digestResponse({ ...mufasa, algorithm: "SHA-1" }), undefined);
  });
});

const request = (authorization?: string): SipMessage =>
  new SipMessage(
    { method: "REGISTER", uri: "sip:example.com" },
    authorization === undefined ? [] : [["Authorization", authorization]],
    "",
  );

/** Credentials for the first challenge of a verdict. */
const credentials = (verdict: Verdict, { nc = "00000001", password = "secret" } = {}): string => {
  const { parameters } = challengeParameters(verdict.headers[0]?.[1] ?? "");
  const get = (name: string): string => parameters.get(name) ?? "";
  const qop = get("qop") === "" ? "" : "auth";
  const input = {
    algorithm: get("algorithm"),
    user: "1000",
    realm: get("realm"),
    password,
    method: "REGISTER",
    uri: "sip:example.com",
    nonce: get("nonce"),
    nc,
    cnonce: "c0ffee",
    qop,
  };
  const tail = qop === "" ? "" : `, qop=auth, nc=${nc}`;
  return (
    `Digest username="1000", realm="${input.realm}", nonce="${input.nonce}", uri="${input.uri}", ` +
    `algorithm=${input.algorithm}, cnonce="c0ffee", opaque="${get("opaque")}", ` +
    `response="${digestResponse(input) ?? ""}"${tail}`
  );
};

const server = (options: Partial<DigestOptions> = {}): Authenticator =>
  new Authenticator("a", { users: { "1000": "secret" }, ...options });

describe("a server that asks for credentials", () => {
  const algorithms: readonly DigestAlgorithm[] = [
    "MD5",
    "MD5-sess",
    "SHA-256",
    "SHA-256-sess",
    "SHA-512-256",
    "SHA-512-256-sess",
  ];
  for (const algorithm of algorithms) {
    for (const qop of ["auth", ""] as const) {
      it(`${algorithm}${qop === "" ? " without qop" : ""}: right ones are accepted, wrong ones are not`, () => {
        const a = server({ algorithms: [algorithm], qop });
        const challenge = a.judge(request());
        assert.equal(challenge.outcome, "none");
        assert.equal(a.judge(request(credentials(challenge, { password: "wrong" }))).outcome, "wrong");
        assert.equal(a.judge(request(credentials(challenge))).outcome, "accepted");
      });
    }
  }

  it("each algorithm is a challenge", () => {
    const { headers } = server({ algorithms: ["SHA-256", "MD5"] }).judge(request());
    assert.deepEqual(
      headers.map(([, value]) => challengeParameters(value).parameters.get("algorithm")),
      ["SHA-256", "MD5"],
    );
  });

  it("the same count twice is a replay, a higher one is not", () => {
    const a = server();
    const challenge = a.judge(request());
    assert.equal(a.judge(request(credentials(challenge))).outcome, "accepted");
    assert.equal(a.judge(request(credentials(challenge))).outcome, "stale");
    assert.equal(a.judge(request(credentials(challenge, { nc: "00000002" }))).outcome, "accepted");
  });

  it("a nonce that is used up is stale, and the challenge says so", () => {
    const a = server({ nonceUses: 1 });
    const challenge = a.judge(request());
    a.judge(request(credentials(challenge)));
    const verdict = a.judge(request(credentials(challenge, { nc: "00000002" })));
    assert.equal(verdict.outcome, "stale");
    assert.match(verdict.headers[0]?.[1] ?? "", /stale=true/);
  });

  it("the nonce of one server is stale at another", () => {
    const challenge = new Authenticator("b", { users: { "1000": "secret" } }).judge(request());
    assert.equal(server().judge(request(credentials(challenge))).outcome, "stale");
  });

  it("nextnonce serves the next request", () => {
    const a = server({ nextNonce: true });
    const first = a.judge(request(credentials(a.judge(request()))));
    const next = /nextnonce="([^"]+)"/.exec(first.headers[0]?.[1] ?? "")?.[1] ?? "";
    const challenge = {
      ...first,
      headers: [["", `Digest realm="example.com", nonce="${next}", algorithm=MD5, qop="auth"`]],
    } as const;
    assert.equal(a.judge(request(credentials(challenge))).outcome, "accepted");
  });

  it("another opaque is wrong", () => {
    const a = server({ opaque: "o1" });
    const challenge = a.judge(request());
    assert.equal(a.judge(request(credentials(challenge).replace("o1", "o2"))).outcome, "wrong");
    assert.equal(a.judge(request(credentials(challenge))).outcome, "accepted");
  });
});
