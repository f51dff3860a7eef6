/** What becomes of a call and of a subscription that stand when the primary dies. */
import type { SlotSettings } from "./settings.js";
import { World } from "./world.js";
import type { Subject, Trouble, WorldOptions } from "./world.js";

/** A call that was established by the primary. */
export interface StandingCall {
  readonly trouble: Trouble;
  /** Milliseconds after which it ended by itself; `undefined`: it stood as long as it was watched. */
  readonly ended: number | undefined;
  readonly reason: string;
  readonly watched: number;
}

/** A subscription of an hour that was made at the primary. */
export interface StandingSubscription {
  readonly trouble: Trouble;
  /** Milliseconds until it stood at another target; `undefined`: it did not, as long as it was watched. */
  readonly moved: number | undefined;
  /** Milliseconds from the new registration to the new subscription; `undefined` where either is missing. */
  readonly behindRegistration: number | undefined;
  readonly target: string;
  readonly watched: number;
}

const SETTLED = 70_000;
const CALL_WATCHED = 2 * 3_600_000;
const SUBSCRIPTION_WATCHED = 3 * 3_600_000;

/** Lets the primary die in the middle of a call that nobody hangs up. */
export const standingCall = (
  subject: Subject,
  trouble: Trouble,
  options: WorldOptions = {},
): StandingCall => {
  const world = new World(subject, options);
  const { s, phone } = world;
  s.run(SETTLED);
  const call = world.call();
  s.run(10_000);
  const began = s.now;
  world.fell(1, trouble);
  s.run(CALL_WATCHED);
  const end = phone.events("call").find((each) => each.call === call && each.state === "ended");
  return {
    trouble,
    ended: end === undefined ? undefined : end.t - began,
    reason: end?.reason ?? "",
    watched: CALL_WATCHED,
  };
};

/** Lets the primary die just after a subscription was made there, and nothing else happen. */
export const standingSubscription = (
  subject: Subject,
  trouble: Trouble,
  options: WorldOptions = {},
): StandingSubscription => {
  const world = new World(subject, options);
  const { s, phone } = world;
  s.run(SETTLED);
  const number = phone.subscribe("dialog", { account: subject.account, expires: 3600 });
  s.run(1000);
  const began = s.now;
  world.fell(1, trouble);
  s.run(SUBSCRIPTION_WATCHED);
  const isElsewhere = (target: string, t: number): boolean => t >= began && target !== subject.targets[0];
  const moved = phone
    .events("subscribed")
    .find(({ subscription, target, t }) => subscription === number && isElsewhere(target, t));
  const registered = world.registered(began, (target) => target !== subject.targets[0]);
  return {
    trouble,
    moved: moved === undefined ? undefined : moved.t - began,
    behindRegistration: moved === undefined || registered === undefined ? undefined : moved.t - registered.t,
    target: moved?.target ?? "",
    watched: SUBSCRIPTION_WATCHED,
  };
};

/** Whether a slot's targets are a list that a name leads to. */
export const isNamed = ({ address }: SlotSettings): boolean =>
  !/^\[?[0-9a-f]*:[0-9a-f:.]*\]?$/i.test(address) && !/^\d+(\.\d+){3}$/.test(address);
