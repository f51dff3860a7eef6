import { Span, span } from "../../../assembly/bytes/span";
import {
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_CNAME,
  DNS_TYPE_NAPTR,
  DNS_TYPE_SOA,
  DNS_TYPE_SRV,
  DROP_DNS_IDENTIFIER,
  DROP_DNS_MALFORMED,
  DROP_DNS_QUESTION,
  TRANSPORT_TCP,
  TRANSPORT_TLS,
  TRANSPORT_UDP,
} from "../../../assembly/contract/constants";
import { FITS, MAX_QUERY_SIZE, message, writeQuery } from "../../../assembly/dns/message";
import { NAPTR_TO_NAPTR, NAPTR_TO_SRV, NAPTR_USELESS } from "../../../assembly/dns/naptr";
import {
  Message,
  Record,
  a,
  cname,
  nameOctets,
  nameServer,
  naptr,
  octetsOf,
  soa,
  srv,
  viewOf,
} from "./messages";

const query = memory.data(MAX_QUERY_SIZE);

const IDENTIFIER = 0x1234;

function open(bytes: Span, name: string = "example.com", type: i32 = DNS_TYPE_A): i32 {
  return message.open(bytes, IDENTIFIER, viewOf(nameOctets(name)), type);
}

/** An answer to A of example.com. */
function answer(flags: i32 = 0x8180): Message {
  return new Message(IDENTIFIER, flags).question("example.com", DNS_TYPE_A);
}

/** The record is read, with this verdict. */
function reads(record: Record): bool {
  expect(open(answer().record(record).view)).toBe(FITS);
  const good = message.check();
  if (good) {
    expect(message.readAnswers()).toBe(1);
    expect(message.next()).toBe(true);
    expect(message.type).toBe(record.type);
  }
  return good;
}

/** The only record's owner is written so, at offset 29. */
function readsOwner(owner: Array<u8>): bool {
  expect(open(answer().recordOf(owner, DNS_TYPE_A, 1, [192, 0, 2, 1]).view)).toBe(FITS);
  return message.check();
}

/** A record of each kind, one with a compressed name. */
function full(): Message {
  return answer()
    .record(cname("example.com", "pbx.example.com"))
    .recordOf([3, 0x70, 0x62, 0x78, 0xc0, 12], DNS_TYPE_A, 60, [192, 0, 2, 1])
    .record(srv("example.com", 1, 2, 5060, "sip.example.com"))
    .record(naptr("example.com", 1, 2, "s", "SIP+D2U", "_sip._udp.example.com"))
    .record(soa("example.com", 60, 30), 2)
    .record(a("sip.example.com", "2001:db8::1"), 3);
}

function target(): Array<u8> {
  return octetsOf(message.target);
}

describe("a query", () => {
  it("has one question and asks for recursion", () => {
    const length = writeQuery(0xabcd, viewOf(nameOctets("example.com")), DNS_TYPE_SRV, query);
    const expected = new Message(0xabcd, 0x0100).question("example.com", DNS_TYPE_SRV);
    expect(octetsOf(span(query, length))).toStrictEqual(expected.octets);
  });

  it("has room for the longest name", () => {
    const label = "x".repeat(63);
    const name = label + "." + label + "." + label + "." + "x".repeat(61);
    expect(writeQuery(0, viewOf(nameOctets(name)), DNS_TYPE_A, query)).toBe(MAX_QUERY_SIZE);
  });
});

