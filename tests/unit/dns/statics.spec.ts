import { parseAddress } from "../../../assembly/bytes/address";
import { POOL_DNS_NAMES, TRANSPORT_UDP } from "../../../assembly/contract/constants";
import { LOCATOR_FAILED, LOCATOR_READY, locatorAt } from "../../../assembly/dns/locator";
import { dnsDeadline } from "../../../assembly/dns/resolver";
import { configureDns } from "../../../assembly/dns/settings";
import { addStaticAddress, addStaticNaptr, addStaticSrv } from "../../../assembly/dns/statics";
import { holdName } from "../../../assembly/dns/names";
import { MAX_STATIC_RECORDS } from "../../../assembly/limits";
import {
  asked,
  asks,
  begin,
  countFull,
  expiries,
  locate,
  located,
  locatorState,
  run,
  setDefaults,
  targets,
  zone,
} from "./host";
import { a, cname, nameOctets, soa, srv, textView, viewOf } from "./messages";

const address = memory.data(16, 8);

function staticA(account: i32, name: string, ip: string, ttl: u32 = 300): bool {
  const family = parseAddress(textView(ip), address);
  return addStaticAddress(account, textView(name), family, address, ttl) != null;
}

function staticSrv(
  account: i32,
  name: string,
  priority: i32,
  port: i32,
  target: string,
  ttl: u32 = 300,
): bool {
  const record = addStaticSrv(account, textView(name), textView(target), ttl);
  if (record == null) return false;
  record.major = priority as u16;
  record.port = port as u16;
  return true;
}

function staticNaptr(
  name: string,
  order: i32,
  preference: i32,
  flags: string,
  service: string,
  replacement: string,
): bool {
  const record = addStaticNaptr(
    0,
    textView(name),
    textView(flags),
    textView(service),
    textView(replacement),
    300,
  );
  if (record == null) return false;
  record.major = order as u16;
  record.minor = preference as u16;
  return true;
}

/** Lets time pass until nothing is due before `end`, all servers silent. */
function silence(end: i64): void {
  while (dnsDeadline() <= end) run(dnsDeadline());
}

