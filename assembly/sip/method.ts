import { Span, spanEnd, spanStart } from "../bytes/span";
import { Writer } from "../bytes/writer";
import { findWord, writeWord } from "./words";

/** A method that has no number in the host contract; the message's text says which. */
export const METHOD_UNKNOWN = -1;

/** In the order of the METHOD_ numbers of the host contract. */
export const METHOD_NAMES: string =
  "REGISTER OPTIONS NOTIFY INVITE ACK CANCEL BYE SUBSCRIBE UPDATE INFO PRACK REFER MESSAGE PUBLISH";

const LONGEST_NAME = 9;
const nameText = memory.data(LONGEST_NAME);
const scratch = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

/** The number of a method by its name, which is case-sensitive (RFC 3261, 7.1); METHOD_UNKNOWN for others. */
export function methodOf(name: Span): i32 {
  const end = spanEnd(name);
  for (let at = spanStart(name); at < end; at++) {
    if (load<u8>(at) > 0x5a) return METHOD_UNKNOWN;
  }
  return findWord(METHOD_NAMES, name);
}

/** The name of a method that has a number, as bytes; holds until the next call. */
export function methodName(method: i32): Span {
  return writeMethod(scratch.begin(nameText, LONGEST_NAME), method).written();
}

/** Writes the name of a method that has a number. */
export function writeMethod(writer: Writer, method: i32): Writer {
  return writeWord(writer, METHOD_NAMES, method);
}