describe("an answer", () => {
  it("fits with the asked identifier and the asked question, in any case (L9)", () => {
    expect(open(answer().view)).toBe(FITS);
    expect(open(new Message(IDENTIFIER, 0x8180).question("EXAMPLE.com", DNS_TYPE_A).view)).toBe(FITS);
  });

  it("of another identifier does not fit", () => {
    expect(open(new Message(IDENTIFIER + 1, 0x8180).question("example.com", DNS_TYPE_A).view)).toBe(
      DROP_DNS_IDENTIFIER,
    );
  });

  it("to another question does not fit", () => {
    const flags = 0x8180;
    expect(open(new Message(IDENTIFIER, flags).question("example.org", DNS_TYPE_A).view)).toBe(
      DROP_DNS_QUESTION,
    );
    expect(open(new Message(IDENTIFIER, flags).question("www.example.com", DNS_TYPE_A).view)).toBe(
      DROP_DNS_QUESTION,
    );
    expect(open(new Message(IDENTIFIER, flags).question("example.com", DNS_TYPE_AAAA).view)).toBe(
      DROP_DNS_QUESTION,
    );
    const otherClass = answer();
    otherClass.octets[otherClass.octets.length - 1] = 3;
    expect(open(otherClass.view)).toBe(DROP_DNS_QUESTION);
  });

  it("without a question, or with two, does not fit", () => {
    expect(open(new Message(IDENTIFIER, 0x8180).view)).toBe(DROP_DNS_QUESTION);
    expect(open(new Message(IDENTIFIER, 0x8183).view)).toBe(DROP_DNS_QUESTION);
    expect(open(answer().question("example.com", DNS_TYPE_A).count(0, 2).view)).toBe(DROP_DNS_QUESTION);
  });

  it("that is an error may leave the question out", () => {
    expect(open(new Message(IDENTIFIER, 0x8181).view)).toBe(FITS);
    expect(message.rcode).toBe(1);
  });

  it("is no query, no other operation, and has a whole header", () => {
    expect(open(answer(0x0100).view)).toBe(DROP_DNS_MALFORMED);
    expect(open(answer(0x9180).view)).toBe(DROP_DNS_MALFORMED);
    expect(open(viewOf([0x12, 0x34, 0x81, 0x80]))).toBe(DROP_DNS_MALFORMED);
    expect(open(viewOf([]))).toBe(DROP_DNS_MALFORMED);
  });

  it("says that it was cut off", () => {
    expect(open(answer(0x8380).view)).toBe(FITS);
    expect(message.isTruncated).toBe(true);
    expect(open(answer().view)).toBe(FITS);
    expect(message.isTruncated).toBe(false);
  });

  it("has sections", () => {
    const all = answer()
      .record(a("example.com", "192.0.2.1"))
      .record(a("example.com", "192.0.2.2"))
      .record(soa("com", 60, 30), 2)
      .record(nameServer("com", "ns.com"), 2)
      .record(a("ns.com", "192.0.2.9"), 3);
    expect(open(all.view)).toBe(FITS);
    expect(message.check()).toBe(true);
    expect(message.readAdditionals()).toBe(1);
    expect(message.next()).toBe(true);
    expect(octetsOf(message.owner)).toStrictEqual(nameOctets("ns.com"));
    expect(message.readAuthorities()).toBe(2);
    expect(message.next()).toBe(true);
    expect(message.type).toBe(DNS_TYPE_SOA);
    expect(message.next()).toBe(true);
    expect(message.isNameServer).toBe(true);
    expect(message.readAnswers()).toBe(2);
  });
});

