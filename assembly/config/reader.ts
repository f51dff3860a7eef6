import { isLiteral, startsWithLiteral } from "../bytes/literal";
import { Span, find, isBlank, span, spanBetween, spanEnd, spanLength, spanStart, trim } from "../bytes/span";
import {
  DIAGNOSTIC_BAD_ADDRESS,
  DIAGNOSTIC_BAD_IP_ADDRESS,
  DIAGNOSTIC_BLANK_DUPLICATE,
  DIAGNOSTIC_BLANK_IN_LATER_FILE,
  DIAGNOSTIC_BYTE_ORDER_MARK,
  DIAGNOSTIC_DUPLICATE_KEY,
  DIAGNOSTIC_EMPTY_NUMBER,
  DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED,
  DIAGNOSTIC_INCLUDE_IN_CONFIG,
  DIAGNOSTIC_INDEX_OUT_OF_RANGE,
  DIAGNOSTIC_LINE_TOO_LONG,
  DIAGNOSTIC_MISSING_HEADER,
  DIAGNOSTIC_NOT_A_LINE,
  DIAGNOSTIC_NOT_A_NUMBER,
  DIAGNOSTIC_OUT_OF_RANGE,
  DIAGNOSTIC_RECORDS_FULL,
  DIAGNOSTIC_TEXTS_FULL,
  DIAGNOSTIC_TEXT_TOO_LONG,
  DIAGNOSTIC_UNKNOWN_KEY,
  DIAGNOSTIC_UNKNOWN_KEY_ELSEWHERE,
} from "../contract/constants";
import { MAX_CONFIG_LINE } from "../limits";
import {
  beginDiagnostic,
  detailPart,
  diagnosticsRoom,
  endDiagnostic,
  quoteName,
  quotePart,
} from "./diagnostics";
import {
  KeyName,
  NAME_BAD_INDEX,
  NAME_FOREIGN,
  NAME_KNOWN,
  NAME_UNKNOWN,
  OF_ACCOUNT_RECORD,
  OF_PHONE_RECORD,
  findKey,
  keyOf,
  writeRange,
} from "./keys";
import { findRecord, recordCell } from "./records";
import {
  CELL_ERASED,
  CELL_INVALID,
  CELL_SET,
  CELL_UNTOUCHED,
  Cell,
  cellOf,
  clearCell,
  putCellText,
} from "./settings";
import { checkValue, countCharacters, readNumber } from "./values";

/*
 * Files to settings: chunks of any size, lines, assignments. A chunk is taken up to the first line for whose
 * diagnostics there is no room; the caller makes room and gives the rest again. So nothing is ever left untold.
 */

/** Diagnostics of one line: two of the first line of a file, two of an assignment. */
const MAX_LINE_DIAGNOSTICS = 4;

const LINE_FEED: u8 = 0x0a;
const RETURN: u8 = 0x0d;
const HASH: u8 = 0x23;
const EQUALS: u8 = 0x3d;
/** The octets EF BB BF. */
const BYTE_ORDER_MARK: u32 = 0xbfbbef;

@unmanaged
class Reader {
  file: i32;
  line: i32;
  /** Octets of the line so far, those included that found no room in it. */
  length: i32;
}

const reader = changetype<Reader>(memory.data(offsetof<Reader>()));
const found = changetype<KeyName>(memory.data(offsetof<KeyName>()));
/** Four octets more than a line: a short one is read as a word. */
const lineBlock = memory.data(MAX_CONFIG_LINE + 4);

/** Begins a file; `file` counts from 0. */
export function beginFile(file: i32): void {
  reader.file = file;
  reader.line = 0;
  reader.length = 0;
}

/** The file that is being read, or was read last. */
export function currentFile(): i32 {
  return reader.file;
}

/**
 * Reads on in the file. Answers the octets consumed, fewer than there are where diagnostics found no room: the caller
 * drains them and gives the rest again.
 */
