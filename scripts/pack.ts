/**
 * The core's texts (names of keys and header fields, their table, phrases) lie in the module compressed, and are
 * unpacked when it is instantiated: by a start function of some eighty bytes, from the input area, which nobody has
 * written to by then. Works on the text format, as `constants.ts` does.
 *
 *   0nnnnnnn                     n + 1 octets follow as they are
 *   1nnnnddd dddddddd            n + 3 octets as they are d + 1 octets before
 */

const WINDOW = 2048;
const SHORTEST = 3;
const LONGEST = SHORTEST + 15;
const MOST_LITERALS = 128;
/** Below that, unpacking would cost more than it saves. */
const WORTHWHILE = 512;

interface Step {
  /** Octets that the rest takes, this step included. */
  readonly cost: number;
  readonly length: number;
  /** 0: literals. */
  readonly distance: number;
}

/** The longest repetition at `at` of what begins within the window before it. */
function repetition(octets: Uint8Array, at: number): { length: number; distance: number } {
  let best = { length: 0, distance: 0 };
  for (let from = Math.max(0, at - WINDOW); from < at; from++) {
    let length = 0;
    while (length < LONGEST && at + length < octets.length && octets[from + length] === octets[at + length])
      length++;
    if (length > best.length) best = { length, distance: at - from };
  }
  return best;
}

/** The octets in the shortest form that the format has for them. */
export function compressed(octets: Uint8Array): Uint8Array {
  const steps: Step[] = [];
  steps[octets.length] = { cost: 0, length: 0, distance: 0 };
  const costFrom = (at: number): number => steps[at]?.cost ?? 0;
  for (let at = octets.length - 1; at >= 0; at--) {
    let step: Step = { cost: Infinity, length: 0, distance: 0 };
    const consider = (length: number, distance: number, octetsOfIt: number): void => {
      const cost = octetsOfIt + costFrom(at + length);
      if (cost < step.cost) step = { cost, length, distance };
    };
    for (let length = 1; length <= MOST_LITERALS && at + length <= octets.length; length++)
      consider(length, 0, 1 + length);
    const { length: longest, distance } = repetition(octets, at);
    for (let length = SHORTEST; length <= longest; length++) consider(length, distance, 2);
    steps[at] = step;
  }
  const packed: number[] = [];
  for (let at = 0; at < octets.length;) {
    const step = steps[at];
    if (step === undefined) throw new RangeError("a step into nowhere");
    const { length, distance } = step;
    if (distance === 0) packed.push(length - 1, ...octets.subarray(at, at + length));
    else packed.push(0x80 | ((length - SHORTEST) << 3) | ((distance - 1) >> 8), (distance - 1) & 0xff);
    at += length;
  }
  return Uint8Array.from(packed);
}

/** Unpacks from `from` to `to` until `end`. */
const unpacker = (from: number, to: number, end: number): string => `
 (func $unpack (local $from i32) (local $to i32) (local $copy i32) (local $count i32) (local $token i32)
  (local.set $from (i32.const ${String(from)}))
  (local.set $to (i32.const ${String(to)}))
  (loop $tokens
   (local.set $copy (i32.add (local.get $from) (i32.const 1)))
   (if (i32.lt_u (local.tee $token (i32.load8_u (local.get $from))) (i32.const 128))
    (then
     (local.set $count (i32.add (local.get $token) (i32.const 1)))
     (local.set $from (i32.add (local.get $copy) (local.get $count))))
    (else
     (local.set $count (i32.add (i32.and (i32.shr_u (local.get $token) (i32.const 3)) (i32.const 15)) (i32.const ${String(SHORTEST)})))
     (local.set $copy (i32.sub (i32.sub (local.get $to) (i32.const 1))
      (i32.or (i32.shl (i32.and (local.get $token) (i32.const 7)) (i32.const 8)) (i32.load8_u (local.get $copy)))))
     (local.set $from (i32.add (local.get $from) (i32.const 2)))))
   (loop $octets
    (i32.store8 (local.get $to) (i32.load8_u (local.get $copy)))
    (local.set $to (i32.add (local.get $to) (i32.const 1)))
    (local.set $copy (i32.add (local.get $copy) (i32.const 1)))
    (br_if $octets (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
   (br_if $tokens (i32.lt_u (local.get $to) (i32.const ${String(end)})))))
 (start $unpack)`;

/** The octets of a string of the text format. */
function octetsOf(text: string): Uint8Array {
  const octets: number[] = [];
  const escapes: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, '"': 34, "'": 39, "\\": 92 };
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "\\") octets.push(text.charCodeAt(at));
    else {
      const escape = escapes[text[at + 1] ?? ""];
      if (escape === undefined) octets.push(parseInt(text.slice(at + 1, at + 3), 16));
      else octets.push(escape);
      at += escape === undefined ? 2 : 1;
    }
  }
  return Uint8Array.from(octets);
}

const textOf = (octets: Uint8Array): string =>
  [...octets].map((octet) => `\\${octet.toString(16).padStart(2, "0")}`).join("");

/**
 * The module's text with its largest data segment packed.
 *
 * @param room address of the input area, which takes what is packed
 * @param size octets of the input area
 */
export function packData(text: string, room: number, size: number): string {
  const segments = [...text.matchAll(/\(data (?:\$\S+ )?\(i32\.const (\d+)\) "((?:[^"\\]|\\.)*)"\)/g)];
  const lengths = segments.map(([, , content = ""]) => octetsOf(content).length);
  const segment = segments[lengths.indexOf(Math.max(...lengths))];
  const [whole, address = "", content = ""] = segment ?? [];
  if (whole === undefined) throw new Error("the module has no data");
  const octets = octetsOf(content);
  if (octets.length < WORTHWHILE) return text;
  const packed = compressed(octets);
  if (packed.length > size) throw new Error("the texts do not fit into the input area");
  const to = Number(address);
  const end = text.lastIndexOf(")");
  return [
    text.slice(0, end).replace(whole, () => `(data (i32.const ${String(room)}) "${textOf(packed)}")`),
    unpacker(room, to, to + octets.length),
    ")",
  ].join("");
}
