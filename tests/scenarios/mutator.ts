/** Damage to messages of SIP and DNS, at random. */
import { Random } from "../../host/simulated/index.js";

/** What makes parsers stumble. */
const PIECES = [
  "\r\n",
  "\r\n\r\n",
  "\0",
  ":",
  ";",
  ",",
  "<",
  ">",
  '"',
  "%",
  "=",
  "SIP/2.0 ",
  "99999999999999999999",
  "-1",
  "[::ffff:1.2.3.4]",
  "Content-Length: 99999\r\n",
  "Retry-After: 949302838503028349304023988\r\n",
  'WWW-Authenticate: Digest realm="x", nonce="y", qop="auth"\r\n',
  "\xc0\x0c",
  "\xff\xff",
  "\x3f",
].map((text) => Buffer.from(text, "latin1"));

/** Damages messages at random: the same for each seed. */
export class Mutator {
  readonly #random: Random;
  /** Messages damaged so far. */
  made = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random.next() * bound);
  }

  /** Damages a message in one to four ways. */
  mutate(octets: Uint8Array): Uint8Array {
    this.made++;
    let message = Buffer.from(octets);
    for (let times = 1 + this.below(4); times > 0; times--) message = this.#change(message);
    return message;
  }

  #change(message: Buffer): Buffer<ArrayBuffer> {
    const at = this.below(message.length + 1);
    const length = this.below(Math.min(64, message.length - at) + 1);
    const before = message.subarray(0, at);
    const behind = message.subarray(at + length);
    switch (this.below(9)) {
      case 0:
        return Buffer.concat([before]);
      case 1:
        return Buffer.concat([before, behind]);
      case 2:
        return Buffer.concat([before, message.subarray(at, at + length), message.subarray(at)]);
      case 3:
        return Buffer.concat([before, PIECES[this.below(PIECES.length)] ?? behind, message.subarray(at)]);
      case 4:
        return Buffer.concat([before, PIECES[this.below(PIECES.length)] ?? behind, behind]);
      case 5:
        return Buffer.concat([before, this.#random.octets(length), behind]);
      case 6:
        return Buffer.concat([behind, before]);
      default: {
        const copy = Buffer.from(message);
        if (at < copy.length) copy[at] = (copy[at] ?? 0) ^ (1 << this.below(8));
        return Buffer.concat([copy]);
      }
    }
  }
}
