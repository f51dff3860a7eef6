import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seedOfPhone } from "../../host/fleet/job.js";
import { Play } from "../../host/scenario/play.js";
import { jobOf, outage, playReport, playTally } from "./fleets.js";

const PHONES = 40;

/** Phones that all start together, so that they leave and return together. */
const together = (keys = ""): ReturnType<typeof jobOf> => jobOf(outage(), PHONES, { spread: 500, keys });

describe("a fleet", () => {
  it("counts what each phone counts alone", () => {
    const job = jobOf(outage(), 5, { spread: 1 });
    const tally = playTally(job);
    const alone = Array.from({ length: 5 }, (_, phone) =>
      new Play(job.scenario, { files: job.files, seed: seedOfPhone(1, phone) }).run(),
    );
    // Before the outage nobody is without service but for the first registration, which does not count.
    const first = alone.map(({ accounts }) => accounts[0]?.gaps[0] ?? [0, 0]);
    const times = alone.map(({ accounts }, phone) => (accounts[0]?.without ?? 0) - (first[phone]?.[1] ?? 0));
    const expected = new Map<number, number>();
    for (const time of times) expected.set(time, (expected.get(time) ?? 0) + 1);
    assert.deepEqual(new Map(tally.services), expected);
    ["primary", "secondary"].forEach((name, index) => {
      const registers = alone.map(
        ({ servers }) => servers.find(({ server }) => server === name)?.requests["REGISTER"] ?? 0,
      );
      assert.equal(
        tally.servers[index]?.registers.reduce((sum, count) => sum + count, 0),
        registers.reduce((sum, count) => sum + count, 0),
        name,
      );
    });
    assert.deepEqual(
      [tally.all.failovers, tally.all.failbacks].map((series) =>
        series.reduce((sum, count) => sum + count, 0),
      ),
      [5, 5],
    );
  });

  it("is told when which server served nobody, and what became of the phones meanwhile", () => {
    const { storms, service, series, servers } = playReport(jobOf(outage(), PHONES));
    const [storm] = storms;
    assert.equal(storms.length, 1);
    assert.deepEqual([storm?.server, storm?.from, storm?.to], ["primary", 180_000, 360_000]);
    assert.deepEqual([storm?.failovers, storm?.failbacks], [PHONES, PHONES]);
    assert.deepEqual([storm?.failover?.server, storm?.failback?.server], ["secondary", "primary"]);
    // A refused port is found out by the next keep-alive, at most 30 s later (K1, K3).
    assert.ok(
      service.p50 > 0 && service.p50 < service.p95 && service.last <= 31_000,
      JSON.stringify(service),
    );
    assert.ok(Math.max(...series.without) >= PHONES * 0.9);
    assert.equal(series.without[215], 0);
    assert.equal(Math.min(...series.without), 0);
    assert.deepEqual([servers[0]?.rejected, servers[0]?.longestWait], [0, 0]);
  });

  it("returns less at once with sip.failback_surge_prevention (B8)", () => {
    const [at] = playReport(together()).storms;
    const [spread] = playReport(together("sip.failback_surge_prevention = 60\n")).storms;
    assert.ok((at?.failback?.registers ?? 0) >= PHONES, `together: ${String(at?.failback?.registers)}`);
    assert.ok(
      (spread?.failback?.registers ?? PHONES) <= PHONES / 4,
      `spread: ${String(spread?.failback?.registers)}`,
    );
    assert.equal(spread?.failbacks, PHONES, "all of them return");
  });

  it("leaves less at once where sip.reg_surge_prevention has let phones start one after the other (R1)", () => {
    const [at] = playReport(together()).storms;
    const [spread] = playReport(together("sip.reg_surge_prevention = 60\n")).storms;
    assert.ok((at?.failover?.registers ?? 0) >= PHONES, `together: ${String(at?.failover?.registers)}`);
    assert.ok(
      (spread?.failover?.registers ?? PHONES) <= PHONES / 3,
      `spread: ${String(spread?.failover?.registers)}`,
    );
    assert.equal(spread?.failovers, PHONES);
  });

  it("is without service for longer where servers take less", () => {
    const lastOf = (secondary: string): number =>
      playReport(jobOf(outage(secondary), PHONES, { spread: 500 })).service.last;
    const [free, slow, slower] = [
      "",
      ", capacity: { registrations: 10, queue: 10s }",
      ", capacity: { registrations: 4, queue: 20s }",
    ].map(lastOf);
    assert.ok(free !== undefined && slow !== undefined && slower !== undefined);
    // Forty that come at once are answered at 10 a second, or at 4.
    assert.ok(slow >= free + 3000, `${String(free)} ${String(slow)}`);
    assert.ok(slower >= free + 8000, `${String(free)} ${String(slower)}`);
  });

  it("is turned away beyond the queue, silently or with a status, and all get in at last", () => {
    for (const beyond of ["silent", "503, retry_after: 5s"]) {
      const server = `, capacity: { registrations: 4, queue: 1s, beyond: ${beyond} }`;
      const report = playReport(jobOf(outage(server), PHONES, { spread: 500 }));
      const secondary = report.servers[1];
      assert.ok((secondary?.rejected ?? 0) > PHONES / 2, beyond);
      assert.ok((secondary?.longestWait ?? 0) <= 1000, beyond);
      assert.equal(report.service.unregistered, 0);
      assert.equal(report.series.without.at(-1), 0, beyond);
    }
  });

  it("comes to about the same in cells as with all phones in one queue", () => {
    const job = jobOf(
      outage(", capacity: { registrations: 10, queue: 2s, beyond: 503, retry_after: 5s }"),
      120,
      { spread: 3000 },
    );
    const whole = playReport(job);
    const cells = playReport({ ...job, cell: 40 });
    assert.deepEqual([whole.cells, cells.cells], [1, 3]);
    assert.ok((whole.servers[1]?.rejected ?? 0) > 100);
    const near = (one: number, other: number, share: number): void => {
      assert.ok(Math.abs(one - other) <= share * Math.max(one, other), `${String(one)} ${String(other)}`);
    };
    near(whole.service.p50, cells.service.p50, 0.2);
    near(whole.service.last, cells.service.last, 0.2);
    near(whole.servers[1]?.rejected ?? 0, cells.servers[1]?.rejected ?? 0, 0.2);
    near(whole.storms[0]?.failover?.registers ?? 0, cells.storms[0]?.failover?.registers ?? 0, 0.2);
  });
});