describe("a record", () => {
  it("A and AAAA: an address", () => {
    expect(reads(a("example.com", "192.0.2.1", 77))).toBe(true);
    expect(message.ttl).toBe(77);
    expect(octetsOf(span(message.data, 4))).toStrictEqual([192, 0, 2, 1]);
    expect(reads(a("example.com", "2001:db8::1"))).toBe(true);
    expect(load<u8>(message.data + 15)).toBe(1);
  });

  it("CNAME: a name, in lower case", () => {
    expect(reads(cname("Example.COM", "Other.Example.com"))).toBe(true);
    expect(octetsOf(message.owner)).toStrictEqual(nameOctets("example.com"));
    expect(target()).toStrictEqual(nameOctets("other.example.com"));
  });

  it("SRV: priority, weight, port, target", () => {
    expect(reads(srv("example.com", 10, 20, 5060, "sip1.example.com"))).toBe(true);
    expect(message.major).toBe(10);
    expect(message.minor).toBe(20);
    expect(message.port).toBe(5060);
    expect(target()).toStrictEqual(nameOctets("sip1.example.com"));
    expect(reads(srv("example.com", 65535, 65535, 65535, "."))).toBe(true);
    expect(message.major).toBe(65535);
    expect(target()).toStrictEqual([0]);
  });

  it("NAPTR: order, preference, transport, replacement", () => {
    expect(reads(naptr("example.com", 50, 60, "s", "SIP+D2U", "_sip._udp.example.com"))).toBe(true);
    expect(message.major).toBe(50);
    expect(message.minor).toBe(60);
    expect(message.transport).toBe(TRANSPORT_UDP);
    expect(message.use).toBe(NAPTR_TO_SRV);
    expect(target()).toStrictEqual(nameOctets("_sip._udp.example.com"));
    expect(reads(naptr("example.com", 1, 1, "S", "sip+d2t", "x"))).toBe(true);
    expect(message.transport).toBe(TRANSPORT_TCP);
    expect(message.use).toBe(NAPTR_TO_SRV);
    expect(reads(naptr("example.com", 1, 1, "s", "SIPS+D2T", "x"))).toBe(true);
    expect(message.transport).toBe(TRANSPORT_TLS);
  });

  it("NAPTR: of no use with another service, another flag, or without a replacement", () => {
    expect(reads(naptr("example.com", 1, 1, "s", "SIP+D2S", "x"))).toBe(true);
    expect(message.use).toBe(NAPTR_USELESS);
    expect(reads(naptr("example.com", 1, 1, "u", "E2U+sip", "x"))).toBe(true);
    expect(message.use).toBe(NAPTR_USELESS);
    expect(reads(naptr("example.com", 1, 1, "a", "SIP+D2U", "x"))).toBe(true);
    expect(message.use).toBe(NAPTR_USELESS);
    expect(reads(naptr("example.com", 1, 1, "s", "SIP+D2U", "."))).toBe(true);
    expect(message.use).toBe(NAPTR_USELESS);
  });

  it("NAPTR: leads on to others without a flag", () => {
    expect(reads(naptr("example.com", 1, 1, "", "SIP+D2U", "x"))).toBe(true);
    expect(message.use).toBe(NAPTR_TO_NAPTR);
    expect(reads(naptr("example.com", 1, 1, "", "", "x"))).toBe(true);
    expect(message.use).toBe(NAPTR_TO_NAPTR);
    expect(reads(naptr("example.com", 1, 1, "", "E2U+sip", "x"))).toBe(true);
    expect(message.use).toBe(NAPTR_USELESS);
  });

  it("SOA: the minimum", () => {
    expect(reads(soa("example.com", 3600, 900))).toBe(true);
    expect(message.minimum).toBe(900);
  });

  it("of an unknown type or another class is passed over", () => {
    expect(open(answer().recordOf([0], 41, 0, [1, 2, 3]).record(a("example.com", "192.0.2.1")).view)).toBe(
      FITS,
    );
    expect(message.check()).toBe(true);
    const chaos = answer().record(a("example.com", "192.0.2.1"));
    chaos.octets[chaos.octets.length - 11] = 3;
    expect(open(chaos.view)).toBe(FITS);
    expect(message.check()).toBe(true);
    message.readAnswers();
    message.next();
    expect(message.type).toBe(0);
  });

  it("has a TTL of 0 where its top bit is set (RFC 2181, 8), and of a week at most", () => {
    expect(reads(a("example.com", "192.0.2.1", 0x80000000))).toBe(true);
    expect(message.ttl).toBe(0);
    expect(reads(a("example.com", "192.0.2.1", 0xffffffff))).toBe(true);
    expect(message.ttl).toBe(0);
    expect(reads(a("example.com", "192.0.2.1", 0x7fffffff))).toBe(true);
    expect(message.ttl).toBe(604800);
    expect(reads(a("example.com", "192.0.2.1", 604800))).toBe(true);
    expect(message.ttl).toBe(604800);
  });

  it("is malformed when the length of its data lies", () => {
    expect(reads(new Record("example.com", DNS_TYPE_A, 1, [1, 2, 3]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_A, 1, [1, 2, 3, 4, 5]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_AAAA, 1, [1, 2, 3, 4]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_CNAME, 1, []))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_CNAME, 1, [1, 0x61, 0, 0]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_CNAME, 1, [1, 0x61]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_SRV, 1, [0, 1, 0, 1, 0, 1]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_SRV, 1, [0, 1, 0, 1, 0, 1, 0, 0]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_SOA, 1, [0, 0, 1, 2, 3]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_NAPTR, 1, [0, 1, 0, 1, 0, 0, 0]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_NAPTR, 1, [0, 1, 0, 1, 9, 0, 0, 0]))).toBe(false);
    expect(reads(new Record("example.com", DNS_TYPE_NAPTR, 1, [0, 1, 0, 1, 0, 0, 9, 0]))).toBe(false);
  });

  it("is malformed when the length of its data leaves the message", () => {
    const lying = answer().record(a("example.com", "192.0.2.1"));
    lying.octets[lying.octets.length - 5] = 5;
    expect(open(lying.view)).toBe(FITS);
    expect(message.check()).toBe(false);
  });

  it("is missing when a count lies", () => {
    expect(open(answer().record(a("example.com", "192.0.2.1")).count(1, 2).view)).toBe(FITS);
    expect(message.check()).toBe(false);
    expect(open(answer().count(2, 1).view)).toBe(FITS);
    expect(message.check()).toBe(false);
    expect(open(answer().count(1, 0xffff).count(2, 0xffff).count(3, 0xffff).view)).toBe(FITS);
    expect(message.check()).toBe(false);
  });
});

