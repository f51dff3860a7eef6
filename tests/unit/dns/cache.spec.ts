import {
  DNS_TYPE_A,
  EVENT_DNS_ANSWER,
  POOL_DNS_ANSWERS,
  POOL_DNS_NAMES,
  POOL_DNS_RECORDS,
  TRANSPORT_UDP,
} from "../../../assembly/contract/constants";
import { findAnswer } from "../../../assembly/dns/cache";
import { endLocating } from "../../../assembly/dns/locate";
import { LOCATOR_FAILED, LOCATOR_PENDING, LOCATOR_READY, locatorAt } from "../../../assembly/dns/locator";
import { dnsDeadline } from "../../../assembly/dns/resolver";
import { configureDns } from "../../../assembly/dns/settings";
import { findName, holdName } from "../../../assembly/dns/names";
import { MAX_DNS_ANSWERS, MAX_DNS_RECORDS, MAX_DNS_SET } from "../../../assembly/limits";
import { NEVER } from "../../../assembly/time/clock";
import {
  asked,
  asks,
  begin,
  countEvents,
  countFull,
  expiries,
  extras,
  lastAsk,
  locate,
  located,
  locatedCount,
  locatorState,
  outcomes,
  serve,
  setDefaults,
  targets,
  zone,
} from "./host";
import { Record, a, cname, nameOctets, naptr, soa, srv, viewOf } from "./messages";

function fresh(): void {
  begin(1);
  setDefaults(32);
}

/** Locates pbx.test with a port at `now`, `zone` answering; how many questions that took. */
function questions(now: i64, index: i32 = 0): i32 {
  const before = asks.length;
  located("pbx.test", 5060, 0, now, index);
  return asks.length - before;
}

/** The cache has an entry for A of this name. */
function knows(name: string): bool {
  const known = findName(viewOf(nameOctets(name)));
  return known > 0 && findAnswer(known, DNS_TYPE_A) != null;
}

describe("L7: an answer", () => {
  beforeEach(fresh);

  it("is kept for its TTL, to the millisecond", () => {
    zone.push(a("pbx.test", "192.0.2.1", 20));
    expect(questions(1000)).toBe(1);
    expect(expiries()).toBe("21000");
    expect(questions(20999)).toBe(0);
    expect(expiries()).toBe("21000", "counted from when the answer came");
    expect(questions(21000)).toBe(1);
    expect(expiries()).toBe("41000");
  });

  it("with TTL 0 serves the lookup that asked, and no other", () => {
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "a.test", 0));
    zone.push(a("a.test", "192.0.2.1", 0));
    expect(located("test", 0, 0, 500)).toBe("udp:192.0.2.1:5060");
    expect(asks).toHaveLength(2);
    expect(expiries()).toBe("500");
    expect(located("test", 0, 0, 500)).toBe("udp:192.0.2.1:5060");
    expect(asks).toHaveLength(4);
  });

  it("whose records differ in TTL goes by the lowest (RFC 2181, 5.2)", () => {
    zone.push(a("pbx.test", "192.0.2.1", 90));
    zone.push(a("pbx.test", "192.0.2.2", 30));
    zone.push(a("pbx.test", "192.0.2.3", 60));
    questions(0);
    expect(expiries()).toBe("30000 30000 30000");
    expect(outcomes()).toBe("0/3/30");
  });

  it("is kept for a week at most", () => {
    zone.push(a("pbx.test", "192.0.2.1", 0x7fffffff));
    questions(0);
    expect(expiries()).toBe("604800000");
  });

  it("serves everybody, whoever asked", () => {
    zone.push(a("pbx.test", "192.0.2.1", 20));
    expect(questions(0, 0)).toBe(1);
    expect(questions(5000, 1)).toBe(0);
    expect(targets(1)).toBe("udp:192.0.2.1:5060");
  });

  it("a link of a chain has its own TTL", () => {
    zone.push(cname("pbx.test", "host.test", 5));
    zone.push(a("host.test", "192.0.2.1", 60));
    expect(questions(0)).toBe(1);
    expect(expiries()).toBe("60000");
    expect(questions(4999)).toBe(0);
    expect(questions(5000)).toBe(1);
    expect(located("host.test", 5060, 0, 6000)).toBe("udp:192.0.2.1:5060");
    expect(asks).toHaveLength(2);
  });

  it("stays for ever where ttl_enable is 0; a negative one does not", () => {
    configureDns(3000, 2, false, false, 0, TRANSPORT_UDP);
    zone.push(a("pbx.test", "192.0.2.1", 20));
    expect(questions(0)).toBe(1);
    expect(expiries()).toBe("never");
    expect(questions(1000000000)).toBe(0);
    expect(located("none.test", 5060, 0, 0)).toBe("");
    expect(located("none.test", 5060, 0, 70000)).toBe("");
    expect(asks).toHaveLength(3);
  });
});

