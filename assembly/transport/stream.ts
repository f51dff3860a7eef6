import { Span, span, spanLength, spanStart } from "../bytes/span";
import { MAX_MESSAGE_IN, MAX_STREAMS } from "../limits";

/*
 * What a connection has brought and nobody could use yet: the beginning of a message whose rest is still to come, in
 * one of a few blocks of the size of a message. A stream is named by its block, from 1; 0 has none, nothing waits.
 */

@unmanaged
class Stream {
  taken: bool;
  /** Octets kept. */
  length: i32;
}

const streams = memory.data(offsetof<Stream>() * MAX_STREAMS, 8);
const blocks = memory.data(MAX_MESSAGE_IN * MAX_STREAMS, 8);

function streamAt(stream: i32): Stream {
  return changetype<Stream>(streams + (stream - 1) * offsetof<Stream>());
}

function blockOf(stream: i32): usize {
  return blocks + (stream - 1) * MAX_MESSAGE_IN;
}

export function resetStreams(): void {
  memory.fill(streams, 0, offsetof<Stream>() * MAX_STREAMS);
}

/** Forgets what was kept; 0 is left alone. */
export function dropStream(stream: i32): void {
  if (stream > 0) streamAt(stream).taken = false;
}

/** Octets that may be gathered at once: what a message may have, less what is kept. */
export function streamRoom(stream: i32): i32 {
  return stream == 0 ? MAX_MESSAGE_IN : MAX_MESSAGE_IN - streamAt(stream).length;
}

/** All that there is of a stream now that `bytes`, no more than there is room for, have come. */
export function gather(stream: i32, bytes: Span): Span {
  if (stream == 0) return bytes;
  const kept = streamAt(stream);
  const block = blockOf(stream);
  memory.copy(block + kept.length, spanStart(bytes), spanLength(bytes));
  kept.length += spanLength(bytes);
  return span(block, kept.length);
}

/**
 * Keeps `rest`, a part of what `gather` gave, for the next time: the stream, 0 where nothing is left to keep, -1 where
 * no block is free.
 */
export function keepRest(stream: i32, rest: Span): i32 {
  const length = spanLength(rest);
  if (length == 0) {
    dropStream(stream);
    return 0;
  }
  if (stream == 0) stream = takeStream();
  if (stream == 0) return -1;
  memory.copy(blockOf(stream), spanStart(rest), length);
  streamAt(stream).length = length;
  return stream;
}

function takeStream(): i32 {
  for (let stream = 1; stream <= MAX_STREAMS; stream++) {
    if (streamAt(stream).taken) continue;
    streamAt(stream).taken = true;
    return stream;
  }
  return 0;
}