export function feedText(chunk: Span): i32 {
  const end = spanEnd(chunk);
  let at = spanStart(chunk);
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == LINE_FEED) {
      if (!readLine()) break;
    } else {
      if (reader.length < MAX_CONFIG_LINE) store<u8>(lineBlock + reader.length, byte);
      if (reader.length < i32.MAX_VALUE) reader.length++;
    }
  }
  return (at - spanStart(chunk)) as i32;
}

/** Ends the file, its last line without a line feed included; false where diagnostics found no room: call again. */
export function endFile(): bool {
  if (reader.length == 0 && reader.line > 0) return true;
  return readLine();
}

/** Reads the line in the block; false where diagnostics found no room. */
function readLine(): bool {
  if (diagnosticsRoom() < MAX_LINE_DIAGNOSTICS) return false;
  reader.line++;
  const tooLong = reader.length > MAX_CONFIG_LINE;
  let length = min(reader.length, MAX_CONFIG_LINE);
  if (length > 0 && load<u8>(lineBlock + length - 1) == RETURN) length--;
  reader.length = 0;
  let line = span(lineBlock, length);
  if (reader.line == 1) line = readFirstLine(line);
  const content = trim(line);
  if (spanLength(content) > 0 && load<u8>(spanStart(content)) != HASH) readContent(content, tooLong);
  return true;
}

/** The line after what only a first line has. */
function readFirstLine(line: Span): Span {
  if (spanLength(line) >= 3 && (load<u32>(spanStart(line)) & 0xffffff) == BYTE_ORDER_MARK) {
    tellLine(DIAGNOSTIC_BYTE_ORDER_MARK, lineBlock);
    line = spanBetween(spanStart(line) + 3, spanEnd(line));
  }
  if (!isLiteral(line, "#!version:1.0.0.1")) tellLine(DIAGNOSTIC_MISSING_HEADER, lineBlock);
  return line;
}

/** A line that is neither empty nor a comment. */
function readContent(content: Span, tooLong: bool): void {
  const start = spanStart(content);
  const end = spanEnd(content);
  const equals = find(start, end, EQUALS);
  const name = trim(spanBetween(start, equals));
  if (startsWithLiteral(content, "include:")) tellLine(DIAGNOSTIC_INCLUDE_IN_CONFIG, start);
  else if (equals == end || !isName(name)) tellLine(DIAGNOSTIC_NOT_A_LINE, start);
  else assign(name, trim(spanBetween(equals + 1, end)), tooLong);
}

/** Something without a blank inside. */
function isName(name: Span): bool {
  for (let at = spanStart(name); at < spanEnd(name); at++) if (isBlank(load<u8>(at))) return false;
  return spanLength(name) > 0;
}

function assign(name: Span, value: Span, tooLong: bool): void {
  const outcome = findKey(name, found);
  if (outcome == NAME_FOREIGN) return;
  if (outcome != NAME_KNOWN) {
    found.account = 0;
    begin(
      outcome == NAME_BAD_INDEX
        ? DIAGNOSTIC_INDEX_OUT_OF_RANGE
        : outcome == NAME_UNKNOWN
          ? DIAGNOSTIC_UNKNOWN_KEY
          : DIAGNOSTIC_UNKNOWN_KEY_ELSEWHERE,
      name,
    );
    end(spanStart(name));
    return;
  }
  const erased = !tooLong && (spanLength(value) == 0 || isLiteral(value, "%NULL%"));
  const cell = foundCell(!erased);
  if (cell == null) {
    if (!erased) {
      begin(DIAGNOSTIC_RECORDS_FULL, name);
      end(spanStart(name));
    }
    return;
  }
  tellRepetition(cell, name, spanLength(value) == 0);
  clearCell(cell, found.storage, found.key);
  cell.file = reader.file as u8;
  cell.line = reader.line;
  cell.column = column(spanStart(name)) as u16;
  cell.state = (erased ? CELL_ERASED : setValue(cell, name, value, tooLong)) as u8;
}

