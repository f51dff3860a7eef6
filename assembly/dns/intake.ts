import { spansEqual } from "../bytes/span";
import {
  DNS_OUTCOME_NO_DATA,
  DNS_OUTCOME_NO_SUCH_NAME,
  DNS_OUTCOME_RECORDS,
  DNS_OUTCOME_SERVER_FAILURE,
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_CNAME,
  DNS_TYPE_NAPTR,
  DNS_TYPE_SOA,
  DNS_TYPE_SRV,
  POOL_DNS_RECORDS,
} from "../contract/constants";
import { poolFull } from "../contract/queue";
import { MAX_DNS_SET } from "../limits";
import { NEVER, SECOND } from "../time/clock";
import {
  ALIAS,
  Answer,
  NO_RECORDS,
  RECORDS,
  UNKNOWN,
  addAnswer,
  findAnswer,
  forgetOne,
  keepName,
  unpinAnswers,
} from "./cache";
import { RCODE_NO_SUCH_NAME, message } from "./message";
import { NAPTR_USELESS } from "./naptr";
import { NO_NAME, findName, nameWire } from "./names";
import { DnsRecord, appendRecord, recordAt, takeRecord } from "./records";
import { settings } from "./settings";

/*
 * From the answer that was read into the cache. It has been checked by now, so nothing here meets a malformed
 * record.
 */

/** Links of a chain of aliases that are followed (L9). */
export const MAX_ALIASES = 8;

/** Seconds that a negative answer is kept at most (RFC 2308, 5: one to three hours). */
const MAX_NEGATIVE_TTL: u32 = 10800;

/** What the answer held, for the trace. */
@unmanaged
class Intake {
  records: i32;
  /** Seconds. */
  ttl: u32;
}

const intake = changetype<Intake>(memory.data(offsetof<Intake>(), 8));

/** Records that the answer held for its question. */
export function recordsTaken(): i32 {
  return intake.records;
}

/** Their TTL, or that of the negative answer, in seconds. */
export function ttlTaken(): u32 {
  return intake.ttl;
}

/** Takes the answer in `message` to the question of `asked` into the cache: DNS_OUTCOME_…. */
export function takeAnswer(asked: Answer, additional: bool, now: i64): i32 {
  intake.records = 0;
  intake.ttl = 0;
  const outcome = followAliases(asked, now);
  if (additional && asked.kind == RECORDS) takeAdditional(asked, now);
  unpinAnswers();
  return outcome;
}

/** Walks the chain of aliases within the answer, to the set at its end. */
function followAliases(asked: Answer, now: i64): i32 {
  let answer: Answer | null = asked;
  for (let links = 0; links <= MAX_ALIASES; links++) {
    answer.pinned = true;
    const kind = takeSet(answer, now);
    if (kind == RECORDS) return DNS_OUTCOME_RECORDS;
    if (kind == UNKNOWN) return takeNegative(answer, links, now);
    intake.records++;
    // The lookup that walks the chain asks for what finds no room here.
    answer = answer.alias == 0 ? null : followed(answer);
    if (answer == null) break;
  }
  return DNS_OUTCOME_RECORDS;
}

/** The entry of the name that an alias stands for. */
function followed(answer: Answer): Answer | null {
  const next = findAnswer(answer.alias, answer.type);
  return next != null ? next : addAnswer(answer.alias, answer.type);
}

/** Takes what the answer section says of an entry's question: RECORDS, ALIAS, or UNKNOWN where it says nothing. */
function takeSet(answer: Answer, now: i64): u8 {
  let kind = UNKNOWN;
  const wire = nameWire(answer.name);
  for (let left = message.readAnswers(); left > 0; left--) {
    message.next();
    if (!spansEqual(message.owner, wire)) continue;
    if (message.type == (answer.type as i32)) {
      if (kind != RECORDS) {
        kind = RECORDS;
        beginSet(answer);
        intake.ttl = message.ttl;
      }
      intake.ttl = min(intake.ttl, message.ttl);
      if (!takeRecordOfSet(answer, now)) {
        answer.clear();
        answer.fail(now);
        break;
      }
    } else if (message.type == DNS_TYPE_CNAME && kind == UNKNOWN) {
      kind = ALIAS;
      intake.ttl = message.ttl;
      takeAlias(answer, now);
    }
  }
  if (kind == RECORDS) intake.records = answer.records;
  return kind;
}

function takeAlias(answer: Answer, now: i64): void {
  const alias = keepName(message.target);
  answer.clear();
  if (alias == NO_NAME) {
    answer.fail(now);
    return;
  }
  answer.alias = alias as u16;
  answer.settle(ALIAS, expiry(message.ttl, now));
}

