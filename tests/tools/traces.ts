/** Traces for the tests of the timeline: written by hand, and by a phone in simulated time. */
import type { EventRecord } from "../../host/abi/record.js";
import { Model } from "../../host/timeline/model.js";
import { readTrace } from "../../host/timeline/read.js";
import type { TraceWarning } from "../../host/timeline/read.js";
import type { Trace } from "../../host/timeline/trace.js";
import { Site, addressOf } from "../scenarios/helpers.js";
import type { ServerName, Settings } from "../scenarios/helpers.js";
import { SDP } from "../scenarios/call-helpers.js";

/** A record as a line of a trace has it, with what every record has filled in. */
export type Line = Readonly<Record<string, unknown>> & { readonly t: number; readonly event: string };

export const targetOf = (server: ServerName): string => `udp:${addressOf(server)}:5060`;

export const A = targetOf("A");
export const B = targetOf("B");

export const request = (t: number, target: string, more: Readonly<Record<string, unknown>> = {}): Line => ({
  t,
  account: 1,
  event: "request",
  slot: 1,
  method: "REGISTER",
  target,
  attempt: 1,
  reason: "start",
  ...more,
});

export const response = (t: number, target: string, status = 200, more: object = {}): Line => ({
  t,
  account: 1,
  event: "response",
  slot: 1,
  method: "REGISTER",
  target,
  status,
  ...more,
});

export const registered = (t: number, target: string, expires = 60, more: object = {}): Line => ({
  t,
  account: 1,
  event: "registered",
  slot: 1,
  target,
  expires,
  reason: "start",
  ...more,
});

export const targetFailed = (t: number, target: string, cause = "silent"): Line => ({
  t,
  account: 1,
  event: "target-failed",
  slot: 1,
  target,
  cause,
});

export const failover = (t: number, from: string, to: string, more: object = {}): Line => ({
  t,
  account: 1,
  event: "failover",
  slot: 1,
  from,
  to,
  rule: "F2",
  ...more,
});

/** The text of a trace. */
export const traceText = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join("");

/** Reads a text as it might come from a pipe, in pieces of `size` octets: the trace, and what was warned of. */
export const reading = async (
  text: string | Uint8Array,
  size = 1000,
): Promise<{ trace: Trace; warnings: TraceWarning[] }> => {
  const octets = Buffer.from(text);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < octets.length; at += size)
      yield await Promise.resolve(octets.subarray(at, at + size));
  };
  const warnings: TraceWarning[] = [];
  const trace = await readTrace(pieces(), { warn: (warning) => warnings.push(warning) });
  return { trace, warnings };
};

/** The model of some lines. */
export const modelOf = async (lines: readonly object[], account?: number): Promise<Model> => {
  const { trace } = await reading(traceText(lines));
  return new Model(trace, account);
};

/** Two servers, a phone whose primary is silent for a while, and a call: ten minutes of records. */
export const outageRecords = (settings: Settings = {}): readonly EventRecord[] => {
  const site = new Site({ ttl: 60 });
  const phone = site.phone({
    "sip_server.1.expires": 60,
    "sip_server.1.failback_mode": 3,
    "sip_server.1.failback_timeout": 120,
    ...settings,
  });
  let call = 0;
  site.s
    .at(20_000, () => {
      call = phone.call("sip:7000@sip.example.com", { type: "application/sdp", body: SDP });
    })
    .at(50_000, () => phone.hangUp(call))
    .at(100_000, () => {
      site.a.silent();
    })
    .at(300_000, () => {
      site.a.up();
    })
    .run(600_000);
  return phone.records;
};
