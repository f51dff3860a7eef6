/**
 * What the core is given when its speed is taken: recordings of phones in simulated time, the same on every run. One kind
 * of work is one section of them; of what lies between the time is not asked.
 */
import { parseEndpoint } from "../../host/abi/address.js";
import { Registrar, Simulation, answering } from "../../host/simulated/index.js";
import type { RegistrarOptions, SimulatedPhone } from "../../host/simulated/index.js";
import { DRAIN, drainStep, exportNames, exportStep, markStep } from "../../tests/replay/format.js";
import type { ExportName, Step } from "../../tests/replay/format.js";
import type { MessageName } from "./figures.js";
import { recordCores, stepsOf } from "../../tests/replay/recorder.js";
import { FAR, SDP } from "../../tests/scenarios/call-helpers.js";
import { DOMAIN, configuration } from "../../tests/scenarios/helpers.js";
import type { Settings } from "../../tests/scenarios/helpers.js";

/** Kinds of work. */
export const works = ["register", "response", "failover", "invite", "datagram", "noise"] as const;
export type Work = (typeof works)[number];

/** What lies between. */
export const REST = "rest";
/** A section without a step: what taking the time takes. There is one before each piece of a work. */
export const EMPTY = "empty";

export interface BenchCourse {
  readonly steps: readonly Step[];
  /** How often each kind of work is done. */
  readonly counts: Readonly<Record<Work, number>>;
  /** Messages of it, for those that only parse them. */
  readonly messages: Readonly<Record<MessageName, Uint8Array>>;
}

/** Seconds that a registrar grants. */
const LIFETIME = 60;
const SECOND = 1000;
/** Milliseconds one way. */
const LATENCY = 5;
/** Octets of a datagram whose time is told. */
const DATAGRAM = 500;
/** What there is between two datagrams: longer than a server remembers a request (RFC 3261, timer J). */
const PAUSE = 33 * SECOND;

const SERVERS = ["192.0.2.1", "192.0.2.2"] as const;
/** As long as those that servers of the field send. */
const TAG = "b27e1a1d33761e85846fc98f5f3a7e58.4b";
const SERVER = ["Server", "kamailio (5.6.3 (x86_64/linux))"] as const;

/** A phone, and two servers of which the first is the primary. */
class Stage {
  readonly s = new Simulation();
  readonly phone: SimulatedPhone;
  readonly primary: Registrar;

  constructor(settings: Settings = {}, options: RegistrarOptions = {}) {
    const [primary = fail()] = SERVERS.map((address, index) => {
      const registrar = new Registrar(`${TAG}${String(index)}`, {
        maxExpires: LIFETIME,
        exchange: this.s.exchange,
        ...options,
      });
      registrar.extraHeaders = [SERVER];
      this.s.serve(registrar, parseEndpoint(address, 5060));
      return registrar;
    });
    this.primary = primary;
    this.s.network.latency = LATENCY;
    this.s.zone.address(DOMAIN, SERVERS, 86_400);
    const file = configuration({ "nat.udp_update_enable": 0, ...settings });
    this.phone = this.s.phone(file, { keepWire: false, keepRecords: false });
    this.s.run(2 * SECOND);
  }

  /** What has gone into the core so far. */
  get steps(): readonly Step[] {
    return stepsOf(this.phone.core);
  }
}

const fail = (): never => {
  throw new Error("the recording lacks what it is made for");
};

const isOf = (name: ExportName, { kind }: Step): boolean => exportNames[kind] === name;

const textOf = ({ octets }: Step): string => Buffer.from(octets).toString("latin1");

const isAnswer = (status: number, method: string, step: Step): boolean => {
  if (!isOf("flow_bytes", step)) return false;
  const text = textOf(step);
  return (
    text.startsWith(`SIP/2.0 ${String(status)} `) && new RegExp(`\r\nCSeq: \\d+ ${method}\r\n`).test(text)
  );
};

/** A part of the recording, which begins with a configuration. */
interface Part {
  readonly steps: readonly Step[];
  readonly count: number;
}

/** Puts marks around each piece of a work: from a step with which it begins to before one with which it is over. */
const marked = (
  work: Work,
  steps: readonly Step[],
  begins: (step: Step) => boolean,
  isOver: (step: Step, before: Step | undefined) => boolean,
): Part => {
  const made: Step[] = [markStep(REST)];
  let count = 0;
  let isInside = false;
  for (const [index, step] of steps.entries()) {
    if (isInside && isOver(step, steps[index - 1])) {
      made.push(markStep(REST));
      isInside = false;
    }
    if (!isInside && begins(step)) {
      made.push(markStep(EMPTY), markStep(work));
      isInside = true;
      count++;
    }
    made.push(step);
  }
  return count > 0 ? { steps: [...made, markStep(REST)], count } : fail();
};

/** Challenge, answer and refresh, over and over: a nonce serves two requests, the next one is challenged again. */
const registering = (count: number): Part => {
  const { s, phone } = new Stage({}, { digest: { users: { "1000": "secret" }, nonceUses: 2 } });
  s.run(2 * LIFETIME * SECOND * count);
  const steps = stepsOf(phone.core);
  const challenges = steps.flatMap((step, index) => (isAnswer(401, "REGISTER", step) ? [index] : []));
  // Each is the answer to a refresh that came of a deadline, which is the step before.
  const from = (challenges[1] ?? fail()) - 1;
  const to = (challenges[count + 1] ?? fail()) - 1;
  const work = [markStep(REST), markStep(EMPTY), markStep("register")];
  return {
    steps: [
      ...work.slice(0, 1),
      ...steps.slice(0, from),
      ...work.slice(1),
      ...steps.slice(from, to),
      markStep(REST),
    ],
    count,
  };
};

