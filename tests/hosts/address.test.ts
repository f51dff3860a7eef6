import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressOctets, addressText, endpointText, familyOf, parseEndpoint } from "../../host/abi/address.js";

/** Each address, and how RFC 5952 writes it. */
const addresses: readonly (readonly [string, string])[] = [
  ["192.0.2.1", "192.0.2.1"],
  ["255.255.255.255", "255.255.255.255"],
  ["::", "::"],
  ["::1", "::1"],
  ["2001:DB8::1", "2001:db8::1"],
  ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"],
  ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["fe80::", "fe80::"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["::ffff:c000:201", "::ffff:192.0.2.1"],
  ["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
];

describe("addresses", () => {
  for (const [text, canonical] of addresses) {
    it(`${text} is written ${canonical}`, () => {
      assert.equal(addressText(familyOf(text) ?? 0, addressOctets(text)), canonical);
    });
  }

  it("IPv4 is the first four of the octets", () => {
    assert.deepEqual([...addressOctets("192.0.2.1")], [192, 0, 2, 1, ...new Array<number>(12).fill(0)]);
  });

  for (const text of ["", "example.com", "192.0.2", "192.0.2.256", "2001:db8:::1", "[::1]", "fe80::1%eth0"]) {
    it(`${JSON.stringify(text)} is none`, () => {
      assert.throws(() => addressOctets(text), RangeError);
    });
  }
});

describe("endpoints", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["192.0.2.1", "udp:192.0.2.1:5060"],
    ["192.0.2.1:5080", "udp:192.0.2.1:5080"],
    ["tcp:192.0.2.1:0", "tcp:192.0.2.1:0"],
    ["2001:db8::1", "udp:[2001:db8::1]:5060"],
    ["[2001:db8::1]", "udp:[2001:db8::1]:5060"],
    ["TLS:[2001:DB8::1]:5061", "tls:[2001:db8::1]:5061"],
  ];
  for (const [text, target] of cases) {
    it(`${text} is ${target}`, () => {
      assert.equal(endpointText(parseEndpoint(text)), target);
    });
  }

  for (const text of [
    "",
    "sip.example.com:53",
    "192.0.2.1:",
    "192.0.2.1:65536",
    "192.0.2.1:5060x",
    "[::1]:",
    ":53",
  ]) {
    it(`${JSON.stringify(text)} is none`, () => {
      assert.throws(() => parseEndpoint(text), RangeError);
    });
  }
});
