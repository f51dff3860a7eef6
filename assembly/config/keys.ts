import { writeLiteral } from "../bytes/literal";
import { parseDecimal } from "../bytes/number";
import { Span, find, isDigit, lower, spanBetween, spanEnd, spanStart, spansEqual } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { MAX_ACCOUNTS, MAX_SLOTS, MAX_STATIC_RECORD_NUMBER } from "../limits";
import { INHERITED_KEYS, KEYS, PROXY_KEYS, SCOPES, TABLE, TABLE_SIZE } from "./table";

/*
 * The keys that the core knows, read from the table once: names to keys, keys to names, ranges.
 */

/* What a key's value is: the letter of the table. */
export const KIND_NUMBER = 0x6e;
export const KIND_OVERLAP = 0x6f;
export const KIND_TIMEOUT = 0x66;
export const KIND_MILLISECONDS = 0x6d;
export const KIND_TEXT = 0x74;
export const KIND_HOST = 0x68;
export const KIND_IP = 0x69;

const KIND_FLAG = 0x62;
const KIND_UNBOUNDED = 0x75;

/* Where a key's values are kept: the letter of the table. */
export const OF_PROXY = 0x50;
export const OF_SERVER = 0x53;
export const OF_ACCOUNT = 0x41;
export const OF_PHONE = 0x47;
export const OF_ACCOUNT_RECORD = 0x52;
export const OF_PHONE_RECORD = 0x44;

/* What a name is. */
export const NAME_FOREIGN = 0;
export const NAME_UNKNOWN_ELSEWHERE = 1;
export const NAME_UNKNOWN = 2;
export const NAME_BAD_INDEX = 3;
export const NAME_KNOWN = 4;

/** `1..59 is read as 60`, seconds. */
export const SHORTEST_FAILBACK_TIMEOUT = 60;

const LINE_FEED: u8 = 0x0a;
const BLANK: u8 = 0x20;
const CLOSED: u8 = 0x21;
const NUMBER_LIMIT: i64 = 0x7fffffff;

/** A key: the tail of its name, its range and default. Texts have their length as the maximum. */
@unmanaged
export class Key {
  tail: Span;
  minimum: i32;
  maximum: i32;
  initial: i32;
  kind: i32;
  /** The section of parameters.md. */
  section: u8;
  /** A static record is of no use without it. */
  required: bool;

  get isText(): bool {
    return this.kind == KIND_TEXT || this.kind == KIND_HOST || this.kind == KIND_IP;
  }
}

/** Keys whose names begin alike: those from `first` up to, not including, `end`. */
@unmanaged
class Scope {
  prefix: Span;
  storage: i32;
  first: i32;
  end: i32;
  closed: bool;
}

/** A name taken apart: numbers that it does not have are 0. */
@unmanaged
export class KeyName {
  scope: i32;
  storage: i32;
  key: i32;
  account: i32;
  index: i32;
}

const text = memory.data(TABLE_SIZE);
const keys = memory.data(offsetof<Key>() * KEYS, 8);
const scopes = memory.data(offsetof<Scope>() * SCOPES, 8);

export function keyOf(key: i32): Key {
  return changetype<Key>(keys + key * offsetof<Key>());
}

function scopeOf(scope: i32): Scope {
  return changetype<Scope>(scopes + scope * offsetof<Scope>());
}

/** Reads the table. To be called before anything else here. */
export function readTable(): void {
  const end = text + writeLiteral(TABLE, text);
  let key = 0;
  let scope = 0;
  let group = 0;
  let section: u8 = 0;
  for (let at = text; at < end; at++) {
    const stop = find(at, end, LINE_FEED);
    const first = load<u8>(at);
    if (isDigit(first)) {
      section = first - 0x30;
    } else if (first < 0x61) {
      if (scope > 0 && scopeOf(scope - 1).first < key) group = scope;
      const entry = scopeOf(scope++);
      entry.prefix = spanBetween(at + 2, stop);
      entry.storage = first;
      entry.closed = load<u8>(at, 1) == CLOSED;
      entry.first = key;
      entry.end = key;
    } else {
      readKey(keyOf(key), at, stop, section);
      key++;
      for (let i = group; i < scope; i++) {
        const entry = scopeOf(i);
        if (entry.storage != OF_PROXY || key <= PROXY_KEYS) entry.end = key;
      }
    }
    at = stop;
  }
}

