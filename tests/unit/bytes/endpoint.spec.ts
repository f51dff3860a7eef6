import { Endpoint } from "../../../assembly/bytes/endpoint";
import { parseAddress } from "../../../assembly/bytes/address";
import { hex, put } from "./memory";

const a = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));
const b = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));
const address = memory.data(16);

function fill(endpoint: Endpoint, transport: i32, literal: string, port: i32): void {
  const family = parseAddress(put(literal), address);
  endpoint.set(transport, family, port, address);
}

describe("an endpoint", () => {
  beforeEach(() => {
    a.clear();
    b.clear();
  });

  it("lies in memory as the contract's target", () => {
    expect(offsetof<Endpoint>()).toBe(20);
    fill(a, 2, "192.0.2.1", 5061);
    expect(hex(changetype<usize>(a), 20)).toBe("0204c513c0000201000000000000000000000000");
    expect(hex(a.address, 4)).toBe("c0000201");
  });

  it("cleared: none", () => {
    expect(a.exists).toBe(false);
    fill(a, 0, "::", 0);
    expect(a.exists).toBe(true);
    a.clear();
    expect(a.exists).toBe(false);
    expect(a.equals(b)).toBe(true);
  });

  it("equal: transport, address and port", () => {
    fill(a, 0, "192.0.2.1", 5060);
    b.copyFrom(a);
    expect(a.equals(b)).toBe(true);
    fill(b, 1, "192.0.2.1", 5060);
    expect(a.equals(b)).toBe(false);
    fill(b, 0, "192.0.2.1", 5062);
    expect(a.equals(b)).toBe(false);
    fill(b, 0, "192.0.2.2", 5060);
    expect(a.equals(b)).toBe(false);
  });

  it("the same address, whatever port and transport", () => {
    fill(a, 0, "2001:db8::1", 5060);
    fill(b, 2, "2001:db8::1", 5061);
    expect(a.sameAddress(b)).toBe(true);
    fill(b, 0, "2001:db8::2", 5060);
    expect(a.sameAddress(b)).toBe(false);
    fill(a, 0, "192.0.2.1", 5060);
    fill(b, 0, "c000:201::", 5060);
    expect(a.sameAddress(b)).toBe(false);
  });
});
