/** Keys of the phone and of accounts that no other scenario is about: ports, TLS, T4, rport, names. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseEndpoint, parseSip } from "../../host/simulated/index.js";
import type { SimulatedPhone } from "../../host/simulated/index.js";
import { FAR, SDP, calls, heardLines, requestsOf } from "./call-helpers.js";
import { Site, only, registered, registers } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { LAMPS, QUIET, WAITING } from "./subscription-helpers.js";

/** Where a phone's datagrams and connections came from. */
const sources = (phone: SimulatedPhone): string[] => [
  ...new Set(phone.wire.filter(({ direction }) => direction === "out").map(({ from }) => from)),
];

const contactOf = (phone: SimulatedPhone): string | undefined =>
  requestsOf(phone, "REGISTER")[0]?.message.list("contact")[0]?.value;

describe("sip.listen_port", () => {
  for (const [port, local] of [
    [5060, 5060],
    [5070, 5070],
    [65535, 65535],
    [0, 49152],
  ] as const) {
    test(`${String(port)}: requests leave from port ${String(local)}, the Contact says so, and it is reached there`, () => {
      const site = new Site();
      const phone = site.phone({ ...QUIET, "sip.listen_port": port });
      site.s.run(1000);
      const end = `udp:198.51.100.1:${String(local)}`;
      assert.deepEqual(
        sources(phone).filter((from) => from.endsWith(`:${String(local)}`)),
        [end],
      );
      assert.equal(contactOf(phone), `sip:1000@198.51.100.1:${String(local)}`);
      const listening = phone.events("listening").find(({ transport }) => transport === "udp");
      assert.equal(listening?.port, local);
      const asked = site.exchange.send(site.a, "OPTIONS", { to: contactOf(phone) ?? "" });
      site.s.run(1000);
      assert.equal(asked.status, 200);
    });
  }

  test("with an account by TCP the same port of TCP is open too", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, "sip.listen_port": 5070, "sip_server.1.transport_type": 1 });
    site.s.run(1000);
    const ports = phone.events("listening").map(({ transport, port }) => `${transport} ${String(port)}`);
    assert.ok(ports.includes("tcp 5070"));
  });
});

describe("TLS", () => {
  const TLS: Settings = { ...QUIET, "sip_server.1.transport_type": 2, "sip_server.1.port": 5061 };

  test("sip_server.Y.transport_type 2: A by TLS, the configured name is what its certificate must have", () => {
    const site = new Site({ tls: { names: ["sip.example.com"] } });
    const phone = site.phone(TLS);
    site.s.run(1000);
    assert.equal(requestsOf(phone, "REGISTER")[0]?.target, "tls:192.0.2.1:5061");
    assert.equal(registered(phone).length, 1);
  });

  for (const [verify, first] of [
    [1, "tls:192.0.2.2:5061"],
    [0, "tls:192.0.2.1:5061"],
  ] as const) {
    test(`sip.tls_verify ${String(verify)}: A shows a certificate of another name: the REGISTER is at ${first}`, () => {
      const site = new Site({ tls: { names: ["sip.example.com"] } });
      site.a.tls = { names: ["other.example.com"] };
      const phone = site.phone({ ...TLS, "sip.tls_verify": verify });
      site.s.run(1000);
      assert.equal(requestsOf(phone, "REGISTER")[0]?.target, first);
      const causes = phone.events("target-failed").map(({ cause }) => cause);
      assert.deepEqual(causes, verify === 1 ? ["tls-certificate"] : []);
    });
  }

  for (const [certificate, port, ports] of [
    ["phone.pem", 5061, ["tls 5061"]],
    ["phone.pem", 5071, ["tls 5071"]],
    ["", 5071, []],
  ] as const) {
    test(`sip.tls_listen_port ${String(port)}, sip.tls_cert "${certificate}": ${ports.join() || "no port"} for TLS`, () => {
      const site = new Site({ tls: { names: ["sip.example.com"] } });
      const phone = site.phone({
        ...TLS,
        "sip.tls_cert": certificate,
        "sip.tls_key": certificate,
        "sip.tls_listen_port": port,
      });
      site.s.run(1000);
      const open = phone.events("listening").map((record) => `${record.transport} ${String(record.port)}`);
      assert.deepEqual(
        open.filter((line) => line.startsWith("tls")),
        ports,
      );
      assert.deepEqual(phone.events("listen-failed"), []);
    });
  }
});

