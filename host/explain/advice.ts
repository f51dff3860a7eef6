/** What is not covered, and what to change. What a change would give is found out by running the core with it. */
import { shortTime } from "../cli/render/words.js";
import { firstAnswer } from "./first-answer.js";
import type { Advice, AccountFindings } from "./findings.js";
import { noticed } from "./noticed.js";
import { returns } from "./returns.js";
import type { AccountSettings, SlotSettings } from "./settings.js";
import { isNamed } from "./standing.js";
import type { Subject } from "./world.js";

/** OPTIONS in a row that are proposed to be lost before a target is down. */
const PROBES = 2;

type Facts = Omit<AccountFindings, "advice">;

interface Case {
  readonly facts: Facts;
  readonly settings: AccountSettings;
  readonly subject: Subject;
  readonly first: SlotSettings;
}

type Rule = (one: Case) => Advice | undefined;

const key = ({ settings, first }: Case, name: string): string =>
  `account.${String(settings.number)}.${first.kind === "proxy" ? "outbound_proxy" : "sip_server"}.1.${name}`;

const after = ({ facts }: Case, question: string, dead: number): number =>
  facts.firstAnswers.find(
    (each) => each.question === question && each.trouble === "silent" && each.dead === dead,
  )?.after ?? 0;

const hasChoice = ({ facts }: Case): boolean => facts.targets.length > 1;

const lone: Rule = (one) =>
  hasChoice(one)
    ? undefined
    : {
        code: "one-target",
        finding: `There is one target only: when it is dead, so is the phone. A REGISTER gives up after ${shortTime(after(one, "register", 1))}.`,
        change: isNamed(one.first)
          ? "Give the name further address or SRV records, or name a second server in slot 2."
          : "Write a name with several records instead of the address, or name a second server in slot 2.",
      };

const shared: Rule = (one) =>
  !hasChoice(one) || one.first.registerOnEnable
    ? undefined
    : {
        code: "shared-registrations",
        finding:
          "register_on_enable 0 assumes shared registrations: a request goes to the next server without a REGISTER there.",
        change: `If the servers do not share their registrations, set ${key(one, "register_on_enable")} = 1.`,
      };

const probing: Rule = (one) => {
  const found = one.facts.noticed.find(({ trouble, dead }) => trouble === "silent" && dead === 1);
  if (!hasChoice(one) || one.settings.probeMaxLost > 0 || found === undefined) return undefined;
  const line = `sip.probe_max_lost = ${String(PROBES)}`;
  const then = noticed(one.subject, "silent", 1, { also: [line] })?.latest;
  const time = found.latest === undefined ? "not surely at all" : `after up to ${shortTime(found.latest)}`;
  return {
    code: "no-probing",
    finding: `No probing: a silent primary is found out by the next refresh, ${time}. Until then nobody reaches the phone through it.`,
    change:
      then === undefined
        ? `Set ${line}.`
        : `Set ${line}: then it is found out after at most ${shortTime(then)}.`,
  };
};

const eachCall: Rule = (one) => {
  const wait = after(one, "later-invite", 1);
  if (!hasChoice(one) || one.first.failbackMode !== 0 || wait === 0) return undefined;
  const line = `${key(one, "failback_mode")} = 1`;
  const then = firstAnswer(one.subject, "later-invite", "silent", 1, { also: [line] }).after;
  return {
    code: "each-request-waits",
    finding: `failback_mode 0 begins every request at the primary: while that is silent, each call waits ${shortTime(wait)}.`,
    change: `Set ${line}, 2 or 3 to stay with the server that answered: later calls then wait ${then === 0 ? "not at all" : shortTime(then)}.`,
  };
};

const fewer: Rule = (one) => {
  const wait = after(one, "invite", 1);
  if (!hasChoice(one) || one.first.inviteRetryCounts <= 1) return undefined;
  const line = `${key(one, "invite_retry_counts")} = 1`;
  const then = firstAnswer(one.subject, "invite", "silent", 1, { also: [line] }).after;
  return then >= wait
    ? undefined
    : {
        code: "long-budget",
        finding: `The first call after the primary fell silent waits ${shortTime(wait)} for its first answer.`,
        change: `With ${line} it waits ${shortTime(then)}; on a network that loses packets, fewer sends find fewer servers.`,
      };
};

const never: Rule = (one) => {
  const back = one.facts.returns.find(({ dead, from }) => dead === 1 && from !== "");
  if (!hasChoice(one) || back === undefined || back.earliest !== undefined) return undefined;
  const line = `${key(one, "failback_mode")} = 1`;
  const then = returns(one.subject, 1, { also: [line] }).latest;
  return {
    code: "no-return",
    finding: `The phone did not go back to the primary within ${shortTime(back.watched)}.`,
    change: then === undefined ? "" : `With ${line} it is back after at most ${shortTime(then)}.`,
  };
};

const subscriptions: Rule = (one) => {
  const slow = one.facts.subscriptions.find(({ trouble }) => trouble === "silent");
  if (!hasChoice(one) || slow === undefined || one.first.failbackSubscribe) return undefined;
  const time =
    slow.moved === undefined ? `not within ${shortTime(slow.watched)}` : `after ${shortTime(slow.moved)}`;
  return {
    code: "subscriptions-stay",
    finding: `failback_subscribe.enable 0 leaves subscriptions where they are until their own refresh: one of an hour stood at another server ${time}.`,
    change:
      one.first.failbackMode === 0
        ? `Set ${key(one, "failback_mode")} = 1, 2 or 3 and ${key(one, "failback_subscribe.enable")} = 1.`
        : `Set ${key(one, "failback_subscribe.enable")} = 1 to make them anew at once when the registration has moved.`,
  };
};

const registeredOnly: Rule = (one) =>
  one.first.onlySignalWithRegistered
    ? {
        code: "registered-only",
        finding:
          "only_signal_with_registered 1: while no server holds a registration, calls fail at once, and calls in progress end.",
        change: "",
      }
    : undefined;

const inDialog: Rule = (one) => {
  const failed = one.facts.firstAnswers.find(
    ({ question, dead, result }) => question === "bye" && dead === 1 && result === "failed",
  );
  return hasChoice(one) && failed !== undefined
    ? {
        code: "route-by-address",
        finding:
          "Requests within a call go by the route that the server gave (Record-Route). Where that is an address, a call dies with its server: nobody hears its BYE.",
        change: isNamed(one.first)
          ? `On the servers: write the name ${one.first.address} into Record-Route, so that the phone finds another.`
          : "On the servers: write a name that leads to all of them into Record-Route.",
      }
    : undefined;
};

const drawn: Rule = ({ facts }) => {
  const services = facts.targets.flatMap(({ origin: { srv } }) => srv ?? []);
  const levels = services
    .filter(({ weight }) => weight > 0)
    .map((srv) => `${srv.name} ${String(srv.priority)}`);
  return new Set(levels).size === levels.length
    ? undefined
    : {
        code: "drawn-order",
        finding:
          "Servers of the same priority are drawn by weight (L5): the order above is one draw, phones differ.",
        change: "",
      };
};

const rules: readonly Rule[] = [
  lone,
  shared,
  probing,
  eachCall,
  fewer,
  never,
  subscriptions,
  registeredOnly,
  inDialog,
  drawn,
];

/** What is worth saying about an account. */
export const adviceFor = (facts: Facts, settings: AccountSettings, subject: Subject): Advice[] => {
  const [first] = settings.slots;
  if (first === undefined || facts.targets.length === 0) return [];
  return rules.flatMap((rule) => rule({ facts, settings, subject, first }) ?? []);
};
