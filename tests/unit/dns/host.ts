import { ADDRESS_SIZE, FAMILY_IPV6, parseAddress, writeAddress } from "../../../assembly/bytes/address";
import { Endpoint } from "../../../assembly/bytes/endpoint";
import { handleIndex } from "../../../assembly/bytes/handle";
import { loadU16 } from "../../../assembly/bytes/number";
import { span, spanLength } from "../../../assembly/bytes/span";
import { Writer } from "../../../assembly/bytes/writer";
import {
  ACTION_CLOSE,
  ACTION_EVENT,
  ACTION_OPEN,
  ACTION_SEND,
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_CNAME,
  DNS_TYPE_NAPTR,
  DNS_TYPE_SRV,
  EVENT_DNS_ANSWER,
  EVENT_DROPPED,
  EVENT_POOL_FULL,
  TRANSPORT_UDP,
} from "../../../assembly/contract/constants";
import { resetDrops } from "../../../assembly/contract/drops";
import { resetActions, takeAction } from "../../../assembly/contract/queue";
import { beginLocating, nextLocated } from "../../../assembly/dns/locate";
import { locatorAt } from "../../../assembly/dns/locator";
import { dnsFlowBytes, dnsFlowFailed } from "../../../assembly/dns/queries";
import { dnsDeadline, dnsTimePassed, resetDns } from "../../../assembly/dns/resolver";
import { addDnsServer } from "../../../assembly/dns/servers";
import { configureDns } from "../../../assembly/dns/settings";
import { MAX_FLOWS } from "../../../assembly/limits";
import { SEED_SIZE, seedRandom } from "../../../assembly/time/random";
import {
  FLOW_CLOSED,
  OWNER_DNS,
  flowAt,
  flowHasFailed,
  flowOf,
  resetFlows,
} from "../../../assembly/transport/flows";

import { Message, Record, octetsOf, soa, textView, viewOf } from "./messages";

/*
 * The other side of the room: what the core and a host do, and DNS servers that say what a spec tells them to.
 */

/* What the core asks of the host. */

/** A question that was sent to a server. */
export class Ask {
  answered: bool = false;

  constructor(
    public flow: u32,
    public query: i32,
    public server: string,
    public identifier: i32,
    public name: string,
    public type: i32,
    public at: i64,
  ) {}

  get overTcp(): bool {
    return this.server.startsWith("tcp:");
  }

  message(flags: i32 = 0x8180): Message {
    return new Message(this.identifier, flags).question(this.name, this.type);
  }

  /** Hands bytes in on its flow, if that is still open. */
  receive(octets: Array<u8>, now: i64): void {
    if (flowOf(this.flow) != null) dnsFlowBytes(this.flow, this.query, viewOf(octets), now);
    run(now);
  }

  /** Answers with a message. */
  answer(message: Message, now: i64): void {
    this.answered = true;
    this.receive(this.overTcp ? message.framed : message.octets, now);
  }

  /** Answers with these records. */
  records(records: Array<Record>, now: i64): void {
    this.answer(this.message().records(records), now);
  }

  /** Answers with an RCODE and nothing else. */
  refuse(rcode: i32, now: i64): void {
    this.answer(this.message(0x8180 | rcode), now);
  }

  /** The host says that the flow failed. */
  fail(now: i64): void {
    const flow = flowOf(this.flow);
    if (flow != null) {
      flowHasFailed(flow);
      dnsFlowFailed(this.query, now);
    }
    run(now);
  }
}

/** Every question that was sent, in order. */
export let asks: Array<Ask> = [];
/** Flows that were closed. */
export let closes: i32 = 0;
/** Bodies of the events, without account. */
export let events: Array<Array<u8>> = [];
/** What the servers know. */
export let zone: Array<Record> = [];
/** Records that come along with an answer, in the additional section. */
export let extras: Array<Record> = [];

const opened = new Map<u32, string>();
const seed = memory.data(SEED_SIZE);
const addressBytes = memory.data(ADDRESS_SIZE, 8);
const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const text = memory.data(256, 8);

/** Everything as at the start of the core, with `servers` 192.0.2.53, .54 … */
export function begin(servers: i32): void {
  memory.fill(seed, 7, SEED_SIZE);
  seedRandom(seed);
  resetActions();
  resetDrops();
  resetFlows();
  resetDns();
  configureDns(3000, 2, true, false, 0, TRANSPORT_UDP);
  for (let i = 0; i < servers; i++) addDnsServer(endpointOf("192.0.2." + (53 + i).toString(), 0));
  asks = [];
  events = [];
  zone = [];
  extras = [];
  closes = 0;
  opened.clear();
}

