import {
  FAMILY_IPV4,
  FAMILY_IPV6,
  parseAddress,
  writeAddress,
  writeHost,
} from "../../../assembly/bytes/address";
import * as contract from "../../../assembly/contract/constants";
import { Writer } from "../../../assembly/bytes/writer";
import { atEdge, hex, put, text } from "./memory";

const address = memory.data(24);
const output = memory.data(64);
const writer = changetype<Writer>(memory.data(offsetof<Writer>(), 8));

function family(literal: string): i32 {
  return parseAddress(atEdge(put(literal)), address);
}

/** Parsed and written again. */
function canonical(literal: string): string {
  const kind = family(literal);
  if (kind == 0) return "no address";
  writer.begin(output, 64);
  writeAddress(writer, kind, address);
  return text(writer.written());
}

describe("an IP address literal", () => {
  it("has the family numbers of the host contract", () => {
    expect(FAMILY_IPV4).toBe(contract.FAMILY_IPV4);
    expect(FAMILY_IPV6).toBe(contract.FAMILY_IPV6);
  });

  it("IPv4: four bytes, the rest zero", () => {
    memory.fill(address, 0xff, 16);
    expect(family("192.0.2.255")).toBe(FAMILY_IPV4);
    expect(hex(address, 16)).toBe("c00002ff000000000000000000000000");
    expect(canonical("0.0.0.0")).toBe("0.0.0.0");
    expect(canonical("255.255.255.255")).toBe("255.255.255.255");
  });

  it("IPv6: sixteen bytes", () => {
    expect(family("2001:db8:1:2:3:4:5:678")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("20010db8000100020003000400050678");
    expect(family("::")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("00000000000000000000000000000000");
    expect(family("::1")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("00000000000000000000000000000001");
    expect(family("2001:db8::")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("20010db8000000000000000000000000");
    expect(family("1::7:8")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("00010000000000000000000000070008");
    expect(family("1:2:3:4:5:6:7::")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("00010002000300040005000600070000");
    expect(family("::2:3:4:5:6:7:8")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("00000002000300040005000600070008");
  });

  it("IPv6 with an IPv4 tail", () => {
    expect(family("64:ff9b::192.0.2.33")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("0064ff9b0000000000000000c0000221");
    expect(family("1:2:3:4:5:6:192.0.2.1")).toBe(FAMILY_IPV6);
    expect(hex(address, 16)).toBe("000100020003000400050006c0000201");
  });

  it("IPv6 in brackets is the same", () => {
    expect(canonical("[2001:DB8::1]")).toBe("2001:db8::1");
    expect(canonical("[::]")).toBe("::");
  });

  it("is refused where it is anything else", () => {
    const wrong: string[] = [
      "",
      ".",
      "1",
      "1.2.3",
      "1.2.3.",
      "1.2.3.4.",
      ".1.2.3.4",
      "1.2.3.4.5",
      "1..3.4",
      "256.1.1.1",
      "1.1.1.999",
      "1.1.1.0001",
      "01.2.3.4",
      "1.2.3.04",
      "1.2.3.-4",
      "1.2.3.4 ",
      " 1.2.3.4",
      "1.2.3.4a",
      "0x1.2.3.4",
      "[1.2.3.4]",
      "example.com",
      ":",
      ":::",
      "1",
      "1:",
      ":1",
      "1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:",
      ":1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:8:9",
      "1:2:3:4:5:6:7:8:",
      "1:2:3:4::5:6:7:8",
      "::1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:8::",
      "1::2::3",
      "1:::2",
      "12345::",
      "::g",
      "::1.2.3",
      "::1.2.3.4.5",
      "::1.2.3.4:5",
      "1:2:3:4:5:6:7:1.2.3.4",
      "::256.1.1.1",
      "::1:2:3:4:5:6:7:1.2.3.4",
      "1:2:3:4:5:6:7::1.2.3.4",
      "fe80::1%eth0",
      "[",
      "]",
      "[]",
      "[::1",
      "::1]",
      "[::1]:5060",
      "[[::1]]",
    ];
    for (let i = 0; i < wrong.length; i++) {
      store<u64>(address, 0x1122334455667788, 16);
      expect(family(wrong[i])).toBe(0, wrong[i]);
      expect(load<u64>(address, 16)).toBe(0x1122334455667788, wrong[i]);
    }
  });
});

describe("writing an address", () => {
  it("keeps the rules of RFC 5952", () => {
    // Pairs: as read, as written.
    const cases: string[] = [
      "2001:0DB8:0000:0000:0000:0000:0000:0001",
      "2001:db8::1",
      "2001:db8:0:1:1:1:1:1",
      "2001:db8:0:1:1:1:1:1",
      "2001:db8:0:0:1:0:0:1",
      "2001:db8::1:0:0:1",
      "2001:0:0:1:0:0:0:1",
      "2001:0:0:1::1",
      "0:0:0:0:0:0:0:0",
      "::",
      "0:0:0:0:0:0:0:1",
      "::1",
      "1:0:0:0:0:0:0:0",
      "1::",
      "0:1:2:3:4:5:6:7",
      "0:1:2:3:4:5:6:7",
      "1:2:3:4:5:6:0:0",
      "1:2:3:4:5:6::",
      "a:bc:def:1234:0:10:100:1000",
      "a:bc:def:1234:0:10:100:1000",
      "::ffff:192.0.2.1",
      "::ffff:192.0.2.1",
      "::ffff:c000:201",
      "::ffff:192.0.2.1",
      "64:ff9b::192.0.2.33",
      "64:ff9b::c000:221",
    ];
    for (let i = 0; i < cases.length; i += 2) expect(canonical(cases[i])).toBe(cases[i + 1]);
  });

  it("as a host: IPv6 in brackets", () => {
    family("2001:db8::1");
    writer.begin(output, 64);
    writeHost(writer, FAMILY_IPV6, address);
    expect(text(writer.written())).toBe("[2001:db8::1]");
    family("192.0.2.1");
    writer.begin(output, 64);
    writeHost(writer, FAMILY_IPV4, address);
    expect(text(writer.written())).toBe("192.0.2.1");
  });
});
