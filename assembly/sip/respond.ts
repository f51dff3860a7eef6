import { ADDRESS_SIZE, parseAddress, writeAddress } from "../bytes/address";
import { literalByte } from "../bytes/literal";
import { Endpoint } from "../bytes/endpoint";
import { NO_SPAN, Span, spanBetween, spanEnd, spanLength, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { endLine, spanField, statusLine } from "./compose";
import { toTag } from "./fields";
import {
  HEADER_CALL_ID,
  HEADER_CSEQ,
  HEADER_FROM,
  HEADER_RECORD_ROUTE,
  HEADER_TO,
  HEADER_VIA,
  fieldName,
} from "./header";
import { header, nextValue } from "./message";
import { Via, parseVia, viaParameter } from "./via";

/*
 * The part of a response that comes from its request (RFC 3261, 8.2.6.2 and 12.1.1).
 */

const via = changetype<Via>(memory.data(offsetof<Via>(), 8));
const literal = memory.data(ADDRESS_SIZE);

/**
 * Begins the response to the request in view: status line, all Vias, From, To, Call-ID, CSeq, and the
 * Record-Routes where a dialog may come of it. `tag` goes to To where the request has none there. The topmost
 * Via learns where the request came from (18.2.1, RFC 3581) where `source` says.
 */
export function beginResponse(writer: Writer, status: i32, tag: Span, source: Endpoint): Writer {
  statusLine(writer, status);
  writeReason(writer, status);
  endLine(writer);
  const top = nextValue(HEADER_VIA, NO_SPAN);
  fieldName(writer, HEADER_VIA);
  writeTopVia(writer, top, source);
  endLine(writer);
  for (let value = nextValue(HEADER_VIA, top); value != NO_SPAN; value = nextValue(HEADER_VIA, value)) {
    spanField(writer, HEADER_VIA, value);
  }
  spanField(writer, HEADER_FROM, header(HEADER_FROM));
  fieldName(writer, HEADER_TO).span(header(HEADER_TO));
  if (status > 100 && toTag() == NO_SPAN && spanLength(tag) > 0) writer.text(";tag=").span(tag);
  endLine(writer);
  spanField(writer, HEADER_CALL_ID, header(HEADER_CALL_ID));
  spanField(writer, HEADER_CSEQ, header(HEADER_CSEQ));
  return status > 100 && status < 300 ? copyFields(writer, HEADER_RECORD_ROUTE) : writer;
}

const REASONS: string = `100Trying
180Ringing
200OK
403Forbidden
404Not Found
405Method Not Allowed
481Call/Transaction Does Not Exist
486Busy Here
487Request Terminated
500Server Internal Error
603Decline`;

/** Writes the reason phrase of a status; none for one that has no entry, which RFC 3261 (25.1) allows. */
function writeReason(writer: Writer, status: i32): void {
  for (let at = 0; literalByte(REASONS, at) != 0; at++) {
    const found = number3(at) == status;
    for (at += 3; literalByte(REASONS, at) > 0x0a; at++) {
      if (found) writer.byte(literalByte(REASONS, at));
    }
    if (found || literalByte(REASONS, at) == 0) return;
  }
}

/** Three digits of the table. */
function number3(at: i32): i32 {
  let value = 0;
  for (let i = 0; i < 3; i++) value = value * 10 + ((literalByte(REASONS, at + i) - 0x30) as i32);
  return value;
}

/** Writes all fields of a kind as they stand in the message in view. */
export function copyFields(writer: Writer, id: i32): Writer {
  for (let n = 0; header(id, n) != NO_SPAN; n++) spanField(writer, id, header(id, n));
  return writer;
}

function writeTopVia(writer: Writer, value: Span, source: Endpoint): void {
  if (!source.exists || !parseVia(value, via)) {
    writer.span(value);
    return;
  }
  const rport = viaParameter(via, "rport");
  const asked = rport != NO_SPAN && spanLength(rport) == 0;
  if (asked) {
    const at = spanStart(rport);
    writer.span(spanBetween(spanStart(value), at));
    if (load<u8>(at - 1) != 0x3d) writer.byte(0x3d);
    writer.decimal(source.port).span(spanBetween(at, spanEnd(value)));
  } else {
    writer.span(value);
  }
  if ((asked || !cameFrom(via.host, source)) && viaParameter(via, "received") == NO_SPAN) {
    writeAddress(writer.text(";received="), source.family, source.address);
  }
}

/** The host is this address, in whatever form. */
function cameFrom(host: Span, source: Endpoint): bool {
  return (
    parseAddress(host, literal) == source.family && memory.compare(literal, source.address, ADDRESS_SIZE) == 0
  );
}