function beginSet(answer: Answer): void {
  answer.clear();
  answer.settle(RECORDS, NEVER);
}

/** Takes the record that was read last into a set; false where there is no room. */
function takeRecordOfSet(answer: Answer, now: i64): bool {
  // Where the TTLs of a set differ, the lowest counts (RFC 2181, 5.2).
  answer.expires = min(answer.expires, expiry(message.ttl, now));
  if (message.type == DNS_TYPE_NAPTR && message.use == NAPTR_USELESS) return true;
  if (answer.records == MAX_DNS_SET) {
    poolFull(POOL_DNS_RECORDS, 0);
    return true;
  }
  let number = takeRecord();
  while (number == 0 && forgetOne(true)) number = takeRecord();
  if (number == 0) {
    poolFull(POOL_DNS_RECORDS, 0);
    return false;
  }
  answer.first = appendRecord(answer.first, number);
  return fill(recordAt(number));
}

/** Writes the record that was read last into `record`. */
function fill(record: DnsRecord): bool {
  switch (message.type) {
    case DNS_TYPE_A:
      memory.copy(record.address, message.data, 4);
      return true;
    case DNS_TYPE_AAAA:
      memory.copy(record.address, message.data, 16);
      return true;
  }
  const name = keepName(message.target);
  if (name == NO_NAME) return false;
  record.name = name as u16;
  record.major = message.major as u16;
  record.minor = message.minor as u16;
  if (message.type == DNS_TYPE_SRV) record.port = message.port as u16;
  else record.setService(message.transport, message.use);
  return true;
}

/** The answer says nothing of the entry's question: it is negative (RFC 2308), or the chain goes on elsewhere. */
function takeNegative(answer: Answer, links: i32, now: i64): i32 {
  let ttl: u32 = 0;
  let hasAuthority = false;
  let isReferral = false;
  for (let left = message.readAuthorities(); left > 0; left--) {
    message.next();
    if (message.isNameServer) isReferral = true;
    if (message.type != DNS_TYPE_SOA) continue;
    hasAuthority = true;
    ttl = min(min(message.ttl, message.minimum), MAX_NEGATIVE_TTL);
  }
  const noSuchName = message.rcode == RCODE_NO_SUCH_NAME;
  if (!hasAuthority && !noSuchName) {
    // An alias of a name that the server does not know by heart: that name is asked for next.
    if (links > 0) return DNS_OUTCOME_RECORDS;
    // It names other servers instead of asking them: no answer to us, who are no resolver.
    if (isReferral) return DNS_OUTCOME_SERVER_FAILURE;
  }
  answer.clear();
  // Without a SOA (RFC 2308, 5) its TTL is 0: it serves those who wait for it, and nobody after them.
  answer.settle(NO_RECORDS, now + (ttl as i64) * SECOND);
  intake.ttl = ttl;
  return noSuchName ? DNS_OUTCOME_NO_SUCH_NAME : DNS_OUTCOME_NO_DATA;
}

/**
 * `dns_cache_type` 2: takes the sets of the additional section that the answer's own records lead to. An answer
 * that was asked for is worth more than one that came along (RFC 2181, 5.4.1), and is left as it is.
 */
function takeAdditional(asked: Answer, now: i64): void {
  for (let left = message.readAdditionals(); left > 0; left--) {
    message.next();
    const name = nextTo(asked, message.type);
    if (name == NO_NAME) continue;
    let answer = findAnswer(name, message.type);
    if (answer == null) answer = addAnswer(name, message.type);
    if (answer == null) return;
    if (!answer.pinned) {
      if (!answer.additional && answer.expires > now) continue;
      beginSet(answer);
      answer.pinned = true;
      answer.additional = true;
    }
    if (answer.additional && !takeRecordOfSet(answer, now)) answer.clear();
  }
}

/** The name of the record that was read last, where a record of `asked` leads to it; NO_NAME otherwise. */
function nextTo(asked: Answer, type: i32): i32 {
  const leadsToSrv = asked.type == (DNS_TYPE_NAPTR as u8);
  const leadsToAddress = asked.type == (DNS_TYPE_SRV as u8);
  if (type == DNS_TYPE_SRV ? !leadsToSrv : !leadsToAddress) return NO_NAME;
  if (type != DNS_TYPE_SRV && type != DNS_TYPE_A && type != DNS_TYPE_AAAA) return NO_NAME;
  const name = findName(message.owner);
  for (let number = asked.first; number != 0; number = recordAt(number).next) {
    if (recordAt(number).name == (name as u16)) return name;
  }
  return NO_NAME;
}

/** When a set with this TTL in seconds expires. */
function expiry(ttl: u32, now: i64): i64 {
  return settings.ttlEnable ? now + (ttl as i64) * SECOND : NEVER;
}
