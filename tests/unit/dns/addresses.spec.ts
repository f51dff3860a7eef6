import { POOL_TARGETS } from "../../../assembly/contract/constants";
import { LOCATOR_FAILED, LOCATOR_PENDING, locatorAt } from "../../../assembly/dns/locator";
import { MAX_TARGETS } from "../../../assembly/limits";
import {
  asked,
  asks,
  begin,
  countFull,
  expiries,
  locate,
  located,
  locatedCount,
  locatorState,
  serve,
  setDefaults,
  targets,
  zone,
} from "./host";
import { a, cname, naptr, soa, srv } from "./messages";

const UDP = 0;
const NAPTR = 3;

function fresh(): void {
  begin(1);
  setDefaults(4);
}

/** A chain of aliases from n0.test to an address. */
function chain(links: i32): void {
  fresh();
  for (let i = 0; i < links; i++) {
    zone.push(cname("n" + i.toString() + ".test", "n" + (i + 1).toString() + ".test", 10));
  }
  zone.push(a("n" + links.toString() + ".test", "192.0.2.1", 99));
}

describe("L6: several addresses", () => {
  beforeEach(() => {
    fresh();
    zone.push(srv("_sip._udp.test", 1, 0, 5060, "a.test"));
    zone.push(srv("_sip._udp.test", 1, 0, 5062, "b.test"));
    zone.push(a("a.test", "192.0.2.1"));
    zone.push(a("a.test", "192.0.2.2"));
    zone.push(a("b.test", "192.0.2.3"));
    zone.push(a("b.test", "192.0.2.1"));
  });

  it("of one name are all targets, in order; an address that was there is dropped", () => {
    expect(located("test", 0, UDP)).toBe("udp:192.0.2.1:5060 udp:192.0.2.2:5060 udp:192.0.2.3:5062");
  });

  it("stay all while sip.skip_redundant_failover_addr is 0", () => {
    locatorAt(0).skipDuplicates = false;
    expect(located("test", 0, UDP)).toBe(
      "udp:192.0.2.1:5060 udp:192.0.2.2:5060 udp:192.0.2.3:5062 udp:192.0.2.1:5062",
    );
  });

  it("each have the TTL of their own record (B1)", () => {
    fresh();
    zone.push(srv("_sip._udp.test", 1, 0, 5060, "a.test", 1000));
    zone.push(srv("_sip._udp.test", 2, 0, 5060, "b.test", 1000));
    zone.push(a("a.test", "192.0.2.1", 20));
    zone.push(a("b.test", "192.0.2.2", 600));
    located("test", 0, UDP, 5000);
    expect(expiries()).toBe("25000 605000");
  });

  it("more than a list holds are left out, and said", () => {
    fresh();
    for (let i = 0; i < 20; i++) zone.push(a("test", "192.0.2." + (i + 1).toString()));
    located("test", 5060, UDP);
    expect(locatedCount(0)).toBe(MAX_TARGETS);
    expect(countFull(POOL_TARGETS)).toBe(1);
  });
});

