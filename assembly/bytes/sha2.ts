/*
 * SHA-256 and SHA-512/256 (FIPS 180-4): one algorithm at two widths of a word. The words are kept in 64 bits;
 * of SHA-256's only the lower half means anything, which sums and logic keep right by themselves, and turns
 * and shifts cut to first.
 *
 * SHA-256's constants are the upper halves of the first 64 of SHA-512's, and its schedule is the same but for
 * the amounts by which words are turned.
 */

const ROUNDS_NARROW = 64;
const ROUNDS_WIDE = 80;

/** Upper and lower halves of the fractional parts of the cube roots of the first 80 primes. */
const upper = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2, 0xca273ece, 0xd186b8c7, 0xeada7dd6, 0xf57d4f7f, 0x06f067aa, 0x0a637dc5, 0x113f9804, 0x1b710b35,
  0x28db77f5, 0x32caab7b, 0x3c9ebe0a, 0x431d67c4, 0x4cc5d4be, 0x597f299c, 0x5fcb6fab, 0x6c44198c,
]);
const lower = memory.data<u32>([
  0xd728ae22, 0x23ef65cd, 0xec4d3b2f, 0x8189dbbc, 0xf348b538, 0xb605d019, 0xaf194f9b, 0xda6d8118, 0xa3030242,
  0x45706fbe, 0x4ee4b28c, 0xd5ffb4e2, 0xf27b896f, 0x3b1696b1, 0x25c71235, 0xcf692694, 0x9ef14ad2, 0x384f25e3,
  0x8b8cd5b5, 0x77ac9c65, 0x592b0275, 0x6ea6e483, 0xbd41fbd4, 0x831153b5, 0xee66dfab, 0x2db43210, 0x98fb213f,
  0xbeef0ee4, 0x3da88fc2, 0x930aa725, 0xe003826f, 0x0a0e6e70, 0x46d22ffc, 0x5c26c926, 0x5ac42aed, 0x9d95b3df,
  0x8baf63de, 0x3c77b2a8, 0x47edaee6, 0x1482353b, 0x4cf10364, 0xbc423001, 0xd0f89791, 0x0654be30, 0xd6ef5218,
  0x5565a910, 0x5771202a, 0x32bbd1b8, 0xb8d2d0c8, 0x5141ab53, 0xdf8eeb99, 0xe19b48a8, 0xc5c95a63, 0xe3418acb,
  0x7763e373, 0xd6b2b8a3, 0x5defb2fc, 0x43172f60, 0xa1f0ab72, 0x1a6439ec, 0x23631e28, 0xde82bde9, 0xb2c67915,
  0xe372532b, 0xea26619c, 0x21c0c207, 0xcde0eb1e, 0xee6ed178, 0x72176fba, 0xa2c898a6, 0xbef90dae, 0x131c471b,
  0x23047d84, 0x40c72493, 0x15c9bebc, 0x9c100d4c, 0xcb3e42b6, 0xfc657e2a, 0x3ad6faec, 0x4a475817,
]);

/** Initial states: of SHA-256, then of SHA-512/256 (5.3.3 and 5.3.6.2), a word after the other. */
const initial = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
const initialWide = memory.data<u32>([
  0x22312194, 0xfc2bf72c, 0x9f555fa3, 0xc84c64c2, 0x2393b86b, 0x6f53b151, 0x96387719, 0x5940eabd, 0x96283ee2,
  0xa88effe3, 0xbe5e1e25, 0x53863992, 0x2b0199fc, 0x2c85b8aa, 0x0eb72ddc, 0x81c52ca2,
]);

/** The amounts of the functions Σ1, Σ0, σ0 and σ1, three each, by width; the last of σ is a shift. */
const SUM_1 = 0;
const SUM_0 = 3;
const SMALL_0 = 6;
const SMALL_1 = 9;
const amounts = memory.data<u8>([6, 11, 25, 2, 13, 22, 7, 18, 3, 17, 19, 10]);
const amountsWide = memory.data<u8>([14, 18, 41, 28, 34, 39, 1, 8, 7, 19, 61, 6]);

const schedule = memory.data(ROUNDS_WIDE * 8, 8);

/** Writes the initial state, eight words of 64 bits, to `state`. */
export function beginSha2(state: usize, wide: bool): void {
  for (let i = 0; i < 8; i++) {
    const word = wide
      ? ((load<u32>(initialWide + (i << 3)) as u64) << 32) | (load<u32>(initialWide + (i << 3), 4) as u64)
      : (load<u32>(initial + (i << 2)) as u64);
    store<u64>(state + (i << 3), word);
  }
}

/** Works the block, 128 bytes or 64, into the state. */
export function mixSha2(state: usize, block: usize, wide: bool): void {
  const rounds = wide ? ROUNDS_WIDE : ROUNDS_NARROW;
  for (let i = 0; i < rounds; i++) {
    const at = schedule + (i << 3);
    let word: u64;
    if (i >= 16) {
      word =
        mixed(load<u64>(at - 16), SMALL_1, wide) +
        load<u64>(at - 56) +
        mixed(load<u64>(at - 120), SMALL_0, wide) +
        load<u64>(at - 128);
    } else {
      word = wide ? bswap(load<u64>(block + (i << 3))) : (bswap(load<u32>(block + (i << 2))) as u64);
    }
    store<u64>(at, word);
  }
  let a = load<u64>(state);
  let b = load<u64>(state, 8);
  let c = load<u64>(state, 16);
  let d = load<u64>(state, 24);
  let e = load<u64>(state, 32);
  let f = load<u64>(state, 40);
  let g = load<u64>(state, 48);
  let h = load<u64>(state, 56);
  for (let i = 0; i < rounds; i++) {
    let constant = load<u32>(upper + (i << 2)) as u64;
    if (wide) constant = (constant << 32) | (load<u32>(lower + (i << 2)) as u64);
    const first =
      h + mixed(e, SUM_1, wide) + ((e & f) ^ (~e & g)) + constant + load<u64>(schedule + (i << 3));
    const second = mixed(a, SUM_0, wide) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  add(state, a);
  add(state + 8, b);
  add(state + 16, c);
  add(state + 24, d);
  add(state + 32, e);
  add(state + 40, f);
  add(state + 48, g);
  add(state + 56, h);
}

function add(at: usize, word: u64): void {
  store<u64>(at, load<u64>(at) + word);
}

function mixed(word: u64, which: i32, wide: bool): u64 {
  const by = (wide ? amountsWide : amounts) + which;
  const last = load<u8>(by, 2) as u64;
  const shifted = wide ? word >> last : (((word as u32) >> (last as u32)) as u64);
  const third = which >= SMALL_0 ? shifted : turned(word, last, wide);
  return turned(word, load<u8>(by) as u64, wide) ^ turned(word, load<u8>(by, 1) as u64, wide) ^ third;
}

function turned(word: u64, by: u64, wide: bool): u64 {
  return wide ? rotr<u64>(word, by) : (rotr<u32>(word as u32, by as u32) as u64);
}
