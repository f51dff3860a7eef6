import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEndpoint } from "../../host/abi/address.js";
import { Registrar } from "../../host/simulated/registrar.js";
import type { RegistrarOptions } from "../../host/simulated/registrar.js";
import { SipMessage, parseSip, writeSip } from "../../host/simulated/sip.js";
import type { HeaderField } from "../../host/simulated/sip.js";

const source = parseEndpoint("198.51.100.1:5060");

const request = (
  cseq: number,
  {
    method = "REGISTER",
    branch = `z9hG4bK${String(cseq)}`,
    expires = 60,
    contact = "<sip:1000@198.51.100.1>",
    callId = "one",
  } = {},
): Uint8Array => {
  const fields: HeaderField[] = [
    ["Via", `SIP/2.0/UDP 198.51.100.1:5060;rport;branch=${branch}`],
    ["From", "<sip:1000@example.com>;tag=abc"],
    ["To", "<sip:1000@example.com>"],
    ["Call-ID", callId],
    ["CSeq", `${String(cseq)} ${method}`],
    ["Contact", contact],
    ["Expires", String(expires)],
  ];
  return writeSip(new SipMessage({ method, uri: "sip:example.com" }, fields, ""));
};

const set = (
  options: RegistrarOptions = {},
): { registrar: Registrar; ask: (octets: Uint8Array, now?: number) => SipMessage | undefined } => {
  const registrar = new Registrar("a", options);
  return {
    registrar,
    ask: (octets, now = 0) => {
      const [reply] = registrar.receive(octets, source, now);
      return reply === undefined ? undefined : parseSip(reply.octets);
    },
  };
};

const contactsOf = (answer: SipMessage | undefined): string[] => answer?.headers("contact") ?? [];

describe("a registrar", () => {
  it("keeps a binding for as long as it has granted", () => {
    const { registrar, ask } = set({ maxExpires: 30 });
    const answer = ask(request(1));
    assert.equal(answer?.status, 200);
    assert.deepEqual(contactsOf(answer), ["<sip:1000@198.51.100.1>;expires=30"]);
    assert.deepEqual(
      registrar.bound(29_999, "1000").map(({ contact }) => contact),
      ["sip:1000@198.51.100.1"],
    );
    assert.deepEqual(registrar.bound(30_000), []);
  });

  it("answers with all bindings there are", () => {
    const { ask } = set();
    ask(request(1));
    const answer = ask(
      request(1, { branch: "z9hG4bKother", callId: "two", contact: "<sip:1000@198.51.100.2>;expires=90" }),
      10_000,
    );
    assert.deepEqual(contactsOf(answer), [
      "<sip:1000@198.51.100.1>;expires=50",
      "<sip:1000@198.51.100.2>;expires=90",
    ]);
  });

  it("removes one binding by expires 0, all by an asterisk", () => {
    const { registrar, ask } = set();
    ask(request(1, { contact: "<sip:a@198.51.100.1>, <sip:b@198.51.100.1>" }));
    ask(request(2, { contact: "<sip:a@198.51.100.1>;expires=0" }));
    assert.deepEqual(
      registrar.bound(0).map(({ contact }) => contact),
      ["sip:b@198.51.100.1"],
    );
    assert.equal(ask(request(3, { contact: "*" }))?.status, 400);
    assert.equal(ask(request(4, { contact: "*", expires: 0 }))?.status, 200);
    assert.deepEqual(registrar.bound(0), []);
  });

  it("refuses a lifetime that is too short, and changes nothing", () => {
    const { registrar, ask } = set({ minExpires: 120 });
    const answer = ask(request(1));
    assert.equal(answer?.status, 423);
    assert.equal(answer.header("min-expires"), "120");
    assert.deepEqual(registrar.bound(0), []);
  });

  it("refuses a CSeq that has not grown within a Call-ID", () => {
    const { ask } = set();
    ask(request(2));
    assert.equal(ask(request(1))?.status, 500);
    assert.equal(ask(request(2, { branch: "z9hG4bKnew" }))?.status, 500);
    assert.equal(ask(request(3))?.status, 200);
  });

  it("answers a request that is sent again as before, and counts it as received", () => {
    const { registrar } = set();
    const [first] = registrar.receive(request(1), source, 0);
    const [second] = registrar.receive(request(1), source, 500);
    assert.deepEqual(second, first);
    assert.deepEqual(
      registrar.requests("REGISTER").map(({ t }) => t),
      [0, 500],
    );
  });

  it("asks for credentials, and says what came of them", () => {
    const { registrar, ask } = set({ digest: { users: { "1000": "secret" } } });
    const answer = ask(request(1));
    assert.equal(answer?.status, 401);
    assert.match(
      answer.header("www-authenticate") ?? "",
      /^Digest realm="example.com", nonce="\w+", algorithm=MD5, qop="auth"$/,
    );
    assert.deepEqual(
      registrar.received.map(({ credentials }) => credentials),
      ["none"],
    );
  });

  it("answers OPTIONS and NOTIFY, refuses other methods, says nothing to ACK", () => {
    const { ask } = set();
    assert.equal(ask(request(1, { method: "OPTIONS" }))?.status, 200);
    assert.equal(ask(request(2, { method: "NOTIFY" }))?.status, 200);
    assert.equal(ask(request(3, { method: "PUBLISH" }))?.status, 405);
    assert.equal(ask(request(4, { method: "ACK" })), undefined);
  });

  it("counts keep-alives and what is not SIP", () => {
    const { registrar } = set();
    assert.deepEqual(registrar.receive(Buffer.from("\r\n\r\n"), source, 7), []);
    assert.deepEqual(registrar.receive(Buffer.from("hello"), source, 8), []);
    assert.deepEqual(registrar.keepAlives, [{ t: 7, source: "udp:198.51.100.1:5060" }]);
    assert.equal(registrar.malformed, 1);
  });

  it("behaves as its mode says", () => {
    const { registrar, ask } = set();
    let changes = 0;
    registrar.onChange(() => changes++);
    registrar.silent();
    assert.equal(ask(request(1)), undefined);
    registrar.answer(503, [["Retry-After", "30"]]);
    const busy = ask(request(2));
    assert.equal(busy?.status, 503);
    assert.equal(busy.header("retry-after"), "30");
    registrar.mode = ({ request: { cseq } }) => (cseq === 3 ? "silent" : { status: 404, delay: 20 });
    assert.equal(ask(request(3)), undefined);
    assert.equal(registrar.receive(request(4), source, 0)[0]?.delay, 20);
    registrar.refuse();
    assert.ok(registrar.isRefusing);
    assert.equal(ask(request(5)), undefined);
    registrar.up();
    assert.equal(ask(request(6))?.status, 200);
    assert.equal(changes, 5);
    assert.deepEqual(
      registrar.received.map(({ request: { cseq } }) => cseq),
      [1, 2, 3, 4, 6],
    );
  });

  it("spoils its answers as told", () => {
    const { registrar, ask } = set();
    registrar.fault = "foreign-branch";
    assert.equal(ask(request(1))?.branch, "z9hG4bKof-somebody-else");
    registrar.fault = undefined;
    assert.equal(ask(request(2))?.branch, "z9hG4bK2");
  });
});
