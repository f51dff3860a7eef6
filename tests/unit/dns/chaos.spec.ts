import { parseAddress } from "../../../assembly/bytes/address";
import { TRANSPORT_TCP, TRANSPORT_UDP } from "../../../assembly/contract/constants";
import { ACTION_ROOM } from "../../../assembly/contract/queue";
import { forgetOne } from "../../../assembly/dns/cache";
import { endLocating } from "../../../assembly/dns/locate";
import { LOCATOR_PENDING, LOCATOR_READY, MAX_LOCATORS, locatorAt } from "../../../assembly/dns/locator";
import { dnsDeadline } from "../../../assembly/dns/resolver";
import { configureDns } from "../../../assembly/dns/settings";
import { addStaticAddress } from "../../../assembly/dns/statics";
import { nameCellsUsed } from "../../../assembly/dns/names";
import { takeRecord } from "../../../assembly/dns/records";
import { streamCellsUsed } from "../../../assembly/dns/stream";
import { MAX_DNS_RECORDS, MAX_TARGETS } from "../../../assembly/limits";
import { NEVER } from "../../../assembly/time/clock";
import { flowOf } from "../../../assembly/transport/flows";
import {
  Ask,
  asks,
  begin,
  events,
  largestPiece,
  locate,
  locatedCount,
  locatorState,
  openFlows,
  run,
  setDefaults,
  zone,
  zoneAnswer,
} from "./host";
import { a, cname, naptr, srv, textView } from "./messages";

/*
 * Lookups of every kind against servers that answer, lie, fail and fall silent at random, from fixed seeds.
 */

let state: u32 = 0;
const address = memory.data(16, 8);

function below(bound: i32): i32 {
  state = state * 1664525 + 1013904223;
  return ((state >> 8) % (bound as u32)) as i32;
}

function host(): string {
  return "n" + below(24).toString();
}

function changeZone(): void {
  zone.length = 0;
  for (let i = 0; i < 60; i++) {
    const ttl: u32 = below(6);
    switch (below(6)) {
      case 0:
        zone.push(
          srv("_sip._udp." + host(), below(3), below(4), below(3), below(9) == 0 ? "." : host(), ttl),
        );
        break;
      case 1:
        zone.push(srv("_sips._tcp." + host(), below(3), below(4), 5061, host(), ttl));
        break;
      case 2:
        zone.push(
          naptr(host(), below(3), below(3), below(3) == 0 ? "" : "s", "SIP+D2U", "_sip._udp." + host(), ttl),
        );
        break;
      case 3:
        zone.push(cname(host(), host(), ttl));
        break;
      case 4:
        zone.push(a(host(), "2001:db8::" + below(9).toString(), ttl));
        break;
      default:
        zone.push(a(host(), "192.0.2." + below(9).toString(), ttl));
    }
  }
}

/** A server does something about a question. */
function react(ask: Ask, now: i64): void {
  if (flowOf(ask.flow) == null) return;
  const message = zoneAnswer(ask);
  switch (below(12)) {
    case 0:
      return;
    case 1:
      ask.fail(now);
      return;
    case 2:
      ask.refuse(below(6), now);
      return;
    case 3:
      ask.answer(ask.message(0x8380), now);
      return;
    case 4:
      for (let i = 0; i < 3; i++) {
        const at = below(message.octets.length);
        message.octets[at] = message.octets[at] ^ (1 << (below(8) as u8));
      }
      ask.answer(message, now);
      return;
    case 5:
      if (ask.overTcp) {
        const cut = below(message.framed.length);
        ask.receive(message.framed.slice(0, cut), now);
        if (below(2) == 0) ask.receive(message.framed.slice(cut), now);
        return;
      }
  }
  ask.answer(message, now);
}

function checkLocators(): void {
  for (let i = 0; i < MAX_LOCATORS; i++) {
    const count = locatedCount(i);
    assert(count <= MAX_TARGETS, "a list within its bounds");
    assert((locatorState(i) == LOCATOR_READY) == count > 0, "ready with targets, otherwise without");
    for (let j = 0; j < count; j++) {
      const target = locatorAt(i).target(j).endpoint;
      assert(target.port != 0 && target.exists, "a target that can be reached");
      for (let k = 0; k < j && locatorAt(i).skipDuplicates; k++) {
        assert(!locatorAt(i).target(k).endpoint.sameAddress(target), "each address once");
      }
    }
  }
}

function storm(seed: u32, steps: i32): i32 {
  state = seed;
  begin(1 + below(3));
  setDefaults(MAX_LOCATORS);
  configureDns(
    3000,
    below(3),
    below(4) > 0,
    below(2) == 0,
    below(2) * 4000,
    below(2) == 0 ? TRANSPORT_UDP : TRANSPORT_TCP,
  );
  const family = parseAddress(textView("192.0.2.200"), address);
  for (let i = 0; i < 4; i++) addStaticAddress(below(3), textView(host()), family, address, below(5));
  const atStart = nameCellsUsed();
  for (let i = 0; i < MAX_LOCATORS; i++) {
    const locator = locatorAt(i);
    locator.cacheType = below(3) as u8;
    locator.addressMode = below(3) as u8;
    locator.naptrBuild = below(2) == 0;
    locator.staticFirst = below(4) == 0;
    locator.skipDuplicates = below(3) > 0;
  }
  let now: i64 = 0;
  let ready = 0;
  for (let i = 0; i < steps; i++) {
    if (i % 50 == 0) changeZone();
    events.length = 0;
    const index = below(MAX_LOCATORS);
    if (locatorState(index) == LOCATOR_READY) ready++;
    if (below(8) == 0) endLocating(index);
    else if (locatorState(index) != LOCATOR_PENDING)
      locate(host(), below(3) == 0 ? 5060 : 0, below(4), now, index);
    const left = asks.splice(0);
    for (let j = 0; j < left.length; j++) react(left[j], now);
    checkLocators();
    now += below(400);
    run(now);
  }
  while (dnsDeadline() != NEVER) run(dnsDeadline());
  for (let i = 0; i < MAX_LOCATORS; i++) {
    assert(locatorState(i) != LOCATOR_PENDING, "every lookup ends");
    endLocating(i);
  }
  while (forgetOne(false));
  assert(nameCellsUsed() == atStart, "every name comes back");
  assert(streamCellsUsed() == 0, "every piece of a stream comes back");
  assert(openFlows() == 0, "every flow is closed");
  for (let i = 0; i < MAX_DNS_RECORDS; i++) assert(takeRecord() != 0, "every record comes back");
  assert(takeRecord() == 0, "and none twice");
  return ready;
}

describe("whatever DNS says", () => {
  it("nothing traps, every lookup ends, and everything that was taken comes back", () => {
    let ready = 0;
    for (let seed = 1; seed <= 12; seed++) ready += storm(seed, 400);
    expect(ready).toBeGreaterThan(200);
    expect(largestPiece).toBeLessThan(ACTION_ROOM / 2);
  });
});