function readKey(entry: Key, at: usize, end: usize, section: u8): void {
  const stop = find(at, end, BLANK);
  entry.tail = spanBetween(at, stop);
  const letter = load<u8>(stop, 1);
  const first = stop + 2;
  const second = min(find(first, end, BLANK) + 1, end);
  const third = min(find(second, end, BLANK) + 1, end);
  const number = numberIn(first, second);
  entry.kind = lower(letter);
  entry.section = section;
  entry.required = letter != entry.kind;
  entry.minimum = number;
  entry.maximum = numberIn(second, third);
  entry.initial = numberIn(third, end);
  switch (entry.kind) {
    case KIND_FLAG:
      entry.kind = KIND_NUMBER;
      entry.minimum = 0;
      entry.maximum = 1;
      entry.initial = number;
      break;
    case KIND_UNBOUNDED:
      entry.kind = KIND_NUMBER;
      entry.initial = entry.maximum;
      entry.maximum = i32.MAX_VALUE;
      break;
    case KIND_OVERLAP:
      entry.minimum = 1;
      entry.maximum = i32.MAX_VALUE;
      entry.initial = -1;
      break;
    case KIND_TIMEOUT:
      entry.minimum = SHORTEST_FAILBACK_TIMEOUT;
      entry.maximum = 0xffff;
      entry.initial = number;
      break;
    case KIND_TEXT:
    case KIND_HOST:
      entry.minimum = 0;
      entry.maximum = number;
  }
}

/** The number between two places of the table, a blank after it or none; 0 where there is nothing. */
function numberIn(start: usize, end: usize): i32 {
  return max(parseDecimal(spanBetween(start, find(start, end, BLANK)), NUMBER_LIMIT), 0) as i32;
}

/** What a name is; `found` says which where it is known or has a number that does not exist. */
export function findKey(name: Span, found: KeyName): i32 {
  let outcome = NAME_FOREIGN;
  for (let i = 0; i < SCOPES; i++) {
    const scope = scopeOf(i);
    const tail = tailIn(scope.prefix, name, found);
    if (tail == 0) continue;
    for (let key = scope.first; key < scope.end; key++) {
      if (!spansEqual(keyOf(key).tail, spanBetween(tail, spanEnd(name)))) continue;
      found.scope = i;
      found.key = key;
      found.storage = scope.storage;
      return indexExists(scope, found) ? NAME_KNOWN : NAME_BAD_INDEX;
    }
    outcome = max(outcome, scope.closed ? NAME_UNKNOWN : NAME_UNKNOWN_ELSEWHERE);
  }
  return outcome;
}

/**
 * Where the tail of a name begins that has the prefix, its numbers put into `found`; 0 where it has not. A prefix in
 * capitals is still the prefix of its family, though no known key follows it: then the name's end.
 */
function tailIn(prefix: Span, name: Span, found: KeyName): usize {
  const end = spanEnd(name);
  let at = spanStart(name);
  let exact = true;
  found.account = 0;
  found.index = 0;
  for (let p = spanStart(prefix); p < spanEnd(prefix); p++) {
    const wanted = load<u8>(p);
    if (isPlaceholder(wanted)) {
      const first = at;
      while (at < end && isDigit(load<u8>(at))) at++;
      if (at == first) return 0;
      // 01 is not 1: the number stays 0, which exists nowhere.
      const padded = load<u8>(first) == 0x30;
      const number = padded ? 0 : (parseDecimal(spanBetween(first, at), 0xffff) as i32);
      if (wanted == 0x58) found.account = number;
      else found.index = number;
    } else {
      if (at == end) return 0;
      const byte = load<u8>(at++);
      if (lower(byte) != wanted) return 0;
      if (byte != wanted) exact = false;
    }
  }
  return exact ? at : end;
}

/** X, Y or N. */
function isPlaceholder(byte: u8): bool {
  return byte >= 0x41 && byte < 0x5b;
}

