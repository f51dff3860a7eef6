/** R6: Path, Service-Route (RFC 3608) and GRUU (RFC 5627), as the registrar gives them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HeaderField, SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, calls, ends, messagesOf, requestsOf } from "./call-helpers.js";
import type { WireMessage } from "./call-helpers.js";
import { DOMAIN, Site, only, registered, registers } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { LAMPS, QUIET, subscribes } from "./subscription-helpers.js";

const OWN = "sip:1000@198.51.100.1:5060";
const GRUU = "sip:1000@sip.example.com;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6";

const serviceRoutes = (...routes: readonly string[]): HeaderField[] =>
  routes.map((route): HeaderField => ["Service-Route", route]);

/** Our binding once more, with what the registrar knows of it. */
const contact = (parameters: string): HeaderField[] => [["Contact", `<${OWN}>${parameters}`]];

const call = (phone: SimulatedPhone): number => phone.call(FAR, { type: "application/sdp", body: SDP });

const routesOf = ({ message }: WireMessage): string[] => message.elements("route");

/** A phone whose registrars add headers to each 200; it subscribes, and calls at 1 s. */
const course = (
  extraHeaders: readonly HeaderField[],
  settings: Settings = {},
): { site: Site; phone: SimulatedPhone } => {
  const site = new Site();
  for (const server of [site.a, site.b]) server.extraHeaders = extraHeaders;
  const phone = site.phone({ ...QUIET, ...LAMPS, ...settings });
  site.s.at(1000, () => call(phone)).run(10_000);
  return { site, phone };
};

/** A registrar that says nothing of a binding but what a test says. */
const onlySays = (site: Site, headers: readonly HeaderField[]): void => {
  site.a.mode = ({ request }) => (request.method === "REGISTER" ? { status: 200, headers } : "up");
};

describe("R6: Path (RFC 3327)", () => {
  test("R6: the phone says that it supports it, and GRUU; a Path in the answer changes nothing", () => {
    const { phone } = course([["Path", "<sip:edge.example.com;lr>"]]);
    const { message } = only(requestsOf(phone, "REGISTER"));
    assert.ok(message.elements("supported").includes("path"));
    assert.ok(message.elements("supported").includes("gruu"));
    assert.deepEqual(registered(phone), ["1.1 A"]);
    for (const sent of requestsOf(phone, "INVITE", "SUBSCRIBE")) assert.deepEqual(routesOf(sent), []);
  });
});

