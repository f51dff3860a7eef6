import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { events } from "../../host/abi/contract.js";
import type { ConfigurationRecord, EventRecord } from "../../host/abi/record.js";
import { paintFor, plain, wantsColour } from "../../host/cli/paint.js";
import { diagnosticLines, diagnosticSummary } from "../../host/cli/render/diagnostic.js";
import { Quietness, recordText } from "../../host/cli/render/record.js";
import { clockTime, duration, preciseTime, shortTime } from "../../host/cli/render/words.js";

const PRIMARY = "udp:127.0.0.11:5060";
const SECONDARY = "udp:127.0.0.12:5060";
const head = { t: 7500, account: 1 };

const diagnostic: ConfigurationRecord = {
  t: 0,
  account: 0,
  event: "config",
  level: "error",
  code: "out-of-range",
  key: "account.1.sip_server.1.port",
  detail: "70000\n0..65535",
  file: "phone.cfg",
  line: 7,
  column: 31,
  message: "The value is out of range.",
  hint: "Allowed: 0..65535.",
};

const BOB = "sip:bob@example.com";
const call = {
  ...head,
  event: "call",
  call: 3,
  slot: 1,
  target: PRIMARY,
  peer: BOB,
  reason: "none",
  status: 0,
} as const;
const message = {
  ...head,
  event: "call-message",
  call: 3,
  status: 0,
  answer: 0,
  detail: "",
  type: "",
  body: "",
} as const;
const subscription = { ...head, subscription: 4, package: "message-summary" } as const;
const notify = { ...subscription, event: "notify", source: PRIMARY } as const;
const ended = { ...head, event: "request-ended", request: 5, method: "MESSAGE", type: "", body: "" } as const;