export function endpointOf(ip: string, port: i32): Endpoint {
  const endpoint = changetype<Endpoint>(heap.alloc(offsetof<Endpoint>()));
  const family = parseAddress(textView(ip), addressBytes);
  endpoint.set(0, family, port, addressBytes);
  return endpoint;
}

/** As design.md writes targets. */
export function targetText(endpoint: Endpoint): string {
  writer.begin(text, 256);
  writeAddress(writer, endpoint.family, endpoint.address);
  const address = String.UTF8.decodeUnsafe(text, spanLength(writer.written()));
  const names = ["udp", "tcp", "tls"];
  const host = endpoint.family == FAMILY_IPV6 ? "[" + address + "]" : address;
  return names[endpoint.transport] + ":" + host + ":" + endpoint.port.toString();
}

/** Does what is due, and takes note of what the host is asked to do. */
export function run(now: i64): void {
  drain(now);
  for (let steps = 0; dnsDeadline() <= now; steps++) {
    assert(steps < 2000, "the room comes to rest");
    assert(dnsTimePassed(now), "a deadline is there for something");
    drain(now);
  }
  assert(!dnsTimePassed(now), "nothing is due before its deadline");
}

/** Octets of actions that one piece of work gave at most. */
export let largestPiece: i32 = 0;

function drain(now: i64): void {
  let octets = 0;
  for (let action = takeAction(); action != 0; action = takeAction()) {
    const kind = load<u16>(action);
    const size = load<u16>(action, 2) as i32;
    octets += size;
    const body = action + 4;
    if (kind == ACTION_OPEN) {
      opened.set(load<u32>(body), targetText(changetype<Endpoint>(body + 4)));
    } else if (kind == ACTION_SEND) {
      noteSend(load<u32>(body), body + 4, size - 8, now);
    } else if (kind == ACTION_CLOSE) {
      closes++;
    } else {
      assert(kind == ACTION_EVENT, "an action of the room");
      const event = octetsOf(span(body, size - 4));
      event.splice(1, 1);
      events.push(event);
    }
  }
  largestPiece = max(largestPiece, octets);
}

function noteSend(flow: u32, at: usize, length: i32, now: i64): void {
  const server = opened.get(flow);
  if (server.startsWith("tcp:")) {
    assert(loadU16(at) == length - 2, "the length of a message over TCP");
    at += 2;
  }
  let name = "";
  let next = at + 12;
  for (let left = load<u8>(next++); left > 0; left = load<u8>(next++)) {
    if (name.length > 0) name += ".";
    for (; left > 0; left--) name += String.fromCharCode(load<u8>(next++));
  }
  const query = flowOf(flow)!.ownerIndex;
  assert(flowOf(flow)!.owner == OWNER_DNS, "a flow of DNS");
  assert(handleIndex(flow) >= 0, "a flow");
  asks.push(new Ask(flow, query, server, loadU16(at), name, loadU16(next), now));
}

/** The latest question. */
export function lastAsk(): Ask {
  return asks[asks.length - 1];
}

/** The questions as text, `type name @ server` with the last octets of the server's address. */
export function asked(): string {
  let all = "";
  for (let i = 0; i < asks.length; i++) {
    if (i > 0) all += ", ";
    all += typeText(asks[i].type) + " " + asks[i].name;
  }
  return all;
}

export function typeText(type: i32): string {
  if (type == DNS_TYPE_A) return "A";
  if (type == DNS_TYPE_AAAA) return "AAAA";
  if (type == DNS_TYPE_SRV) return "SRV";
  return type == DNS_TYPE_NAPTR ? "NAPTR" : "?";
}

/** Who was asked when: `server@time`, the last octet of its address, `t` before it for TCP. */
export function askedWhen(): string {
  let all = "";
  for (let i = 0; i < asks.length; i++) {
    const server = asks[i].server;
    const host = server.substring(server.lastIndexOf(".") + 1, server.lastIndexOf(":"));
    all += (i > 0 ? " " : "") + (asks[i].overTcp ? "t" : "") + host + "@" + asks[i].at.toString();
  }
  return all;
}

/** Answers every question from `zone`, as a resolver does: with aliases, SOA and RCODE. */
export function serve(now: i64): void {
  run(now);
  for (let i = 0; i < asks.length; i++) {
    const ask = asks[i];
    if (ask.answered || flowOf(ask.flow) == null) continue;
    ask.answer(zoneAnswer(ask), now);
  }
}

