import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Authority } from "../hosts/certificates.js";
import type { Transport } from "./addresses.js";
import { hasModule } from "./kamailio.js";
import { Call, NOBODY, session } from "./calls.js";
import { LATE, targetsOf } from "./expect.js";
import { Sipp } from "./sipp.js";
import { Site } from "./site.js";
import type { SiteOptions } from "./site.js";

const authority = new Authority("interop");
/** The name that the phone is configured with. */
const fitting = authority.issue({ names: ["DNS:example.test"] });
/** The names that DNS leads to, and another domain's: neither is what the phone is configured with. */
const foreign = authority.issue({ names: ["DNS:other.test", "DNS:pri.example.test"] });

/** Two servers that are reached by a transport, with digest. */
const siteOf = (
  t: Parameters<typeof Site.open>[0],
  transport: Transport,
  { servers, ...options }: SiteOptions = {},
): Promise<Site> =>
  Site.open(t, {
    transport,
    servers: { digest: true, ...(transport === "tls" ? { certificate: fitting } : {}), ...servers },
    ...options,
  });

const noTls = hasModule("tls") ? false : "Kamailio has no module for TLS; npm run setup:servers";

/** A group of tests of a transport. Where Kamailio does not have it, a test that says so is skipped in their place. */
const describeBy = (transport: Transport, what: string, tests: () => void): void => {
  const lacking = transport === "tls" && noTls;
  void describe(`${what} by ${transport}`, { concurrency: true }, () => {
    if (lacking === false) tests();
    else void test("reaches Kamailio", { skip: lacking });
  });
};

/** What a phone needs to trust these servers; their certificates bear no address. */
const trust = { phone: { "sip.tls_ca": authority.certificate, "sip.tls_listen_port": 0 } };

for (const transport of ["udp", "tcp", "tls"] as const) {
  describeBy(transport, "Kamailio", () => {
    test("registered with digest at the primary, refreshed, gone after an orderly stop", async (t) => {
      const site = await siteOf(t, transport, { closed: ["secondary"], servers: { lifetime: 6 } });
      const { records, ...phone } = await site.phone(trust);
      const first = await records.waitFor("registered");
      assert.equal(first.target, site.primary.target);
      assert.ok(first.target.startsWith(`${transport}:`));
      await records.waitFor("registered", ({ t: at }) => at > first.t);
      assert.deepEqual(await site.primary.users(), ["user1"]);
      const contact = (await site.primary.bindings())[0]?.contact ?? "";
      if (transport !== "udp") assert.match(contact, new RegExp(`;transport=${transport}`, "i"));
      const ports = new Set((await site.primary.registers()).map(({ port }) => port));
      assert.equal(ports.size, 1, "all of them in one connection");
      await phone.stop();
      assert.deepEqual(await site.primary.users(), []);
    });

    test("F3: the primary's port is closed: at the secondary, by the same transport, at once", async (t) => {
      const site = await siteOf(t, transport, { closed: ["primary"] });
      const { records } = await site.phone(trust);
      const registered = await records.waitFor("registered");
      assert.equal(registered.target, site.secondary.target);
      const [failed] = records.of("target-failed");
      assert.equal(failed?.cause, transport === "udp" ? "refused" : "connect", records.text);
      const [resolved] = records.of("resolved");
      const [first] = records.registers(site.secondary.target);
      assert.ok(resolved && first && first.t - resolved.t < LATE, records.text);
      assert.deepEqual(await site.secondary.users(), ["user1"]);
    });

    test("F5, F13: a call through the primary, set up and hung up", async (t) => {
      const far = await Sipp.start(t, "answer");
      const site = await siteOf(t, transport, { closed: ["secondary"], servers: { far: far.endpoint } });
      const phone = await site.phone(trust);
      await phone.records.waitFor("registered");
      const call = await Call.place(phone);
      await call.until("established");
      await call.hangUp();
      assert.equal((await call.until("ended")).reason, "local", phone.records.text);
      await far.finished();
      assert.equal(far.story, ">INVITE 180 200 >ACK >BYE 200");
      const sent = phone.records.of("request", ({ method }) => ["INVITE", "BYE"].includes(method));
      assert.equal(targetsOf(sent, site.names), "primary primary", phone.records.text);
    });

    test("a call from the far end: rings, answered here, hung up there", async (t) => {
      const site = await siteOf(t, transport, {
        closed: ["secondary"],

        servers: { far: NOBODY },
      });
      const phone = await site.phone(trust);
      await phone.records.waitFor("registered");
      const callee = { user: "user1", proxy: `${site.primary.address}:${String(site.primary.port)}` };
      const far = await Sipp.start(t, "call", { callee });
      const call = await Call.incoming(phone);
      await phone.phone.respond(call.number, 180);
      await phone.phone.respond(call.number, 200, session());
      await call.until("established");
      assert.equal((await call.until("ended")).reason, "remote", phone.records.text);
      await far.finished();
      assert.equal(far.story, "INVITE >100 >180 >200 ACK BYE >200");
    });
  });
}

for (const transport of ["tcp", "tls"] as const) {
  describeBy(transport, "a connection", () => {
    test("K3: the primary is killed: REGISTER at the secondary at once, and back at the primary after it", async (t) => {
      const site = await siteOf(t, transport, { ttl: 4 });
      const { records } = await site.phone({ ...trust, account: { "sip_server.1.failback_mode": 1 } });
      await records.waitFor("registered", ({ target }) => target === site.primary.target);
      const known = records.count;
      await site.primary.kill();
      const killed = performance.now();
      const moved = await records.waitFor("registered", ({ target }) => target === site.secondary.target, {
        after: known,
      });
      assert.ok(records.timeOf(moved) - killed < LATE, records.text);
      assert.equal(records.of("target-failed", undefined, known)[0]?.cause, "closed", records.text);
      assert.equal(records.of("failover", undefined, known)[0]?.rule, "K3", records.text);
      assert.deepEqual(await site.secondary.users(), ["user1"]);
      await site.primary.restart();
      await records.waitFor("failback", ({ to }) => to === site.primary.target, {
        within: 45_000,
        after: known,
      });
      assert.deepEqual(await site.primary.users(), ["user1"]);
    });
  });
}

describeBy("tls", "certificates", () => {
  test("the primary's certificate is another's: its failure says so, the phone is at the secondary", async (t) => {
    const site = await siteOf(t, "tls", { primary: { certificate: foreign } });
    const phone = await site.phone(trust);
    const { records } = phone;
    const registered = await records.waitFor("registered");
    assert.equal(registered.target, site.secondary.target);
    const [failed] = records.of("target-failed");
    assert.equal(failed?.target, site.primary.target, records.text);
    assert.equal(failed.cause, "tls-certificate");
    assert.deepEqual(await site.primary.registers(), []);
    assert.deepEqual(await site.secondary.users(), ["user1"]);
  });

  test("nobody vouches for the certificates: nothing is sent to either server", async (t) => {
    const site = await siteOf(t, "tls");
    const other = new Authority("nobody");
    const { records } = await site.phone({ phone: { ...trust.phone, "sip.tls_ca": other.certificate } });
    const failed = await records.waitFor("failed");
    assert.equal(failed.reason, "no-target-left", records.text);
    assert.deepEqual(
      records.of("target-failed").map(({ cause }) => cause),
      ["tls-certificate", "tls-certificate"],
    );
    assert.deepEqual([...(await site.primary.registers()), ...(await site.secondary.registers())], []);
  });
});
