/** What the scenarios over TCP share. */
import assert from "node:assert/strict";
import { SipFraming } from "../../host/simulated/index.js";
import type { Registrar, SimulatedPhone } from "../../host/simulated/index.js";
import { decisions, sent, short } from "./helpers.js";
import type { Settings, Site } from "./helpers.js";

/** Slot 1 over TCP. */
export const TCP: Settings = { "sip_server.1.transport_type": 1 };

/** So many accounts over TCP, of one name. */
export const accounts = (count: number): Settings =>
  Object.assign(
    { ...TCP },
    ...Array.from({ length: count - 1 }, (_, index) => {
      const account = `account.${String(index + 2)}`;
      return {
        [`${account}.enable`]: 1,
        [`${account}.user_name`]: 1001 + index,
        [`${account}.sip_server.1.address`]: "sip.example.com",
        [`${account}.sip_server.1.transport_type`]: 1,
        [`${account}.reg_failed_retry_max_time`]: 0,
      };
    }),
  ) as Settings;

/** `A` for A's target over TCP. */
export const name = (target: string): string => short(target.replace(/^tcp:/, "udp:"));

/** When which server was sent a REGISTER, each of them over TCP: `["0 A", "7500 B"]`. */
export const overTcp = (phone: SimulatedPhone): string[] =>
  sent(phone).map(({ t, target }) => {
    assert.match(target, /^tcp:/);
    return `${String(t)} ${name(target)}`;
  });

/** Which target failed when, and why: `7500 A silent`. */
export const causes = (phone: SimulatedPhone): string[] =>
  phone.events("target-failed").map(({ t, target, cause }) => `${String(t)} ${name(target)} ${cause}`);

/** As `decisions`, with short names. */
export const moves = (phone: SimulatedPhone): string[] =>
  decisions(phone).map((line) => line.split(" ").map(name).join(" "));

/** The far ends of the connections that a server has had REGISTERs by. */
export const connectionsOf = (registrar: Registrar): ReadonlySet<string> =>
  new Set(registrar.requests("REGISTER").map(({ source }) => source));

/** Puts what a server answers into the stream; `now` is when the request came. */
export type Speak = (answer: Uint8Array, send: (octets: Uint8Array) => void, now: number) => void;

/**
 * Has a server's connections at an address served by a script: `speak` sends what the server answers, the way it
 * likes. When and how the phone ended a connection: `60000 closed`.
 */
export const tap = (
  site: Site,
  registrar: Registrar,
  address: string,
  speak: Speak = (answer, send) => {
    send(answer);
  },
): readonly string[] => {
  const { network } = site.s;
  const local = { transport: "tcp", family: 4, address, port: 5060 } as const;
  const ended: string[] = [];
  network.closeStream(local);
  network.listenStream(local, (end) => {
    const framing = new SipFraming();
    return {
      stream: (octets) => {
        for (const message of framing.take(octets)) {
          for (const reply of registrar.receive(message, end.remote, site.s.now)) {
            speak(
              reply.octets,
              (piece) => {
                end.send(piece);
              },
              site.s.now,
            );
          }
        }
      },
      failed: (reason) => {
        ended.push(`${String(site.s.now)} ${reason}`);
      },
    };
  });
  return ended;
};
