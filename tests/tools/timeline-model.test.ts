import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DecisionKind, Lane, Sign } from "../../host/timeline/lane.js";
import { decisionKinds, signs } from "../../host/timeline/lane.js";
import { Model } from "../../host/timeline/model.js";
import { Trace } from "../../host/timeline/trace.js";
import { sentenceOf } from "../../host/timeline/words.js";
import type { Line } from "./traces.js";
import {
  A,
  B,
  failover,
  modelOf,
  outageRecords,
  registered,
  request,
  response,
  targetFailed,
} from "./traces.js";

const lane = (model: Model, name: string): Lane => {
  const found = model.lanes.find((each) => each.name === name);
  assert.ok(found, `there is no lane ${name}`);
  return found;
};

/** The signs of a lane: `["request 0 10", "accepted 12"]`, those without events left out. */
const signsOf = ({ rows }: Lane): string[] =>
  rows.flatMap((row) =>
    signs.flatMap((sign: Sign) => {
      const series = row.signs[sign];
      const pending = sign === "unanswered" ? [...row.pending.values()] : [];
      const times = [
        ...Array.from({ length: series.length }, (_, index) => series.timeAt(index)),
        ...pending,
      ];
      return times.length === 0 ? [] : [[sign, ...times].join(" ")];
    }),
  );

const barsOf = ({ rows }: Lane): string[] =>
  rows.flatMap(({ bars }) => bars.all.map(({ from, to, kind }) => `${kind} ${String(from)} ${String(to)}`));

const outagesOf = ({ outages }: Lane): string[] =>
  outages.all.map(({ from, to, kind }) => `${kind} ${String(from)} ${String(to)}`);

/** What was decided, in order: `["13525 trouble 192.0.2.1 silent · F2"]`. */
const decisionsOf = (model: Model): string[] =>
  decisionKinds
    .flatMap((kind: DecisionKind) => {
      const series = model.decisions[kind];
      return Array.from({ length: series.length }, (_, index) => {
        const t = series.timeAt(index);
        return { t, text: `${String(t)} ${kind} ${model.decisionAt(series.eventAt(index))?.long ?? ""}` };
      });
    })
    .sort((one, other) => one.t - other.t)
    .map(({ text }) => text);

const serviceOf = (model: Model): string[] =>
  (model.service?.all ?? []).map(({ from, to, kind, label }) =>
    [kind, label, from, to].filter((part) => part !== "").join(" "),
  );

/** Registered with A, which falls silent: the refresh at 30 s moves to B at 37.5 s; A answers a trial at 90 s. */
const outage: readonly Line[] = [
  { t: 0, account: 1, event: "resolved", slot: 1, targets: [A, B], expires: 60 },
  request(0, A),
  response(10, A),
  registered(10, A, 60),
  request(30_000, A, { reason: "refresh" }),
  request(30_500, A, { reason: "resend", attempt: 2 }),
  request(31_500, A, { reason: "resend", attempt: 3 }),
  request(33_500, A, { reason: "resend", attempt: 4 }),
  targetFailed(37_500, A),
  request(37_500, B, { reason: "next-target" }),
  response(37_510, B),
  failover(37_510, A, B),
  registered(37_510, B, 60, { reason: "refresh" }),
  { t: 90_000, account: 1, event: "failback-due", slot: 1, rule: "B3" },
  request(90_000, A, { reason: "failback" }),
  response(90_010, A),
  { t: 90_010, account: 1, event: "failback", slot: 1, from: B, to: A, rule: "B4" },
  registered(90_010, A, 60, { reason: "failback" }),
  { t: 100_000, account: 1, event: "unregistered", slot: 1, target: A, reason: "stopped" },
];