describe("R6: Service-Route", () => {
  test("R6: INVITE, SUBSCRIBE and other requests carry it as Route, in its order; REGISTER and what is in a dialog do not", () => {
    const { site, phone } = course(
      serviceRoutes("<sip:home1.example.com;lr>", "<sip:home2.example.com;lr>, <sip:home3.example.com;lr>"),
    );
    phone.sendRequest("MESSAGE", FAR, { type: "text/plain", body: "hello" });
    site.s.run(100_000);
    const wanted = ["<sip:home1.example.com;lr>", "<sip:home2.example.com;lr>", "<sip:home3.example.com;lr>"];
    const beginnings = requestsOf(phone, "INVITE", "SUBSCRIBE", "MESSAGE").filter(
      ({ message }) => message.toTag === "",
    );
    assert.deepEqual(beginnings.map(({ message }) => message.method).sort(), [
      "INVITE",
      "MESSAGE",
      "SUBSCRIBE",
    ]);
    for (const sent of beginnings) assert.deepEqual(routesOf(sent), wanted, sent.message.method);
    for (const sent of requestsOf(phone, "REGISTER")) assert.deepEqual(routesOf(sent), []);
    // RFC 3608, 5: the route set of a dialog is made of its Record-Routes alone.
    const inDialog = requestsOf(phone, "ACK", "SUBSCRIBE").filter(({ message }) => message.toTag !== "");
    assert.equal(inDialog.length, 2);
    for (const sent of inDialog) assert.deepEqual(routesOf(sent), ["<sip:192.0.2.1:5060;lr>"]);
  });

  test("R6: they go where the account's requests go, to the current target: F, not the route's name, decides", () => {
    const { site, phone } = course(serviceRoutes("<sip:home.example.com;lr>"));
    assert.deepEqual(
      requestsOf(phone, "INVITE", "SUBSCRIBE").map(({ peer }) => peer),
      ["A", "A"],
    );
    assert.deepEqual(site.s.zone.queries("home.example.com"), []);
  });

  test("R6: behind the outbound proxy's own Route", () => {
    const { phone } = course(serviceRoutes("<sip:home.example.com;lr>"), {
      "sip_server.1.address": "registrar.example.net",
      outbound_proxy_enable: 1,
      "outbound_proxy.1.address": DOMAIN,
    });
    const beginnings = requestsOf(phone, "INVITE", "SUBSCRIBE");
    assert.equal(beginnings.length, 2);
    for (const sent of beginnings) {
      assert.deepEqual(routesOf(sent), ["<sip:sip.example.com:5060;lr>", "<sip:home.example.com;lr>"]);
    }
    assert.deepEqual(routesOf(only(requestsOf(phone, "REGISTER"))), ["<sip:sip.example.com:5060;lr>"]);
  });

  test("R6: each 200 says it anew: another one, and none", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.extraHeaders = serviceRoutes("<sip:one.example.com;lr>");
    const phone = site.phone(QUIET);
    site.s
      .at(10_000, () => {
        call(phone);
        site.a.extraHeaders = serviceRoutes("<sip:two.example.com;lr>");
      })
      .at(40_000, () => {
        call(phone);
        site.a.extraHeaders = [];
      })
      .at(70_000, () => call(phone))
      .run(80_000);
    assert.deepEqual(requestsOf(phone, "INVITE").map(routesOf), [
      ["<sip:one.example.com;lr>"],
      ["<sip:two.example.com;lr>"],
      [],
    ]);
  });

  test("R6: it goes with the binding: B's 200 says nothing of it, and A's is forgotten", () => {
    const site = new Site();
    site.a.extraHeaders = serviceRoutes("<sip:one.example.com;lr>");
    const phone = site.phone({ "sip_server.1.failback_mode": 3 });
    site.s
      .at(10_000, () => {
        site.a.refuse();
      })
      .at(40_000, () => call(phone))
      .run(50_000);
    assert.deepEqual(registered(phone), ["1.1 B"]);
    const invite = only(requestsOf(phone, "INVITE"));
    assert.equal(invite.peer, "B");
    assert.deepEqual(routesOf(invite), []);
  });

  test("R6: it goes with the binding: the account is refused, and what it had is forgotten", () => {
    const site = new Site({ maxExpires: 60 });
    site.a.extraHeaders = serviceRoutes("<sip:one.example.com;lr>");
    const phone = site.phone(QUIET);
    site.s
      .at(20_000, () => {
        site.a.mode = ({ request }) => (request.method === "REGISTER" ? { status: 403 } : "up");
      })
      .at(40_000, () => call(phone))
      .run(50_000);
    assert.deepEqual(registered(phone), []);
    assert.deepEqual(routesOf(only(requestsOf(phone, "INVITE"))), []);
  });

  test("R6: each slot has its own", () => {
    const site = new Site({ list: ["A"] });
    site.a.extraHeaders = serviceRoutes("<sip:one.example.com;lr>");
    site.d.extraHeaders = serviceRoutes("<sip:two.example.com;lr>");
    const phone = site.phone({ ...QUIET, "sip_server.2.address": "192.0.2.4" });
    site.s
      .at(1000, () => {
        site.a.mode = ({ request }) => (request.method === "INVITE" ? { status: 503 } : "up");
        call(phone);
      })
      .run(5000);
    assert.deepEqual(
      requestsOf(phone, "INVITE").map((sent) => [sent.peer, ...routesOf(sent)]),
      [
        ["A", "<sip:one.example.com;lr>"],
        ["D", "<sip:two.example.com;lr>"],
      ],
    );
  });

  for (const [what, value] of [
    ["without brackets or a scheme", "home.example.com"],
    ["of another scheme", "<tel:+4930123456>"],
    ["that never ends", "<sip:home.example.com;lr"],
    ["that is empty", ""],
    ["without a host", "<sip:;lr>"],
  ] as const) {
    test(`R6: one ${what} is ignored: the registration stands, and requests carry no Route`, () => {
      const { phone } = course(serviceRoutes(value));
      assert.deepEqual(registered(phone), ["1.1 A"]);
      for (const sent of requestsOf(phone, "INVITE", "SUBSCRIBE")) {
        assert.deepEqual(sent.message.headers("route"), []);
      }
      assert.ok(calls(phone).some((line) => line.endsWith(" established")));
    });
  }

  test("R6: more than a message can hold: nothing is sent that is cut, and the call says why", () => {
    const long = Array.from({ length: 40 }, (_, i) => `<sip:${"r".repeat(90)}${String(i)}.example.com;lr>`);
    const { phone } = course(serviceRoutes(...long));
    assert.deepEqual(registered(phone), ["1.1 A"]);
    assert.deepEqual(requestsOf(phone, "INVITE", "SUBSCRIBE"), []);
    assert.deepEqual(ends(phone), ["1000 too-long 0"]);
  });
});

