import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Simulation } from "../../host/simulated/index.js";
import type { Zone } from "../../host/simulated/index.js";
import type { Settings } from "./helpers.js";
import { file, search, server, services, targets } from "./lookups.js";

const NAPTR = 3;

interface Case {
  readonly settings: Settings;
  readonly zone?: (zone: Zone) => void;
  readonly asked: readonly string[];
  readonly tried: readonly string[];
}

const onlyAddress = (zone: Zone): void => {
  zone.address("example.com", "192.0.2.9");
};

const cases: Readonly<Record<string, Case>> = {
  "L1 an IP address is one target": {
    settings: server("192.0.2.9", 5070, 0),
    asked: [],
    tried: ["udp:192.0.2.9:5070"],
  },
  "L1 port 0 of an IP address means 5060": {
    settings: server("192.0.2.9", 0, 0),
    asked: [],
    tried: ["udp:192.0.2.9:5060"],
  },
  "L1 port 0 means 5060 for TCP too": {
    settings: server("192.0.2.9", 0, 1),
    asked: [],
    tried: ["tcp:192.0.2.9:5060"],
  },
  "L1 port 0 means 5061 for TLS": {
    settings: server("192.0.2.9", 0, 2),
    asked: [],
    tried: ["tls:192.0.2.9:5061"],
  },
  "L1 an IP address with transport 3 is reached by UDP": {
    settings: server("192.0.2.9", 0, NAPTR),
    asked: [],
    tried: ["udp:192.0.2.9:5060"],
  },
  "L1 an IPv6 address": {
    settings: server("2001:db8::9", 0, 0),
    asked: [],
    tried: ["udp:[2001:db8::9]:5060"],
  },
  "L1 an IPv6 address in brackets": {
    settings: server("[2001:db8::9]", 5070, 0),
    asked: [],
    tried: ["udp:[2001:db8::9]:5070"],
  },
  "L2 a port asks for addresses only": {
    settings: server("example.com", 5066, 0),
    zone: services,
    asked: ["A example.com"],
    tried: ["udp:192.0.2.9:5066"],
  },
  "L2 a port with transport 3 asks for addresses only, and means UDP": {
    settings: server("example.com", 5060, NAPTR),
    zone: services,
    asked: ["A example.com"],
    tried: ["udp:192.0.2.9:5060"],
  },
  "L3 NAPTR, SRV, address": {
    settings: server("example.com", 0, NAPTR),
    zone: (zone) => {
      services(zone);
      zone.naptr("example.com", { services: "SIP+D2U", replacement: "_sip._udp.example.com" });
    },
    asked: ["NAPTR example.com", "SRV _sip._udp.example.com", "A u.example.com"],
    tried: ["udp:192.0.2.1:5070"],
  },
  "L3 the service names the transport: TCP": {
    settings: server("example.com", 0, NAPTR),
    zone: (zone) => {
      services(zone);
      zone.naptr("example.com", { services: "SIP+D2T", replacement: "_sip._tcp.example.com" });
    },
    asked: ["NAPTR example.com", "SRV _sip._tcp.example.com", "A t.example.com"],
    tried: ["tcp:192.0.2.2:5080"],
  },
  "L3 the service names the transport: TLS": {
    settings: server("example.com", 0, NAPTR),
    zone: (zone) => {
      services(zone);
      zone.naptr("example.com", { services: "SIPS+D2T", replacement: "_sips._tcp.example.com" });
    },
    asked: ["NAPTR example.com", "SRV _sips._tcp.example.com", "A s.example.com"],
    tried: ["tls:192.0.2.3:5090"],
  },
  "L3 the replacement need not be a name of the same domain": {
    settings: server("example.com", 0, NAPTR),
    zone: (zone) => {
      zone
        .naptr("example.com", { services: "SIP+D2U", replacement: "_sip._udp.example.net" })
        .srv("_sip._udp.example.net", { port: 5070, target: "u.example.net" })
        .address("u.example.net", "192.0.2.1");
    },
    asked: ["NAPTR example.com", "SRV _sip._udp.example.net", "A u.example.net"],
    tried: ["udp:192.0.2.1:5070"],
  },
  "L3 no NAPTR: the SRV name of UDP": {
    settings: server("example.com", 0, NAPTR),
    zone: services,
    asked: ["NAPTR example.com", "SRV _sip._udp.example.com", "A u.example.com"],
    tried: ["udp:192.0.2.1:5070"],
  },
  "L3 no NAPTR, no SRV: the address on 5060": {
    settings: server("example.com", 0, NAPTR),
    zone: onlyAddress,
    asked: ["NAPTR example.com", "SRV _sip._udp.example.com", "A example.com"],
    tried: ["udp:192.0.2.9:5060"],
  },
  "L4 UDP": {
    settings: server("example.com", 0, 0),
    zone: services,
    asked: ["SRV _sip._udp.example.com", "A u.example.com"],
    tried: ["udp:192.0.2.1:5070"],
  },
  "L4 TCP": {
    settings: server("example.com", 0, 1),
    zone: services,
    asked: ["SRV _sip._tcp.example.com", "A t.example.com"],
    tried: ["tcp:192.0.2.2:5080"],
  },
  "L4 TLS": {
    settings: server("example.com", 0, 2),
    zone: services,
    asked: ["SRV _sips._tcp.example.com", "A s.example.com"],
    tried: ["tls:192.0.2.3:5090"],
  },
  "L4 no SRV: the address on the transport's port": {
    settings: server("example.com", 0, 0),
    zone: onlyAddress,
    asked: ["SRV _sip._udp.example.com", "A example.com"],
    tried: ["udp:192.0.2.9:5060"],
  },
  "L4 no SRV: the address on the transport's port, for TLS 5061": {
    settings: server("example.com", 0, 2),
    zone: onlyAddress,
    asked: ["SRV _sips._tcp.example.com", "A example.com"],
    tried: ["tls:192.0.2.9:5061"],
  },
};

