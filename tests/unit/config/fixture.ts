import { Span, span } from "../../../assembly/bytes/span";
import { diagnosedErrors } from "../../../assembly/config/diagnostics";
import { resetSettings } from "../../../assembly/config/index";
import { lint } from "../../../assembly/config/lint";
import { beginFile, endFile, feedText } from "../../../assembly/config/reader";
import { ACTION_EVENT, EVENT_CONFIG } from "../../../assembly/contract/constants";
import { resetActions, takeAction } from "../../../assembly/contract/queue";

/** Kind and size of an action. */
const ACTION_HEADER = 4;

/** A diagnostic as the host would read it from the queue. */
export class Told {
  account: i32 = 0;
  level: i32 = 0;
  code: i32 = 0;
  key: string = "";
  detail: string = "";
  file: i32 = 0;
  line: i32 = 0;
  column: i32 = 0;

  /** `code key detail file:line:column`, the lines of the detail joined by `;`, what is empty left out. */
  get summary(): string {
    let text = this.code.toString();
    if (this.key.length > 0) text += " " + this.key;
    if (this.detail.length > 0) text += " " + this.detail.replaceAll("\n", ";");
    return `${text} ${this.file}:${this.line}:${this.column}`;
  }
}

export const told: Told[] = [];

export const HEADER = "#!version:1.0.0.1\n";

export function stringOf(view: Span): string {
  return String.UTF8.decodeUnsafe((view >> 32) as usize, (view & 0xffffffff) as usize);
}

/** Takes what waits in the queue into `told`. */
export function drain(): void {
  for (let action = takeAction(); action != 0; action = takeAction()) {
    assert(load<u16>(action) == ACTION_EVENT && load<u8>(action + ACTION_HEADER) == EVENT_CONFIG);
    const fields = action + ACTION_HEADER;
    const one = new Told();
    one.account = load<u8>(fields, 1);
    one.level = load<u8>(fields, 2);
    one.code = load<u8>(fields, 3);
    let at = fields + 4;
    one.key = stringOf(span(at + 2, load<u16>(at)));
    at += 2 + (load<u16>(at) as usize);
    one.detail = stringOf(span(at + 2, load<u16>(at)));
    at += 2 + (load<u16>(at) as usize);
    one.file = load<u32>(at);
    one.line = load<u32>(at, 4);
    one.column = load<u32>(at, 8);
    told.push(one);
  }
}

export function reset(): void {
  resetActions();
  resetSettings();
  told.splice(0);
}

/** Gives octets in chunks of at most `size`, draining whenever fewer than given are consumed. */
export function feedOctets(octets: ArrayBuffer, size: i32): void {
  let at = 0;
  while (at < octets.byteLength) {
    const length = min(size, octets.byteLength - at);
    const consumed = feedText(span(changetype<usize>(octets) + at, length));
    if (consumed < length) drain();
    at += consumed;
  }
}

/** Reads a file of these octets. */
export function readOctets(file: i32, octets: ArrayBuffer, size: i32 = 1000): void {
  beginFile(file);
  feedOctets(octets, size);
  while (!endFile()) drain();
  drain();
}

/** Reads a file, the header before the text. */
export function readFile(file: i32, text: string): void {
  readOctets(file, String.UTF8.encode(HEADER + text));
}

/** Lints what was read. */
export function finish(): void {
  while (lint() > 0) drain();
  drain();
}

/** Forgets everything and reads one file, without the lint. */
export function read(text: string): void {
  reset();
  readFile(0, text);
}

/** Forgets everything, reads one file and lints it. */
export function check(text: string): void {
  read(text);
  finish();
}

/** What was told, a summary each. */
export function summaries(): string {
  let all = "";
  for (let i = 0; i < told.length; i++) all += (i > 0 ? " | " : "") + told[i].summary;
  return all;
}

export function errors(): i32 {
  return diagnosedErrors();
}

/** How often a code was told. */
export function count(code: i32): i32 {
  let times = 0;
  for (let i = 0; i < told.length; i++) if (told[i].code == code) times++;
  return times;
}