describe("dns_cache_type 0", () => {
  it("asks each time, and shares what is under way", () => {
    fresh();
    locatorAt(0).cacheType = 0;
    locatorAt(1).cacheType = 0;
    zone.push(a("pbx.test", "192.0.2.1", 300));
    expect(questions(0)).toBe(1);
    expect(questions(1)).toBe(1);
    expect(expiries()).toBe("300001");
    locate("pbx.test", 5060, 0, 2, 0);
    locate("pbx.test", 5060, 0, 2, 1);
    expect(asks).toHaveLength(3);
    serve(3);
    expect(locatorState(0)).toBe(LOCATOR_READY);
    expect(locatorState(1)).toBe(LOCATOR_READY);
  });

  it("asks each question once in a lookup of many", () => {
    fresh();
    locatorAt(0).cacheType = 0;
    zone.push(naptr("test", 1, 1, "s", "SIP+D2U", "_sip._udp.test"));
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "a.test"));
    zone.push(srv("_sip._udp.test", 2, 1, 5060, "b.test"));
    zone.push(a("a.test", "192.0.2.1"));
    zone.push(a("b.test", "192.0.2.2"));
    expect(located("test", 0, 3)).toBe("udp:192.0.2.1:5060 udp:192.0.2.2:5060");
    expect(asked()).toBe("NAPTR test, SRV _sip._udp.test, A a.test, A b.test");
  });

  it("of one account does not keep another from the cache", () => {
    fresh();
    locatorAt(0).cacheType = 0;
    zone.push(a("pbx.test", "192.0.2.1", 300));
    expect(questions(0, 0)).toBe(1);
    locate("pbx.test", 5060, 0, 1, 0);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    expect(questions(1, 1)).toBe(0);
    expect(targets(1)).toBe("udp:192.0.2.1:5060");
  });
});

describe("a negative answer (RFC 2308)", () => {
  beforeEach(fresh);

  it("is kept for the SOA's minimum", () => {
    locate("pbx.test", 5060, 0);
    lastAsk().answer(
      lastAsk()
        .message(0x8183)
        .record(soa("test", 3600, 30), 2),
      0,
    );
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(outcomes()).toBe("2/0/30");
    expect(questions(29999)).toBe(0);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(questions(30000)).toBe(1);
  });

  it("or for the SOA's TTL, where that is less", () => {
    locate("pbx.test", 5060, 0);
    lastAsk().answer(
      lastAsk()
        .message()
        .record(soa("test", 10, 3600), 2),
      0,
    );
    expect(outcomes()).toBe("1/0/10");
    expect(questions(9999)).toBe(0);
    expect(questions(10000)).toBe(1);
  });

  it("for three hours at most", () => {
    locate("pbx.test", 5060, 0);
    lastAsk().answer(
      lastAsk()
        .message()
        .record(soa("test", 86400, 86400), 2),
      0,
    );
    expect(outcomes()).toBe("1/0/10800");
  });

  it("without a SOA only for the lookup that asked", () => {
    locate("pbx.test", 5060, 0);
    lastAsk().refuse(3, 0);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(outcomes()).toBe("2/0/0");
    expect(questions(0)).toBe(1);
  });

  it("spares the second lookup the empty questions", () => {
    zone.push(a("test", "192.0.2.1"));
    expect(located("test", 0, 3)).toBe("udp:192.0.2.1:5060");
    expect(asked()).toBe("NAPTR test, SRV _sip._udp.test, A test");
    expect(located("test", 0, 3, 59999)).toBe("udp:192.0.2.1:5060");
    expect(asks).toHaveLength(3);
  });

  it("for IPv6 leaves IPv4 alone", () => {
    zone.push(a("pbx.test", "192.0.2.1", 300));
    locatorAt(0).addressMode = 2;
    expect(questions(0)).toBe(2);
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });

  it("is replaced when the name comes to be", () => {
    questions(0);
    zone.push(a("pbx.test", "192.0.2.1"));
    expect(questions(60000)).toBe(1);
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });
});

