import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { Play } from "../../host/scenario/play.js";
import { readScenario } from "../../host/scenario/read.js";
import type { TraceRecord } from "../../host/scenario/trace.js";
import { playOnLoopback } from "./loopback-stage.js";

/** Compiled tests run three folders below the package. */
const folder = fileURLToPath(new URL("../../../../tests/tools/loopback/", import.meta.url));

/** What may lie between an event on loopback and the same one in simulated time, on a machine that has other work. */
const BOUND = 800;

/** What is compared of a record, beside when it came. */
const fields = [
  "account",
  "event",
  "method",
  "target",
  "targets",
  "from",
  "to",
  "status",
  "attempt",
  "cause",
  "rule",
  "reason",
  "state",
  "server",
  "action",
  "detail",
  "expires",
  "outcome",
];

const textOf = (record: TraceRecord): string =>
  fields
    .flatMap((field) => {
      const value = (record as unknown as Readonly<Record<string, string | number | readonly string[]>>)[
        field
      ];
      return value === undefined || value === "" ? [] : [`${field}=${String(value)}`];
    })
    .join(" ");

/** A trace without what is no part of the course: diagnostics, and the phone's port, which was any free one. */
const courseOf = (trace: readonly TraceRecord[]): TraceRecord[] =>
  trace.filter(({ event }) => event !== "config" && event !== "listening");

const simulate = (name: string): TraceRecord[] => {
  const trace: TraceRecord[] = [];
  new Play(readScenario(`${folder}${name}.yaml`), {
    files: [{ name: `${name}.cfg`, octets: readFileSync(`${folder}${name}.cfg`) }],
    tell: (record) => trace.push(record),
  }).run();
  return courseOf(trace);
};

describe("one scenario in simulated time and on real sockets", () => {
  const simulated = simulate("outages");

  it("has outages of every kind, moves, calls both ways and DNS that fails", () => {
    const causes = simulated.flatMap((record) => (record.event === "target-failed" ? [record.cause] : []));
    assert.deepEqual(causes, ["silent", "503", "refused"]);
    const count = (event: TraceRecord["event"]): number =>
      simulated.filter((record) => record.event === event).length;
    assert.deepEqual(
      ["failover", "failback", "failed"].map((event) => count(event as "failed")),
      [3, 3, 1],
    );
    assert.deepEqual(
      simulated.flatMap((record) =>
        record.event === "call" && record.state === "established" ? [record.target] : [],
      ),
      ["udp:127.83.5.1:45060", "udp:127.83.5.2:45060"],
    );
  });

  it("takes the same course, event by event", async () => {
    const trace = await playOnLoopback(readScenario(`${folder}outages.yaml`), `${folder}outages.cfg`);
    const real = courseOf(trace);
    assert.deepEqual(real.map(textOf), simulated.map(textOf));
    const apart = real.flatMap((record, index) => {
      const difference = record.t - (simulated[index]?.t ?? 0);
      return Math.abs(difference) > BOUND ? [`${textOf(record)}: ${String(difference)} ms apart`] : [];
    });
    assert.deepEqual(apart, []);
  });
});