describe("sip.timer_t4", () => {
  for (const [t4, wait] of [
    [5, 5000],
    [2.5, 2500],
    [30, 30_000],
  ] as const) {
    test(`${String(t4)} s: so long a refused INVITE that comes again is known (RFC 3261, timer I), and then it is a new one`, () => {
      const site = new Site();
      const phone = site.phone({ ...QUIET, "sip.timer_t4": t4 });
      site.s.run(1000);
      site.exchange.invite(site.a, { to: "1000" });
      site.s.run(0);
      phone.respond(only(phone.events("call")).call, 486);
      site.s.run(0);
      assert.equal(heardLines(phone, "ACK").length, 1);
      const invite = phone.wire.find(({ octets }) => parseSip(octets)?.method === "INVITE");
      assert.ok(invite);
      const again = (): void => {
        const [from, to] = [invite.from, invite.to].map((end) => parseEndpoint(end.replace("udp:", "")));
        if (from !== undefined && to !== undefined) site.s.network.inject(from, to, invite.octets);
      };
      site.s
        .at(1000 + wait - 100, again)
        .at(1000 + wait + 100, again)
        .run(wait + 1000);
      const offered = calls(phone).filter((line) => line.endsWith(" incoming"));
      assert.deepEqual(offered, ["1000 incoming", `${String(1000 + wait + 100)} incoming`]);
    });
  }
});

describe("account.X.nat.rport", () => {
  test("0 and 1 behave alike: rport is always asked for (RFC 3581), and what it says is followed", () => {
    const wires = [0, 1].map((rport) => {
      const site = new Site();
      const phone = site.phone({ ...LAMPS, ...WAITING, "nat.rport": rport });
      site.s.at(1000, () => phone.call(FAR, { type: "application/sdp", body: SDP })).run(120_000);
      for (const { message } of requestsOf(phone)) {
        assert.ok(message.list("via")[0]?.parameters.has("rport"), message.method);
      }
      return phone.wire.map(({ t, direction, from, to, octets }) => [
        t,
        direction,
        from,
        to,
        Buffer.from(octets).toString("latin1"),
      ]);
    });
    assert.ok((wires[0]?.length ?? 0) > 20);
    assert.deepEqual(wires[0], wires[1]);
  });
});

describe("names of an account", () => {
  test("label is for people: nothing on the wire changes with it", () => {
    const [plain, labelled] = ["", "Front desk"].map((label) => {
      const site = new Site();
      const phone = site.phone({ ...LAMPS, ...WAITING, label });
      site.s.at(1000, () => phone.call(FAR, { type: "application/sdp", body: SDP })).run(60_000);
      return phone.wire.map(({ octets }) => Buffer.from(octets).toString("latin1"));
    });
    assert.ok((plain?.length ?? 0) > 10);
    assert.deepEqual(plain, labelled);
  });

  test("enable 0: the account says nothing, and no call can be placed with it; the others are not concerned", () => {
    const site = new Site();
    const phone = site.phone({
      ...LAMPS,
      enable: 0,
      "account.2.enable": 1,
      "account.2.user_name": 2000,
      "account.2.sip_server.1.address": "192.0.2.4",
    });
    site.s.run(10_000);
    assert.deepEqual(registers(phone), ["0 D"]);
    assert.ok(phone.call(FAR) < 0);
    assert.ok(phone.subscribe("dialog", { uri: "sip:bob@example.net" }) < 0);
    site.s.run(10_000);
    assert.equal(requestsOf(phone).length, 1);
  });

  test("display_name is in the From of REGISTER, INVITE and SUBSCRIBE", () => {
    const site = new Site();
    const phone = site.phone({ ...QUIET, ...LAMPS, display_name: "Front desk" });
    site.s.at(1000, () => phone.call(FAR)).run(2000);
    for (const method of ["REGISTER", "INVITE", "SUBSCRIBE"]) {
      const { message } = only(requestsOf(phone, method));
      assert.match(message.header("from") ?? "", /^"Front desk" <sip:1000@sip\.example\.com>/, method);
    }
  });
});