describe("a name", () => {
  it("may be a pointer, or end with one", () => {
    expect(readsOwner([0xc0, 12])).toBe(true);
    message.readAnswers();
    message.next();
    expect(octetsOf(message.owner)).toStrictEqual(nameOctets("example.com"));
    expect(readsOwner([3, 0x57, 0x77, 0x77, 0xc0, 12])).toBe(true);
    message.readAnswers();
    message.next();
    expect(octetsOf(message.owner)).toStrictEqual(nameOctets("www.example.com"));
    expect(octetsOf(span(message.data, 4))).toStrictEqual([192, 0, 2, 1]);
  });

  it("does not point to itself, forward, or out of the message", () => {
    expect(readsOwner([0xc0, 29])).toBe(false);
    expect(readsOwner([1, 0x61, 0xc0, 29])).toBe(false);
    expect(readsOwner([0xc0, 31])).toBe(false);
    expect(readsOwner([0xff, 0xff])).toBe(false);
  });

  it("does not point round in circles", () => {
    // Two names that point at each other: the first one forward, the second one back to it.
    const loop = answer()
      .recordOf([0xc0, 45], DNS_TYPE_A, 1, [192, 0, 2, 1])
      .recordOf([0xc0, 29], DNS_TYPE_A, 1, [192, 0, 2, 1]);
    expect(open(loop.view)).toBe(FITS);
    expect(message.check()).toBe(false);
  });

  it("is at most 255 octets long, its labels at most 63, also through pointers", () => {
    const label = "x".repeat(63);
    const longest = label + "." + label + "." + label + "." + "x".repeat(61);
    expect(readsOwner(nameOctets(longest))).toBe(true);
    expect(readsOwner(nameOctets(longest + "x"))).toBe(false);
    expect(readsOwner(nameOctets("x".repeat(64)))).toBe(false);
    const fits = nameOctets(longest.substring(12));
    fits.pop();
    expect(readsOwner(fits.concat([0xc0, 12]))).toBe(true);
    const long = nameOctets(longest.substring(11));
    long.pop();
    expect(readsOwner(long.concat([0xc0, 12]))).toBe(false);
    expect(readsOwner([0x80, 0x61])).toBe(false);
  });

  it("does not go through more pointers than a name has labels", () => {
    // A string of pointers, each to the one before; the owner points at the last one.
    for (let pointers = 126; pointers <= 127; pointers++) {
      const data: Array<u8> = [];
      for (let i = 0; i < pointers; i++) {
        const back = i == 0 ? 12 : 40 + 2 * (i - 1);
        data.push((0xc0 | (back >> 8)) as u8);
        data.push(back as u8);
      }
      const last = 40 + 2 * (pointers - 1);
      const chain = answer()
        .recordOf([0], 99, 1, data)
        .recordOf([(0xc0 | (last >> 8)) as u8, last as u8], DNS_TYPE_A, 1, [192, 0, 2, 1]);
      expect(open(chain.view)).toBe(FITS);
      expect(message.check()).toBe(pointers == 126);
    }
  });
});

describe("bad input", () => {
  it("cut off anywhere is malformed", () => {
    const octets = full().octets;
    expect(open(viewOf(octets))).toBe(FITS);
    expect(message.check()).toBe(true);
    for (let length = 0; length < octets.length; length++) {
      const fits = open(viewOf(octets.slice(0, length)));
      if (fits == FITS) expect(message.check()).toBe(false, "cut off after " + length.toString());
      else expect(fits).toBe(DROP_DNS_MALFORMED, "cut off after " + length.toString());
    }
  });

  it("with flipped bits never traps, and never reads outside of itself", () => {
    const octets = full().octets;
    let state: u32 = 20240601;
    let accepted = 0;
    let inside = 0;
    const name = nameOctets("example.com");
    for (let round = 0; round < 20000; round++) {
      const view = viewOf(octets);
      const start = (view >> 32) as usize;
      for (let flips = 0; flips < 3; flips++) {
        state = state * 1664525 + 1013904223;
        const at = start + ((state >> 8) % (octets.length as u32));
        store<u8>(at, load<u8>(at) ^ (1 << ((state >> 3) as u8 & 7)));
      }
      if (message.open(view, IDENTIFIER, viewOf(name), DNS_TYPE_A) != FITS || !message.check()) continue;
      accepted++;
      let left = message.readAnswers();
      for (; left > 0 && message.next(); left--) {
        if (message.data < start || message.data > start + (octets.length as usize)) break;
      }
      if (left == 0) inside++;
    }
    expect(inside).toBe(accepted);
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(19900);
  });

  it("of random octets is never an answer", () => {
    let state: u32 = 7;
    for (let round = 0; round < 2000; round++) {
      const octets: Array<u8> = [];
      for (let i = 0; i < 64; i++) {
        state = state * 1664525 + 1013904223;
        octets.push((state >> 16) as u8);
      }
      expect(open(viewOf(octets))).not.toBe(FITS);
    }
  });
});
