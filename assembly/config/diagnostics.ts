import { Span, spanEnd, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import {
  EVENT_CONFIG,
  LEVEL_ERROR,
  LEVEL_NOTE,
  LEVEL_WARNING,
  DIAGNOSTIC_UNKNOWN_KEY,
  DIAGNOSTIC_UNKNOWN_KEY_ELSEWHERE,
} from "../contract/constants";
import { actionsFree, beginEvent, endAction, putByte, putText, putWord } from "../contract/queue";

/*
 * How a diagnostic is told: an event with its code, the key, a detail and the place. Its sentence is the
 * host's (host/abi/diagnostics.ts). The detail has up to two parts, a line feed between them: what the
 * sentence calls {value} and {detail}.
 */

/** Octets of the key and of the detail that are told; longer ones are cut off. */
const TEXT_SIZE = 128;
/** Octets of a value that are told. */
const VALUE_SIZE = 64;
/** An event without its texts, and more: header, event, account, level, code, two lengths, three words. */
const FIXED_SIZE = 32;

const LINE_FEED: u8 = 0x0a;

@unmanaged
class Pending {
  code: i32;
  account: i32;
  errors: i32;
  parts: i32;
}

const pending = changetype<Pending>(memory.data(offsetof<Pending>()));
const key = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const detail = changetype<Writer>(memory.data(offsetof<Writer>(), 8));
const keyBlock = memory.data(TEXT_SIZE);
const detailBlock = memory.data(TEXT_SIZE);

export function resetDiagnostics(): void {
  pending.errors = 0;
}

/** Errors told since the reset. */
export function diagnosedErrors(): i32 {
  return pending.errors;
}

/** How many diagnostics the queue has room for. */
export function diagnosticsRoom(): i32 {
  return actionsFree() / (TEXT_SIZE + TEXT_SIZE + FIXED_SIZE);
}

/** Begins a diagnostic; the key's name is to be written to the writer. Account 0: the phone. */
export function beginDiagnostic(code: i32, account: i32): Writer {
  pending.code = code;
  pending.account = account;
  pending.parts = 0;
  detail.begin(detailBlock, TEXT_SIZE);
  return key.begin(keyBlock, TEXT_SIZE);
}

/** Begins the next part of the detail, to be written to the writer. */
export function detailPart(): Writer {
  if (pending.parts++ > 0) detail.byte(LINE_FEED);
  return detail;
}

/** A part of the detail that is a file's own words. */
export function quotePart(view: Span): void {
  writePrintable(detailPart(), view, VALUE_SIZE);
}

/** Writes a name of a file as it is, as far as there is room. */
export function quoteName(writer: Writer, name: Span): void {
  writePrintable(writer, name, TEXT_SIZE);
}

/** What is not printable ASCII becomes `?`, what is longer than `limit` ends in dots. */
function writePrintable(writer: Writer, view: Span, limit: i32): void {
  const cut = spanLength(view) > limit;
  const end = cut ? spanStart(view) + limit - 3 : spanEnd(view);
  for (let at = spanStart(view); at < end; at++) {
    const byte = load<u8>(at);
    writer.byte(byte >= 0x20 && byte < 0x7f ? byte : 0x3f);
  }
  if (cut) writer.text("...");
}

/** Tells the diagnostic that was begun. `file` counts from 0, `line` and `column` from 1. */
export function endDiagnostic(file: i32, line: i32, column: i32): void {
  const code = pending.code;
  const level =
    code < DIAGNOSTIC_UNKNOWN_KEY
      ? LEVEL_ERROR
      : code < DIAGNOSTIC_UNKNOWN_KEY_ELSEWHERE
        ? LEVEL_WARNING
        : LEVEL_NOTE;
  if (level == LEVEL_ERROR) pending.errors++;
  beginEvent(EVENT_CONFIG, pending.account);
  putByte(level);
  putByte(code);
  putText(key.written());
  putText(detail.written());
  putWord(file);
  putWord(line);
  putWord(column);
  endAction();
}
