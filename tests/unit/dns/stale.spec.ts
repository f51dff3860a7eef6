import { parseAddress } from "../../../assembly/bytes/address";
import { TRANSPORT_UDP } from "../../../assembly/contract/constants";
import { LOCATOR_FAILED, LOCATOR_PENDING, locatorAt } from "../../../assembly/dns/locator";
import { dnsDeadline } from "../../../assembly/dns/resolver";
import { configureDns } from "../../../assembly/dns/settings";
import { addStaticAddress } from "../../../assembly/dns/statics";
import {
  asks,
  begin,
  expiries,
  lastAsk,
  locate,
  located,
  locatorState,
  run,
  setDefaults,
  targets,
  zone,
} from "./host";
import { a, cname, srv, textView } from "./messages";

const address = memory.data(16, 8);

/** One server, and expired answers that serve for `limit` milliseconds. */
function fresh(limit: i64): void {
  begin(1);
  setDefaults(2);
  configureDns(3000, 2, true, true, limit, TRANSPORT_UDP);
}

/** Lets time pass until nothing is due before `end`, all servers silent. */
function silence(end: i64): void {
  while (dnsDeadline() <= end) run(dnsDeadline());
}

describe("last_cache_expired", () => {
  beforeEach(() => {
    fresh(0);
    zone.push(a("pbx.test", "192.0.2.1", 20));
    located("pbx.test", 5060, 0);
  });

  it("0: an expired answer does not serve", () => {
    configureDns(3000, 2, true, false, 0, TRANSPORT_UDP);
    locate("pbx.test", 5060, 0, 20000);
    silence(29000);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("1: it serves once DNS was asked and did not answer, as fresh for 30 s", () => {
    locate("pbx.test", 5060, 0, 20000);
    silence(28999);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    silence(29000);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    expect(expiries()).toBe("59000");
  });

  it("for 30 s DNS is not asked again, then it is", () => {
    locate("pbx.test", 5060, 0, 20000);
    silence(29000);
    const before = asks.length;
    locate("pbx.test", 5060, 0, 58999);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    expect(expiries()).toBe("88999");
    expect(asks).toHaveLength(before);
    locate("pbx.test", 5060, 0, 59000);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    lastAsk().records([a("pbx.test", "192.0.2.2", 20)], 59010);
    expect(targets()).toBe("udp:192.0.2.2:5060");
    expect(expiries()).toBe("79010");
  });

  it("an answer takes its place, a negative one, too", () => {
    locate("pbx.test", 5060, 0, 20000);
    lastAsk().refuse(3, 20010);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("goes before static records, which serve once its limit has passed", () => {
    fresh(60000);
    zone.push(a("pbx.test", "192.0.2.1", 20));
    const family = parseAddress(textView("192.0.2.77"), address);
    addStaticAddress(0, textView("pbx.test"), family, address, 300);
    located("pbx.test", 5060, 0);
    locate("pbx.test", 5060, 0, 70000);
    lastAsk().refuse(2, 70000);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    locate("pbx.test", 5060, 0, 100000);
    lastAsk().refuse(2, 100000);
    expect(targets()).toBe("udp:192.0.2.77:5060");
  });

  it("serves those who ask each time, when they get no answer", () => {
    locatorAt(0).cacheType = 0;
    locate("pbx.test", 5060, 0, 1000);
    lastAsk().refuse(2, 1000);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    locate("pbx.test", 5060, 0, 1001);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
  });

  it("serves along aliases, SRV and names that do not exist", () => {
    fresh(0);
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "alias.test", 20));
    zone.push(cname("alias.test", "host.test", 20));
    zone.push(a("host.test", "192.0.2.1", 20));
    zone.push(a("plain.test", "192.0.2.2", 20));
    located("test", 0, 0);
    located("plain.test", 0, 0);
    locate("test", 0, 0, 100000);
    silence(150000);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    locate("plain.test", 0, 0, 200000);
    silence(250000);
    expect(targets()).toBe("udp:192.0.2.2:5060");
  });
});

describe("last_cache_expired, with a limit", () => {
  it("serves that long after its TTL, and no longer", () => {
    fresh(60000);
    zone.push(a("pbx.test", "192.0.2.1", 20));
    located("pbx.test", 5060, 0);
    locate("pbx.test", 5060, 0, 80000);
    lastAsk().refuse(2, 80000);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    locate("pbx.test", 5060, 0, 80001);
    expect(locatorState(0)).toBe(LOCATOR_PENDING, "no rest where nothing may serve");
    lastAsk().refuse(2, 80002);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });
});
