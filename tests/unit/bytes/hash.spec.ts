import { span } from "../../../assembly/bytes/span";
import * as hash from "../../../assembly/bytes/hash";
import { hex, put } from "./memory";

const input = memory.data(512);
const output = memory.data(hash.MAX_HASH_SIZE, 8);

const kinds: i32[] = [hash.HASH_MD5, hash.HASH_SHA_256, hash.HASH_SHA_512_256];

function hashOf(kind: i32, text: string): string {
  hash.beginHash(kind);
  hash.hashSpan(put(text));
  return hex(output, hash.endHash(output));
}

/** The hash of the hashes of 300 texts, of each length from 0 to 299. */
function chain(kind: i32): string {
  const size = hash.hashSize(kind);
  const all = new StaticArray<u8>(300 * size);
  const at = changetype<usize>(all);
  for (let length = 0; length < 300; length++) {
    for (let i = 0; i < length; i++) store<u8>(input + i, (i * 7 + length) as u8);
    hash.beginHash(kind);
    hash.hashSpan(span(input, length));
    hash.endHash(at + length * size);
  }
  hash.beginHash(kind);
  hash.hashSpan(span(at, 300 * size));
  return hex(output, hash.endHash(output));
}

describe("a hash", () => {
  it("MD5 (RFC 1321, A.5)", () => {
    expect(hashOf(hash.HASH_MD5, "")).toBe("d41d8cd98f00b204e9800998ecf8427e");
    expect(hashOf(hash.HASH_MD5, "a")).toBe("0cc175b9c0f1b6a831c399e269772661");
    expect(hashOf(hash.HASH_MD5, "abc")).toBe("900150983cd24fb0d6963f7d28e17f72");
    expect(hashOf(hash.HASH_MD5, "message digest")).toBe("f96b697d7cb7938d525a2f31aaf161d0");
    expect(
      hashOf(
        hash.HASH_MD5,
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      ),
    ).toBe("57edf4a22be3c955ac49da2e2107b67a");
  });

  it("SHA-256 (FIPS 180)", () => {
    expect(hashOf(hash.HASH_SHA_256, "")).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
    expect(hashOf(hash.HASH_SHA_256, "abc")).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(hashOf(hash.HASH_SHA_256, "The quick brown fox jumps over the lazy dog")).toBe(
      "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592",
    );
  });

  it("SHA-512/256 (FIPS 180)", () => {
    expect(hashOf(hash.HASH_SHA_512_256, "")).toBe(
      "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a",
    );
    expect(hashOf(hash.HASH_SHA_512_256, "abc")).toBe(
      "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
    );
    expect(hashOf(hash.HASH_SHA_512_256, "The quick brown fox jumps over the lazy dog")).toBe(
      "dd9d67b371519c339ed8dbd25af90e976a1eeefd4ad3d889005e532fc5bef04d",
    );
  });

  it("of every length up to 299, against another implementation", () => {
    expect(chain(hash.HASH_MD5)).toBe("07078cab541bc45f0a66e2c0213a32f4");
    expect(chain(hash.HASH_SHA_256)).toBe("d5238871a46ac4a1a75ac3fb19d645b0b3b9e5f35f5f720e2b240d605c6b694e");
    expect(chain(hash.HASH_SHA_512_256)).toBe(
      "7284103825cd2449d0eb4ce53139220bf85b3c859a7e28c87b494f2602b801c7",
    );
  });

  it("of 100,000 bytes", () => {
    const expected: string[] = [
      "1af6d6f2f682f76f80e606aeaaee1680",
      "6d1cf22d7cc09b085dfc25ee1a1f3ae0265804c607bc2074ad253bcc82fd81ee",
      "e80ca5088489a211f232d4fcefcbd3603ca8c806bee2017ce4ff7ef5771ffaac",
    ];
    const long = "a".repeat(1000);
    for (let i = 0; i < kinds.length; i++) {
      hash.beginHash(kinds[i]);
      for (let n = 0; n < 100; n++) hash.hashSpan(put(long));
      expect(hex(output, hash.endHash(output))).toBe(expected[i]);
    }
  });

  it("of the same bytes in other portions is the same", () => {
    const whole = "The quick brown fox jumps over the lazy dog. ".repeat(5);
    for (let i = 0; i < kinds.length; i++) {
      const expected = hashOf(kinds[i], whole);
      for (let cut = 0; cut <= whole.length; cut += 13) {
        hash.beginHash(kinds[i]);
        hash.hashSpan(put(whole.substring(0, cut)));
        for (let at = cut; at < whole.length; at++) hash.hashByte(whole.charCodeAt(at) as u8);
        expect(hex(output, hash.endHash(output))).toBe(expected);
      }
    }
  });
});