describe("the lanes of a trace", () => {
  it("are one for each target in the order of its list, with its role, and what else there is", async () => {
    const model = await modelOf([...outage].reverse());
    assert.deepEqual(
      model.lanes.map(({ kind, name, role }) => [kind, name, role].filter(Boolean).join(" ")),
      ["decisions decisions", "service service", `target ${A} primary`, `target ${B} secondary`, "dns dns"],
    );
  });

  it("show each request and each answer where it belongs", async () => {
    const model = await modelOf(outage);
    assert.deepEqual(signsOf(lane(model, A)), [
      "request 0 90000",
      "unanswered 30000 30500 31500 33500",
      "accepted 10 90010",
      "failed 37500",
    ]);
    assert.deepEqual(signsOf(lane(model, B)), ["request 37500", "accepted 37510"]);
  });

  it("have a bar for each registration, and what is left behind at a server until it runs out", async () => {
    const model = await modelOf(outage);
    assert.deepEqual(barsOf(lane(model, A)), ["registered 10 37510", "registered 90010 100000"]);
    assert.deepEqual(barsOf(lane(model, B)), ["registered 37510 90010"]);
    const left = (name: string): unknown[] =>
      lane(model, name).rows.flatMap(({ leftovers }) => leftovers.all.map(({ from, to }) => [from, to]));
    assert.deepEqual(left(A), [[37_510, 60_010]]);
    assert.deepEqual(left(B), [[90_010, 97_510]]);
  });

  it("are shaded from the first request without an answer to the next sign of life", async () => {
    assert.deepEqual(outagesOf(lane(await modelOf(outage), A)), ["silent 30000 90010"]);
  });

  it("tell when the phone could be reached, as it saw that", async () => {
    assert.deepEqual(serviceOf(await modelOf(outage)), [
      "none 0 10",
      "all 10 30000",
      "none 30000 37510",
      "all 37510 100000",
    ]);
  });

  it("tell each decision with its rule", async () => {
    assert.deepEqual(decisionsOf(await modelOf(outage)), [
      "37500 trouble 192.0.2.1 silent · F2",
      "37510 moved failover to 192.0.2.2 · F2",
      "90000 trial trial due · B3",
      "90010 returned failback to 192.0.2.1 · B4",
    ]);
  });
});

describe("requests and answers", () => {
  it("belong together by account, slot, method and target", async () => {
    const model = await modelOf([
      request(0, A),
      request(1, A, { account: 2 }),
      request(2, A, { method: "OPTIONS", reason: "probe" }),
      response(5, A, 200, { account: 2 }),
    ]);
    assert.deepEqual(signsOf(lane(model, A)), ["unanswered 0 2", "request 1", "accepted 5"]);
    assert.equal(model.answerTo(1), 3);
  });

  it("of two INVITEs that both ring, the first that is taken is the first that was sent", async () => {
    const invite = (t: number): Line => request(t, A, { method: "INVITE", reason: "call" });
    const answer = (t: number, status: number): Line => response(t, A, status, { method: "INVITE" });
    const model = await modelOf([
      invite(0),
      answer(10, 100),
      invite(20),
      answer(30, 100),
      answer(50, 200),
      answer(60, 200),
    ]);
    assert.deepEqual([model.answerTo(0), model.answerTo(2)], [4, 5]);
  });

  it("that were lost stay without one when a later one is answered", async () => {
    const probe = (t: number): Line => request(t, A, { method: "OPTIONS", reason: "probe" });
    const model = await modelOf([
      probe(0),
      probe(10),
      probe(20),
      response(21, A, 200, { method: "OPTIONS" }),
    ]);
    assert.deepEqual(signsOf(lane(model, A)), ["request 20", "unanswered 0 10", "accepted 21"]);
  });

  it("are told apart: challenged, refused, on the way; an ACK has none", async () => {
    const model = await modelOf([
      request(0, A),
      response(1, A, 401),
      request(1, A, { reason: "challenge" }),
      response(2, A, 403),
      request(3, A, { method: "INVITE" }),
      response(4, A, 183, { method: "INVITE" }),
      request(5, A, { method: "ACK" }),
    ]);
    assert.deepEqual(signsOf(lane(model, A)), [
      "request 0 1 3 5",
      "provisional 4",
      "challenge 1",
      "refused 2",
    ]);
  });
});

describe("outages", () => {
  it("by a refusal begin when it comes, and end with any answer but 503", async () => {
    const model = await modelOf([
      request(0, A),
      targetFailed(1, A, "refused"),
      request(100, A),
      response(110, A, 503),
      targetFailed(110, A, "503"),
      request(200, A),
      response(210, A, 403),
    ]);
    assert.deepEqual(outagesOf(lane(model, A)), ["refused 1 210"]);
  });

  it("by probes end when they say so", async () => {
    const state = (t: number, now: string): Line => ({
      t,
      account: 0,
      event: "target-state",
      target: A,
      state: now,
    });
    const model = await modelOf([request(5, A), response(6, A), state(50, "down"), state(80, "up")]);
    assert.deepEqual(outagesOf(lane(model, A)), ["down 50 80"]);
    assert.deepEqual(decisionsOf(model), [
      "50 trouble 192.0.2.1 down · K2",
      "80 recovered 192.0.2.1 up · K2",
    ]);
  });

  it("last to the end where there is no sign of life any more", async () => {
    const model = await modelOf([request(0, A), targetFailed(7500, A)]);
    assert.deepEqual(outagesOf(lane(model, A)), ["silent 0 Infinity"]);
  });
});