describe("L9: chains of aliases", () => {
  it("are followed within an answer, and the address record's TTL counts", () => {
    chain(3);
    expect(located("n0.test", 5060, UDP)).toBe("udp:192.0.2.1:5060");
    expect(asked()).toBe("A n0.test");
    expect(expiries()).toBe("99000");
  });

  it("are followed up to 8 links, not 9", () => {
    chain(8);
    expect(located("n0.test", 5060, UDP)).toBe("udp:192.0.2.1:5060");
    chain(9);
    expect(located("n0.test", 5060, UDP)).toBe("");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("are followed across answers", () => {
    fresh();
    locate("n0.test", 5060, UDP);
    asks[0].records([cname("n0.test", "n1.test")], 1);
    expect(asked()).toBe("A n0.test, A n1.test");
    asks[1].records([cname("n1.test", "n2.test"), a("n2.test", "192.0.2.1")], 2);
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });

  it("across answers, too, end after 8 links", () => {
    fresh();
    locate("n0.test", 5060, UDP);
    for (let i = 0; i < 9; i++) {
      expect(locatorState(0)).toBe(LOCATOR_PENDING);
      asks[i].records([cname("n" + i.toString() + ".test", "n" + (i + 1).toString() + ".test")], 2);
    }
    expect(asks).toHaveLength(9);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("that go round in circles fail", () => {
    fresh();
    locate("n0.test", 5060, UDP);
    asks[0].records([cname("n0.test", "n1.test"), cname("n1.test", "n0.test")], 1);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    fresh();
    locate("n0.test", 5060, UDP);
    asks[0].records([cname("n0.test", "n0.test")], 1);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(asks).toHaveLength(1);
  });

  it("may have their records in any order, and records of other names do not count", () => {
    fresh();
    locate("n0.test", 5060, UDP);
    asks[0].records(
      [
        a("evil.test", "192.0.2.66"),
        a("n2.test", "192.0.2.1"),
        cname("n1.test", "n2.test"),
        cname("n0.test", "n1.test"),
        cname("evil.test", "n0.test"),
      ],
      1,
    );
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });

  it("may end with nothing", () => {
    fresh();
    zone.push(cname("n0.test", "n1.test"));
    expect(located("n0.test", 5060, UDP)).toBe("");
    const message = asks[0]
      .message(0x8183)
      .record(cname("n0.test", "n1.test"))
      .record(soa("test", 9, 9), 2);
    fresh();
    locate("n0.test", 5060, UDP);
    message.octets[0] = (asks[0].identifier >> 8) as u8;
    message.octets[1] = asks[0].identifier as u8;
    asks[0].answer(message, 1);
    expect(asks).toHaveLength(1);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("serve for SRV and NAPTR, too", () => {
    fresh();
    zone.push(cname("test", "hosted.test"));
    zone.push(naptr("hosted.test", 1, 1, "s", "SIP+D2U", "_sip._udp.test"));
    zone.push(cname("_sip._udp.test", "_sip._udp.hosted.test"));
    zone.push(srv("_sip._udp.hosted.test", 1, 1, 5066, "a.test"));
    zone.push(cname("a.test", "b.test"));
    zone.push(a("b.test", "192.0.2.1"));
    expect(located("test", 0, NAPTR)).toBe("udp:192.0.2.1:5066");
  });
});

describe("L10: ip_address_mode", () => {
  beforeEach(() => {
    fresh();
    zone.push(a("pbx.test", "192.0.2.1", 10));
    zone.push(a("pbx.test", "192.0.2.2", 10));
    zone.push(a("pbx.test", "192.0.2.3", 10));
    zone.push(a("pbx.test", "2001:db8::1", 20));
    zone.push(a("pbx.test", "2001:db8::2", 20));
  });

  it("0: IPv4", () => {
    expect(located("pbx.test", 5060, UDP)).toBe("udp:192.0.2.1:5060 udp:192.0.2.2:5060 udp:192.0.2.3:5060");
    expect(asked()).toBe("A pbx.test");
  });

  it("1: IPv6", () => {
    locatorAt(0).addressMode = 1;
    expect(located("pbx.test", 5060, UDP)).toBe("udp:[2001:db8::1]:5060 udp:[2001:db8::2]:5060");
    expect(asked()).toBe("AAAA pbx.test");
  });

  it("2: they alternate, IPv6 first, each keeping its order", () => {
    locatorAt(0).addressMode = 2;
    locate("pbx.test", 5060, UDP);
    expect(asked()).toBe("AAAA pbx.test, A pbx.test", "asked for together");
    for (let i = 0; i < 3; i++) serve(0);
    expect(targets()).toBe(
      "udp:[2001:db8::1]:5060 udp:192.0.2.1:5060 udp:[2001:db8::2]:5060 udp:192.0.2.2:5060 udp:192.0.2.3:5060",
    );
    expect(expiries()).toBe("20000 10000 20000 10000 10000");
  });

  it("2: one kind alone will do, also where nobody answers for the other", () => {
    locatorAt(0).addressMode = 2;
    zone.splice(3, 2);
    expect(located("pbx.test", 5060, UDP)).toBe("udp:192.0.2.1:5060 udp:192.0.2.2:5060 udp:192.0.2.3:5060");
    fresh();
    locatorAt(0).addressMode = 2;
    locate("pbx.test", 5060, UDP);
    asks[0].refuse(2, 1);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    asks[1].records([a("pbx.test", "192.0.2.1")], 2);
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });
});
