import {
  DNS_TYPE_A,
  DROP_DNS_IDENTIFIER,
  DROP_DNS_MALFORMED,
  DROP_DNS_QUESTION,
  EVENT_DNS_QUERY,
  EVENT_DROPPED,
  POOL_DNS_QUERIES,
  POOL_FLOWS,
  TRANSPORT_UDP,
} from "../../../assembly/contract/constants";
import { LOCATOR_FAILED, LOCATOR_PENDING, LOCATOR_READY } from "../../../assembly/dns/locator";
import { dnsFlowBytes } from "../../../assembly/dns/queries";
import { dnsDeadline } from "../../../assembly/dns/resolver";
import { addDnsServer, dnsServers } from "../../../assembly/dns/servers";
import { configureDns } from "../../../assembly/dns/settings";
import { ACTION_ROOM } from "../../../assembly/contract/queue";
import { MAX_DNS_QUERIES, MAX_DNS_SERVERS, MAX_FLOWS } from "../../../assembly/limits";
import { NEVER } from "../../../assembly/time/clock";
import { OWNER_SIP, openFlow } from "../../../assembly/transport/flows";
import { NO_SPAN } from "../../../assembly/bytes/span";
import {
  asked,
  askedWhen,
  asks,
  begin,
  closes,
  countDrops,
  countEvents,
  countFull,
  ended,
  endpointOf,
  events,
  largestPiece,
  lastAsk,
  locate,
  locatorState,
  openFlows,
  outcomes,
  run,
  serve,
  setDefaults,
  targets,
  u32At,
  zone,
} from "./host";
import { Message, a, cname, nameOctets, nameServer, soa } from "./messages";

/** Locates pbx.test with a port, which is one question. */
function askPbx(now: i64 = 0): void {
  locate("pbx.test", 5060, 0, now);
}

/** Lets time pass from deadline to deadline until nothing is due before `end`. */
function pass(end: i64): void {
  while (dnsDeadline() <= end) run(dnsDeadline());
}

describe("a query", () => {
  beforeEach(() => {
    begin(1);
    setDefaults(32);
  });

  it("goes to the server's port 53 over UDP and is named in an event", () => {
    askPbx();
    expect(asked()).toBe("A pbx.test");
    expect(asks[0].server).toBe("udp:192.0.2.53:53");
    expect(countEvents(EVENT_DNS_QUERY)).toBe(1);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    expect(dnsDeadline()).toBe(3000);
  });

  it("draws a fresh identifier and a fresh flow each time it is asked, and closes the old one (L9)", () => {
    askPbx();
    pass(8000);
    expect(askedWhen()).toBe("53@0 53@3000 53@6000");
    expect(asks[1].identifier).not.toBe(asks[0].identifier);
    expect(asks[2].identifier).not.toBe(asks[1].identifier);
    expect(asks[1].flow).not.toBe(asks[0].flow);
    expect(asks[2].flow).not.toBe(asks[1].flow);
    expect(closes).toBe(2);
    expect(openFlows()).toBe(1);
  });

  it("closes its flow when it is answered", () => {
    askPbx();
    asks[0].records([a("pbx.test", "192.0.2.1")], 20);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    expect(outcomes()).toBe("0/1/300");
    expect(openFlows()).toBe(0);
    expect(dnsDeadline()).toBe(NEVER);
    expect(ended()).toBe("0");
  });

  it("draws identifiers from all of 16 bits", () => {
    let seen: u32 = 0;
    for (let i = 0; i < 200; i++) {
      locate("n" + i.toString() + ".test", 5060, 0, i);
      seen |= lastAsk().identifier as u32;
      lastAsk().refuse(5, i);
    }
    expect(seen).toBe(0xffff);
  });

  it("is not answered by a late datagram to an earlier ask", () => {
    askPbx();
    const early = asks[0];
    pass(3000);
    early.records([a("pbx.test", "192.0.2.66")], 3001);
    dnsFlowBytes(asks[1].flow, asks[1].query, early.message().record(a("pbx.test", "192.0.2.66")).view, 3002);
    run(3002);
    expect(countDrops(DROP_DNS_IDENTIFIER)).toBe(1);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    asks[1].records([a("pbx.test", "192.0.2.1")], 3003);
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });

  it("is one, however many lookups ask the question", () => {
    askPbx();
    locate("PBX.test.", 5070, 1, 5, 1);
    expect(asks).toHaveLength(1);
    asks[0].records([a("pbx.test", "192.0.2.1")], 20);
    expect(targets(0)).toBe("udp:192.0.2.1:5060");
    expect(targets(1)).toBe("tcp:192.0.2.1:5070");
    expect(ended()).toBe("0 1");
  });
});