describe("a name leads to its targets", () => {
  for (const [name, { settings, zone, asked, tried }] of Object.entries(cases)) {
    test(name, () => {
      const found = search(settings, zone);
      assert.deepEqual(found.asked, asked);
      assert.deepEqual(found.tried, tried);
      const overUdp = tried.filter((target) => !/^(tcp|tls):/.test(target));
      assert.deepEqual(targets(found.phone), overUdp, "on the wire");
    });
  }

  test("L3 naptr_build 1 asks for the SRV names of all transports, at the same time", () => {
    const { asked, tried } = search({ ...server("example.com", 0, NAPTR), naptr_build: 1 }, services);
    assert.deepEqual(asked.slice(0, 4), [
      "NAPTR example.com",
      "SRV _sip._udp.example.com",
      "SRV _sip._tcp.example.com",
      "SRV _sips._tcp.example.com",
    ]);
    assert.deepEqual(tried, ["udp:192.0.2.1:5070", "tcp:192.0.2.2:5080", "tls:192.0.2.3:5090"]);
  });

  test("L3 naptr_build 1 counts for nothing where there is NAPTR", () => {
    const { asked } = search({ ...server("example.com", 0, NAPTR), naptr_build: 1 }, (zone) => {
      services(zone);
      zone.naptr("example.com", { services: "SIP+D2U", replacement: "_sip._udp.example.com" });
    });
    assert.deepEqual(asked, ["NAPTR example.com", "SRV _sip._udp.example.com", "A u.example.com"]);
  });

  test("L3 port 0 in an SRV record means the transport's own", () => {
    const { tried } = search({}, (zone) => {
      zone
        .srv("_sip._udp.example.com", { port: 0, target: "u.example.com" })
        .address("u.example.com", "192.0.2.1");
    });
    assert.deepEqual(tried, ["A"]);
  });
});

describe("a slot whose name leads nowhere", () => {
  test("field: a dangling SRV target does not fall back to the domain's own address", () => {
    const { asked, tried, phone } = search({}, (zone) => {
      zone.srv("_sip._udp.example.com", { target: "gone.example.com" }).address("example.com", "192.0.2.9");
    });
    assert.deepEqual(asked, ["SRV _sip._udp.example.com", "A gone.example.com"]);
    assert.deepEqual(tried, []);
    assert.deepEqual(targets(phone), []);
    assert.equal(phone.events("failed")[0]?.reason, "name-not-found");
  });

  test("field: of several SRV records, the dangling one alone is left out", () => {
    const { tried } = search({}, (zone) => {
      zone
        .srv("_sip._udp.example.com", { priority: 1, target: "gone.example.com" })
        .srv("_sip._udp.example.com", { priority: 2, target: "b.example.com" })
        .address("b.example.com", "192.0.2.2")
        .address("example.com", "192.0.2.9");
    });
    assert.deepEqual(tried, ["B"]);
  });

  test('a target of "." says that the service is not there (RFC 2782)', () => {
    const { asked, tried, phone } = search({}, (zone) => {
      zone.srv("_sip._udp.example.com", { port: 0, target: "." }).address("example.com", "192.0.2.9");
    });
    assert.deepEqual(asked, ["SRV _sip._udp.example.com"]);
    assert.deepEqual(tried, []);
    assert.equal(phone.events("failed")[0]?.reason, "name-not-found");
  });

  test("L7 the search goes on with slot 2", () => {
    const simulation = new Simulation();
    const fallback = simulation.registrar("192.0.2.2");
    const phone = simulation.phone(
      file({
        "sip_server.2.address": "192.0.2.2",
        "fallback.redundancy_type": 1,
      }),
    );
    simulation.run(1);
    assert.deepEqual(targets(phone), ["B"]);
    assert.equal(fallback.bound(simulation.now).length, 1);
    assert.deepEqual(
      phone.events("fallback").map(({ to, rule }) => [to, rule]),
      [["udp:192.0.2.2:5060", "G2"]],
    );
  });

  test("R5 it is looked for again after the wait, and found", () => {
    const simulation = new Simulation();
    const { zone } = simulation;
    zone.negativeTtl = 10;
    const registrar = simulation.registrar("192.0.2.1");
    const phone = simulation.phone(file());
    simulation.at(20_000, () => zone.address("example.com", "192.0.2.1"));
    simulation.run(60_000);
    assert.deepEqual(
      phone.events("failed").map(({ t, reason, retry }) => [t, reason, retry]),
      [[0, "name-not-found", 30_000]],
    );
    assert.deepEqual(
      registrar.requests("REGISTER").map(({ t }) => t),
      [30_000],
    );
  });
});
