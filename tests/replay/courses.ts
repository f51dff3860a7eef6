/** Courses of a phone in simulated time whose inputs are worth playing again: the same each time. */
import { Random } from "../../host/simulated/index.js";
import type { Core, RegistrarMode, SimulatedPhone, TlsOffer } from "../../host/simulated/index.js";
import { FAR, SDP } from "../scenarios/call-helpers.js";
import { Installation } from "../scenarios/endurance.js";
import { Site } from "../scenarios/helpers.js";
import type { Settings, SiteOptions } from "../scenarios/helpers.js";
import { Storm } from "../scenarios/storm.js";
import { TCP } from "../scenarios/tcp-helpers.js";
import { Traffic } from "../scenarios/traffic.js";
import { misuse } from "./misuse.js";
import { recordCores, stepsOf } from "./recorder.js";
import type { Step } from "./format.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A course, and the memory that a core has at its end where one has taken it. */
export interface Course {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly memory?: Uint8Array;
}

/** Three hours of 16 accounts with 30 outages of every kind. */
const outages = (): Core => {
  const installation = new Installation({ seed: 41, keepWire: false, keepRecords: false });
  installation.plan(9, 30, MINUTE, 3 * HOUR - 20 * MINUTE);
  installation.s.runUntil(3 * HOUR);
  return installation.phone.core;
};

/** Half an hour in which 16 accounts call and are called, with 10 outages. */
const calls = (): Core => {
  const traffic = new Traffic(42, { keepRecords: false });
  traffic.installation.plan(9, 10, MINUTE, 25 * MINUTE, 3 * MINUTE);
  traffic.plan(MINUTE, 30 * MINUTE, 5000);
  traffic.installation.s.runUntil(30 * MINUTE);
  return traffic.phone.core;
};

const TLS = {
  "sip_server.1.transport_type": 2,
  "sip_server.1.port": 5061,
  "sip.tls_ca": "ca.pem",
  "sip_server.1.failback_mode": 3,
  "sip_server.1.failback_timeout": 60,
  "session_timer.enable": 1,
  "session_timer.expires": 90,
};

const offers: readonly (TlsOffer | undefined)[] = [
  { names: ["sip.example.com"] },
  { names: ["other.example.com"] },
  "untrusted",
  "stalls",
  undefined,
];

const modes: readonly RegistrarMode[] = ["up", "up", "silent", "refused", "stopped", { status: 503 }];

/** An hour of calls over TLS, while servers come and go and show good and bad certificates; then the stop. */
const tls = (): Core => {
  const random = new Random(43);
  const below = (bound: number): number => Math.floor(random.next() * bound);
  const site = new Site({
    maxExpires: 90,
    latency: 7,
    tls: { names: ["sip.example.com"] },
    digest: { users: { "1000": "secret" }, challenges: "all" },
  });
  const phone = site.phone(TLS, { seed: 43, keepWire: false, keepRecords: false });
  const act = (): void => {
    const server = below(2) === 0 ? site.a : site.b;
    server.mode = modes[below(modes.length)] ?? "up";
    server.tls = offers[below(offers.length)];
    if (below(3) === 0) server.disconnect();
    callFor(phone, site, 1000 + below(20_000));
  };
  for (let at = 5000; at < HOUR; at += 1 + below(20_000)) site.s.at(at, act);
  site.s.runUntil(HOUR);
  phone.stop();
  site.s.run(MINUTE);
  return phone.core;
};

const callFor = (phone: SimulatedPhone, site: Site, milliseconds: number): void => {
  const call = phone.call(FAR, { type: "application/sdp", body: SDP });
  site.s.scheduler.after(milliseconds, () => {
    phone.hangUp(call);
  });
};

/** Ten minutes of messages damaged both ways, the application doing whatever it likes. */
const storm = (settings: Settings, seed: number): Core => {
  const site: SiteOptions = { digest: { users: { "1000": "secret" }, challenges: "all" } };
  const one = new Storm({ name: "", site, settings }, seed);
  one.rage(10 * MINUTE);
  return one.phone.core;
};

const simulated: Readonly<Record<string, () => Core>> = {
  outages,
  calls,
  tls,
  "garbage-udp": () => storm({ "blf.blf_list_uri": "sip:lamps@sip.example.com" }, 44),
  "garbage-tcp": () => storm({ ...TCP, "session_timer.enable": 1 }, 45),
};

/** Makes all courses. */
export const courses = (): Course[] => {
  recordCores();
  const made = Object.entries(simulated).map(([name, run]) => {
    const core = run();
    return { name, steps: stepsOf(core), memory: core.snapshot() };
  });
  return [...made, { name: "misuse", steps: misuse(46, 20_000) }];
};