describe("L8: static records without any DNS server", () => {
  beforeEach(() => {
    begin(0);
    setDefaults(3);
  });

  it("serve always, along the whole of RFC 3263", () => {
    staticNaptr("test", 20, 1, "s", "SIP+D2U", "_sip._udp.test");
    staticNaptr("test", 10, 5, "s", "SIP+D2T", "_sip._tcp.test");
    staticNaptr("test", 10, 4, "s", "SIPS+D2T", "_sips._tcp.test");
    staticSrv(0, "_sip._tcp.test", 2, 5072, "b.test");
    staticSrv(0, "_sip._tcp.test", 1, 5071, "a.test");
    staticA(0, "a.test", "192.0.2.1", 77);
    staticA(0, "b.test", "192.0.2.2", 99);
    staticA(0, "b.test", "192.0.2.3", 30);
    expect(located("test", 0, 3, 1000)).toBe("tcp:192.0.2.1:5071 tcp:192.0.2.2:5072 tcp:192.0.2.3:5072");
    expect(expiries()).toBe("78000 31000 31000");
    expect(located("test", 0, 3, 1000000000)).toBe(
      "tcp:192.0.2.1:5071 tcp:192.0.2.2:5072 tcp:192.0.2.3:5072",
    );
  });

  it("serve at once", () => {
    staticA(0, "pbx.test", "192.0.2.1");
    locate("PBX.test.", 5060, 1);
    expect(locatorState(0)).toBe(LOCATOR_READY);
    expect(targets()).toBe("tcp:192.0.2.1:5060");
  });

  it("without any of a name, the lookup fails at once", () => {
    staticA(0, "other.test", "192.0.2.1");
    locate("pbx.test", 0, 3);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("may be IPv6, and alternate (L10)", () => {
    staticA(0, "pbx.test", "192.0.2.1");
    staticA(0, "pbx.test", "2001:db8::1");
    locatorAt(0).addressMode = 2;
    expect(located("pbx.test", 5060, 0)).toBe("udp:[2001:db8::1]:5060 udp:192.0.2.1:5060");
  });

  it("of an account are its own, and take the place of the phone's", () => {
    staticA(0, "pbx.test", "192.0.2.1");
    staticA(2, "pbx.test", "192.0.2.2");
    staticA(3, "other.test", "192.0.2.3");
    expect(located("pbx.test", 5060, 0, 0, 0)).toBe("udp:192.0.2.1:5060");
    expect(located("pbx.test", 5060, 0, 0, 1)).toBe("udp:192.0.2.2:5060");
    expect(located("other.test", 5060, 0, 0, 0)).toBe("");
    expect(located("other.test", 5060, 0, 0, 2)).toBe("udp:192.0.2.3:5060");
  });

  it("never expire where ttl_enable is 0", () => {
    configureDns(3000, 2, false, false, 0, TRANSPORT_UDP);
    staticA(0, "pbx.test", "192.0.2.1");
    located("pbx.test", 5060, 0);
    expect(expiries()).toBe("never");
  });
});

describe("L8: static records beside DNS", () => {
  beforeEach(() => {
    begin(1);
    setDefaults(3);
    staticA(0, "pbx.test", "192.0.2.1", 50);
  });

  it("give way to an answer", () => {
    zone.push(a("pbx.test", "192.0.2.9"));
    expect(located("pbx.test", 5060, 0)).toBe("udp:192.0.2.9:5060");
  });

  it("serve when DNS says that there is nothing", () => {
    expect(located("pbx.test", 5060, 0, 1000)).toBe("udp:192.0.2.1:5060");
    expect(asked()).toBe("A pbx.test");
    expect(expiries()).toBe("51000");
  });

  it("serve when DNS does not answer, for their TTL; then DNS is asked again", () => {
    locate("pbx.test", 5060, 0);
    silence(9000);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    expect(expiries()).toBe("59000");
    expect(asks).toHaveLength(3);
    locate("pbx.test", 5060, 0, 58999);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    expect(asks).toHaveLength(3);
    zone.push(a("pbx.test", "192.0.2.9"));
    expect(located("pbx.test", 5060, 0, 59000)).toBe("udp:192.0.2.9:5060");
  });

  it("do not serve for their TTL where DNS has answered meanwhile", () => {
    locate("pbx.test", 5060, 0, 0);
    asks[0].refuse(2, 0);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    locatorAt(1).cacheType = 0;
    locate("pbx.test", 5060, 0, 1000, 1);
    asks[1].records([a("pbx.test", "192.0.2.9", 10)], 1000);
    locate("pbx.test", 5060, 0, 12000);
    expect(asks).toHaveLength(3);
  });

  it("come first with static_cache_pri 1: DNS is not asked", () => {
    locatorAt(0).staticFirst = true;
    zone.push(a("pbx.test", "192.0.2.9"));
    expect(located("pbx.test", 5060, 0, 1000)).toBe("udp:192.0.2.1:5060");
    expect(asks).toHaveLength(0);
    expect(expiries()).toBe("51000");
    expect(located("pbx.test", 5060, 0, 1000, 1)).toBe("udp:192.0.2.9:5060", "another account's setting");
  });

  it("come first where there are some; what they lack is asked for", () => {
    locatorAt(0).staticFirst = true;
    staticSrv(0, "_sip._udp.test", 1, 5070, "dns.test");
    staticSrv(0, "_sip._udp.test", 2, 5070, "pbx.test");
    zone.push(a("dns.test", "192.0.2.9", 10));
    expect(located("test", 0, 0)).toBe("udp:192.0.2.9:5070 udp:192.0.2.1:5070");
    expect(asked()).toBe("A dns.test");
    expect(expiries()).toBe("10000 50000");
  });

  it("serve for a target of an SRV record that DNS does not know", () => {
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "pbx.test"));
    expect(located("test", 0, 0)).toBe("udp:192.0.2.1:5060");
  });

  it("serve for the end of a chain of aliases", () => {
    zone.push(cname("alias.test", "pbx.test"));
    expect(located("alias.test", 5060, 0)).toBe("udp:192.0.2.1:5060");
  });

  it("serve for an SRV record that DNS does not know, with addresses of DNS", () => {
    staticSrv(0, "_sip._udp.test", 1, 5070, "dns.test");
    zone.push(a("dns.test", "192.0.2.9"));
    expect(located("test", 0, 0)).toBe("udp:192.0.2.9:5070");
  });

  it("serve for the host's address where nobody answers for its SRV", () => {
    locate("pbx.test", 0, 0);
    asks[0].refuse(2, 10);
    expect(asked()).toBe("SRV _sip._udp.pbx.test");
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });

  it("serve for SRV where nobody answers for NAPTR", () => {
    staticSrv(0, "_sip._udp.test", 1, 5070, "pbx.test");
    locate("test", 0, 3);
    asks[0].refuse(2, 10);
    expect(asked()).toBe("NAPTR test, A pbx.test");
    asks[1].refuse(2, 20);
    expect(targets()).toBe("udp:192.0.2.1:5070");
  });

  it("with a TTL of 0 serve the lookup that found DNS silent", () => {
    begin(1);
    setDefaults(1);
    staticA(0, "pbx.test", "192.0.2.1", 0);
    locate("pbx.test", 5060, 0);
    asks[0].refuse(2, 10);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    locate("pbx.test", 5060, 0, 10);
    expect(asks).toHaveLength(2);
  });

  it("do not serve while DNS says '.'", () => {
    zone.push(srv("_sip._udp.pbx.test", 0, 0, 0, "."));
    expect(located("pbx.test", 0, 0)).toBe("");
  });

  it("a negative answer counts for its TTL", () => {
    locate("pbx.test", 5060, 0);
    asks[0].answer(asks[0].message(0x8183).record(soa("test", 10, 10), 2), 0);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    locate("pbx.test", 5060, 0, 9999);
    expect(asks).toHaveLength(1);
    locate("pbx.test", 5060, 0, 10000);
    expect(asks).toHaveLength(2);
  });
});