/** A 200 to REGISTER, and all that follows from it. */
const answered = (count: number): Part => {
  const stage = new Stage();
  stage.s.run((LIFETIME / 2) * SECOND * count);
  return marked(
    "response",
    stage.steps,
    (step) => isAnswer(200, "REGISTER", step),
    // After what follows from it time goes on.
    (step, before) => step.kind === DRAIN && before?.kind === DRAIN,
  );
};

/** The primary's port is closed: from the news of that to the request that leaves for the other server. */
const failingOver = (count: number): Part => {
  const stage = new Stage({ "sip_server.1.failback_mode": 2 });
  stage.primary.refuse();
  stage.s.run((LIFETIME / 2) * SECOND * count);
  return marked(
    "failover",
    stage.steps,
    (step) => isOf("flow_failed", step),
    (step) => isOf("flow_bytes", step),
  );
};

/** A call, from placing it to the ACK: INVITE, 180, 200. */
const calling = (count: number): Part => {
  const { s, phone } = new Stage();
  s.exchange.callee = answering({ ring: 100, answer: 1000 });
  for (let at = 0; at < count; at++) {
    const call = phone.call(FAR, { type: "application/sdp", body: SDP });
    s.run(2 * SECOND);
    phone.hangUp(call);
    s.run(40 * SECOND);
  }
  return marked(
    "invite",
    stepsOf(phone.core),
    (step) => isOf("call_place", step),
    (step) => isOf("call_hang_up", step),
  );
};

/** Makes a text as long as a datagram, by a header that is passed over. */
const padded = (text: string): string => {
  const filler = "X-Filler: \r\n";
  const room = DATAGRAM - text.length - filler.length;
  return text.replace(
    "\r\nContent-Length",
    `\r\n${filler.replace(" ", ` ${"x".repeat(room)}`).trimEnd()}\r\nContent-Length`,
  );
};

/** A request in no dialog, as a server sends it to see whether the phone is there. */
const options = (index: number): string =>
  padded(
    [
      "OPTIONS sip:1000@198.51.100.1:5060 SIP/2.0",
      `Via: SIP/2.0/UDP ${SERVERS[0]}:5060;branch=z9hG4bK${(0x4f000000 + index).toString(16)}.a5d1e1b7`,
      "Max-Forwards: 70",
      `From: <sip:ping@${DOMAIN}>;tag=uloc-${(0x5000 + index).toString(16)}`,
      `To: <sip:1000@${DOMAIN}>`,
      `Call-ID: ${(0x70000000 + index).toString(16)}-4b2f9c@${SERVERS[0]}`,
      `CSeq: 1 OPTIONS`,
      "User-Agent: kamailio (5.6.3 (x86_64/linux))",
      "Content-Length: 0",
      "\r\n",
    ].join("\r\n"),
  );

/** Datagrams from the server in use, in time and each with what it costs later. */
const receiving = (work: "datagram" | "noise", count: number, text: (index: number) => string): Part => {
  const stage = new Stage({}, { maxExpires: 7 * 86_400 });
  const steps = [...stage.steps];
  const [, flow = fail()] = [...steps].reverse().find((step) => isOf("flow_bytes", step))?.values ?? [];
  const begin = stage.s.now;
  const received = Array.from({ length: count }, (_, index) => {
    const octets = Buffer.from(text(index), "latin1");
    const now = begin + index * PAUSE;
    return [drainStep(now), exportStep("flow_bytes", [now, flow, octets.length], octets), drainStep(now)];
  });
  return {
    steps: [markStep(REST), ...steps, markStep(EMPTY), markStep(work), ...received.flat(), markStep(REST)],
    count,
  };
};

/** Octets that are no message of any protocol. */
const noise = (index: number): string => String.fromCharCode(0x80 + (index % 64)).repeat(DATAGRAM);

/** The last message of each kind. */
const messagesOf = (parts: readonly Part[]): Record<MessageName, Uint8Array> => {
  const all = parts.flatMap(({ steps }) => steps.filter((step) => isOf("flow_bytes", step))).reverse();
  const last = (is: (step: Step) => boolean): Uint8Array => all.find(is)?.octets ?? fail();
  return {
    "register-200": last((step) => isAnswer(200, "REGISTER", step)),
    "register-401": last((step) => isAnswer(401, "REGISTER", step)),
    "invite-200": last((step) => isAnswer(200, "INVITE", step)),
    options: last((step) => textOf(step).startsWith("OPTIONS ")),
  };
};

/** Makes the recording, with so many pieces of each work. */
export const benchCourse = (count: number): BenchCourse => {
  recordCores();
  const parts: Record<Work, Part> = {
    register: registering(count),
    response: answered(count),
    failover: failingOver(count),
    invite: calling(count),
    datagram: receiving("datagram", count, options),
    noise: receiving("noise", count, noise),
  };
  const inOrder = works.map((work) => parts[work]);
  return {
    steps: inOrder.flatMap(({ steps }) => steps),
    counts: Object.fromEntries(works.map((work) => [work, parts[work].count])) as Record<Work, number>,
    messages: messagesOf(inOrder),
  };
};
