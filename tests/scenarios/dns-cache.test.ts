import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Simulation } from "../../host/simulated/index.js";
import type { Registrar, SimulatedPhone, Zone } from "../../host/simulated/index.js";
import { registers } from "./helpers.js";
import type { Settings } from "./helpers.js";
import { PORT, file, instants, questions, targets } from "./lookups.js";

const MINUTE = 60_000;
const SERVICE = "_sip._udp.example.com";

/** A phone that registers with server A every 30 s. */
class Course {
  readonly s = new Simulation();
  readonly a: Registrar;
  readonly phone: SimulatedPhone;

  constructor(settings: Settings, fill: (zone: Zone) => void) {
    this.a = this.s.registrar("192.0.2.1");
    fill(this.s.zone);
    this.phone = this.s.phone(file({ "sip_server.1.expires": 60, ...settings }));
  }

  get zone(): Zone {
    return this.s.zone;
  }
}

const addressOnly =
  (ttl: number) =>
  (zone: Zone): void => {
    zone.address("example.com", "192.0.2.1", ttl);
  };

const service =
  (srvTtl: number, addressTtl: number) =>
  (zone: Zone): void => {
    zone.srv(SERVICE, { target: "a.example.com" }, srvTtl).address("a.example.com", "192.0.2.1", addressTtl);
  };

describe("L7 answers are kept for their TTL", () => {
  test("each record set for its own", () => {
    const { s, zone, phone } = new Course({}, service(200, 100));
    s.run(7 * MINUTE + 1);
    assert.deepEqual(instants(zone, SERVICE), [0, 210_000, 420_000]);
    assert.deepEqual(instants(zone, "a.example.com"), [0, 120_000, 240_000, 360_000]);
    assert.equal(registers(phone).length, 15);
  });

  test("at the instant at which the TTL is over it is asked again", () => {
    const { s, zone } = new Course(PORT, addressOnly(30));
    s.run(2 * MINUTE);
    assert.deepEqual(instants(zone), [0, 30_000, 60_000, 90_000, 120_000]);
  });

  test("a set whose TTLs differ is kept for the lowest (RFC 2181)", () => {
    const { s, zone } = new Course(PORT, (own) => {
      own.address("example.com", "192.0.2.1", 300).address("example.com", "192.0.2.2", 50);
    });
    s.run(2 * MINUTE);
    assert.deepEqual(instants(zone), [0, 60_000, 120_000]);
  });

  test("an answer with TTL 0 serves the lookup that asked, and no other", () => {
    const { s, zone, phone } = new Course(PORT, addressOnly(0));
    s.run(MINUTE);
    assert.deepEqual(instants(zone), [0, 30_000, 60_000]);
    assert.deepEqual(registers(phone), ["0 A", "30000 A", "60000 A"]);
  });

  test("ttl_enable 0 keeps them for ever", () => {
    const { s, zone, phone } = new Course({ ...PORT, "static.network.dns.ttl_enable": 0 }, addressOnly(30));
    s.run(24 * 60 * MINUTE);
    assert.deepEqual(instants(zone), [0]);
    assert.equal(registers(phone).length, 2881);
  });

  test("accounts that ask the same share the question and its answer", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1");
    service(300, 300)(s.zone);
    const others: Record<string, string | number> = {};
    for (let account = 2; account <= 16; account++) {
      others[`account.${String(account)}.enable`] = 1;
      others[`account.${String(account)}.user_name`] = 1000 + account;
      others[`account.${String(account)}.sip_server.1.address`] = "EXAMPLE.com";
      others[`account.${String(account)}.sip_server.1.port`] = 0;
    }
    s.phone(file(others));
    s.run(MINUTE);
    assert.deepEqual(questions(s.zone), [`SRV ${SERVICE}`, "A a.example.com"]);
    assert.equal(a.bound(s.now).length, 16);
  });
});

describe("L7 negative answers are kept too (RFC 2308)", () => {
  test("for the time that the SOA record says", () => {
    const { s, zone } = new Course({}, (own) => {
      own.negativeTtl = 100;
      addressOnly(1000)(own);
    });
    s.run(4 * MINUTE);
    assert.deepEqual(instants(zone, SERVICE), [0, 120_000, 240_000]);
    assert.deepEqual(instants(zone, "example.com"), [0]);
  });

  test("a name that does not exist at all is not asked for again at each retry", () => {
    const { s, zone, phone } = new Course({ "sip_server.1.address": "nowhere.invalid" }, (own) => {
      own.negativeTtl = 100;
    });
    s.run(130_000);
    assert.deepEqual(
      phone.events("failed").map(({ t, reason }) => [t, reason]),
      [0, 30_000, 60_000, 90_000, 120_000].map((t) => [t, "name-not-found"]),
    );
    assert.deepEqual(instants(zone, "_sip._udp.nowhere.invalid"), [0, 120_000]);
    assert.deepEqual(instants(zone, "nowhere.invalid"), [0, 120_000]);
  });

  test("without a SOA record it serves the lookup that asked, and no other", () => {
    const { s, zone, phone } = new Course({}, (own) => {
      own.negativeTtl = undefined;
      addressOnly(1000)(own);
    });
    s.run(MINUTE);
    assert.deepEqual(instants(zone, SERVICE), [0, 30_000, 60_000]);
    assert.equal(registers(phone).length, 3);
  });

  test("for three hours at most", () => {
    const { s, zone } = new Course({ "sip_server.1.expires": 7200 }, (own) => {
      own.negativeTtl = 86_400;
      addressOnly(86_400)(own);
    });
    s.run(4 * 60 * MINUTE);
    assert.deepEqual(instants(zone, SERVICE), [0, 13_200_000]);
  });
});

