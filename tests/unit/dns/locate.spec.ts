import { POOL_DNS_NAMES } from "../../../assembly/contract/constants";
import { endLocating, nextLocated } from "../../../assembly/dns/locate";
import {
  LOCATOR_FAILED,
  LOCATOR_IDLE,
  LOCATOR_PENDING,
  LOCATOR_READY,
  locatorAt,
} from "../../../assembly/dns/locator";
import { dnsDeadline } from "../../../assembly/dns/resolver";
import { holdName, nameCellsUsed } from "../../../assembly/dns/names";
import {
  asked,
  asks,
  begin,
  countFull,
  ended,
  expiries,
  locate,
  located,
  locatedCount,
  locatorState,
  run,
  serve,
  setDefaults,
  targets,
  zone,
} from "./host";
import { a, nameOctets, naptr, soa, srv, viewOf } from "./messages";

const UDP = 0;
const TCP = 1;
const TLS = 2;
const NAPTR = 3;

/** Lets time pass until nothing is due before `end`, all servers silent. */
function silence(end: i64): void {
  while (dnsDeadline() <= end) run(dnsDeadline());
}

function fresh(): void {
  begin(1);
  setDefaults(4);
}

describe("L1: an IP address", () => {
  beforeEach(fresh);

  it("is that one target, at once and for ever", () => {
    locate("192.0.2.7", 5080, UDP);
    expect(targets()).toBe("udp:192.0.2.7:5080");
    expect(expiries()).toBe("never");
    expect(asks).toHaveLength(0);
    expect(ended()).toBe("0");
    expect(ended()).toBe("", "each is named once");
  });

  it("with port 0 means 5060, for TLS 5061", () => {
    expect(located("192.0.2.7", 0, UDP)).toBe("udp:192.0.2.7:5060");
    expect(located("192.0.2.7", 0, TCP)).toBe("tcp:192.0.2.7:5060");
    expect(located("192.0.2.7", 0, TLS)).toBe("tls:192.0.2.7:5061");
    expect(located("192.0.2.7", 0, NAPTR)).toBe("udp:192.0.2.7:5060");
    expect(located("192.0.2.7", 5070, NAPTR)).toBe("udp:192.0.2.7:5070");
  });

  it("may be IPv6, with or without brackets, whatever ip_address_mode is", () => {
    expect(located("2001:db8::1", 5060, TLS)).toBe("tls:[2001:db8::1]:5060");
    expect(located("[2001:db8::1]", 0, UDP)).toBe("udp:[2001:db8::1]:5060");
  });

  it("needs no DNS server", () => {
    begin(0);
    expect(located("192.0.2.7", 0, UDP)).toBe("udp:192.0.2.7:5060");
  });
});

describe("L2: a host name with a port", () => {
  beforeEach(fresh);

  it("asks for address records only, and keeps the order of the answer", () => {
    zone.push(srv("_sip._udp.pbx.test", 1, 1, 5090, "other.test"));
    zone.push(a("pbx.test", "192.0.2.3", 60));
    zone.push(a("pbx.test", "192.0.2.1", 60));
    zone.push(a("pbx.test", "192.0.2.2", 60));
    expect(located("pbx.test", 5080, UDP)).toBe("udp:192.0.2.3:5080 udp:192.0.2.1:5080 udp:192.0.2.2:5080");
    expect(asked()).toBe("A pbx.test");
    expect(expiries()).toBe("60000 60000 60000");
  });

  it("keeps its transport; NAPTR means UDP", () => {
    zone.push(a("pbx.test", "192.0.2.1"));
    expect(located("pbx.test", 5080, TLS)).toBe("tls:192.0.2.1:5080");
    expect(located("pbx.test", 5080, NAPTR)).toBe("udp:192.0.2.1:5080");
    expect(asked()).toBe("A pbx.test");
  });

  it("fails when there is no address", () => {
    expect(located("pbx.test", 5080, UDP)).toBe("");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(ended()).toBe("0");
  });
});

