import {
  DNS_TYPE_A,
  DROP_DNS_IDENTIFIER,
  DROP_DNS_MALFORMED,
  TRANSPORT_TCP,
} from "../../../assembly/contract/constants";
import { LOCATOR_FAILED, LOCATOR_PENDING } from "../../../assembly/dns/locator";
import { dnsDeadline } from "../../../assembly/dns/resolver";
import { configureDns } from "../../../assembly/dns/settings";
import { streamCellsUsed } from "../../../assembly/dns/stream";
import {
  askedWhen,
  asks,
  begin,
  countDrops,
  locate,
  locatorState,
  openFlows,
  outcomes,
  run,
  setDefaults,
  targets,
} from "./host";
import { Message, a } from "./messages";

/** Locates pbx.test with a port, which is one question. */
function askPbx(now: i64 = 0): void {
  locate("pbx.test", 5060, 0, now);
}

/** Lets time pass from deadline to deadline until nothing is due before `end`. */
function pass(end: i64): void {
  while (dnsDeadline() <= end) run(dnsDeadline());
}

describe("a truncated answer", () => {
  beforeEach(() => {
    begin(2);
    setDefaults(1);
    askPbx();
    asks[0].answer(asks[0].message(0x8380), 10);
  });

  it("is asked again over TCP, of the same server, by a fresh identifier", () => {
    expect(askedWhen()).toBe("53@0 t53@10");
    expect(asks[1].server).toBe("tcp:192.0.2.53:53");
    expect(asks[1].identifier).not.toBe(asks[0].identifier);
    asks[1].records([a("pbx.test", "192.0.2.1")], 50);
    expect(targets()).toBe("udp:192.0.2.1:5060");
    expect(openFlows()).toBe(0);
  });

  it("goes to the next server, over UDP, when TCP fails", () => {
    asks[1].fail(20);
    expect(askedWhen()).toBe("53@0 t53@10 54@20");
    expect(outcomes()).toBe("6/0/0");
  });

  it("goes to the next server when TCP stays silent", () => {
    pass(3010);
    expect(askedWhen()).toBe("53@0 t53@10 54@3010");
  });

  it("is malformed when it is truncated over TCP, too", () => {
    asks[1].answer(asks[1].message(0x8380), 20);
    expect(askedWhen()).toBe("53@0 t53@10 54@20");
    expect(outcomes()).toBe("7/0/0");
  });

  it("does not count what it held", () => {
    begin(1);
    setDefaults(1);
    askPbx();
    asks[0].answer(asks[0].message(0x8380).record(a("pbx.test", "192.0.2.66")), 10);
    pass(100000);
    expect(targets()).toBe("");
  });
});

describe("over TCP", () => {
  beforeEach(() => {
    begin(2);
    setDefaults(20);
    configureDns(3000, 2, true, false, 0, TRANSPORT_TCP);
  });

  it("queries go from the start where sip.dns_transport_type says so", () => {
    askPbx();
    asks[0].records([a("pbx.test", "192.0.2.1")], 10);
    expect(askedWhen()).toBe("t53@0");
    expect(targets()).toBe("udp:192.0.2.1:5060");
  });

  it("an answer may come an octet at a time", () => {
    askPbx();
    const octets = asks[0].message().record(a("pbx.test", "192.0.2.1")).framed;
    for (let i = 0; i < octets.length; i++) {
      expect(locatorState(0)).toBe(LOCATOR_PENDING);
      asks[0].receive([octets[i]], i);
    }
    expect(targets()).toBe("udp:192.0.2.1:5060");
    expect(streamCellsUsed()).toBe(0);
  });

  it("an answer may come in two pieces, cut anywhere", () => {
    for (let cut = 1; cut < 40; cut++) {
      begin(1);
      setDefaults(1);
      configureDns(3000, 2, true, false, 0, TRANSPORT_TCP);
      askPbx();
      const octets = asks[0].message().record(a("pbx.test", "192.0.2.1")).framed;
      asks[0].receive(octets.slice(0, cut), 1);
      asks[0].receive(octets.slice(cut), 2);
      expect(targets()).toBe("udp:192.0.2.1:5060");
      expect(streamCellsUsed()).toBe(0);
    }
  });

  it("answers of several queries come in pieces, by turns", () => {
    for (let i = 0; i < 8; i++) locate("n" + i.toString() + ".test", 5060, 0, 0, i);
    expect(asks).toHaveLength(8);
    for (let at = 0; at < 100; at += 7) {
      for (let i = 0; i < 8; i++) {
        const octets = asks[i].message().record(a(asks[i].name, "192.0.2." + (i + 1).toString())).framed;
        if (at < octets.length) asks[i].receive(octets.slice(at, at + 7), 1);
      }
    }
    for (let i = 0; i < 8; i++) expect(targets(i)).toBe("udp:192.0.2." + (i + 1).toString() + ":5060");
    expect(streamCellsUsed()).toBe(0);
  });

  it("a connection that closes within an answer: the next server is asked", () => {
    askPbx();
    asks[0].receive(asks[0].message().record(a("pbx.test", "192.0.2.1")).framed.slice(0, 30), 1);
    expect(streamCellsUsed()).toBeGreaterThan(0);
    asks[0].fail(2);
    expect(askedWhen()).toBe("t53@0 t54@2");
    expect(streamCellsUsed()).toBe(0);
  });

  it("a length that announces too much: the next server is asked", () => {
    askPbx();
    asks[0].receive([0x10, 0x01, 0], 1);
    expect(askedWhen()).toBe("t53@0 t54@1");
    expect(outcomes()).toBe("7/0/0");
  });

  it("a message that does not answer, or an empty one, ends with that server", () => {
    askPbx();
    const wrong = new Message(asks[0].identifier ^ 1).question("pbx.test", DNS_TYPE_A);
    asks[0].receive(wrong.framed, 1);
    expect(countDrops(DROP_DNS_IDENTIFIER)).toBe(1);
    asks[1].receive([0, 0], 2);
    expect(countDrops(DROP_DNS_MALFORMED)).toBe(1);
    expect(askedWhen()).toBe("t53@0 t54@1");
    expect(locatorState(0)).toBe(LOCATOR_FAILED);
  });

  it("a peer that announces much and sends little uses up its own query only", () => {
    for (let i = 0; i < 16; i++) locate("n" + i.toString() + ".test", 5060, 0, 0, i);
    for (let i = 0; i < 16; i++) asks[i].receive([0x0f, 0xff, 0], 1);
    for (let i = 0; i < 16; i++) expect(locatorState(i)).toBe(LOCATOR_PENDING);
    expect(asks.length).toBeGreaterThan(16);
    for (let i = 16; i < asks.length; i++) asks[i].records([a(asks[i].name, "192.0.2.1")], 2);
    expect(targets(15)).toBe("udp:192.0.2.1:5060");
  });
});
