/** What a phone at rest has room for: the same after whatever happened, unless something was lost. */
import assert from "node:assert/strict";
import { answering } from "../../host/simulated/index.js";
import type { Registrar, SimulatedPhone, Simulation } from "../../host/simulated/index.js";
import { FAR, SDP, calls } from "./call-helpers.js";
import type { Site } from "./helpers.js";

/** Where a phone is: the servers that account 1, whose user this is, may be registered with. */
interface Place {
  readonly s: Simulation;
  readonly servers: readonly Registrar[];
  readonly user: string;
}

/** A site as such a place. */
const placeOf = ({ s, a, b, c, d }: Site): Place => ({ s, servers: [a, b, c, d], user: "1000" });

/** Longer than a message and its answer are under way. Milliseconds. */
const ROUND_TRIP = 100;

/** Longer than any transaction of RFC 3261 lives: 64·T1, and a response behind it. */
export const ALL_OVER = 80_000;

export interface Room {
  /** Calls placed one after the other that were established, of 24; and of 20 that came in. */
  readonly placed: number;
  readonly taken: number;
  /** Calls that rang at the same time, and of those that were established at the same time. */
  readonly ringing: number;
  readonly established: number;
  /** Requests under way at the same time. */
  readonly requests: number;
  /** Pools that were called full, apart from that for requests, which were tried until it was. */
  readonly full: readonly string[];
}

/** What there is room for in a phone that has lost nothing. */
export const ALL_FREE: Room = {
  placed: 24,
  taken: 20,
  ringing: 32,
  established: 32,
  requests: 24,
  full: ["requests"],
};

const PLACED = 24;
const TAKEN = 20;
const MOST_CALLS = 32;

const state = (phone: SimulatedPhone, call: number): string => calls(phone, call).at(-1)?.split(" ")[1] ?? "";

/** The call that came in last. */
export const latestIncoming = (phone: SimulatedPhone): number =>
  phone
    .events("call")
    .filter((record) => record.state === "incoming")
    .at(-1)?.call ?? 0;

/** The server that account 1 is registered with. */
const serving = ({ s, servers }: Place, phone: SimulatedPhone): Registrar => {
  const account = phone.status().find((status) => status.account === 1);
  const slot = account?.slots.find(({ state: found }) => found === "registered");
  const server = servers.find(
    (each) => slot !== undefined && each.name.includes(slot.target.replace(/^\w+:/, "")),
  );
  assert.ok(server, `at ${String(s.now)} the phone is not registered`);
  return server;
};

/** One after the other: calls placed and calls taken, some of either refused and cancelled between. */
const inARow = (place: Place, phone: SimulatedPhone): { placed: number; taken: number } => {
  const { s, user } = place;
  const { exchange } = s;
  let [placed, taken] = [0, 0];
  for (let count = 0; count < PLACED; count++) {
    const call = phone.call(FAR, { type: "application/sdp", body: SDP });
    s.run(ROUND_TRIP);
    if (call > 0 && state(phone, call) === "established") placed++;
    phone.hangUp(call);
    s.run(2000);
    assert.equal(state(phone, call), "ended");
  }
  s.run(ALL_OVER);
  for (let count = 0; count < TAKEN; count++) {
    const far = exchange.invite(serving(place, phone), { to: user });
    s.run(ROUND_TRIP);
    const call = latestIncoming(phone);
    phone.respond(call, 200, { type: "application/sdp", body: SDP });
    s.run(ROUND_TRIP);
    if (far.status === 200 && state(phone, call) === "established") taken++;
    far.bye();
    s.run(2000);
    assert.equal(state(phone, call), "ended");
  }
  s.run(ALL_OVER);
  return { placed, taken };
};

/** All at the same time: every call that there is room for, and then every request. */
const atOnce = (
  place: Place,
  phone: SimulatedPhone,
): { ringing: number; established: number; requests: number } => {
  const { s, user } = place;
  const { exchange } = s;
  const numbers: number[] = [];
  for (let count = 0; count < MOST_CALLS; count++) {
    const before = latestIncoming(phone);
    exchange.invite(serving(place, phone), { to: user });
    s.run(ROUND_TRIP);
    const call = latestIncoming(phone);
    if (call !== before) numbers.push(call);
  }
  for (const call of numbers) phone.respond(call, 200, { type: "application/sdp", body: SDP });
  s.run(ALL_OVER);
  const established = numbers.filter((call) => state(phone, call) === "established");
  const { answers } = exchange;
  exchange.answers = { INFO: "silent" };
  let requests = 0;
  // Of a size that all of them together leave little room for more.
  const content = { type: "text/plain", body: "x".repeat(700) };
  while (phone.requestInCall(established[requests % established.length] ?? 0, "INFO", content) === 0)
    requests++;
  s.run(ALL_OVER);
  exchange.answers = answers;
  for (const call of established) {
    phone.hangUp(call);
    s.run(ROUND_TRIP);
    assert.equal(state(phone, call), "ended");
  }
  s.run(ALL_OVER);
  return { ringing: numbers.length, established: established.length, requests };
};

/** Finds out what there is room for in a phone whose account 1 is registered with a server that is up; it has no calls. */
export const roomOf = (at: Site | Place, phone: SimulatedPhone): Room => {
  const place = "servers" in at ? at : placeOf(at);
  const { exchange } = place.s;
  const before = phone.events("pool-full").length;
  const { callee, answers } = exchange;
  exchange.callee = answering();
  exchange.answers = {};
  const rows = inARow(place, phone);
  const most = atOnce(place, phone);
  exchange.callee = callee;
  exchange.answers = answers;
  const full = phone.events("pool-full").slice(before);
  return { ...rows, ...most, full: [...new Set(full.map(({ pool }) => pool))] };
};