describe("R6: GRUU", () => {
  test("R6: the public one of our Contact is the Contact of INVITE, SUBSCRIBE and answers; REGISTER keeps the address", () => {
    const site = new Site();
    onlySays(site, contact(`;expires=3600;pub-gruu="${GRUU}";temp-gruu="sip:tgruu.1@sip.example.com;gr"`));
    const phone = site.phone({ ...QUIET, ...LAMPS, "sip_server.1.expires": 60 });
    site.s.at(1000, () => call(phone)).run(10_000);
    for (const sent of requestsOf(phone, "INVITE", "SUBSCRIBE")) {
      assert.equal(sent.message.list("contact")[0]?.value, GRUU, sent.message.method);
    }
    const incoming = site.exchange.invite(site.a, { to: OWN });
    site.s.run(1000);
    const offered = phone.events("call").find(({ state }) => state === "incoming");
    assert.ok(offered);
    phone.respond(offered.call, 180);
    phone.respond(offered.call, 200, { type: "application/sdp", body: SDP });
    site.s.run(1000);
    assert.equal(incoming.status, 200);
    const answers = messagesOf(phone).filter(
      ({ direction, message }) => direction === "out" && message.method === "INVITE" && message.status > 100,
    );
    assert.deepEqual(
      answers.map(({ message }) => [message.status, message.list("contact")[0]?.value]),
      [
        [180, GRUU],
        [200, GRUU],
      ],
    );
    for (const { message } of requestsOf(phone, "REGISTER")) {
      assert.equal(message.list("contact")[0]?.value, OWN);
    }
    // What is sent in the subscription's dialog comes to the GRUU.
    assert.equal(only(site.exchange.subscriptions).dialog.remoteTarget, GRUU);
  });

  test("R6: that of another Contact in the answer is another phone's", () => {
    const site = new Site();
    onlySays(site, [
      ["Contact", `<sip:1000@198.51.100.77:5060>;expires=3600;pub-gruu="${GRUU}"`],
      ["Contact", `<${OWN}>;expires=3600`],
    ]);
    const phone = site.phone(QUIET);
    site.s.at(1000, () => call(phone)).run(10_000);
    assert.equal(only(requestsOf(phone, "INVITE")).message.list("contact")[0]?.value, OWN);
  });

  test("R6: it goes with the binding", () => {
    const site = new Site();
    onlySays(site, contact(`;expires=60;pub-gruu="${GRUU}"`));
    const phone = site.phone(QUIET);
    site.s
      .at(10_000, () => {
        call(phone);
        site.a.up();
      })
      .at(40_000, () => call(phone))
      .run(50_000);
    assert.deepEqual(
      requestsOf(phone, "INVITE").map(({ message }) => message.list("contact")[0]?.value),
      [GRUU, OWN],
    );
  });

  for (const [what, parameters] of [
    ["that is empty", ';pub-gruu=""'],
    ["without a value", ";pub-gruu"],
    ["that is no SIP URI", ';pub-gruu="urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"'],
    ["that would end the field", ';pub-gruu="sip:1000@x>;expires=0,<sip:evil@203.0.113.1"'],
    ["that is temporary only", ';temp-gruu="sip:tgruu.1@sip.example.com;gr"'],
  ] as const) {
    test(`R6: one ${what} is ignored: the Contact stays our address`, () => {
      const site = new Site();
      onlySays(site, contact(`;expires=3600${parameters}`));
      const phone = site.phone({ ...QUIET, ...LAMPS });
      site.s.at(1000, () => call(phone)).run(10_000);
      assert.deepEqual(registers(phone), ["0 A"]);
      assert.deepEqual(registered(phone), ["1.1 A"]);
      assert.deepEqual(subscribes(phone), ["0 A dialog new 200"]);
      for (const { message } of requestsOf(phone, "INVITE", "SUBSCRIBE")) {
        assert.equal(message.header("contact"), `<${OWN}>`);
      }
    });
  }
});