describe("a silent server", () => {
  it("is asked 1 + retry_times times, query_timeout apart, and then the lookup has failed (L7)", () => {
    begin(1);
    setDefaults(1);
    askPbx();
    pass(8999);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    expect(dnsDeadline()).toBe(9000);
    pass(9000);
    expect(askedWhen()).toBe("53@0 53@3000 53@6000");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(outcomes()).toBe("5/0/0 5/0/0 5/0/0");
    expect(openFlows()).toBe(0);
    expect(dnsDeadline()).toBe(NEVER);
  });

  it("takes turns with the others", () => {
    begin(2);
    setDefaults(1);
    askPbx();
    pass(60000);
    expect(askedWhen()).toBe("53@0 54@3000 53@6000 54@9000 53@12000 54@15000");
    expect(outcomes()).toBe("5/0/0 5/0/0 5/0/0 5/0/0 5/0/0 5/0/0");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("is asked once without retry_times, and has a second where query_timeout is 0", () => {
    begin(1);
    setDefaults(1);
    configureDns(0, 0, true, false, 0, TRANSPORT_UDP);
    askPbx();
    pass(999);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    pass(1000);
    expect(askedWhen()).toBe("53@0");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("is behind the others for the questions that follow", () => {
    begin(3);
    setDefaults(3);
    askPbx();
    pass(3000);
    lastAsk().records([a("pbx.test", "192.0.2.1")], 3100);
    locate("two.test", 5060, 0, 4000, 1);
    expect(askedWhen()).toBe("53@0 54@3000 54@4000");
    pass(7000);
    pass(10000);
    expect(askedWhen()).toBe("53@0 54@3000 54@4000 55@7000 53@10000");
  });

  it("that was given up for one question is not asked first for another that is asked meanwhile", () => {
    begin(2);
    setDefaults(2);
    askPbx();
    pass(3000);
    locate("two.test", 5060, 0, 3500, 1);
    expect(askedWhen()).toBe("53@0 54@3000 54@3500");
  });

  it("is first again when it answers after all", () => {
    begin(2);
    setDefaults(3);
    askPbx();
    locate("two.test", 5060, 0, 1000, 1);
    pass(3000);
    asks[1].records([a("two.test", "192.0.2.1")], 3500);
    locate("three.test", 5060, 0, 3600, 2);
    expect(askedWhen()).toBe("53@0 53@1000 54@3000 53@3600");
  });

  it("has its attempts counted in the event", () => {
    begin(1);
    setDefaults(1);
    askPbx();
    pass(6000);
    let attempts = "";
    for (let i = 0; i < events.length; i++) {
      if (events[i][0] == (EVENT_DNS_QUERY as u8))
        attempts += u32At(events[i], events[i].length - 4).toString();
    }
    expect(attempts).toBe("123");
  });
});

describe("a server that says no", () => {
  beforeEach(() => {
    begin(2);
    setDefaults(2);
  });

  it("REFUSED, SERVFAIL, FORMERR, NOTIMP: the next server is asked at once", () => {
    const rcodes = [5, 2, 1, 4];
    for (let i = 0; i < rcodes.length; i++) {
      begin(2);
      setDefaults(1);
      askPbx();
      asks[0].refuse(rcodes[i], 30);
      expect(askedWhen()).toBe("53@0 54@30");
      asks[1].records([a("pbx.test", "192.0.2.1")], 60);
      expect(targets()).toBe("udp:192.0.2.1:5060");
      expect(outcomes()).toBe(rcodes[i] == 5 ? "3/0/0 0/1/300" : "4/0/0 0/1/300");
    }
  });

  it("without repeating the question: the next server is asked", () => {
    askPbx();
    asks[0].answer(new Message(asks[0].identifier, 0x8181), 30);
    expect(askedWhen()).toBe("53@0 54@30");
  });

  it("by ICMP: the next server is asked at once", () => {
    askPbx();
    asks[0].fail(1);
    expect(askedWhen()).toBe("53@0 54@1");
    expect(outcomes()).toBe("6/0/0");
  });

  it("by a referral instead of an answer: the next server is asked", () => {
    askPbx();
    asks[0].answer(asks[0].message(0x8100).record(nameServer("test", "ns.test"), 2), 10);
    expect(askedWhen()).toBe("53@0 54@10");
    expect(outcomes()).toBe("4/0/0");
  });

  it("is asked no more by this question, the silent one is", () => {
    askPbx();
    asks[0].refuse(5, 10);
    pass(60000);
    expect(askedWhen()).toBe("53@0 54@10 54@3010 54@6010");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("like all the others: the lookup has failed at once", () => {
    askPbx();
    asks[0].refuse(2, 10);
    asks[1].refuse(5, 20);
    expect(asks).toHaveLength(2);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(dnsDeadline()).toBe(NEVER);
  });

  it("no such name, no data: is an answer", () => {
    askPbx();
    asks[0].answer(asks[0].message(0x8183).record(soa("test", 60, 60), 2), 10);
    expect(asks).toHaveLength(1);
    expect(outcomes()).toBe("2/0/60");
    locate("two.test", 5060, 0, 20, 1);
    asks[1].answer(asks[1].message().record(soa("test", 60, 60), 2), 30);
    expect(asks).toHaveLength(2);
    expect(outcomes()).toBe("2/0/60 1/0/60");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
    expect(locatorState(1)).toBe(LOCATOR_FAILED);
  });
});

describe("what arrives and does not answer", () => {
  beforeEach(() => {
    begin(1);
    setDefaults(2);
    askPbx();
  });

  afterEach(() => {
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    asks[0].records([a("pbx.test", "192.0.2.1")], 500);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    expect(asks).toHaveLength(1);
  });

  it("another identifier is dropped, and the query waits on", () => {
    const wrong = new Message(asks[0].identifier ^ 1, 0x8180).question("pbx.test", DNS_TYPE_A);
    asks[0].receive(wrong.record(a("pbx.test", "192.0.2.66")).octets, 10);
    expect(countDrops(DROP_DNS_IDENTIFIER)).toBe(1);
  });

  it("another question is dropped", () => {
    const wrong = new Message(asks[0].identifier, 0x8180).question("pbx.evil", DNS_TYPE_A);
    asks[0].receive(wrong.record(a("pbx.test", "192.0.2.66")).octets, 10);
    expect(countDrops(DROP_DNS_QUESTION)).toBe(1);
  });

  it("what is no answer at all is dropped", () => {
    asks[0].receive([], 10);
    asks[0].receive([1, 2, 3], 10);
    asks[0].receive(asks[0].message(0x0100).octets, 10);
    asks[0].receive(asks[0].message().octets.slice(0, 20), 10);
    expect(countDrops(DROP_DNS_MALFORMED)).toBe(4);
  });

  it("another's flow is left alone", () => {
    const bytes = asks[0].message().record(a("pbx.test", "192.0.2.66")).view;
    dnsFlowBytes(asks[0].flow + 512, asks[0].query, bytes, 10);
    run(10);
    expect(countEvents(EVENT_DROPPED)).toBe(0);
  });
});

describe("an answer that is malformed behind its question", () => {
  it("is dropped, and the next server is asked", () => {
    begin(2);
    setDefaults(1);
    askPbx();
    asks[0].answer(asks[0].message().count(1, 3), 10);
    expect(countDrops(DROP_DNS_MALFORMED)).toBe(1);
    expect(askedWhen()).toBe("53@0 54@10");
    expect(outcomes()).toBe("7/0/0");
  });

  it("in a record that nobody wants: likewise", () => {
    begin(2);
    setDefaults(1);
    askPbx();
    const message = asks[0].message().record(a("pbx.test", "192.0.2.66"));
    asks[0].answer(message.recordOf(nameOctets("x"), DNS_TYPE_A, 1, [1, 2, 3], 3), 10);
    expect(askedWhen()).toBe("53@0 54@10");
    expect(targets()).toBe("");
  });

  it("with flipped bits, never traps, and the room comes to rest", () => {
    begin(2);
    setDefaults(1);
    let state: u32 = 99;
    let ready = 0;
    for (let round = 0; round < 1000; round++) {
      const now: i64 = round * 1000000;
      events.length = 0;
      asks.length = 0;
      locate("pbx.test", 5060, 0, now);
      while (asks.length > 0 && locatorState(0) == LOCATOR_PENDING) {
        const ask = asks.shift();
        const octets = ask
          .message()
          .record(cname(ask.name, "x." + ask.name, 5))
          .record(a("x." + ask.name, "192.0.2.1", 5))
          .record(soa("test", 1, 1), 2).octets;
        for (let flips = 0; flips < 4; flips++) {
          state = state * 1664525 + 1013904223;
          const at = 12 + ((state >> 8) % ((octets.length - 12) as u32));
          octets[at] = octets[at] ^ (1 << ((state >> 3) as u8 & 7));
        }
        ask.receive(octets, now + 1);
        run(now + 1);
      }
      pass(now + 500000);
      expect(locatorState(0)).not.toBe(LOCATOR_PENDING);
      if (locatorState(0) == LOCATOR_READY) ready++;
    }
    expect(openFlows()).toBe(0);
    expect(ready).toBeGreaterThan(20);
    expect(ready).toBeLessThan(980);
  });
});

describe("the pool of queries", () => {
  it("full: the questions that are left over wait, and are asked when one ends", () => {
    begin(1);
    setDefaults(32);
    for (let i = 0; i < 32; i++) zone.push(a("n" + i.toString() + ".test", "192.0.2." + (i + 1).toString()));
    for (let i = 0; i < 32; i++) locate("n" + i.toString() + ".test", 5060, 0, 0, i);
    expect(asks).toHaveLength(MAX_DNS_QUERIES);
    expect(countFull(POOL_DNS_QUERIES)).toBe(1, "said once");
    for (let i = 0; i < 10; i++) serve(1);
    expect(asks).toHaveLength(32);
    expect(countFull(POOL_DNS_QUERIES)).toBe(1, "still said once");
    for (let i = 0; i < 32; i++) expect(targets(i)).toBe("udp:192.0.2." + (i + 1).toString() + ":5060");
    expect(openFlows()).toBe(0);
    for (let i = 0; i < 32; i++) locate("m" + i.toString() + ".test", 5060, 0, 2, i);
    expect(countFull(POOL_DNS_QUERIES)).toBe(2, "once more when it is full again");
  });

  it("full of the longest names: no piece of work gives more than the actions have room for", () => {
    begin(2);
    setDefaults(32);
    const label = "x".repeat(63);
    const domain = "." + label + "." + label + "." + label;
    for (let i = 0; i < 32; i++) locate("a".repeat(48) + (10 + i).toString() + domain, 0, 3, 0, i);
    pass(100000);
    expect(asks).toHaveLength(32 * 6);
    for (let i = 0; i < 32; i++) expect(locatorState(i)).toBe(LOCATOR_FAILED);
    expect(largestPiece).toBeGreaterThan(500);
    expect(largestPiece).toBeLessThan(ACTION_ROOM / 4);
  });
});

describe("the pool of flows", () => {
  it("full: the ask counts as lost, and the question is asked again", () => {
    begin(1);
    for (let i = 0; i < MAX_FLOWS; i++) openFlow(OWNER_SIP, 0, endpointOf("192.0.2.1", 5060), 0, NO_SPAN);
    expect(openFlows()).toBe(MAX_FLOWS);
    setDefaults(1);
    askPbx();
    expect(asks).toHaveLength(0);
    expect(countFull(POOL_FLOWS)).toBe(1);
    expect(locatorState(0)).toBe(LOCATOR_PENDING);
    pass(9000);
    expect(countFull(POOL_FLOWS)).toBe(3);
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });
});

describe("the servers", () => {
  it("are a few, each once, on port 53 unless said", () => {
    begin(0);
    for (let i = 0; i < 2; i++) expect(addDnsServer(endpointOf("192.0.2.1", 0))).toBe(true);
    expect(addDnsServer(endpointOf("192.0.2.1", 53))).toBe(true);
    expect(dnsServers()).toBe(1);
    expect(addDnsServer(endpointOf("192.0.2.1", 5353))).toBe(true);
    expect(addDnsServer(endpointOf("2001:db8::53", 0))).toBe(true);
    for (let i = dnsServers(); i < MAX_DNS_SERVERS; i++)
      expect(addDnsServer(endpointOf("192.0.2.9", i))).toBe(true);
    expect(addDnsServer(endpointOf("192.0.2.99", 53))).toBe(false);
    expect(dnsServers()).toBe(MAX_DNS_SERVERS);
  });

  it("may be asked over IPv6", () => {
    begin(0);
    setDefaults(1);
    addDnsServer(endpointOf("2001:db8::53", 5353));
    askPbx();
    expect(asks[0].server).toBe("udp:[2001:db8::53]:5353");
  });
});

describe("two runs with the same seed", () => {
  it("ask the same", () => {
    let runs = "";
    for (let i = 0; i < 2; i++) {
      begin(2);
      setDefaults(1);
      askPbx();
      pass(60000);
      let identifiers = "";
      for (let j = 0; j < asks.length; j++) identifiers += asks[j].identifier.toString() + " ";
      if (i == 0) runs = identifiers;
      else expect(identifiers).toBe(runs);
    }
  });
});