describe("a failed lookup", () => {
  it("is not kept: the next one asks again", () => {
    fresh();
    zone.push(a("pbx.test", "192.0.2.1"));
    locate("pbx.test", 5060, 0, 0, 0);
    lastAsk().refuse(2, 0);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(questions(0)).toBe(1);
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });

  it("is one for all who waited", () => {
    fresh();
    locate("pbx.test", 5060, 0, 0, 0);
    locate("pbx.test", 5070, 0, 0, 1);
    lastAsk().refuse(2, 5);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(locatorState(1)).toBe(LOCATOR_FAILED);
    expect(asks).toHaveLength(1);
  });

  it("leaves unexpired answers to others", () => {
    fresh();
    locatorAt(0).cacheType = 0;
    zone.push(a("pbx.test", "192.0.2.1", 300));
    questions(0);
    locate("pbx.test", 5060, 0, 1, 0);
    lastAsk().refuse(2, 1);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(questions(2, 1)).toBe(0);
    expect(targets(1)).toBe("udp:192.0.2.1:5060");
  });
});

describe("dns_cache_type 2: the additional section", () => {
  beforeEach(() => {
    fresh();
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "a.test", 100));
    zone.push(srv("_sip._udp.test", 2, 1, 5060, "b.test", 100));
    extras.push(a("a.test", "192.0.2.1", 70));
    extras.push(a("b.test", "192.0.2.2", 80));
    extras.push(a("a.test", "192.0.2.3", 60));
  });

  it("spares the questions for addresses", () => {
    locatorAt(0).cacheType = 2;
    expect(located("test", 0, 0)).toBe("udp:192.0.2.1:5060 udp:192.0.2.3:5060 udp:192.0.2.2:5060");
    expect(asked()).toBe("SRV _sip._udp.test");
    expect(expiries()).toBe("60000 60000 80000");
    expect(outcomes()).toBe("0/2/100");
  });

  it("counts for nothing otherwise", () => {
    zone.push(a("a.test", "192.0.2.9"));
    expect(located("test", 0, 0)).toBe("udp:192.0.2.9:5060");
    expect(asked()).toBe("SRV _sip._udp.test, A a.test, A b.test");
  });

  it("is not used by those who do not want it, though it is there", () => {
    locatorAt(0).cacheType = 2;
    located("test", 0, 0);
    zone.push(a("a.test", "192.0.2.9"));
    expect(located("test", 0, 0, 1, 1)).toBe("udp:192.0.2.9:5060");
    expect(asked()).toBe("SRV _sip._udp.test, A a.test, A b.test");
  });

  it("does not replace an answer that was asked for (RFC 2181, 5.4.1)", () => {
    zone.push(a("a.test", "192.0.2.9", 500));
    located("test", 0, 0, 0, 1);
    locatorAt(0).cacheType = 2;
    expect(located("test", 0, 0, 100000)).toBe("udp:192.0.2.9:5060 udp:192.0.2.2:5060");
  });

  it("with what nobody asked for is ignored", () => {
    locatorAt(0).cacheType = 2;
    extras.push(a("evil.test", "192.0.2.66"));
    extras.push(srv("_sip._udp.evil", 1, 1, 5060, "evil.test"));
    extras.push(cname("a.test", "evil.test"));
    located("evil.test", 5060, 0, 0, 1);
    const before = asks.length;
    located("test", 0, 0);
    expect(asks).toHaveLength(before + 1);
    expect(located("evil.test", 5070, 0, 70000, 0)).toBe("");
    expect(asks).toHaveLength(before + 2);
  });

  it("may hold the SRV records that NAPTR leads to", () => {
    locatorAt(0).cacheType = 2;
    extras.splice(0, 3);
    extras.push(zone[0]);
    zone.push(naptr("test", 1, 1, "s", "SIP+D2U", "_sip._udp.test"));
    locate("test", 0, 3);
    serve(0);
    expect(asked()).toBe("NAPTR test, A a.test");
  });

  it("serves each kind of address for itself", () => {
    locatorAt(0).cacheType = 2;
    locatorAt(0).addressMode = 2;
    extras.push(a("a.test", "2001:db8::1", 90));
    zone.push(a("b.test", "2001:db8::2", 90));
    expect(located("test", 0, 0)).toBe(
      "udp:[2001:db8::1]:5060 udp:192.0.2.1:5060 udp:192.0.2.3:5060 udp:[2001:db8::2]:5060 udp:192.0.2.2:5060",
    );
    expect(asked()).toBe("SRV _sip._udp.test, AAAA b.test");
  });

  it("joins in where the question is under way for somebody who does not want it", () => {
    locatorAt(1).cacheType = 2;
    locate("test", 0, 0, 0, 0);
    locate("test", 0, 0, 0, 1);
    expect(asks).toHaveLength(1);
    serve(1);
    expect(targets(1)).toBe("udp:192.0.2.1:5060 udp:192.0.2.3:5060 udp:192.0.2.2:5060");
  });
});