describe("service", () => {
  it("is gone while the server gives no sign of life, and back with the next one", async () => {
    const model = await modelOf([
      registered(0, A, 3600),
      request(30_000, A, { method: "OPTIONS", reason: "probe" }),
      targetFailed(37_500, A),
      request(60_000, A, { method: "OPTIONS", reason: "probe" }),
      response(60_010, A, 200, { method: "OPTIONS" }),
      response(90_000, A, 200, { method: "OPTIONS" }),
    ]);
    assert.deepEqual(serviceOf(model), ["all 0 30000", "none 30000 60010", "all 60010 Infinity"]);
  });

  it("is over with an orderly stop, which is no outage", async () => {
    const stopped = { t: 500, account: 1, event: "unregistered", slot: 1, target: A, reason: "stopped" };
    const model = await modelOf([registered(0, A), stopped, response(900, A)]);
    assert.deepEqual(serviceOf(model), ["all 0 500"]);
  });
});

describe("accounts", () => {
  const two: readonly Line[] = [
    registered(0, A, 60),
    registered(10, A, 60, { account: 2 }),
    { t: 50, account: 2, event: "unregistered", slot: 1, target: A, reason: "expired" },
    response(100, A, 200, { account: 2 }),
  ];

  it("have rows of their own in a lane", async () => {
    const { rows } = lane(await modelOf(two), A);
    assert.deepEqual(
      rows.map(({ account }) => account),
      [1, 2],
    );
  });

  it("count for the service one by one", async () => {
    assert.deepEqual(serviceOf(await modelOf(two)), [
      "some 1 of 2 0 10",
      "all 10 50",
      "some 1 of 2 50 Infinity",
    ]);
  });

  it("can be shown alone", async () => {
    const model = await modelOf(two, 2);
    assert.deepEqual(
      lane(model, A).rows.map(({ account }) => account),
      [2],
    );
    assert.deepEqual(serviceOf(model), ["none 0 10", "all 10 50", "none 50 Infinity"]);
    assert.deepEqual([...model.accounts], [1, 2]);
  });
});

describe("calls", () => {
  const call = (t: number, number: number, state: string, reason = "none"): Line => {
    const rest = { slot: 1, target: A, peer: `"Bob" <sip:bob@example.com>;tag=1`, reason, status: 0 };
    return { t, account: 1, event: "call", call: number, state, ...rest };
  };

  it("are bars from their beginning to their end, set-up and conversation apart", async () => {
    const model = await modelOf([
      call(0, 1, "calling"),
      call(5, 1, "ringing"),
      call(10, 1, "established"),
      call(40, 1, "ending"),
      call(41, 1, "ended", "local"),
    ]);
    assert.deepEqual(barsOf(lane(model, "user")), ["setup 0 10", "established 10 40", "ending 40 41"]);
    assert.equal(lane(model, "user").rows[0]?.bars.all[0]?.label, "Bob <sip:bob@example.com>");
  });

  it("at the same time have rows of their own, later ones take the first that is free", async () => {
    const model = await modelOf([
      call(0, 1, "calling"),
      call(1, 2, "incoming"),
      call(2, 1, "ended", "timed-out"),
      call(3, 3, "calling"),
    ]);
    assert.deepEqual(
      lane(model, "user").rows.map(({ bars }) => bars.length),
      [2, 1],
    );
    assert.deepEqual(signsOf(lane(model, "user")), ["failed 2", "incoming 1"]);
  });
});

describe("DNS", () => {
  it("has its questions, its answers, and how long a list is good for", async () => {
    const query = (t: number, event: string, more: object): Line => {
      const server = "udp:192.0.2.53:53";
      return { t, account: 0, event, name: "sip.example.com", type: "A", server, ...more };
    };
    const model = await modelOf([
      query(0, "dns-query", { attempt: 1 }),
      query(8, "dns-answer", { outcome: "records", records: 2, ttl: 30 }),
      { t: 8, account: 1, event: "resolved", slot: 1, targets: [A, B], expires: 30 },
      query(60_000, "dns-query", { attempt: 1 }),
      query(65_000, "dns-answer", { outcome: "silent", records: 0, ttl: 0 }),
    ]);
    const dns = lane(model, "dns");
    assert.deepEqual(barsOf(dns), ["lifetime 8 30008"]);
    assert.deepEqual(signsOf(dns), ["note 8", "request 0", "unanswered 60000", "accepted 8", "failed 65000"]);
  });
});

