/** How long a request waits for its first answer, by how many targets are dead and how. */
import type { NameOf } from "../abi/record.js";
import { World } from "./world.js";
import type { Seen, Subject, Trouble, WorldOptions } from "./world.js";

/** What is asked. `later-invite`: the second call after servers have died, when the phone has learnt of it. */
export type Question = "register" | "invite" | "later-invite" | "subscribe" | "bye" | "bye-by-name";

/** What became of one request. Times in milliseconds from when it was asked for. */
export interface FirstAnswer {
  readonly question: Question;
  readonly trouble: Trouble;
  /** The first so many targets are dead. */
  readonly dead: number;
  readonly result: "answered" | "failed";
  /** Until the first answer that counts, or until it failed. */
  readonly after: number;
  /** Who answered; empty where nobody did. */
  readonly target: string;
  /** Why it failed; empty where it was answered. */
  readonly reason: NameOf<"failure"> | "";
  /** When it is tried again after a failure, in milliseconds; 0: it is not. */
  readonly retry: number;
}

/** Longer than any search takes: 64·T1 for each of the most targets there can be. */
const LONGEST = 30 * 60_000;
/** By then the phone is registered; nothing has become due since. */
const SETTLED = 70_000;

type Outcome = Omit<FirstAnswer, "question" | "trouble" | "dead">;

/** Asks one question with so many targets dead. */
export const firstAnswer = (
  subject: Subject,
  question: Question,
  trouble: Trouble,
  dead: number,
  options: WorldOptions = {},
): FirstAnswer => {
  const world = new World(subject, options);
  return {
    question,
    trouble,
    dead,
    ...ask[question](world, () => {
      world.fell(dead, trouble);
    }),
  };
};

type Ask = (world: World, fall: () => void) => Outcome;

const settle = (world: World): void => {
  world.s.run(SETTLED);
};

const register: Ask = (world, fall) => {
  fall();
  world.s.run(LONGEST);
  const { phone } = world;
  const began = world.messages("out").find(({ message }) => message?.method === "REGISTER")?.t ?? 0;
  const failed = phone.events("failed").find(({ slot }) => slot === 1);
  const registered = world.registered(0, () => true);
  if (registered !== undefined && registered.t <= (failed?.t ?? Infinity))
    return answered(registered.t - began, registered.target);
  return failed === undefined
    ? failure(LONGEST, "", 0)
    : failure(failed.t - began, failed.reason, failed.retry);
};

const place = (world: World): Outcome => {
  const { s, phone } = world;
  const began = s.now;
  const call = world.call();
  if (call < 0) return failure(0, "not-registered", 0);
  s.run(LONGEST);
  const answer = firstGood(world, "INVITE", began);
  if (answer !== undefined) return answered(answer.t - began, answer.target);
  const end = phone.events("call").find((each) => each.call === call && each.state === "ended");
  return failure(Math.max(0, (end?.t ?? s.now) - began), end?.reason ?? "", 0);
};

const laterInvite: Ask = (world, fall) => {
  const { s, phone } = world;
  settle(world);
  fall();
  const first = world.call();
  s.run(5 * 60_000);
  if (first > 0) phone.hangUp(first);
  s.run(60_000);
  return place(world);
};

const subscribe: Ask = (world, fall) => {
  const { s, phone } = world;
  settle(world);
  fall();
  const began = s.now;
  const subscription = phone.subscribe("message-summary", { account: world.subject.account });
  if (subscription < 0) return failure(0, "not-registered", 0);
  s.run(LONGEST);
  const isOurs = (each: { subscription: number; t: number }): boolean =>
    each.subscription === subscription && each.t >= began;
  const done = phone.events("subscribed").find(isOurs);
  const failed = phone.events("unsubscribed").find(isOurs);
  if (done !== undefined && done.t < (failed?.t ?? Infinity)) return answered(done.t - began, done.target);
  return failure((failed?.t ?? s.now) - began, failed?.reason ?? "", failed?.retry ?? 0);
};

const bye: Ask = (world, fall) => {
  const { s, phone } = world;
  settle(world);
  const call = world.call();
  s.run(10_000);
  fall();
  const began = s.now;
  phone.hangUp(call);
  s.run(LONGEST);
  const answer = firstGood(world, "BYE", began);
  if (answer !== undefined) return answered(answer.t - began, answer.target);
  const end = phone.events("call").find((each) => each.call === call && each.state === "ended");
  return failure(
    Math.max(0, (end?.t ?? s.now) - began),
    end?.reason === "local" ? "no-target-left" : (end?.reason ?? ""),
    0,
  );
};

const ask: Readonly<Record<Question, Ask>> = {
  register,
  invite: (world, fall) => {
    settle(world);
    fall();
    return place(world);
  },
  "later-invite": laterInvite,
  subscribe,
  bye,
  "bye-by-name": bye,
};

/** The first answer to a method that is none by which a target fails (F1). */
const firstGood = (world: World, method: string, from: number): Seen | undefined =>
  world
    .messages("in", from)
    .find(({ message }) => message?.method === method && message.status !== 0 && message.status !== 503);

const answered = (after: number, target: string): Outcome => ({
  result: "answered",
  after,
  target,
  reason: "",
  retry: 0,
});

const failure = (after: number, reason: Outcome["reason"], retry: number): Outcome => ({
  result: "failed",
  after,
  target: "",
  reason,
  retry,
});
