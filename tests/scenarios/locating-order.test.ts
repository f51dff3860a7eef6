import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SrvData, Zone } from "../../host/simulated/index.js";
import { search } from "./lookups.js";
import type { Settings } from "./helpers.js";

const SERVICE = "_sip._udp.example.com";

type Weighted = Partial<SrvData> & { readonly name: string };

/** An SRV record for each server and an address for each name: 192.0.2.1 for the first, and so on. */
const servers =
  (records: readonly Weighted[]) =>
  (zone: Zone): void => {
    records.forEach(({ name, ...data }, index) => {
      zone.srv(SERVICE, { ...data, target: `${name}.example.com` });
      zone.address(`${name}.example.com`, `192.0.2.${String(index + 1)}`);
    });
  };

/** The order in which the servers were tried, by their names. */
const orderOf = (records: readonly Weighted[], seed = 1): string => {
  const { tried } = search({}, servers(records), { seed });
  return tried
    .map((target) => {
      const place = "ABCD".indexOf(target);
      return records[place < 0 ? Number(/\.(\d+):5060$/.exec(target)?.[1]) - 1 : place]?.name ?? target;
    })
    .join(" ");
};

const SEEDS = 600;

/** How often each order came, over many seeds. */
const orders = (records: readonly Weighted[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const order = orderOf(records, seed);
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  return counts;
};

/** The share of the orders that begin as said. */
const share = (counts: ReadonlyMap<string, number>, beginning: string): number =>
  [...counts].reduce((sum, [order, count]) => sum + (order.startsWith(beginning) ? count : 0), 0) / SEEDS;

/** Asserts a share to four standard deviations: the seeds are fixed, so it holds always or never. */
const assertShare = (counts: ReadonlyMap<string, number>, beginning: string, expected: number): void => {
  const deviation = Math.sqrt((expected * (1 - expected)) / SEEDS);
  const found = share(counts, beginning);
  assert.ok(
    Math.abs(found - expected) <= 4 * deviation,
    `${beginning}: ${String(found)} instead of ${String(expected)}`,
  );
};

describe("L5 the order of SRV records", () => {
  test("lowest priority first, whatever the weight", () => {
    const records = [
      { name: "last", priority: 30, weight: 100 },
      { name: "first", priority: 10, weight: 0 },
      { name: "second", priority: 20, weight: 50 },
    ];
    for (let seed = 1; seed <= 20; seed++) assert.equal(orderOf(records, seed), "first second last");
  });

  test("equal weights of 0 keep the answer's order", () => {
    const records = ["a", "b", "c", "d"].map((name) => ({ name, priority: 10, weight: 0 }));
    for (let seed = 1; seed <= 20; seed++) assert.equal(orderOf(records, seed), "a b c d");
  });

  test("among equal priorities each is drawn with the share of its weight, the second from what is left", () => {
    const counts = orders([
      { name: "a", weight: 10 },
      { name: "b", weight: 30 },
      { name: "c", weight: 60 },
    ]);
    assertShare(counts, "a", 0.1);
    assertShare(counts, "b", 0.3);
    assertShare(counts, "c", 0.6);
    assertShare(counts, "c b", 0.6 * 0.75);
    assertShare(counts, "a c", 0.1 * (60 / 90));
    assert.equal(
      [...counts.values()].reduce((sum, count) => sum + count),
      SEEDS,
    );
  });

  test("field: equal weights have equal shares, the first record has no chance more", () => {
    const counts = orders([
      { name: "a", weight: 1 },
      { name: "b", weight: 1 },
    ]);
    assertShare(counts, "a", 0.5);
  });

  test("field: weight 0 beside others is chosen too, with RFC 2782's small share", () => {
    const counts = orders([
      { name: "a", weight: 4 },
      { name: "zero", weight: 0 },
      { name: "b", weight: 5 },
    ]);
    assertShare(counts, "zero", 0.1);
    assertShare(counts, "a", 0.4);
    assertShare(counts, "b", 0.5);
  });

  test("field: every record appears exactly once, a single one of its priority too", () => {
    const records = [
      { name: "p1a", priority: 1, weight: 5 },
      { name: "p2", priority: 2, weight: 5 },
      { name: "p3a", priority: 3, weight: 0 },
      { name: "p1b", priority: 1, weight: 0 },
      { name: "p4", priority: 4, weight: 9 },
      { name: "p3b", priority: 3, weight: 7 },
      { name: "p1c", priority: 1, weight: 5 },
      { name: "p5", priority: 5, weight: 0 },
    ];
    for (let seed = 1; seed <= 50; seed++) {
      const order = orderOf(records, seed).split(" ");
      assert.deepEqual(
        order.map((name) => name.slice(0, 2)),
        ["p1", "p1", "p1", "p2", "p3", "p3", "p4", "p5"],
      );
      assert.equal(new Set(order).size, records.length);
    }
  });

  test("the same seed draws the same order, another seed another one", () => {
    const records = ["a", "b", "c", "d"].map((name) => ({ name, weight: 10 }));
    const drawn = Array.from({ length: 20 }, (_, seed) => orderOf(records, seed));
    assert.deepEqual(
      Array.from({ length: 20 }, (_, seed) => orderOf(records, seed)),
      drawn,
    );
    assert.ok(new Set(drawn).size > 5);
  });
});

describe("L6 all addresses of a name, in order", () => {
  const two = (zone: Zone): void => {
    zone
      .srv(SERVICE, { priority: 1, target: "a.example.com" })
      .srv(SERVICE, { priority: 2, port: 5070, target: "b.example.com" })
      .address("a.example.com", ["192.0.2.2", "192.0.2.1"])
      .address("b.example.com", ["192.0.2.1", "192.0.2.3"]);
  };

  test("an address that is there already is dropped, whatever its port", () => {
    assert.deepEqual(search({}, two).tried, ["B", "A", "udp:192.0.2.3:5070"]);
  });

  test("with sip.skip_redundant_failover_addr 0 it stays", () => {
    assert.deepEqual(search({ "sip.skip_redundant_failover_addr": 0 }, two).tried, [
      "B",
      "A",
      "udp:192.0.2.1:5070",
      "udp:192.0.2.3:5070",
    ]);
  });

  test("two names of one address, on the same port, are one target", () => {
    const { tried } = search({}, (zone) => {
      zone
        .srv(SERVICE, { priority: 1, target: "a.example.com" })
        .srv(SERVICE, { priority: 2, target: "alias.example.com" })
        .address("a.example.com", "192.0.2.1")
        .address("alias.example.com", "192.0.2.1");
    });
    assert.deepEqual(tried, ["A"]);
  });

  test("a list has room for 16 targets; more is a pool that is full, and the first 16 serve", () => {
    const addresses = Array.from({ length: 20 }, (_, index) => `192.0.2.${String(101 + index)}`);
    const { tried, phone } = search({}, (zone) => {
      zone.address("example.com", addresses);
    });
    assert.deepEqual(
      tried,
      addresses.slice(0, 16).map((address) => `udp:${address}:5060`),
    );
    assert.deepEqual(new Set(phone.events("pool-full").map(({ pool }) => pool)), new Set(["targets"]));
  });
});

describe("L10 ip_address_mode", () => {
  const both = (zone: Zone): void => {
    zone.address("example.com", ["192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"]);
  };
  const port = { "sip_server.1.port": 5060 };
  const mode = (value: number): Settings => ({ ...port, "static.network.ip_address_mode": value });

  test("0 asks for IPv4 and uses it", () => {
    const { asked, tried } = search(mode(0), both);
    assert.deepEqual(asked, ["A example.com"]);
    assert.deepEqual(tried, ["A", "B", "C"]);
  });

  test("1 asks for IPv6 and uses it", () => {
    const { asked, tried } = search(mode(1), both);
    assert.deepEqual(asked, ["AAAA example.com"]);
    assert.deepEqual(tried, ["A6", "B6"]);
  });

  test("2 asks for both and alternates, IPv6 first, each in its order", () => {
    const { asked, tried } = search(mode(2), both);
    assert.deepEqual([...asked].sort(), ["A example.com", "AAAA example.com"]);
    assert.deepEqual(tried, ["A6", "A", "B6", "B", "C"]);
  });

  test("2 alternates within each name of an SRV record", () => {
    const { tried } = search({ "static.network.ip_address_mode": 2 }, (zone) => {
      zone
        .srv(SERVICE, { priority: 1, target: "a.example.com" })
        .srv(SERVICE, { priority: 2, target: "b.example.com" })
        .address("a.example.com", ["192.0.2.1", "192.0.2.2", "2001:db8::1"])
        .address("b.example.com", ["192.0.2.3", "2001:db8::3"]);
    });
    assert.deepEqual(tried, ["A6", "A", "B", "C6", "C"]);
  });

  test("2 uses what there is where a name has one kind only", () => {
    const { tried } = search(mode(2), (zone) => {
      zone.address("example.com", ["192.0.2.1", "192.0.2.2"]);
    });
    assert.deepEqual(tried, ["A", "B"]);
  });

  test("1 finds nothing where there is IPv4 only", () => {
    const { tried, phone } = search(mode(1), (zone) => {
      zone.address("example.com", ["192.0.2.1"]);
    });
    assert.deepEqual(tried, []);
    assert.equal(phone.events("failed")[0]?.reason, "name-not-found");
  });
});
