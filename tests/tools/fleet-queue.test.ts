import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ServerQueue } from "../../host/fleet/queue.js";
import { cellsOf, seedOfPhone } from "../../host/fleet/job.js";
import { packed, unpacked } from "../../host/fleet/tally.js";
import { Registrar } from "../../host/simulated/index.js";
import type { Gate } from "../../host/simulated/index.js";
import { problemsOf } from "./scenarios.js";

/** A server that answers 100 a second, and lets requests wait for two seconds. */
const capacity = { registrations: 100, queue: 2000, beyond: "silent" } as const;

/** How long each of so many REGISTERs waits that come at one instant. */
const waits = (queue: ServerQueue, t: number, many: number, luck = 1): (number | undefined)[] =>
  Array.from({ length: many }, () => queue.admit("REGISTER", t, luck));

describe("a server's queue", () => {
  it("is empty as long as no more comes than is answered", () => {
    const queue = new ServerQueue(capacity);
    for (let t = 0; t < 10_000; t += 10) assert.equal(queue.admit("REGISTER", t, 0), 0);
  });

  it("grows by what is too much, and shrinks at the rate of the server", () => {
    const queue = new ServerQueue(capacity);
    assert.deepEqual(waits(queue, 0, 5), [0, 10, 20, 30, 40]);
    assert.deepEqual(waits(queue, 20, 2), [30, 40], "who comes later waits for those who are there");
    assert.deepEqual(waits(queue, 70, 1), [0], "all of them are done by now");
  });

  it("turns away whoever finds no room, until there is room again", () => {
    const queue = new ServerQueue(capacity);
    const all = waits(queue, 0, 500);
    assert.equal(all.filter((wait) => wait !== undefined).length, 201);
    assert.equal(Math.max(...all.map((wait) => wait ?? 0)), 2000);
    assert.deepEqual(waits(queue, 9, 1), [undefined], "who was turned away did not take any time");
    assert.deepEqual(waits(queue, 10, 2), [2000, undefined]);
  });

  it("has room in its last quarter for fewer and fewer", () => {
    const queue = new ServerQueue(capacity);
    waits(queue, 0, 175);
    const all = Array.from({ length: 1000 }, (_, index) => queue.admit("OPTIONS", 0, index / 1000));
    assert.equal(
      all.filter((wait) => wait === undefined).length,
      500,
      "half way through it every second one",
    );
    assert.equal(queue.admit("OPTIONS", 249, 0), undefined);
    assert.equal(queue.admit("OPTIONS", 250, 0), 1500, "up to three quarters everybody gets in");
  });

  it("lets other requests wait as long, and is not the longer for them", () => {
    const queue = new ServerQueue(capacity);
    waits(queue, 0, 100);
    for (let times = 0; times < 1000; times++) assert.equal(queue.admit("OPTIONS", 0, 0), 1000);
    waits(queue, 0, 150);
    assert.equal(queue.admit("INVITE", 0, 1), undefined);
  });

  it("is as fast as the share of the capacity that it has", () => {
    assert.deepEqual(waits(new ServerQueue(capacity, 0.25), 0, 4), [0, 40, 80, 120]);
  });
});

describe("what stands before a registrar", () => {
  const source = { transport: "udp", family: 4, address: "198.51.100.1", port: 5060 } as const;
  const request = Buffer.from(
    [
      "REGISTER sip:example.com SIP/2.0",
      "Via: SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKone",
      "From: <sip:1001@example.com>;tag=a",
      "To: <sip:1001@example.com>",
      "Call-ID: one",
      "CSeq: 1 REGISTER",
      "Contact: <sip:1001@198.51.100.1>",
      "Content-Length: 0",
      "",
      "",
    ].join("\r\n"),
  );
  const answersOf = (gate: Gate): [delay: number, status: string][] =>
    new Registrar("one", { delay: 7, gate })
      .receive(request, source, 1000)
      .map(({ octets, delay }) => [delay, Buffer.from(octets).toString("latin1").slice(8, 11)]);

  it("adds its wait to the server's own, or answers in its place, or drops", () => {
    assert.deepEqual(
      answersOf(() => 250),
      [[257, "200"]],
    );
    assert.deepEqual(
      answersOf(() => ({ status: 503, delay: 0 })),
      [[0, "503"]],
    );
    assert.deepEqual(
      answersOf(() => "silent"),
      [],
    );
  });

  it("is not asked by a server that is out of order, and sees the method and the time", () => {
    const seen: unknown[] = [];
    const server = new Registrar("one", { gate: (...asked) => seen.push(asked) });
    server.silent();
    server.receive(request, source, 1000);
    server.answer(503);
    server.receive(request, source, 1001);
    assert.deepEqual(seen, []);
    server.up();
    server.receive(request, source, 1002);
    assert.deepEqual(seen, [["REGISTER", 1002]]);
  });
});

describe("the phones of a fleet", () => {
  it("have seeds of their own", () => {
    const seeds = new Set(Array.from({ length: 20_000 }, (_, phone) => seedOfPhone(1, phone)));
    assert.equal(seeds.size, 20_000);
  });

  it("are in cells of about the same size, and each cell is in one shard, whatever the fleet is divided by", () => {
    assert.deepEqual(
      cellsOf({ phones: 10, cell: 3 }, { number: 1, of: 1 }).map(({ from, to }) => [from, to]),
      [
        [0, 2],
        [2, 5],
        [5, 7],
        [7, 10],
      ],
    );
    for (const phones of [1, 7, 500, 501, 1234]) {
      const whole = cellsOf({ phones, cell: 100 }, { number: 1, of: 1 });
      assert.ok(whole.every(({ from, to }) => to - from <= 100 && to > from));
      for (const of of [1, 2, 3, 4, 50]) {
        const shards = Array.from({ length: of }, (_, index) =>
          cellsOf({ phones, cell: 100 }, { number: index + 1, of }),
        );
        assert.deepEqual(shards.flat(), whole);
      }
    }
  });

  it("have series that survive being packed", () => {
    const series = Int32Array.of(0, 1, -1, 2 ** 31 - 1, -(2 ** 31));
    assert.deepEqual(unpacked(packed(series), 5), series);
    assert.throws(() => unpacked(packed(series), 4));
  });
});

describe("the capacity of a scenario", () => {
  const problems = (capacityText: string): string[] =>
    problemsOf(`duration: 1min\nservers:\n  one:\n    address: 192.0.2.1\n    capacity: ${capacityText}\n`);

  it("is a number, or what belongs to it", () => {
    for (const good of [
      "100",
      "0.5",
      "{ registrations: 100 }",
      "{ registrations: 100, queue: 500ms, beyond: silent }",
      "{ registrations: 100, beyond: 503, retry_after: 30s }",
    ]) {
      assert.deepEqual(problems(good), [], good);
    }
  });

  it("is refused with its place where it makes no sense", () => {
    for (const bad of [
      "0",
      "-1",
      "{}",
      "{ registrations: 0 }",
      "{ registrations: 9, beyond: 200 }",
      "{ registrations: 9, beyond: busy }",
    ]) {
      const found = problems(bad);
      assert.ok(
        found.length > 0 && found.every((text) => text.startsWith("5:")),
        `${bad}: ${found.join("; ")}`,
      );
    }
    assert.deepEqual(problems("{ registrations: 9, retry_after: 30s }"), [
      '5:35 "retry_after" belongs to a status, not to silent',
    ]);
  });
});