describe("dns_cache_type", () => {
  test("0 asks each time", () => {
    const { s, zone } = new Course({ dns_cache_type: 0 }, service(300, 300));
    s.run(MINUTE);
    assert.deepEqual(instants(zone, SERVICE), [0, 30_000, 60_000]);
    assert.deepEqual(instants(zone, "a.example.com"), [0, 30_000, 60_000]);
  });

  test("0 asks for a name once a lookup, however many records lead to it", () => {
    const { s, zone } = new Course({ dns_cache_type: 0 }, (own) => {
      service(300, 300)(own);
      own.srv(SERVICE, { priority: 1, port: 5070, target: "a.example.com" });
    });
    s.run(0);
    assert.deepEqual(questions(zone), [`SRV ${SERVICE}`, "A a.example.com"]);
  });

  test("1 leaves the additional section alone", () => {
    const { s, zone } = new Course({ dns_cache_type: 1 }, (own) => {
      own.additional = true;
      service(300, 300)(own);
    });
    s.run(MINUTE);
    assert.deepEqual(questions(zone), [`SRV ${SERVICE}`, "A a.example.com"]);
  });

  test("2 uses it, each record for its own TTL", () => {
    const { s, zone, phone } = new Course({ dns_cache_type: 2 }, (own) => {
      own.additional = true;
      service(300, 100)(own);
    });
    s.run(2 * MINUTE);
    assert.deepEqual(questions(zone), [`SRV ${SERVICE}`, "A a.example.com"]);
    assert.deepEqual(instants(zone, "a.example.com"), [120_000]);
    assert.equal(registers(phone)[0], "0 A");
  });

  test("2 asks where the additional section says nothing", () => {
    const { s, zone } = new Course({ dns_cache_type: 2 }, service(300, 300));
    s.run(MINUTE);
    assert.deepEqual(questions(zone), [`SRV ${SERVICE}`, "A a.example.com"]);
  });

  test("2 with NAPTR: one question tells all", () => {
    const { s, zone, phone } = new Course({ dns_cache_type: 2, "sip_server.1.transport_type": 3 }, (own) => {
      own.additional = true;
      service(300, 300)(own);
      own.naptr("example.com", { services: "SIP+D2U", replacement: SERVICE });
    });
    s.run(MINUTE);
    assert.equal(questions(zone)[0], "NAPTR example.com");
    assert.ok(!questions(zone).includes(`SRV ${SERVICE}`));
    assert.deepEqual(targets(phone), ["A"]);
  });
});

describe("what a search does and what DNS said stay apart", () => {
  test("field: a search never writes to the cache: who begins later finds the whole list in its order", () => {
    const s = new Simulation();
    const [a, b] = [s.registrar("192.0.2.1"), s.registrar("192.0.2.2")];
    s.zone.address("example.com", ["192.0.2.1", "192.0.2.2"], 300);
    for (const registrar of [a, b]) {
      registrar.mode = ({ request }) => (request.to.startsWith("sip:1000@") ? { status: 503 } : "up");
    }
    const phone = s.phone(
      file({
        ...PORT,
        "account.2.enable": 1,
        "account.2.user_name": 2000,
        "account.2.sip_server.1.address": "example.com",
        "account.2.sip_server.1.port": 5060,
      }),
    );
    s.run(0);
    assert.equal(phone.events("failed")[0]?.account, 1);
    assert.deepEqual(
      phone.events("registered").map(({ account, target }) => [account, target]),
      [[2, "udp:192.0.2.1:5060"]],
    );
    assert.deepEqual(questions(s.zone), ["A example.com"]);
  });

  test("F14 a search keeps the list it began with; the fresh answer serves the next", () => {
    const s = new Simulation();
    s.registrar("192.0.2.1").silent();
    const b = s.registrar("192.0.2.2");
    s.registrar("192.0.2.3");
    s.zone.address("example.com", ["192.0.2.1", "192.0.2.2"], 5);
    const phone = s.phone(file({ ...PORT, "sip_server.1.expires": 60 }));
    s.at(1000, () => {
      s.zone.remove("example.com").address("example.com", "192.0.2.3", 300);
    });
    s.run(40_000);
    assert.deepEqual(targets(phone), ["A", "B", "C"]);
    assert.deepEqual(registers(phone).slice(-2), ["7500 B", "37500 C"]);
    assert.equal(b.requests("REGISTER").length, 1);
  });

  test("F15 an answer that comes after its transaction has ended changes nothing", () => {
    const s = new Simulation();
    const a = s.registrar("192.0.2.1", { delay: 9000 });
    const b = s.registrar("192.0.2.2");
    s.zone.address("example.com", ["192.0.2.1", "192.0.2.2"], 300);
    const phone = s.phone(file({ ...PORT, "sip_server.1.expires": 60, "sip_server.1.failback_mode": 3 }));
    s.run(40_000);
    assert.equal(a.requests("REGISTER").length, 4);
    assert.deepEqual(registers(phone).slice(-2), ["7500 B", "37500 B"]);
    assert.equal(b.requests("REGISTER").length, 2);
    assert.deepEqual(
      phone.events("registered").map(({ target }) => target),
      ["udp:192.0.2.2:5060", "udp:192.0.2.2:5060"],
    );
    const late = phone.events("dropped").filter(({ source }) => source === "udp:192.0.2.1:5060");
    assert.equal(late.length, 4);
  });
});