const lines: readonly (readonly [EventRecord, string])[] = [
  [{ ...head, event: "listening", transport: "udp", port: 5060 }, "listening on UDP port 5060"],
  [
    { ...head, event: "resolved", slot: 1, targets: [PRIMARY, SECONDARY], expires: 20 },
    `server 1 leads to ${PRIMARY}, ${SECONDARY} (for 20 s)`,
  ],
  [{ ...head, event: "resolved", slot: 1, targets: [PRIMARY], expires: 0 }, `server 1 leads to ${PRIMARY}`],
  [{ ...head, event: "resolved", slot: 2, targets: [], expires: 0 }, "server 2 leads to no target"],
  [
    { ...head, event: "request", slot: 1, method: "REGISTER", target: PRIMARY, attempt: 1, reason: "start" },
    `REGISTER to ${PRIMARY} (first)`,
  ],
  [
    { ...head, event: "request", slot: 1, method: "REGISTER", target: PRIMARY, attempt: 3, reason: "resend" },
    `REGISTER to ${PRIMARY} (again, no answer so far, send 3)`,
  ],
  [
    { ...head, event: "response", slot: 1, method: "REGISTER", target: PRIMARY, status: 401 },
    `401 from ${PRIMARY} to REGISTER`,
  ],
  [
    { ...head, event: "target-failed", slot: 1, target: PRIMARY, cause: "silent" },
    `${PRIMARY} has failed: silent (F2)`,
  ],
  [
    { ...head, event: "failover", slot: 1, from: PRIMARY, to: SECONDARY, rule: "F2" },
    `failover: from ${PRIMARY} to ${SECONDARY} (F2)`,
  ],
  [
    { ...head, event: "failover", slot: 1, from: "", to: SECONDARY, rule: "F2" },
    `failover to ${SECONDARY} (F2)`,
  ],
  [
    { ...head, event: "failback-due", slot: 1, rule: "B1" },
    "it is time to try the targets ahead of this one (B1)",
  ],
  [{ ...head, event: "failback-due", slot: 1, rule: "B2" }, "the return waits until the phone is idle (B2)"],
  [
    { ...head, event: "failback", slot: 1, from: SECONDARY, to: PRIMARY, rule: "B4" },
    `failback: from ${SECONDARY} to ${PRIMARY} (B4)`,
  ],
  [
    { ...head, event: "failback-failed", slot: 1, to: PRIMARY },
    `no return yet: ${PRIMARY} does not accept the trial (B5)`,
  ],
  [
    { ...head, event: "fallback", slot: 2, from: "", to: SECONDARY, rule: "G2" },
    `fallback to server 2: from none to ${SECONDARY} (G2)`,
  ],
  [
    { ...head, event: "registered", slot: 1, target: PRIMARY, expires: 60, reason: "start" },
    `registered with ${PRIMARY} for 1 min`,
  ],
  [
    { ...head, event: "registered", slot: 1, target: PRIMARY, expires: 90, reason: "refresh" },
    `registered with ${PRIMARY} for 1 min 30 s (refresh)`,
  ],
  [
    { ...head, event: "unregistered", slot: 1, target: PRIMARY, reason: "stopped" },
    `no longer registered with ${PRIMARY} (stopped)`,
  ],
  [
    { ...head, event: "failed", slot: 1, method: "REGISTER", reason: "rejected", status: 403, retry: 30_000 },
    "REGISTER failed: rejected, answer 403; next try in 30 s",
  ],
  [
    { ...head, event: "failed", slot: 1, method: "REGISTER", reason: "no-target-left", status: 0, retry: 0 },
    "REGISTER failed: no target left",
  ],
  [{ ...head, event: "pool-full", pool: "flows" }, "the pool of flows is full"],
  [diagnostic, "phone.cfg:7:31: error out-of-range: The value is out of range."],
  [
    { ...head, event: "dropped", reason: "stranger", source: "udp:192.0.2.9:1", count: 4 },
    "dropped from udp:192.0.2.9:1: from a stranger (4 so far)",
  ],
  [
    { ...head, event: "dns-query", name: "a.example", type: "SRV", server: "udp:192.0.2.53:53", attempt: 2 },
    "DNS question: SRV of a.example to udp:192.0.2.53:53, send 2",
  ],
  [
    {
      ...head,
      event: "dns-answer",
      name: "a.example",
      type: "A",
      server: "udp:192.0.2.53:53",
      outcome: "records",
      records: 1,
      ttl: 20,
    },
    "DNS answer: A of a.example from udp:192.0.2.53:53: 1 record for 20 s",
  ],
  [
    { ...head, event: "listen-failed", transport: "udp", port: 5060, reason: "address-in-use" },
    "UDP port 5060 cannot be opened: address-in-use",
  ],
  [
    { ...head, event: "answered", method: "OPTIONS", source: "udp:192.0.2.9:5060", status: 200 },
    "OPTIONS from udp:192.0.2.9:5060 answered with 200",
  ],
  [{ ...head, event: "target-state", target: PRIMARY, state: "down" }, `${PRIMARY} is down, its probes say`],
  [{ ...head, event: "target-state", target: PRIMARY, state: "up" }, `${PRIMARY} is up again`],
  [
    { ...head, event: "listen-failed", transport: "tls", port: 5061, reason: "tls-certificate" },
    "TLS port 5061 cannot be opened: tls-certificate",
  ],
  [
    { ...head, event: "target-failed", slot: 1, target: PRIMARY, cause: "tls-certificate" },
    `${PRIMARY} has failed: its certificate does not fit (F1)`,
  ],
  [{ ...call, state: "calling" }, `[3] calling ${BOB} by ${PRIMARY}`],
  [{ ...call, state: "ringing", target: "" }, `[3] ringing at ${BOB}`],
  [{ ...call, state: "incoming" }, `[3] call from ${BOB} by ${PRIMARY}`],
  [{ ...call, state: "established" }, `[3] in a call with ${BOB} by ${PRIMARY}`],
  [{ ...call, state: "ended" }, `[3] end of the call with ${BOB} by ${PRIMARY}`],
  [
    { ...call, state: "ended", reason: "remote" },
    `[3] end of the call with ${BOB} by ${PRIMARY}: hung up by the far end`,
  ],
  [
    { ...call, state: "ended", reason: "rejected", status: 486 },
    `[3] end of the call with ${BOB} by ${PRIMARY}: rejected, answer 486`,
  ],
  [
    { ...message, method: "REFER", answer: 1, detail: "sip:carol@example.com" },
    "[3] REFER from the far end: sip:carol@example.com, to be answered",
  ],
  [
    { ...message, method: "INVITE", status: 183, type: "application/sdp", body: "v=0" },
    "[3] 183 to INVITE with application/sdp",
  ],
  [{ ...message, method: "INFO", body: "x" }, "[3] INFO from the far end with a body"],
  [
    { ...subscription, event: "subscribed", target: PRIMARY, expires: 3600 },
    `subscribed to message waiting at ${PRIMARY} for 1 h`,
  ],
  [
    { ...subscription, event: "unsubscribed", reason: "rejected", status: 404, retry: 30_000 },
    "not subscribed to message waiting (rejected, answer 404); next try in 30 s",
  ],
  [
    { ...subscription, event: "unsubscribed", reason: "stopped", status: 0, retry: 0 },
    "no longer subscribed to message waiting (stopped)",
  ],
  [
    {
      ...notify,
      state: "active;expires=60",
      type: "application/simple-message-summary",
      body: "Messages-Waiting: yes",
    },
    `notified of message waiting by ${PRIMARY} (active;expires=60): 21 characters`,
  ],
  [{ ...notify, state: "", type: "", body: "" }, `notified of message waiting by ${PRIMARY}`],
  [{ ...ended, status: 202, reason: "none" }, "request 5, MESSAGE: 202"],
  [{ ...ended, status: 0, reason: "no-target-left" }, "request 5, MESSAGE: no target left"],
  [
    { ...head, event: "too-large", slot: 1, method: "INVITE", target: PRIMARY, octets: 1400 },
    `INVITE to ${PRIMARY} has 1400 octets, too large for UDP: TCP is tried`,
  ],
];