describe("what truly was", () => {
  const server = (t: number, state: string, targets: readonly string[], more: object = {}): Line => {
    return {
      t,
      account: 0,
      event: "server",
      server: targets.length === 0 ? "dns" : "primary",
      targets,
      state,
      ...more,
    };
  };
  const conditionsOf = ({ conditions }: Lane): string[] =>
    conditions.all.map(({ from, to, label }) => `${label} ${String(from)} ${String(to)}`);

  it("shades the lane of a server, beside what the phone saw of it", async () => {
    const model = await modelOf([
      registered(0, A),
      server(20_000, "silent", [A]),
      request(30_000, A, { reason: "refresh" }),
      targetFailed(37_500, A),
      server(40_000, "slow", [A], { detail: "2 s" }),
      server(50_000, "up", [A]),
    ]);
    assert.deepEqual(conditionsOf(lane(model, A)), ["silent 20000 40000", "slow, 2 s 40000 50000"]);
    assert.deepEqual(outagesOf(lane(model, A)), ["silent 30000 Infinity"]);
    assert.deepEqual(serviceOf(model), ["all 0 20000", "none 20000 40000", "all 40000 Infinity"]);
    assert.equal(lane(model, A).rows.length, 1, "no row for that");
    assert.deepEqual(signsOf(lane(model, "scenario")), ["note 50000", "failed 20000 40000"]);
  });

  it("is told of DNS, the network and the user", async () => {
    const model = await modelOf([
      { t: 0, account: 1, event: "resolved", slot: 1, targets: [A], expires: 60 },
      server(10, "servfail", []),
      { t: 20, account: 0, event: "link", state: "lossy", detail: "20 %" },
      { t: 30, account: 1, event: "user", action: "call", detail: "sip:1002@example.com" },
      { t: 40, account: 0, event: "link", state: "up" },
    ]);
    assert.deepEqual(conditionsOf(lane(model, "dns")), ["servfail 10 Infinity"]);
    assert.deepEqual(conditionsOf(lane(model, "scenario")), ["lossy, 20 % 20 40"]);
    assert.deepEqual(signsOf(lane(model, "user")), ["note 30"]);
    assert.deepEqual(
      [1, 2, 3].map((event) => sentenceOf(model.trace, event)),
      ["dns is servfail", "the network is lossy, 20 %", "the user: call, sip:1002@example.com"],
    );
  });

  it("is an event like any other where it is not written so", async () => {
    const model = await modelOf([
      { t: 0, account: 0, event: "server", state: "up" },
      { t: 1, account: 0, event: "link", state: 5 },
      { t: 2, account: 0, event: "server", server: "x", state: "silent", targets: [7] },
    ]);
    assert.deepEqual(signsOf(lane(model, "phone")), ["note 0 1"]);
  });
});

describe("a phone in simulated time", () => {
  const records = outageRecords();
  const traceOf = (all: typeof records): Trace => {
    const trace = new Trace();
    for (const { t, ...record } of all) trace.add(t, record, true);
    return trace;
  };

  it("has every record in a lane", () => {
    const model = new Model(traceOf(records));
    assert.ok(records.length > 50);
    for (let event = 0; event < records.length; event++) {
      assert.ok(model.rowOf(event), `event ${String(event)}, ${records[event]?.event ?? ""}, is nowhere`);
    }
    assert.equal(model.events.length, records.length);
  });

  it("moves at the instants of its records", () => {
    const model = new Model(traceOf(records));
    const moves = records.filter(({ event }) => event === "failover" || event === "failback");
    assert.equal(moves.length, 2);
    assert.deepEqual([model.failovers, model.failbacks], [1, 1]);
    const [there, back] = moves.map(({ t }) => t);
    const bars = barsOf(lane(model, B));
    assert.deepEqual(bars, [`registered ${String(there)} ${String(back)}`]);
  });

  it("is the same, taken in at once or record by record", () => {
    const whole = new Model(traceOf(records));
    const trace = new Trace();
    const growing = new Model(trace);
    for (const { t, ...record } of records) {
      trace.add(t, record, true);
      growing.update();
    }
    const all = (model: Model): unknown => [
      model.lanes.map((each) => [each.name, signsOf(each), barsOf(each), outagesOf(each)]),
      decisionsOf(model),
      serviceOf(model),
    ];
    assert.deepEqual(all(growing), all(whole));
  });
});