describe("L3: NAPTR, then SRV, then addresses", () => {
  beforeEach(() => {
    fresh();
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "u.test"));
    zone.push(srv("_sip._tcp.test", 1, 1, 5062, "t.test"));
    zone.push(srv("_sips._tcp.test", 1, 1, 5061, "s.test"));
    zone.push(a("u.test", "192.0.2.1", 30));
    zone.push(a("t.test", "192.0.2.2", 40));
    zone.push(a("s.test", "192.0.2.3", 50));
  });

  it("takes the lowest order", () => {
    zone.push(naptr("test", 20, 1, "s", "SIP+D2U", "_sip._udp.test"));
    zone.push(naptr("test", 10, 9, "s", "SIPS+D2T", "_sips._tcp.test"));
    expect(located("test", 0, NAPTR)).toBe("tls:192.0.2.3:5061");
    expect(asked()).toBe("NAPTR test, SRV _sips._tcp.test, A s.test");
    expect(expiries()).toBe("50000");
  });

  it("then the lowest preference", () => {
    zone.push(naptr("test", 10, 9, "s", "SIPS+D2T", "_sips._tcp.test"));
    zone.push(naptr("test", 10, 3, "S", "sip+d2t", "_sip._tcp.test"));
    zone.push(naptr("test", 10, 4, "s", "SIP+D2U", "_sip._udp.test"));
    expect(located("test", 0, NAPTR)).toBe("tcp:192.0.2.2:5062");
  });

  it("then the order of the answer", () => {
    zone.push(naptr("test", 10, 3, "s", "SIP+D2T", "_sip._tcp.test"));
    zone.push(naptr("test", 10, 3, "s", "SIP+D2U", "_sip._udp.test"));
    expect(located("test", 0, NAPTR)).toBe("tcp:192.0.2.2:5062");
  });

  it("passes over other services and flags", () => {
    zone.push(naptr("test", 1, 1, "s", "SIP+D2S", "_sip._sctp.test"));
    zone.push(naptr("test", 2, 1, "u", "E2U+sip", "x.test"));
    zone.push(naptr("test", 3, 1, "a", "SIP+D2T", "t.test"));
    zone.push(naptr("test", 4, 1, "s", "SIP+D2U", "_sip._udp.test"));
    expect(located("test", 0, NAPTR)).toBe("udp:192.0.2.1:5060");
  });

  it("goes by naptr_build where NAPTR has nothing for SIP", () => {
    zone.push(naptr("test", 1, 1, "s", "SIP+D2S", "_sip._sctp.test"));
    expect(located("test", 0, NAPTR)).toBe("udp:192.0.2.1:5060");
    expect(asked()).toBe("NAPTR test, SRV _sip._udp.test, A u.test");
  });

  it("naptr_build 0: without NAPTR, the SRV records of UDP", () => {
    expect(located("test", 0, NAPTR)).toBe("udp:192.0.2.1:5060");
    expect(asked()).toBe("NAPTR test, SRV _sip._udp.test, A u.test");
  });

  it("naptr_build 1: those of UDP, TCP and TLS, in this order, asked for together", () => {
    locatorAt(0).naptrBuild = true;
    locate("test", 0, NAPTR);
    asks[0].answer(asks[0].message().record(soa("test", 60, 60), 2), 5);
    expect(asked()).toBe("NAPTR test, SRV _sip._udp.test, SRV _sip._tcp.test, SRV _sips._tcp.test");
    for (let i = 0; i < 5; i++) serve(10);
    expect(targets()).toBe("udp:192.0.2.1:5060 tcp:192.0.2.2:5062 tls:192.0.2.3:5061");
  });

  it("naptr_build 1: some of them may be missing", () => {
    zone.splice(0, 2);
    locatorAt(0).naptrBuild = true;
    expect(located("test", 0, NAPTR)).toBe("tls:192.0.2.3:5061");
  });

  it("without any SRV record: the addresses on 5060", () => {
    zone.splice(0, 3);
    zone.push(a("test", "192.0.2.9"));
    locatorAt(0).naptrBuild = true;
    expect(located("test", 0, NAPTR)).toBe("udp:192.0.2.9:5060");
  });

  it("follows a NAPTR record without a flag to further ones", () => {
    zone.push(naptr("test", 1, 1, "", "", "more.test"));
    zone.push(naptr("more.test", 1, 1, "s", "SIP+D2T", "_sip._tcp.test"));
    expect(located("test", 0, NAPTR)).toBe("tcp:192.0.2.2:5062");
  });

  it("does not follow NAPTR records round in circles", () => {
    zone.push(naptr("test", 1, 1, "", "", "test"));
    zone.push(naptr("test", 2, 1, "s", "SIP+D2T", "_sip._tcp.test"));
    expect(located("test", 0, NAPTR)).toBe("tcp:192.0.2.2:5062");
    fresh();
    zone.push(naptr("test", 1, 1, "", "", "test"));
    expect(located("test", 0, NAPTR)).toBe("");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });
});

