/** The credentials that left a phone, and whose nonces they answer. */
import assert from "node:assert/strict";
import { parseSip, splitList } from "../../host/simulated/index.js";
import type { Parameters, SimulatedPhone, SipMessage } from "../../host/simulated/index.js";
import { challengeParameters } from "../../host/simulated/sip.js";
import { sent, short } from "./helpers.js";

/** A REGISTER and its credentials, `undefined` where it has none. */
export interface Credentials {
  readonly t: number;
  readonly target: string;
  readonly message: SipMessage;
  readonly parameters: Parameters | undefined;
}

/** Each REGISTER that left a phone, those that were sent again only once. */
export const credentialsOf = (phone: SimulatedPhone): Credentials[] => {
  const seen = new Set<string>();
  return sent(phone).flatMap(({ t, target, message }) => {
    if (seen.has(message.branch)) return [];
    seen.add(message.branch);
    const field = message.header("authorization") ?? message.header("proxy-authorization");
    const parameters = field === undefined ? undefined : challengeParameters(field).parameters;
    return [{ t, target, message, parameters }];
  });
};

/** The nonces that an answer gives: of its challenges, and the next one. */
const noncesIn = (message: SipMessage): string[] =>
  ["www-authenticate", "proxy-authenticate", "authentication-info"].flatMap((name) =>
    message
      .headers(name)
      .flatMap((field) => splitList(field))
      .flatMap((part) => /(?:nonce|nextnonce)="([^"]*)"$/i.exec(part)?.[1] ?? []),
  );

/** Asserts that every nonce that was answered had come from the very target that it went back to, and before. */
export const assertCredentialsStayHome = (phone: SimulatedPhone): void => {
  const given = new Map<string, Set<string>>();
  let answered = 0;
  for (const { direction, from, to, octets } of phone.wire) {
    const message = parseSip(octets);
    if (message === undefined) continue;
    if (direction === "in") {
      const own = given.get(from) ?? new Set<string>();
      given.set(from, own);
      for (const nonce of noncesIn(message)) own.add(nonce);
      continue;
    }
    for (const name of ["authorization", "proxy-authorization"]) {
      for (const field of message.headers(name)) {
        const nonce = challengeParameters(field).parameters.get("nonce") ?? "";
        assert.ok(given.get(to)?.has(nonce), `${short(to)} was offered the nonce ${nonce} of another`);
        answered++;
      }
    }
  }
  assert.ok(answered > 0, "no credentials were sent at all");
};