describe("records as lines", () => {
  for (const [record, text] of lines) {
    it(`says "${text}"`, () => {
      assert.equal(recordText(record, plain), text);
    });
  }

  it("has a line for every event of the contract, and colours change nothing but the colour", () => {
    assert.deepEqual(new Set(lines.map(([{ event }]) => event)), new Set(Object.keys(events)));
    for (const [record, text] of lines) {
      // eslint-disable-next-line no-control-regex -- that is what colours are made of
      assert.equal(recordText(record, paintFor(true)).replaceAll(/\x1b\[\d+m/g, ""), text);
    }
  });
});

describe("records that are left out without --verbose", () => {
  const request = {
    ...head,
    event: "request",
    slot: 1,
    method: "OPTIONS",
    target: PRIMARY,
    attempt: 1,
  } as const;
  const response = {
    ...head,
    event: "response",
    slot: 1,
    method: "OPTIONS",
    target: PRIMARY,
    status: 200,
  } as const;

  it("leaves out keep-alives, their resends and answers, and shows a trial with the same method", () => {
    const quietness = new Quietness();
    assert.equal(quietness.shows({ ...request, reason: "keep-alive" }), false);
    assert.equal(quietness.shows({ ...request, reason: "resend", attempt: 2 }), false);
    assert.equal(quietness.shows(response), false);
    assert.equal(quietness.shows({ ...request, reason: "failback" }), true);
    assert.equal(quietness.shows({ ...request, reason: "resend", attempt: 2 }), true);
    assert.equal(quietness.shows(response), true);
  });

  it("shows of a call's messages what its states do not tell: refusals, requests, another offer", () => {
    const quietness = new Quietness();
    const asked = { ...message, answer: 1 } as const;
    const incoming = { ...call, state: "incoming" } as const;
    assert.equal(quietness.shows({ ...message, method: "INVITE", status: 180 }), false);
    assert.equal(quietness.shows({ ...message, method: "INVITE", status: 486 }), true);
    assert.equal(quietness.shows({ ...asked, method: "REFER" }), true);
    assert.equal(quietness.shows(incoming), true);
    assert.equal(quietness.shows({ ...asked, method: "INVITE" }), false);
    assert.equal(quietness.shows({ ...call, state: "established" }), true);
    assert.equal(quietness.shows({ ...asked, method: "INVITE" }), true);
  });

  it("leaves out packets that were dropped, DNS, notes and a call's good news; shows warnings", () => {
    const quietness = new Quietness();
    const shown = lines.map(([record]) => record).filter((record) => quietness.shows(record));
    const hidden = lines.map(([record]) => record).filter((record) => !shown.includes(record));
    assert.deepEqual(
      hidden.map(({ event }) => event),
      ["dropped", "dns-query", "dns-answer", "answered", "call-message"],
    );
    assert.equal(quietness.shows({ ...diagnostic, level: "note" }), false);
    assert.equal(quietness.shows({ ...diagnostic, level: "warning" }), true);
  });
});

describe("diagnostics", () => {
  it("are written as compilers do, with a hint", () => {
    assert.deepEqual(diagnosticLines(diagnostic, plain), [
      "phone.cfg:7:31: error out-of-range: The value is out of range.",
      "    hint: Allowed: 0..65535.",
    ]);
    assert.equal(diagnosticLines({ ...diagnostic, hint: "" }, plain).length, 1);
  });

  it("are counted", () => {
    const of = (...levels: ConfigurationRecord["level"][]): ConfigurationRecord[] =>
      levels.map((level) => ({ ...diagnostic, level }));
    assert.equal(diagnosticSummary([]), "no errors, no warnings");
    assert.equal(diagnosticSummary(of("error", "warning", "error")), "2 errors, 1 warning");
    assert.equal(diagnosticSummary(of("warning", "note")), "no errors, 1 warning, 1 note");
  });
});

describe("times", () => {
  it("are local", () => {
    const date = new Date(2026, 0, 2, 4, 3, 2, 7);
    assert.equal(clockTime(date), "04:03:02");
    assert.equal(preciseTime(date), "04:03:02.007");
  });

  it("are lengths in their two largest units", () => {
    const cases = { 0: "0 s", 59.9: "59 s", 60: "1 min", 125: "2 min 5 s", 3600: "1 h", 3780: "1 h 3 min" };
    for (const [seconds, text] of Object.entries(cases)) assert.equal(duration(Number(seconds)), text);
    assert.equal(duration(3 * 86_400 + 2 * 3600 + 59), "3 d 2 h");
    assert.equal(duration(-1), "0 s");
  });

  it("are short lengths to a tenth of a second", () => {
    assert.equal(shortTime(120), "120 ms");
    assert.equal(shortTime(7503), "7.5 s");
    assert.equal(shortTime(30_000), "30 s");
    assert.equal(shortTime(90_000), "1 min 30 s");
  });
});

describe("colours", () => {
  it("are for terminals, unless the environment says otherwise", () => {
    assert.equal(wantsColour(true, {}), true);
    assert.equal(wantsColour(false, {}), false);
    assert.equal(wantsColour(true, { NO_COLOR: "1" }), false);
    assert.equal(wantsColour(true, { NO_COLOR: "" }), true);
    assert.equal(wantsColour(false, { FORCE_COLOR: "1" }), true);
    assert.equal(wantsColour(true, { FORCE_COLOR: "0" }), false);
    assert.equal(wantsColour(true, { TERM: "dumb" }), false);
    assert.equal(wantsColour(false, { CI: "1" }), false);
  });
});
