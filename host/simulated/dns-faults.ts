/** Ways in which a DNS answer can be wrong. `truncated` is right, but says over UDP that it must be asked over TCP. */
export const dnsFaults = [
  "wrong-id",
  "wrong-question",
  "wrong-type",
  "no-question",
  "not-an-answer",
  "truncated",
  "pointer-loop",
  "pointer-to-itself",
  "pointer-outside",
  "label-too-long",
  "length-too-long",
  "length-too-short",
  "count-too-high",
  "cut-off",
  "only-header",
  "garbage",
  "empty",
] as const;

export type DnsFault = (typeof dnsFaults)[number];

const HEADER = 12;
const FLAG_TRUNCATED = 0x02;
const FLAG_ANSWER = 0x80;

/** Where the question ends: its name is not compressed. */
const endOfQuestion = (message: Uint8Array): number => {
  let at = HEADER;
  while (at < message.length && message[at] !== 0) at += (message[at] ?? 0) + 1;
  return at + 5;
};

/** Where the data length of the first record is; the message has one, its name not compressed or a pointer. */
const firstDataLength = (message: Uint8Array): number => {
  let at = endOfQuestion(message);
  while (at < message.length && message[at] !== 0) {
    if (((message[at] ?? 0) & 0xc0) === 0xc0) {
      at++;
      break;
    }
    at += (message[at] ?? 0) + 1;
  }
  return at + 1 + 8;
};

const withoutRecords = (message: Buffer): Buffer => {
  const short = Buffer.from(message.subarray(0, endOfQuestion(message)));
  short.fill(0, 6, HEADER);
  return short;
};

/** The question, one record whose name is `name`, and `data` of four octets. */
const withName = (message: Buffer, name: readonly number[]): Buffer => {
  const head = withoutRecords(message);
  head.writeUInt16BE(1, 6);
  return Buffer.concat([head, Buffer.from([...name, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 66])]);
};

const changed = (message: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(message);
  change(copy);
  return copy;
};

const addToDataLength = (message: Buffer, difference: number): Buffer =>
  changed(message, (copy) => {
    const at = firstDataLength(copy);
    if (at + 2 <= copy.length) copy.writeUInt16BE((copy.readUInt16BE(at) + difference) & 0xffff, at);
  });

const pointer = (to: number): number[] => [0xc0 | (to >> 8), to & 0xff];

const spoilers: Readonly<Record<DnsFault, (message: Buffer) => Buffer>> = {
  "wrong-id": (message) => changed(message, (copy) => copy.writeUInt16BE(copy.readUInt16BE() ^ 0x5555)),
  "wrong-question": (message) =>
    changed(message, (copy) => {
      copy[HEADER + 1] = (copy[HEADER + 1] ?? 0) ^ 0x01;
    }),
  "wrong-type": (message) => changed(message, (copy) => copy.writeUInt16BE(16, endOfQuestion(copy) - 4)),
  "no-question": (message) =>
    changed(Buffer.concat([message.subarray(0, HEADER), message.subarray(endOfQuestion(message))]), (copy) =>
      copy.writeUInt16BE(0, 4),
    ),
  "not-an-answer": (message) =>
    changed(message, (copy) => {
      copy[2] = (copy[2] ?? 0) & ~FLAG_ANSWER;
    }),
  truncated: (message) =>
    changed(withoutRecords(message), (copy) => {
      copy[2] = (copy[2] ?? 0) | FLAG_TRUNCATED;
    }),
  "pointer-loop": (message) => {
    const at = endOfQuestion(message);
    return withName(message, [1, 0x61, ...pointer(at + 4), 1, 0x62, ...pointer(at)]);
  },
  "pointer-to-itself": (message) => withName(message, pointer(endOfQuestion(message))),
  "pointer-outside": (message) => withName(message, pointer(0x3fff)),
  "label-too-long": (message) => withName(message, [63, 0x61, 0]),
  "length-too-long": (message) => addToDataLength(message, 1000),
  "length-too-short": (message) => addToDataLength(message, -3),
  "count-too-high": (message) => changed(message, (copy) => copy.writeUInt16BE(0xffff, 6)),
  "cut-off": (message) => message.subarray(0, message.length - 3),
  "only-header": (message) => message.subarray(0, HEADER),
  garbage: (message) =>
    Buffer.from(message.map((octet, index) => (index < 2 ? octet : octet ^ ((index * 37) % 251)))),
  empty: () => Buffer.alloc(0),
};

/** An answer with a fault. `message` has one question and, where it is to be one with records, one record or more. */
export const spoiledDns = (message: Buffer, fault: DnsFault): Buffer => spoilers[fault](message);