describe("the next NAPTR by order, then preference", () => {
  beforeEach(() => {
    fresh();
    zone.push(naptr("test", 1, 1, "s", "SIPS+D2T", "_sips._tcp.test"));
    zone.push(naptr("test", 2, 9, "s", "SIP+D2U", "_sip._udp.test"));
    zone.push(naptr("test", 2, 5, "s", "SIP+D2T", "_sip._tcp.test"));
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "u.test"));
    zone.push(a("u.test", "192.0.2.1"));
    zone.push(a("t.test", "192.0.2.2"));
  });

  it("is tried when the first one's SRV does not exist", () => {
    zone.push(srv("_sip._tcp.test", 1, 1, 5060, "t.test"));
    expect(located("test", 0, NAPTR)).toBe("tcp:192.0.2.2:5060");
    expect(asked()).toBe("NAPTR test, SRV _sips._tcp.test, SRV _sip._tcp.test, A t.test");
  });

  it("and the one after that", () => {
    expect(located("test", 0, NAPTR)).toBe("udp:192.0.2.1:5060");
  });

  it("is tried when the first one's SRV gives no target", () => {
    zone.push(srv("_sips._tcp.test", 1, 1, 5061, "."));
    zone.push(srv("_sip._tcp.test", 1, 1, 5060, "dangling.test"));
    expect(located("test", 0, NAPTR)).toBe("udp:192.0.2.1:5060");
  });

  it("does not add to what the best one gave", () => {
    zone.push(srv("_sip._tcp.test", 1, 1, 5060, "t.test"));
    zone.push(srv("_sips._tcp.test", 1, 1, 5061, "t.test"));
    expect(located("test", 0, NAPTR)).toBe("tls:192.0.2.2:5061");
  });

  it("where no NAPTR's SRV exists, the host's own names are asked for", () => {
    fresh();
    zone.push(naptr("test", 1, 1, "s", "SIPS+D2T", "_gone._tcp.test"));
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "u.test"));
    zone.push(a("u.test", "192.0.2.1"));
    expect(located("test", 0, NAPTR)).toBe("udp:192.0.2.1:5060");
  });
});

describe("L4: the SRV records of one transport", () => {
  beforeEach(() => {
    fresh();
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "u.test"));
    zone.push(srv("_sip._tcp.test", 1, 1, 5062, "u.test"));
    zone.push(srv("_sips._tcp.test", 1, 1, 0, "u.test"));
    zone.push(a("u.test", "192.0.2.1"));
  });

  it("UDP, TCP, TLS", () => {
    expect(located("test", 0, UDP)).toBe("udp:192.0.2.1:5060");
    expect(located("test", 0, TCP)).toBe("tcp:192.0.2.1:5062");
    expect(asked()).toBe("SRV _sip._udp.test, A u.test, SRV _sip._tcp.test");
  });

  it("a record with port 0 means the transport's own", () => {
    expect(located("test", 0, TLS)).toBe("tls:192.0.2.1:5061");
  });

  it("without any: the host's addresses on the default port", () => {
    fresh();
    zone.push(a("test", "192.0.2.9"));
    expect(located("test", 0, UDP)).toBe("udp:192.0.2.9:5060");
    expect(asked()).toBe("SRV _sip._udp.test, A test");
    expect(located("test", 0, TLS)).toBe("tls:192.0.2.9:5061");
  });

  it("asks for the addresses of all targets together", () => {
    for (let i = 2; i < 8; i++) zone.push(srv("_sip._udp.test", i, 1, 5060, "u" + i.toString() + ".test"));
    locate("test", 0, UDP);
    asks[0].records(zone.slice(0, 1).concat(zone.slice(4)), 5);
    expect(asks).toHaveLength(8);
  });

  it("a target of '.' says that the service is not available: no target, no addresses of the host", () => {
    fresh();
    zone.push(srv("_sip._udp.test", 0, 0, 0, "."));
    zone.push(a("test", "192.0.2.9"));
    expect(located("test", 0, UDP)).toBe("");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(asked()).toBe("SRV _sip._udp.test");
  });
});