/** The cell of the name that was found; none where it is of a record that has no place. */
function foundCell(create: bool): Cell | null {
  const storage = found.storage;
  if (storage != OF_ACCOUNT_RECORD && storage != OF_PHONE_RECORD) {
    return cellOf(storage, found.account, found.index, found.key);
  }
  const record = findRecord(found.account, found.index, found.key, create);
  return record == null ? null : recordCell(record, found.key);
}

/** Tells of a key that was assigned before: twice in this file, or its value erased by a blank. */
function tellRepetition(cell: Cell, name: Span, blank: bool): void {
  if (cell.state == CELL_UNTOUCHED) return;
  const sameFile = cell.file == reader.file;
  const erases = blank && cell.state == CELL_SET;
  if (!sameFile && !erases) return;
  begin(
    !erases
      ? DIAGNOSTIC_DUPLICATE_KEY
      : sameFile
        ? DIAGNOSTIC_BLANK_DUPLICATE
        : DIAGNOSTIC_BLANK_IN_LATER_FILE,
    name,
  );
  detailPart().decimal(cell.line);
  if (!sameFile) detailPart().decimal(cell.file + 1);
  end(spanStart(name));
}

/** Puts a value that is not blank into its cell, which has the default; the cell's new state. */
function setValue(cell: Cell, name: Span, value: Span, tooLong: bool): i32 {
  const isText = keyOf(found.key).isText;
  if (!tooLong && isLiteral(value, "%EMPTY%")) {
    if (!isText) {
      begin(DIAGNOSTIC_EMPTY_NUMBER, name);
      end(spanStart(value));
    }
    return CELL_ERASED;
  }
  let diagnostic = tooLong ? DIAGNOSTIC_LINE_TOO_LONG : checkValue(found.storage, found.key, value);
  if (diagnostic == 0 && isText && !putCellText(cell, value)) diagnostic = DIAGNOSTIC_TEXTS_FULL;
  if (diagnostic != 0) tellValue(diagnostic, name, value);
  if (diagnostic != 0 && diagnostic != DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED) return CELL_INVALID;
  if (!isText) cell.value = readNumber();
  return CELL_SET;
}

/** Tells what is wrong with a value. Texts are never quoted, addresses are. */
function tellValue(diagnostic: i32, name: Span, value: Span): void {
  begin(diagnostic, name);
  switch (diagnostic) {
    case DIAGNOSTIC_LINE_TOO_LONG:
      detailPart().decimal(MAX_CONFIG_LINE);
      break;
    case DIAGNOSTIC_TEXT_TOO_LONG:
      detailPart().decimal(countCharacters(value));
      detailPart().decimal(keyOf(found.key).maximum);
      break;
    case DIAGNOSTIC_NOT_A_NUMBER:
    case DIAGNOSTIC_OUT_OF_RANGE:
      quotePart(value);
      writeRange(detailPart(), found.storage, found.key);
      break;
    case DIAGNOSTIC_BAD_ADDRESS:
    case DIAGNOSTIC_BAD_IP_ADDRESS:
    case DIAGNOSTIC_FAILBACK_TIMEOUT_RAISED:
      quotePart(value);
  }
  end(spanStart(value));
}

/** Begins a diagnostic of a name of this line. */
function begin(diagnostic: i32, name: Span): void {
  quoteName(beginDiagnostic(diagnostic, found.account), name);
}

function end(at: usize): void {
  endDiagnostic(reader.file, reader.line, column(at));
}

/** A diagnostic of the line as a whole. */
function tellLine(diagnostic: i32, at: usize): void {
  beginDiagnostic(diagnostic, 0);
  end(at);
}

/** Columns count octets from 1. */
function column(at: usize): i32 {
  return (at - lineBlock + 1) as i32;
}