function indexExists(scope: Scope, name: KeyName): bool {
  const storage = scope.storage;
  const record = storage == OF_ACCOUNT_RECORD || storage == OF_PHONE_RECORD;
  if (storage != OF_PHONE && storage != OF_PHONE_RECORD && !within(name.account, MAX_ACCOUNTS)) return false;
  if (record) return within(name.index, MAX_STATIC_RECORD_NUMBER);
  return (storage != OF_SERVER && storage != OF_PROXY) || within(name.index, MAX_SLOTS);
}

function within(number: i32, highest: i32): bool {
  return number >= 1 && number <= highest;
}

/** The first scope of a storage that has the key. */
export function scopeWith(storage: i32, key: i32): i32 {
  for (let i = 0; i < SCOPES; i++) {
    const scope = scopeOf(i);
    if (scope.storage == storage && key >= scope.first && key < scope.end) return i;
  }
  return -1;
}

/** Writes a key's name; a number that is 0 stays the X, Y or N that stands for it. */
export function writeName(writer: Writer, scope: i32, key: i32, account: i32, index: i32): void {
  const prefix = scopeOf(scope).prefix;
  for (let at = spanStart(prefix); at < spanEnd(prefix); at++) {
    const byte = load<u8>(at);
    const number = isPlaceholder(byte) ? (byte == 0x58 ? account : index) : 0;
    if (number > 0) writer.decimal(number);
    else writer.byte(byte);
  }
  writer.span(keyOf(key).tail);
}

/** -1 takes the server's value. */
export function inherits(storage: i32, key: i32): bool {
  return storage == OF_PROXY && key < INHERITED_KEYS;
}

/** The value where none is set: milliseconds where the kind is; 0 for texts. */
export function initialValue(storage: i32, key: i32): i32 {
  return inherits(storage, key) ? -1 : keyOf(key).initial;
}

/** Writes the numbers that a key may have, which is not one of a text: `0..20`, `-1, 1..`, `0, 60..65535`, `0.5..10`. */
export function writeRange(writer: Writer, storage: i32, key: i32): void {
  const entry = keyOf(key);
  const kind = entry.kind;
  if (kind == KIND_OVERLAP || inherits(storage, key)) writer.text("-1, ");
  if (kind == KIND_TIMEOUT) writer.text("0, ");
  writeValue(writer, kind, entry.minimum);
  writer.text("..");
  if (entry.maximum != i32.MAX_VALUE) writeValue(writer, kind, entry.maximum);
}

/** Writes a number as a file has it: milliseconds as seconds. */
function writeValue(writer: Writer, kind: i32, value: i32): void {
  if (value < 0) {
    writer.byte(0x2d);
    value = -value;
  }
  if (kind != KIND_MILLISECONDS) {
    writer.decimal(value);
    return;
  }
  writer.decimal(value / 1000);
  let rest = value % 1000;
  if (rest == 0) return;
  writer.byte(0x2e);
  for (let unit = 100; rest > 0; unit /= 10) {
    writer.decimal(rest / unit);
    rest %= unit;
  }
}

/* The list of all names, for hosts that print it or look for the nearest one. */

/** How many names there are, X, Y and N not counted out. */
export function keyCount(): i32 {
  let count = 0;
  for (let i = 0; i < SCOPES; i++) count += scopeOf(i).end - scopeOf(i).first;
  return count;
}

/** The name with this index, 0 up to `keyCount()`; false where there is none. */
export function keyAt(index: i32, found: KeyName): bool {
  for (let i = 0; i < SCOPES && index >= 0; i++) {
    const scope = scopeOf(i);
    const length = scope.end - scope.first;
    if (index < length) {
      found.scope = i;
      found.storage = scope.storage;
      found.key = scope.first + index;
      found.account = 0;
      found.index = 0;
      return true;
    }
    index -= length;
  }
  return false;
}

/** Writes a name's default as a file has it; nothing for a text. */
export function writeInitial(writer: Writer, storage: i32, key: i32): void {
  if (!keyOf(key).isText) writeValue(writer, keyOf(key).kind, initialValue(storage, key));
}
