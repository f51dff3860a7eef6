import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../../host/simulated/random.js";
import { Series } from "../../host/timeline/series.js";
import { Spans } from "../../host/timeline/spans.js";

const seriesOf = (...times: readonly number[]): Series => {
  const series = new Series();
  times.forEach((t, event) => {
    series.add(t, event);
  });
  return series;
};

const timesOf = (series: Series): number[] =>
  Array.from({ length: series.length }, (_, index) => series.timeAt(index));

describe("a series of events", () => {
  it("is in order of time, however they come", () => {
    const series = seriesOf(5, 1, 3, 3, 9, 2);
    assert.deepEqual(timesOf(series), [1, 2, 3, 3, 5, 9]);
    assert.equal(series.eventAt(0), 1);
    assert.deepEqual(
      [series.eventAt(2), series.eventAt(3)],
      [2, 3],
      "those of one instant in the order of the trace",
    );
  });

  it("finds the nearest", () => {
    const series = seriesOf(0, 10, 20);
    const nearest = [-5, 4, 6, 15, 16, 99].map((t) => series.nearest(t));
    assert.deepEqual(nearest, [0, 0, 1, 1, 2, 2]);
    assert.equal(new Series().nearest(1), -1);
  });

  it("makes clusters of what follows within the gap", () => {
    const clusters = [...seriesOf(0, 1, 2, 10, 20, 21).clusters(0, 100, 1)];
    assert.deepEqual(
      clusters.map(({ from, to, count }) => [from, to, count]),
      [
        [0, 2, 3],
        [10, 10, 1],
        [20, 21, 2],
      ],
    );
  });

  it("makes none longer than asked for", () => {
    const clusters = [...seriesOf(...Array.from({ length: 100 }, (_, t) => t)).clusters(0, 99, 1, 9)];
    assert.deepEqual(
      clusters.map(({ count }) => count),
      new Array(10).fill(10),
    );
  });

  it("leaves out what is outside of the view", () => {
    assert.deepEqual(
      [...seriesOf(0, 10, 20, 30).clusters(5, 25, 1)].map(({ from }) => from),
      [10, 20],
    );
  });

  it("counts each event once, whatever the gap: 50 draws", () => {
    const random = new Random(7);
    for (let draw = 0; draw < 50; draw++) {
      const times = Array.from({ length: 200 }, () => Math.floor(random.next() * 1000));
      const series = seriesOf(...times);
      const gap = Math.floor(random.next() * 40);
      const clusters = [...series.clusters(0, 1000, gap)];
      assert.equal(
        clusters.reduce((sum, { count }) => sum + count, 0),
        200,
      );
      for (const [index, { to }] of clusters.entries()) {
        const next = clusters[index + 1];
        if (next !== undefined) assert.ok(next.from - to > gap, "clusters are further apart than the gap");
      }
    }
  });
});

describe("stretches of time", () => {
  it("end where the next begins", () => {
    const spans = new Spans();
    spans.begin(0, 0, "one");
    spans.begin(10, 1, "two");
    spans.end(15);
    spans.begin(20, 2, "three");
    assert.deepEqual(
      spans.all.map(({ from, to }) => [from, to]),
      [
        [0, 10],
        [10, 15],
        [20, Infinity],
      ],
    );
    assert.equal(spans.open?.kind, "three");
  });

  it("are found by an instant", () => {
    const spans = new Spans();
    spans.begin(0, 0, "one").to = 10;
    spans.begin(20, 1, "two");
    assert.deepEqual(
      [-1, 0, 5, 10, 11, 20, 1e12].map((t) => spans.at(t)?.kind),
      [undefined, "one", "one", "one", undefined, "two", "two"],
    );
  });

  it("come as one where they are too short to be told apart, and a long one by itself", () => {
    const spans = new Spans();
    for (let t = 0; t < 100; t += 10) spans.begin(t, t, "short").to = t + 5;
    spans.begin(100, 100, "long").to = 900;
    const drawn = (gap: number): unknown[] =>
      [...spans.clusters(0, 1000, gap)].map(({ from, to, count }) => [from, to, count]);
    assert.equal(drawn(2).length, 11);
    assert.deepEqual(drawn(40), [
      [0, 35, 4],
      [40, 75, 4],
      [80, 95, 2],
      [100, 900, 1],
    ]);
  });
});