describe("room in the cache", () => {
  beforeEach(fresh);

  it("is made by forgetting what expires first", () => {
    for (let i = 0; i < MAX_DNS_ANSWERS; i++) zone.push(a("n" + i.toString(), "192.0.2.1", 1000 - 10 * i));
    for (let i = 0; i < MAX_DNS_ANSWERS; i++) located("n" + i.toString(), 5060, 0, i);
    expect(knows("n95")).toBe(true);
    zone.push(a("new.test", "192.0.2.2"));
    expect(located("new.test", 5060, 0, 100)).toBe("udp:192.0.2.2:5060");
    expect(knows("n95")).toBe(false);
    expect(knows("n94")).toBe(true);
    expect(countFull(POOL_DNS_ANSWERS)).toBe(0);
  });

  it("is made by forgetting what has expired before all else", () => {
    for (let i = 0; i < MAX_DNS_ANSWERS; i++)
      zone.push(a("n" + i.toString(), "192.0.2.1", i == 40 ? 1 : 1000));
    for (let i = 0; i < MAX_DNS_ANSWERS; i++) located("n" + i.toString(), 5060, 0, i);
    located("new.test", 5060, 0, 5000);
    expect(knows("n40")).toBe(false);
    expect(knows("n0")).toBe(true);
  });

  it("is not made of what a lookup under way needs: that lookup fails, and the pool is named", () => {
    // Four lookups with 30 SRV targets each, most of them dangling: 124 questions at once.
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 30; j++) {
        const host = "h" + i.toString() + "x" + j.toString();
        zone.push(srv("_sip._udp.d" + i.toString(), j, 1, 5060, host));
        if (j == 0 || j == 29) zone.push(a(host, "192.0." + i.toString() + "." + (j + 1).toString()));
      }
    }
    for (let i = 0; i < 4; i++) locate("d" + i.toString(), 0, 0, 0, i);
    for (let i = 0; i < 40; i++) serve(1);
    expect(countFull(POOL_DNS_ANSWERS)).toBeGreaterThan(0);
    expect(targets(0)).toBe("udp:192.0.0.1:5060 udp:192.0.0.30:5060");
    let missing = 0;
    for (let i = 0; i < 4; i++) {
      expect(locatorState(i)).not.toBe(LOCATOR_PENDING);
      missing += 2 - locatedCount(i);
    }
    expect(missing).toBeGreaterThan(0);
    for (let i = 0; i < 4; i++) {
      expect(located("d" + i.toString(), 0, 0, 2, i)).toBe(
        "udp:192.0." + i.toString() + ".1:5060 udp:192.0." + i.toString() + ".30:5060",
      );
    }
  });

  it("is not made of what the lookup has just used", () => {
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "a.test", 500));
    zone.push(srv("_sip._udp.test", 2, 1, 5060, "b.test", 500));
    zone.push(a("a.test", "192.0.2.1", 1));
    zone.push(a("b.test", "192.0.2.2", 1));
    located("test", 0, 0, 0, 0);
    // The addresses are pushed out, and the SRV records are what will expire first of all that is left.
    for (let i = 0; i < MAX_DNS_ANSWERS - 1; i++) {
      zone.push(a("n" + i.toString(), "192.0.2.9", 1000));
      located("n" + i.toString(), 5060, 0, 2000, 1);
    }
    asks.length = 0;
    expect(located("test", 0, 0, 3000, 0)).toBe("udp:192.0.2.1:5060 udp:192.0.2.2:5060");
    expect(asked()).toBe("A a.test, A b.test");
  });

  it("for records runs out: likewise", () => {
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < MAX_DNS_SET; j++) zone.push(srv("_sip._udp.d" + i.toString(), j, 1, 5060, "gone"));
    }
    for (let i = 0; i < 5; i++) locate("d" + i.toString(), 0, 0, 0, i);
    for (let i = 0; i < 5; i++) {
      const ask = asks[i];
      const records: Array<Record> = [];
      for (let j = 0; j < MAX_DNS_SET; j++) records.push(srv(ask.name, j, 1, 5060, "x" + j.toString()));
      ask.records(records, 1);
    }
    expect(MAX_DNS_RECORDS / MAX_DNS_SET).toBe(4);
    expect(countFull(POOL_DNS_RECORDS)).toBe(1);
    expect(locatorState(3)).toBe(LOCATOR_PENDING);
    expect(locatorState(4)).toBe(LOCATOR_FAILED);
  });

  it("a set keeps as many records as it may have", () => {
    for (let i = 0; i < MAX_DNS_SET + 3; i++) zone.push(srv("_sip._udp.test", i, 1, 5060, "."));
    located("test", 0, 0);
    expect(outcomes()).toBe("0/32/300");
    expect(countFull(POOL_DNS_RECORDS)).toBe(3);
  });

  it("for names runs out: what is not needed is forgotten, and then the lookup fails", () => {
    zone.push(a("old.test", "192.0.2.1", 5));
    located("old.test", 5060, 0);
    endLocating(0);
    let i = 0;
    locate("test", 0, 0, 10, 0);
    while (holdName(viewOf(nameOctets("n" + i.toString()))) >= 0) i++;
    asks[1].records([srv("_sip._udp.test", 1, 1, 5060, "a.test")], 11);
    expect(knows("old.test")).toBe(false);
    expect(asked()).toBe("A old.test, SRV _sip._udp.test, A a.test");
    asks[2].records([cname("a.test", "b.test"), a("b.test", "192.0.2.1")], 12);
    expect(countFull(POOL_DNS_NAMES)).toBe(1);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("holds a week of changing names without a leak", () => {
    for (let i = 0; i < 600; i++) {
      const name = "n" + i.toString();
      zone.length = 0;
      zone.push(srv("_sip._udp." + name, 1, 1, 5060, "a." + name, 30));
      zone.push(srv("_sip._udp." + name, 2, 1, 5060, "b." + name, 30));
      zone.push(cname("a." + name, "c." + name, 20));
      zone.push(a("c." + name, "192.0.2.1", 20));
      zone.push(a("b." + name, "192.0.2.2", 20));
      expect(located(name, 0, 0, (i as i64) * 1000000)).toBe("udp:192.0.2.1:5060 udp:192.0.2.2:5060");
      asks.length = 0;
    }
    expect(countEvents(EVENT_DNS_ANSWER)).toBe(1800);
    expect(countFull(POOL_DNS_NAMES) + countFull(POOL_DNS_RECORDS) + countFull(POOL_DNS_ANSWERS)).toBe(0);
    expect(dnsDeadline()).toBe(NEVER);
  });
});
