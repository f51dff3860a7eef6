import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { draw } from "../../host/timeline/draw/picture.js";
import { Scale } from "../../host/timeline/draw/scale.js";
import type { View } from "../../host/timeline/draw/scale.js";
import { escaped, fitted, textWidth } from "../../host/timeline/draw/text.js";
import { extentOf } from "../../host/timeline/extent.js";
import { find } from "../../host/timeline/find.js";
import { layoutOf } from "../../host/timeline/layout.js";
import { Model } from "../../host/timeline/model.js";
import { svgDocument } from "../../host/timeline/svg.js";
import { preciseElapsed, ticks } from "../../host/timeline/times.js";
import {
  A,
  B,
  failover,
  modelOf,
  outageRecords,
  reading,
  registered,
  request,
  response,
  traceText,
} from "./traces.js";

/** The elements of markup as their names and attributes; fails where tags do not match. */
const elementsOf = (markup: string): { name: string; attributes: Map<string, string> }[] => {
  const open: string[] = [];
  const found: { name: string; attributes: Map<string, string> }[] = [];
  for (const [, end = "", name = "", attributes = "", alone = ""] of markup.matchAll(
    /<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (end !== "") assert.equal(open.pop(), name, "tags match");
    else {
      const pairs = [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(
        ([, key = "", value = ""]) => [key, value] as const,
      );
      found.push({ name, attributes: new Map(pairs) });
      if (alone === "") open.push(name);
    }
  }
  assert.deepEqual(open, [], "every tag is closed");
  return found;
};

const drawn = (model: Model, width = 1200, view: View = extentOf(model.trace)): string =>
  draw({ model, layout: layoutOf(model, width), view, end: model.trace.end, hasTitles: true }).markup;

const outage = async (): Promise<Model> => modelOf(outageRecords());

describe("the axis of time", () => {
  it("has round times that tell themselves from their neighbours", () => {
    const labels = (from: number, to: number): string[] => ticks(from, to, 5).map(({ label }) => label);
    assert.deepEqual(labels(0, 10), ["0", "0.002 s", "0.004 s", "0.006 s", "0.008 s", "0.010 s"]);
    assert.deepEqual(labels(900, 1100), ["0.90 s", "0.95 s", "1.00 s", "1.05 s", "1.10 s"]);
    assert.deepEqual(labels(0, 22_000), ["0", "5 s", "10 s", "15 s", "20 s"]);
    assert.deepEqual(labels(50_000, 80_000), ["50 s", "1:00", "1:10", "1:20"]);
    assert.deepEqual(labels(0, 1_200_000), ["0", "5 min", "10 min", "15 min", "20 min"]);
    assert.deepEqual(labels(3_540_000, 3_720_000), ["59 min", "1 h", "1 h 01", "1 h 02"]);
    assert.deepEqual(labels(0, 86_400_000 * 2), ["0", "12 h", "1 d", "1 d 12 h", "2 d"]);
    assert.equal(preciseElapsed(93_784_005), "1 d 2:03:04.005");
    assert.equal(preciseElapsed(7500), "7.500 s");
  });

  it("never has more marks than it has room for, from milliseconds to years", () => {
    for (let length = 4; length < 1e11; length *= 3) {
      const marks = ticks(length / 7, length * (8 / 7), 8);
      assert.ok(marks.length >= 1 && marks.length <= 9, `${String(length)} ms: ${String(marks.length)}`);
      assert.equal(new Set(marks.map(({ label }) => label)).size, marks.length, "no two are the same");
    }
  });
});

describe("texts in a picture", () => {
  it("cannot become markup", () => {
    assert.equal(escaped(`<a href="x">&'`), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    assert.equal(escaped("a\u0000b\u001bc"), "a\ufffdb\ufffdc");
  });

  it("are cut in their middle where they are too long", () => {
    const cut = fitted("tls:[2001:db8:0:1:2:3:4:5]:5061", 100, 12);
    assert.ok(textWidth(cut, 12) <= 100);
    assert.match(cut, /^tls:.*….*5061$/);
  });

  it("of a trace are texts, whatever they hold", async () => {
    const peer = `"<script>alert(1)</script>" <sip:"><img src=x onerror=alert(1)>@example.com>`;
    const rest = { slot: 1, target: "", reason: "none", status: 0 };
    const model = await modelOf([
      { t: 0, account: 1, event: "call", call: 1, state: "calling", peer, ...rest },
      { t: 60_000, account: 1, event: "call", call: 1, state: "ended", peer, ...rest },
      { t: 70_000, account: 0, event: "<b>", "]]>": "</title>" },
      request(80_000, "udp:<i>:5060"),
    ]);
    const markup = svgDocument(model);
    assert.ok(!/<(script|img|b|i)\b/.test(markup));
    elementsOf(markup.replace(/^<\?xml[^>]*>\n/, ""));
  });
});

describe("the picture", () => {
  it("is well-formed at every width", async () => {
    const model = await outage();
    for (const width of [280, 390, 679, 680, 1200, 4000]) elementsOf(drawn(model, width));
  });

  it("has every request, answer and decision where its time is", async () => {
    const model = await modelOf([
      request(0, A),
      response(1000, A),
      registered(1000, A),
      request(5000, B, { method: "OPTIONS" }),
      response(6000, B, 503, { method: "OPTIONS" }),
      failover(8000, A, B),
      { t: 10_000, account: 0, event: "listening", transport: "udp", port: 5060 },
    ]);
    const layout = layoutOf(model, 1200);
    const scale = new Scale(extentOf(model.trace), layout.left, layout.right);
    const found = elementsOf(drawn(model));
    const near = (className: string, t: number): void => {
      const xs = found
        .filter(({ attributes }) => attributes.get("class") === className)
        .map(({ attributes }) =>
          Number(/^M(-?[\d.]+)/.exec(attributes.get("d") ?? "")?.[1] ?? attributes.get("x")),
        );
      assert.ok(
        xs.some((x) => Math.abs(x - scale.x(t)) < 7),
        `${className} at ${String(t)}: ${xs.join(" ")}, not ${String(scale.x(t))}`,
      );
    };
    near("sign request", 0);
    near("sign accepted", 1000);
    near("bar registered", 1000);
    near("sign request", 5000);
    near("sign refused", 6000);
    near("pole moved", 8000);
    near("move moved", 8000);
  });

  it("tells what each sign is when it is pointed at", async () => {
    const markup = drawn(await modelOf([request(0, A), response(1000, A, 403), registered(2000, A)]));
    assert.match(markup, /<title>0: REGISTER to udp:192\.0\.2\.1:5060 \(first\)<\/title>/);
    assert.match(markup, /<title>1\.000 s: 403 from udp:192\.0\.2\.1:5060 to REGISTER<\/title>/);
  });

  it("has flags that do not lie upon each other, however many decisions there are", async () => {
    const storm = Array.from({ length: 300 }, (_, index) =>
      failover(index * index * 3, index % 2 === 0 ? A : B, index % 2 === 0 ? B : A),
    );
    const model = await modelOf([request(0, A), request(0, B), ...storm]);
    for (const width of [390, 1200]) {
      const { hits } = draw({
        model,
        layout: layoutOf(model, width),
        view: extentOf(model.trace),
        end: model.trace.end,
        hasTitles: false,
      });
      assert.ok(hits.length >= 2, String(hits.length));
      for (const one of hits) {
        for (const other of hits) {
          const isApart =
            one === other ||
            one.y !== other.y ||
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x;
          assert.ok(isApart, "two flags overlap");
        }
      }
    }
  });

  it("stays small and quick where there are very many events", async () => {
    const many = Array.from({ length: 60_000 }, (_, index) => {
      const t = index * 20;
      const target = index % 2000 < 1000 ? A : B;
      return index % 2 === 0 ? request(t, target) : response(t, target);
    });
    const { trace } = await reading(traceText(many), 1 << 16);
    const model = new Model(trace);
    const markup = drawn(model);
    assert.ok(markup.length < 200_000, `${String(markup.length)} characters`);
    const closer = drawn(model, 1200, { from: 500_000, to: 500_200 });
    assert.equal(
      [...closer.matchAll(/class="sign request"/g)].length,
      6,
      "single events when it is looked at closely",
    );
  });

  it("is there for a single event, and for none of a lane", async () => {
    const model = await modelOf([{ t: 0, account: 0, event: "pool-full", pool: "flows" }]);
    assert.match(drawn(model), /pool full: flows/);
  });
});

describe("a place in the picture", () => {
  it("tells of the event that is nearest, of the strip that it is in", async () => {
    const model = await modelOf([
      request(0, A),
      response(40, A),
      registered(40, A),
      request(10_000, A),
      response(10_040, A),
    ]);
    const layout = layoutOf(model, 1200);
    const scale = new Scale(extentOf(model.trace), layout.left, layout.right);
    const box = layout.lanes.find(({ lane }) => lane.name === A)?.rows[0];
    assert.ok(box);
    const at = (t: number, y: number): number | undefined =>
      find(model, layout, scale, [], { x: scale.x(t), y }, 10)?.event;
    const above = box.barY - 5;
    const below = box.barY + box.barHeight + 5;
    assert.equal(at(0, above), 0);
    assert.equal(at(0, below), 1);
    assert.equal(at(10_000, above), 3);
    assert.equal(at(10_040, below), 4);
    assert.equal(at(5000, box.barY + 5), 2, "the bar, where there is no event");
    assert.equal(at(5000, above), 2);
    assert.equal(find(model, layout, scale, [], { x: 3, y: above }, 10), undefined, "the name of the lane");
  });
});
