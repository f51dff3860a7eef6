/** Takes the phone through a case, in simulated time. */
import type { Registrar, SimulatedPhone } from "../../../host/simulated/index.js";
import { FAR, SDP, messagesOf, requestsOf } from "../call-helpers.js";
import { DOMAIN, Site } from "../helpers.js";
import type { Settings } from "../helpers.js";
import { SUBSCRIPTION, inOrder } from "./course.js";
import type { CaseSettings, Course, Failure, Line, Seen, TargetName } from "./course.js";

/** What is seen of a case when the core goes through it, and what must not be seen at all. */
export interface Driven extends Seen {
  /** Lines of one instant in the wrong order, and what the servers found wrong with the phone. */
  readonly complaints: readonly string[];
}

/** The keys of a case. Nothing is sent that the case does not speak of. */
const keysOf = (settings: CaseSettings): Settings => ({
  "nat.udp_update_enable": 0,
  "sip_server.1.failback_mode": settings.mode,
  "sip_server.1.failback_timeout": settings.failbackTimeout,
  "sip_server.1.register_on_enable": Number(settings.registerOnEnable),
  "sip_server.1.only_signal_with_registered": Number(settings.onlySignalWithRegistered),
  "sip_server.1.retry_counts": settings.retryCounts,
  "sip_server.1.invite_retry_counts": settings.inviteRetryCounts,
  "sip_server.1.transport_type": settings.transport === "tcp" ? 1 : 0,
});

const fail = (server: Registrar, failure: Failure): void => {
  switch (failure) {
    case "silent":
      server.silent();
      break;
    case "refused":
      server.refuse();
      break;
    case "503":
      server.answer(503);
      break;
    case "closes":
      server.mode = () => {
        server.disconnect();
        return "silent";
      };
      break;
  }
};

/** Requests outside of dialogs that a target gets without a registration, although F7 wants one: `10000 INVITE B`. */
const withoutRegistration = (phone: SimulatedPhone): string[] => {
  const wrong: string[] = [];
  const seen = new Set<string>();
  let holder = "";
  for (const { t, direction, peer, message } of messagesOf(phone)) {
    const { method, status, branch } = message;
    if (direction === "in") {
      if (method === "REGISTER" && status === 200) holder = peer;
    } else if (method === "INVITE" || (method === "SUBSCRIBE" && !message.header("to")?.includes(";tag="))) {
      if (status === 0 && !seen.has(branch) && holder !== peer) wrong.push(`${String(t)} ${method} ${peer}`);
      seen.add(branch);
    }
  }
  return wrong;
};

/** INVITEs that went on after a 503 without its ACK before them, and a 503 without any (RFC 3261, 17.1.1.3). */
const withoutAck = (phone: SimulatedPhone): string[] => {
  const wrong: string[] = [];
  let refused = "";
  for (const { t, direction, peer, message } of messagesOf(phone)) {
    if (direction === "in") {
      if (message.method === "INVITE" && message.status === 503) refused = peer;
    } else if (message.method === "ACK" && peer === refused) refused = "";
    else if (message.method === "INVITE" && message.status === 0 && refused !== "") {
      wrong.push(`${String(t)} INVITE ${peer}`);
    }
  }
  return refused === "" ? wrong : [...wrong, `no ACK to ${refused}`];
};

/** What failed locally; how a BYE ended is the far end's affair. */
const failuresOf = (phone: SimulatedPhone): Line[] =>
  phone.records.flatMap((record): Line[] => {
    const { t } = record;
    if (record.event === "failed" && record.method === "REGISTER") {
      return [{ t, method: "REGISTER", rest: record.reason }];
    }
    if (record.event === "call" && record.state === "ended" && record.reason !== "local") {
      return [{ t, method: "INVITE", rest: record.reason }];
    }
    if (record.event === "unsubscribed") return [{ t, method: "SUBSCRIBE", rest: record.reason }];
    return [];
  });

const METHODS = ["REGISTER", "INVITE", "SUBSCRIBE", "BYE"] as const;

const requestLines = (phone: SimulatedPhone): Line[] =>
  METHODS.flatMap((method) => requestsOf(phone, method).map(({ t, peer }) => ({ t, method, rest: peer })));

/** Drives the core through a case. */
export const drive = ({ settings, targets, recordRoute, steps, end }: Course): Driven => {
  const { ttl, lifetime, transport } = settings;
  const name = `sip:${DOMAIN}${transport === "tcp" ? ";transport=tcp" : ""};lr` as const;
  const site = new Site({
    list: targets,
    ttl,
    maxExpires: lifetime,
    recordRoute: recordRoute === "name" ? name : recordRoute,
  });
  const servers: Readonly<Record<TargetName, Registrar>> = { A: site.a, B: site.b, C: site.c };
  const phone = site.phone(keysOf(settings));
  const calls: number[] = [];
  for (const step of steps) {
    site.s.at(step.at, () => {
      switch (step.does) {
        case "fail":
          fail(servers[step.target], step.failure);
          break;
        case "recover":
          servers[step.target].up();
          break;
        case "disconnect":
          servers[step.target].disconnect();
          break;
        case "call":
          calls.push(phone.call(FAR, { account: 1, type: "application/sdp", body: SDP }));
          break;
        case "hang up":
          phone.hangUp(calls.shift() ?? 0);
          break;
        case "subscribe":
          phone.subscribe("message-summary", { account: 1, uri: "", expires: step.expires ?? SUBSCRIPTION });
          break;
      }
    });
  }
  site.s.runUntil(end);
  return {
    requests: inOrder(requestLines(phone)),
    failures: inOrder(failuresOf(phone)),
    complaints: [
      ...(settings.registerOnEnable ? withoutRegistration(phone) : []),
      ...withoutAck(phone),
      ...site.exchange.complaints,
    ],
  };
};
