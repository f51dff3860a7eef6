import { Span, span, spanLength } from "../../../assembly/bytes/span";
import { TRANSPORT_TCP, TRANSPORT_TLS, TRANSPORT_UDP } from "../../../assembly/contract/constants";
import {
  NO_NAME,
  ROOT,
  dropName,
  findName,
  holdName,
  nameCellsUsed,
  nameWire,
  resetNames,
  shareName,
  textOfName,
  writeNameOfText,
  writeServiceName,
} from "../../../assembly/dns/names";
import { DNS_NAME_CELLS } from "../../../assembly/limits";
import { nameOctets, octetsOf, textView, viewOf } from "./messages";

const wire = memory.data(512, 8);

function written(text: string): Array<u8> {
  return octetsOf(span(wire, writeNameOfText(textView(text), wire)));
}

function wireOf(text: string): Span {
  return viewOf(nameOctets(text));
}

function textOf(name: i32): string {
  const view = textOfName(name);
  return String.UTF8.decodeUnsafe((view >> 32) as usize, spanLength(view));
}

describe("a name in text", () => {
  beforeEach(() => resetNames());

  it("becomes labels, in lower case", () => {
    expect(written("PBX.Example.com")).toStrictEqual(nameOctets("pbx.example.com"));
  });

  it("may end with a dot", () => {
    expect(written("example.com.")).toStrictEqual(nameOctets("example.com"));
  });

  it("is none when it is empty, the root, has an empty or too long label, or is too long", () => {
    expect(written("")).toHaveLength(0);
    expect(written(".")).toHaveLength(0);
    expect(written("a..b")).toHaveLength(0);
    expect(written(".a")).toHaveLength(0);
    expect(written("a" + "b".repeat(62))).toHaveLength(65);
    expect(written("a" + "b".repeat(63))).toHaveLength(0);
    const label = "x".repeat(63);
    const longest = label + "." + label + "." + label + "." + "x".repeat(61);
    expect(written(longest)).toHaveLength(255);
    expect(written(longest + ".")).toHaveLength(255);
    expect(written(longest + "x")).toHaveLength(0);
  });
});

describe("a held name", () => {
  beforeEach(() => resetNames());

  it("is kept once, and freed by its last owner", () => {
    const first = holdName(wireOf("example.com"));
    expect(holdName(wireOf("example.com"))).toBe(first);
    expect(shareName(first)).toBe(first);
    expect(octetsOf(nameWire(first))).toStrictEqual(nameOctets("example.com"));
    expect(nameCellsUsed()).toBe(1);
    dropName(first);
    dropName(first);
    expect(findName(wireOf("example.com"))).toBe(first);
    dropName(first);
    expect(findName(wireOf("example.com"))).toBe(NO_NAME);
    expect(nameCellsUsed()).toBe(0);
  });

  it("differs from one whose label holds a dot", () => {
    const two = holdName(wireOf("a.b"));
    const one = holdName(viewOf([3, 0x61, 0x2e, 0x62, 0]));
    expect(one).not.toBe(two);
    expect(textOf(one)).toBe("a?b");
    expect(textOf(two)).toBe("a.b");
  });

  it("is the root where there is no label", () => {
    expect(holdName(viewOf([0]))).toBe(ROOT);
    expect(textOf(ROOT)).toBe("");
  });

  it("shows octets that are not printable as question marks", () => {
    expect(textOf(holdName(viewOf([3, 0x61, 0x0a, 0xff, 1, 0x62, 0])))).toBe("a??.b");
  });

  it("finds no room when the pool is full, and finds it again after one was dropped", () => {
    let first = 0;
    for (let i = 1; i < DNS_NAME_CELLS; i++) {
      const name = holdName(wireOf("n" + i.toString()));
      expect(name).toBeGreaterThan(0);
      if (i == 1) first = name;
    }
    expect(holdName(wireOf("one.more"))).toBe(NO_NAME);
    expect(holdName(wireOf("n1"))).toBe(first, "one that is there needs no room");
    dropName(first);
    dropName(first);
    expect(holdName(wireOf("one.more"))).toBe(first);
  });
});

describe("the name of SRV records", () => {
  it("is the transport's service at the host (RFC 3263, 4.1)", () => {
    const host = wireOf("example.com");
    expect(octetsOf(span(wire, writeServiceName(TRANSPORT_UDP, host, wire)))).toStrictEqual(
      nameOctets("_sip._udp.example.com"),
    );
    expect(octetsOf(span(wire, writeServiceName(TRANSPORT_TCP, host, wire)))).toStrictEqual(
      nameOctets("_sip._tcp.example.com"),
    );
    expect(octetsOf(span(wire, writeServiceName(TRANSPORT_TLS, host, wire)))).toStrictEqual(
      nameOctets("_sips._tcp.example.com"),
    );
  });

  it("is none where it would be too long", () => {
    const label = "x".repeat(63);
    const host = label + "." + label + "." + label + ".";
    expect(writeServiceName(TRANSPORT_UDP, wireOf(host + "x".repeat(51)), wire)).toBe(255);
    expect(writeServiceName(TRANSPORT_UDP, wireOf(host + "x".repeat(52)), wire)).toBe(0);
  });
});