describe("a static record", () => {
  beforeEach(() => {
    begin(0);
    setDefaults(1);
  });

  it("NAPTR: no flag means s, another flag or service none", () => {
    expect(staticNaptr("test", 1, 1, "u", "SIP+D2T", "_sip._tcp.test")).toBe(false);
    expect(staticNaptr("test", 1, 1, "s", "E2U+sip", "_sip._tcp.test")).toBe(false);
    expect(staticNaptr("test", 1, 1, "", "", "_sip._tcp.test")).toBe(false);
    expect(staticNaptr("test", 2, 1, "", "SIP+D2U", "_sip._udp.test")).toBe(true);
    staticSrv(0, "_sip._udp.test", 1, 5070, "a.test");
    staticA(0, "a.test", "192.0.2.1");
    expect(located("test", 0, 3)).toBe("udp:192.0.2.1:5070");
  });

  it("of what is no name is not taken", () => {
    expect(staticA(0, "a..b", "192.0.2.1")).toBe(false);
    expect(staticSrv(0, "_sip._udp.test", 1, 5060, "")).toBe(false);
    expect(staticSrv(0, "", 1, 5060, "a.test")).toBe(false);
    locate("test", 0, 0);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("too many are not taken", () => {
    for (let i = 0; i < MAX_STATIC_RECORDS; i++) expect(staticA(1, "pbx.test", "192.0.2.1")).toBe(true);
    expect(staticA(1, "pbx.test", "192.0.2.2")).toBe(false);
    expect(staticSrv(1, "x.test", 1, 1, "y.test")).toBe(false);
    expect(located("pbx.test", 5060, 0)).toBe("udp:192.0.2.1:5060");
  });

  it("without room for its name is not taken, and the pool is named", () => {
    let i = 0;
    while (holdName(viewOf(nameOctets("n" + i.toString()))) >= 0) i++;
    expect(staticA(0, "pbx.test", "192.0.2.1")).toBe(false);
    run(0);
    expect(countFull(POOL_DNS_NAMES)).toBe(1);
  });
});
