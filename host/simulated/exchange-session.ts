import type { HeaderField, SipMessage } from "./sip.js";

/** How a far end wants session timers (RFC 4028). */
export interface SessionTimer {
  /** The Session-Expires of its answers, in seconds; the phone's where that is shorter. */
  readonly expires: number;
  /** Who refreshes where the phone does not say it; default: the phone. */
  readonly refresher?: "phone" | "far";
  /** A shorter one is answered 422; in seconds. */
  readonly minSE?: number;
  /** What the far end refreshes by; default: UPDATE. */
  readonly method?: "INVITE" | "UPDATE";
}

/** What an answer to a phone's INVITE or UPDATE agrees on. */
export interface AgreedSession {
  readonly headers: readonly HeaderField[];
  /** Seconds. */
  readonly expires: number;
  readonly isFarRefresher: boolean;
}

/** The shortest session that RFC 4028 allows where nobody says so, in seconds. */
const LEAST = 90;

const refresherOf = (value: string): string | undefined => /;\s*refresher=(uac|uas)/i.exec(value)?.[1];

/** The Min-SE of a 422 where a request asks for too short a session; `undefined` where it does not. */
export const tooShort = (request: SipMessage, timer: SessionTimer | undefined): number | undefined => {
  const asked = request.header("session-expires");
  if (timer === undefined || asked === undefined) return undefined;
  const least = timer.minSE ?? LEAST;
  return parseInt(asked, 10) < least ? least : undefined;
};

/** What the answer to a request says of the session; `undefined` where there is no timer (RFC 4028, section 9). */
export const agreed = (request: SipMessage, timer: SessionTimer | undefined): AgreedSession | undefined => {
  if (timer === undefined) return undefined;
  const asked = request.header("session-expires");
  const supports = request.elements("supported").includes("timer");
  const expires = Math.min(timer.expires, asked === undefined ? Infinity : parseInt(asked, 10));
  const wanted = asked === undefined ? undefined : refresherOf(asked);
  const byFar = !supports || (wanted ?? ((timer.refresher ?? "phone") === "far" ? "uas" : "uac")) === "uas";
  const headers: HeaderField[] = [
    ["Session-Expires", `${String(expires)};refresher=${byFar ? "uas" : "uac"}`],
  ];
  if (!byFar) headers.push(["Require", "timer"]);
  return { headers, expires, isFarRefresher: byFar };
};
