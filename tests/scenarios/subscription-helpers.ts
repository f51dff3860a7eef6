/** What the scenarios with subscriptions share. */
import { parameterised } from "../../host/simulated/index.js";
import type { ClientRequest, SimulatedPhone, Subscription } from "../../host/simulated/index.js";
import { requestsOf } from "./call-helpers.js";
import { Site, only } from "./helpers.js";
import type { Settings } from "./helpers.js";

/** Nothing but what a scenario is about: no keep-alives. */
export const QUIET: Settings = { "nat.udp_update_enable": 0 };

/** The list of the busy lamps. */
export const LIST = "sip:lamps@sip.example.com";

/** A list of busy lamps for 200 s: refreshed every 100 s. */
export const LAMPS: Settings = { "blf.blf_list_uri": LIST, "blf.subscribe_period": 200 };

/** Subscriptions go where the registration of either slot goes (S2). */
export const FOLLOW: Settings = {
  "sip_server.1.failback_mode": 3,
  "sip_server.2.failback_mode": 3,
  "sip_server.1.failback_subscribe.enable": 1,
  "sip_server.2.failback_subscribe.enable": 1,
};

/** Waiting messages for an hour: refreshed every 3000 s. */
export const WAITING: Settings = { subscribe_mwi: 1 };

/** What a request is to its subscription: the one that begins it, a refresh, or its end. */
type Part = "new" | "again" | "end";

/**
 * The SUBSCRIBEs that left a phone, those that were sent again included, from one instant to before another: `0 A dialog
 * new 200`, `100000 A dialog again 200`, `130000 A dialog end`.
 */
export const subscribes = (phone: SimulatedPhone, from = 0, before = Infinity): string[] =>
  requestsOf(phone, "SUBSCRIBE")
    .filter(({ t }) => t >= from && t < before)
    .map(({ t, peer, message }) => {
      const expires = message.header("expires") ?? "";
      const part: Part = expires === "0" ? "end" : message.toTag === "" ? "new" : "again";
      const event = parameterised(message.header("event") ?? "").value;
      return `${String(t)} ${peer} ${event} ${part}${part === "end" ? "" : ` ${expires}`}`;
    });

/** The sends of a SUBSCRIBE of the lamps to a target that stays silent, from `at`: by timer E with T1 = 0.5 s, T2 = 4 s. */
export const resentSubscribes = (at: number, rest: string, budget = 7500): string[] =>
  [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
    .filter((after) => after < budget)
    .map((after) => `${String(at + after)} ${rest}`);

/** Call-ID and From tag of each SUBSCRIBE: the same for those of one dialog (RFC 6665, 4.1.2.2). */
export const dialogsOf = (phone: SimulatedPhone): string[] =>
  requestsOf(phone, "SUBSCRIBE").map(({ message }) => `${message.callId} ${message.fromTag}`);

/** The servers of the subscriptions that stand at the far end, by their first address. */
export const standing = (subscriptions: readonly Subscription[]): string[] =>
  subscriptions.map(({ server, eventPackage }) => `${server.name.split(":")[0] ?? ""} ${eventPackage}`);

/** The final answers to NOTIFYs; 0 for none. */
export const statuses = (notifies: readonly ClientRequest[]): number[] =>
  notifies.map(({ status }) => status);

/** Settings by which nothing but the NOTIFYs happens for long. */
export const STILL: Settings = { ...QUIET, ...LAMPS, "blf.subscribe_period": 3600 };

export interface Subscribed {
  readonly site: Site;
  readonly phone: SimulatedPhone;
  readonly subscription: Subscription;
}

/** A phone that has subscribed to busy lamps, and registered, with A; it is 1 s. */
export const subscribed = (settings: Settings = {}): Subscribed => {
  const site = new Site();
  const phone = site.phone({ ...STILL, ...settings });
  site.s.run(1000);
  return { site, phone, subscription: only(site.exchange.subscriptions) };
};