/** What a resolver answers from `zone`. */
export function zoneAnswer(ask: Ask): Message {
  const found: Array<Record> = [];
  let name = ask.name;
  let known = false;
  for (let links = 0; links < 8; links++) {
    let alias = "";
    for (let i = 0; i < zone.length; i++) {
      if (zone[i].name != name) continue;
      known = true;
      if (zone[i].type == ask.type) found.push(zone[i]);
      if (zone[i].type == DNS_TYPE_CNAME) {
        found.push(zone[i]);
        for (let at = 0, left = zone[i].data[0]; left > 0; left = zone[i].data[at]) {
          if (at++ > 0) alias += ".";
          for (; left > 0; left--) alias += String.fromCharCode(zone[i].data[at++]);
        }
      }
    }
    if (alias == "") break;
    name = alias;
    known = false;
  }
  const message = ask.message(known || found.length > 0 ? 0x8180 : 0x8183).records(found);
  if (found.length == 0) message.record(soa("test", 60, 60), 2);
  return message.records(extras, 3);
}

/** The events of a kind. */
export function countEvents(event: i32): i32 {
  let count = 0;
  for (let i = 0; i < events.length; i++) if (events[i][0] == (event as u8)) count++;
  return count;
}

/** Something was dropped for this reason so often. */
export function countDrops(reason: i32): i32 {
  let count = 0;
  for (let i = 0; i < events.length; i++) {
    if (events[i][0] == (EVENT_DROPPED as u8) && events[i][1] == (reason as u8)) count++;
  }
  return count;
}

/** A pool was said to be full so often. */
export function countFull(pool: i32): i32 {
  let count = 0;
  for (let i = 0; i < events.length; i++) {
    if (events[i][0] == (EVENT_POOL_FULL as u8) && events[i][1] == (pool as u8)) count++;
  }
  return count;
}

/** The outcomes of the questions so far, `outcome/records/ttl`. */
export function outcomes(): string {
  let all = "";
  for (let i = 0; i < events.length; i++) {
    const event = events[i];
    if (event[0] != (EVENT_DNS_ANSWER as u8)) continue;
    const at = event.length - 9;
    if (all != "") all += " ";
    all +=
      event[at].toString() + "/" + u32At(event, at + 1).toString() + "/" + u32At(event, at + 5).toString();
  }
  return all;
}

export function u32At(octets: Array<u8>, at: i32): u32 {
  return (
    (octets[at] as u32) |
    ((octets[at + 1] as u32) << 8) |
    ((octets[at + 2] as u32) << 16) |
    ((octets[at + 3] as u32) << 24)
  );
}

/** Flows of DNS that are open. */
export function openFlows(): i32 {
  let count = 0;
  for (let i = 0; i < MAX_FLOWS; i++) if (flowAt(i).state != FLOW_CLOSED) count++;
  return count;
}

/* Locating. */

/** Begins to locate for locator 0 or another one. */
export function locate(host: string, port: i32, transportType: i32, now: i64 = 0, index: i32 = 0): void {
  beginLocating(index, textView(host), port, transportType, now);
  run(now);
}

/** Locates with `zone` answering, and says what came of it. */
export function located(host: string, port: i32, transportType: i32, now: i64 = 0, index: i32 = 0): string {
  locate(host, port, transportType, now, index);
  for (let i = 0; i < 30; i++) serve(now);
  return targets(index);
}

/** LOCATOR_…. */
export function locatorState(index: i32): u8 {
  return locatorAt(index).state;
}

/** Targets that a locator has found. */
export function locatedCount(index: i32): i32 {
  return locatorAt(index).count;
}

/** The targets of a locator. */
export function targets(index: i32 = 0): string {
  let all = "";
  for (let i = 0; i < locatedCount(index); i++) {
    all += (i > 0 ? " " : "") + targetText(locatorAt(index).target(i).endpoint);
  }
  return all;
}

/** When the targets of a locator expire. */
export function expiries(index: i32 = 0): string {
  let all = "";
  for (let i = 0; i < locatedCount(index); i++) {
    const expires = locatorAt(index).target(i).expires;
    all += (i > 0 ? " " : "") + (expires == i64.MAX_VALUE ? "never" : expires.toString());
  }
  return all;
}

/** Locators that have ended, in the order in which they are named. */
export function ended(): string {
  let all = "";
  for (let index = nextLocated(); index >= 0; index = nextLocated()) all += index.toString() + " ";
  return all.trimEnd();
}

/** What the accounts' settings say to every locator: the defaults of parameters.md. */
export function setDefaults(locators: i32): void {
  for (let i = 0; i < locators; i++) {
    const locator = locatorAt(i);
    locator.account = (i + 1) as u8;
    locator.cacheType = 1;
    locator.skipDuplicates = true;
  }
}
