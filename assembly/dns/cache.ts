import { Span } from "../bytes/span";
import { POOL_DNS_NAMES } from "../contract/constants";
import { poolFull } from "../contract/queue";
import { MAX_DNS_ANSWERS } from "../limits";
import { NO_NAME, ROOT, dropName, holdName, shareName } from "./names";
import { countRecords, giveRecords } from "./records";

/*
 * What DNS said: an answer for each question (name and type), unchanged until its TTL. Nobody writes here what
 * became of a target: that is the health of targets, another memory.
 *
 * Expired answers stay while there is room, for `last_cache_expired`. Room is made by forgetting what is, or will
 * be, expired first, but never what a lookup under way needs: each time that one begins, the count of lookups
 * grows, and each answer bears the count of its day. So "obtained since that lookup began" compares two numbers,
 * and two lookups in the same millisecond do not take each other's answers for their own.
 */

/** Nothing was said yet, or no server could be asked. */
export const UNKNOWN: u8 = 0;
/** There are records; their chain may be empty where none is of use. */
export const RECORDS: u8 = 1;
/** There are none (RFC 2308): no such name, or no such type. */
export const NO_RECORDS: u8 = 2;
/** The name is an alias of another. */
export const ALIAS: u8 = 3;

@unmanaged
export class Answer {
  /** The question's name, held; ROOT while the entry is free. */
  name: u16;
  /** ALIAS: of which name, held. */
  alias: u16;
  /** RECORDS: the chain. */
  first: u16;
  /** The question's type. */
  type: u8;
  kind: u8;
  /** A query for it is under way. */
  asked: bool;
  /** Must not be forgotten during this piece of work. */
  pinned: bool;
  /** It came unasked, beside another answer. */
  additional: bool;
  /** Count of lookups when it was obtained; 0: not yet. */
  obtained: u32;
  /** Count of lookups when no server answered the question; 0: not since the last answer. */
  failed: u32;
  /** When no server answered. */
  failedAt: i64;
  /** When its TTL has passed. */
  expires: i64;

  /** Forgets what was said, not the question. */
  clear(): void {
    giveRecords(this.first);
    dropName(this.alias);
    this.first = 0;
    this.alias = 0;
    this.kind = UNKNOWN;
    this.additional = false;
    this.expires = 0;
  }

  /** What was said has been written in. */
  settle(kind: u8, expires: i64): void {
    this.kind = kind;
    this.expires = expires;
    this.obtained = cache.lookups;
    this.failed = 0;
  }

  /** No server answered, or the answer found no room. What was known before stays. */
  fail(now: i64): void {
    this.failed = cache.lookups;
    this.failedAt = now;
  }

  get records(): i32 {
    return countRecords(this.first);
  }
}

@unmanaged
class Cache {
  /** Lookups begun so far. */
  lookups: u32;
  /** What was obtained since this lookup began is needed. */
  neededSince: u32;
}

const cache = changetype<Cache>(memory.data(offsetof<Cache>(), 8));
const answers = memory.data(offsetof<Answer>() * MAX_DNS_ANSWERS, 8);

export function resetCache(): void {
  memory.fill(answers, 0, offsetof<Answer>() * MAX_DNS_ANSWERS);
  cache.lookups = 0;
  cache.neededSince = NOTHING_NEEDED;
}

/** No lookup is under way. */
export const NOTHING_NEEDED: u32 = u32.MAX_VALUE;

export function answerAt(index: i32): Answer {
  return changetype<Answer>(answers + index * offsetof<Answer>());
}

export function indexOfAnswer(answer: Answer): i32 {
  return ((changetype<usize>(answer) - answers) / offsetof<Answer>()) as i32;
}

/** A lookup begins: its number, which grows. */
export function countLookup(): u32 {
  return ++cache.lookups;
}

/** What was obtained since lookup `number` must stay; NOTHING_NEEDED where none is under way. */
export function needSince(number: u32): void {
  cache.neededSince = number;
}

/** The entry of a question, `null` where there is none. */
export function findAnswer(name: i32, type: i32): Answer | null {
  for (let i = 0; i < MAX_DNS_ANSWERS; i++) {
    const answer = answerAt(i);
    if (answer.name == (name as u16) && answer.type == (type as u8)) return answer;
  }
  return null;
}

/** Makes an entry for a question that has none, UNKNOWN; `null` where everything in the cache is needed. */
export function addAnswer(name: i32, type: i32): Answer | null {
  let answer = findAnswer(ROOT, 0);
  if (answer == null && forgetOne(false)) answer = findAnswer(ROOT, 0);
  if (answer == null) return null;
  answer.name = shareName(name) as u16;
  answer.type = type as u8;
  return answer;
}

/**
 * Forgets the answer that is, or will be, expired first and that nobody needs; of those with records only, where
 * records are wanted. False where there is none.
 */
export function forgetOne(recordsWanted: bool): bool {
  let victim: Answer | null = null;
  for (let i = 0; i < MAX_DNS_ANSWERS; i++) {
    const answer = answerAt(i);
    if (answer.name == 0 || answer.asked || answer.pinned) continue;
    if (answer.obtained >= cache.neededSince || answer.failed >= cache.neededSince) continue;
    if (recordsWanted && answer.first == 0) continue;
    if (victim == null || answer.expires < victim.expires) victim = answer;
  }
  if (victim == null) return false;
  victim.clear();
  dropName(victim.name);
  memory.fill(changetype<usize>(victim), 0, offsetof<Answer>());
  return true;
}

/** Holds a name, forgetting answers where there is no room for it: NO_NAME, and an event, where that does not help. */
export function keepName(wire: Span): i32 {
  let name = holdName(wire);
  while (name == NO_NAME && forgetOne(false)) name = holdName(wire);
  if (name == NO_NAME) poolFull(POOL_DNS_NAMES, 0);
  return name;
}

/** The piece of work is over. */
export function unpinAnswers(): void {
  for (let i = 0; i < MAX_DNS_ANSWERS; i++) answerAt(i).pinned = false;
}