describe("addresses of the domain only where there is no SRV at all", () => {
  it("a dangling target gives nothing", () => {
    fresh();
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "dangling.test"));
    zone.push(a("test", "192.0.2.9"));
    expect(located("test", 0, UDP)).toBe("");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(asked()).toBe("SRV _sip._udp.test, A dangling.test");
  });

  it("beside others it leaves a gap", () => {
    fresh();
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "dangling.test"));
    zone.push(srv("_sip._udp.test", 2, 1, 5060, "b.test"));
    zone.push(a("b.test", "192.0.2.2"));
    zone.push(a("test", "192.0.2.9"));
    expect(located("test", 0, UDP)).toBe("udp:192.0.2.2:5060");
  });

  it("a question for SRV that nobody answered is not 'no SRV' (L7)", () => {
    fresh();
    zone.push(a("test", "192.0.2.9"));
    locate("test", 0, UDP);
    silence(20000);
    expect(asked()).toBe("SRV _sip._udp.test, SRV _sip._udp.test, SRV _sip._udp.test");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("nor is one for NAPTR", () => {
    fresh();
    locate("test", 0, NAPTR);
    asks[0].refuse(2, 10);
    expect(asked()).toBe("NAPTR test");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });
});

describe("a locator", () => {
  beforeEach(fresh);

  it("idle ── begin ──▶ pending ── answer ──▶ ready ── end ──▶ idle", () => {
    zone.push(a("pbx.test", "192.0.2.1"));
    expect(locatorState(0)).toBe(LOCATOR_IDLE);
    locate("pbx.test", 5060, UDP);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    expect(nextLocated()).toBe(-1);
    serve(1);
    expect(locatorState(0)).toBe(LOCATOR_READY);
    expect(nextLocated()).toBe(0);
    expect(nextLocated()).toBe(-1);
    endLocating(0);
    expect(locatorState(0)).toBe(LOCATOR_IDLE);
    expect(locatedCount(0)).toBe(0);
    expect(nextLocated()).toBe(-1);
  });

  it("that has ended meanwhile is not named; its query goes on and fills the cache", () => {
    zone.push(a("pbx.test", "192.0.2.1"));
    locate("pbx.test", 5060, UDP);
    endLocating(0);
    serve(1);
    expect(nextLocated()).toBe(-1);
    expect(located("pbx.test", 5060, UDP, 2)).toBe("udp:192.0.2.1:5060");
    expect(asks).toHaveLength(1);
  });

  it("that begins again forgets what it looked for", () => {
    zone.push(a("one.test", "192.0.2.1"));
    zone.push(a("two.test", "192.0.2.2"));
    locate("one.test", 5060, UDP);
    locate("two.test", 5070, TCP, 1);
    expect(located("two.test", 5070, TCP, 1)).toBe("tcp:192.0.2.2:5070");
    expect(ended()).toBe("0");
  });

  it("keeps its list until it ends, whatever DNS says later (F14)", () => {
    zone.push(a("pbx.test", "192.0.2.1", 10));
    located("pbx.test", 5060, UDP);
    zone.pop();
    zone.push(a("pbx.test", "192.0.2.2", 10));
    expect(located("pbx.test", 5060, UDP, 20000, 1)).toBe("udp:192.0.2.2:5060");
    expect(targets(0)).toBe("udp:192.0.2.1:5060");
  });

  it("gives back every name", () => {
    zone.push(naptr("test", 1, 1, "s", "SIP+D2U", "_sip._udp.test", 0));
    zone.push(srv("_sip._udp.test", 1, 1, 5060, "a.test", 0));
    zone.push(a("a.test", "192.0.2.1", 0));
    located("test", 0, NAPTR);
    endLocating(0);
    const used = nameCellsUsed();
    for (let i = 1; i < 500; i++) {
      expect(located("test", 0, NAPTR, i)).toBe("udp:192.0.2.1:5060");
      endLocating(0);
    }
    expect(nameCellsUsed()).toBe(used);
  });

  it("fails at once on what is no name", () => {
    locate("", 5060, UDP);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    locate("a..b", 5060, UDP);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(asks).toHaveLength(0);
    expect(ended()).toBe("0");
  });

  it("with a name too long for SRV names still has addresses", () => {
    const label = "x".repeat(63);
    const host = label + "." + label + "." + label + "." + "x".repeat(61);
    zone.push(a(host, "192.0.2.1"));
    expect(located(host, 0, UDP)).toBe("udp:192.0.2.1:5060");
  });

  it("fails, and says so, when there is no room for names", () => {
    let i = 0;
    while (holdName(viewOf(nameOctets("n" + i.toString()))) >= 0) i++;
    locate("pbx.test", 5060, UDP);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(countFull(POOL_DNS_NAMES)).toBe(1);
  });
});
