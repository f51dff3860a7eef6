import type { ConfigurationFile } from "../abi/configure.js";
import type { ConfigurationRecord } from "../abi/record.js";
import { adviceFor } from "./advice.js";
import { EXPLANATION_VERSION } from "./findings.js";
import type { AccountFindings, Findings } from "./findings.js";
import { firstAnswer } from "./first-answer.js";
import type { FirstAnswer, Question } from "./first-answer.js";
import { locate, lookUp } from "./locate.js";
import type { Target } from "./locate.js";
import { noticed } from "./noticed.js";
import type { NameSource } from "./records.js";
import { returns } from "./returns.js";
import { settingsOf } from "./settings.js";
import type { AccountSettings } from "./settings.js";
import { isNamed, standingCall, standingSubscription } from "./standing.js";
import { TROUBLES } from "./world.js";
import type { Names, Subject } from "./world.js";

/** What is to be explained. */
export interface Explained {
  /** Without errors; see `check`. */
  readonly files: readonly ConfigurationFile[];
  readonly diagnostics?: readonly ConfigurationRecord[];
  readonly names: NameSource;
  /** Hears what is being done, and how far it is: from 0 to 1. Between two of them the caller's own work is done. */
  readonly progress?: (what: string, share: number) => void;
}

const QUESTIONS: readonly Question[] = ["register", "invite", "later-invite", "subscribe", "bye"];

/** Lets other work of the process be done: signals, the terminal. */
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** Explains a configuration: everything in it comes from running the core in simulated time. */
export const explain = async (explained: Explained): Promise<Findings> => {
  const { files, names: source, diagnostics = [], progress = () => undefined } = explained;
  const settings = settingsOf(files);
  const groups = grouped(settings);
  progress("asking for names", 0);
  const { names, unfound } = await lookUp(
    files,
    groups.map(([first]) => first),
    source,
  );
  const accounts: AccountFindings[] = [];
  for (const [index, [first, ...same]] of groups.entries()) {
    const tell = (share: number): void => {
      progress(`account ${String(first.number)}`, (index + share) / groups.length);
    };
    const found = await explainAccount(files, names, first, tell);
    accounts.push({ ...found, same: same.map(({ number }) => number) });
  }
  return {
    explanation: EXPLANATION_VERSION,
    files: files.map(({ name }) => name),
    names: source.name,
    diagnostics,
    unfound,
    accounts,
  };
};

/** Accounts that are set the same, the first of them first. */
const grouped = (accounts: readonly AccountSettings[]): [AccountSettings, ...AccountSettings[]][] => {
  const groups = new Map<string, [AccountSettings, ...AccountSettings[]]>();
  for (const account of accounts) {
    const group = groups.get(account.behaviour);
    if (group === undefined) groups.set(account.behaviour, [account]);
    else group.push(account);
  }
  return [...groups.values()];
};

const explainAccount = async (
  files: readonly ConfigurationFile[],
  names: Names,
  settings: AccountSettings,
  tell: (share: number) => void,
): Promise<AccountFindings> => {
  const targets = locate(files, names, settings);
  const facts = {
    account: settings.number,
    label: settings.label,
    same: [],
    slots: settings.slots,
    targets,
  };
  const none = { firstAnswers: [], noticed: [], calls: [], subscriptions: [], returns: [], advice: [] };
  if (targets.length === 0) return { ...facts, ...none };
  const addresses = [...new Set(targets.map(({ target }) => target))];
  const subject: Subject = {
    files,
    names,
    account: settings.number,
    targets: addresses,
    isSuccessive: settings.isSuccessive,
  };
  const firstAnswers = await allFirstAnswers(subject, settings, (share) => {
    tell(share / 2);
  });
  const found: AccountFindings["noticed"][number][] = [];
  const moves = settings.isSuccessive ? targets : targets.filter(({ slot }) => slot === 1);
  for (const trouble of TROUBLES) {
    await breathe();
    const one = moves.length > 1 ? noticed(subject, trouble, 1) : undefined;
    if (one !== undefined) found.push(one);
  }
  tell(0.7);
  await breathe();
  const calls = TROUBLES.map((trouble) => standingCall(subject, trouble));
  const subscriptions =
    targets.length > 1 ? TROUBLES.map((trouble) => standingSubscription(subject, trouble)) : [];
  tell(0.8);
  await breathe();
  const ways = waysBack(targets, settings.isSuccessive).map((dead) => returns(subject, dead));
  tell(0.9);
  await breathe();
  const all = { ...facts, firstAnswers, noticed: found, calls, subscriptions, returns: ways };
  return { ...all, advice: adviceFor(all, settings, subject) };
};

const allFirstAnswers = async (
  subject: Subject,
  { slots }: AccountSettings,
  tell: (share: number) => void,
): Promise<FirstAnswer[]> => {
  const found: FirstAnswer[] = [];
  const named = slots.find((slot) => slot.slot === 1 && isNamed(slot));
  const questions: readonly Question[] = named === undefined ? QUESTIONS : [...QUESTIONS, "bye-by-name"];
  const all = questions.length * TROUBLES.length * (subject.targets.length + 1);
  for (const question of questions) {
    const options =
      question === "bye-by-name" && named !== undefined
        ? { recordRoute: `sip:${named.address}${portOf(named.port)};lr` as const }
        : {};
    for (const trouble of TROUBLES) {
      for (let dead = 0; dead <= subject.targets.length; dead++) {
        found.push(firstAnswer(subject, question, trouble, dead, options));
        await breathe();
        tell(found.length / all);
      }
    }
  }
  return found;
};

const portOf = (port: number): string => (port === 0 ? "" : `:${String(port)}`);

/** After the primary alone was dead, and after all of slot 1 was while slot 2 served. */
const waysBack = (targets: readonly Target[], isSuccessive: boolean): number[] => {
  const first = targets.filter(({ slot }) => slot === 1).length;
  const ways = first > 1 ? [1] : [];
  return isSuccessive && targets.length > first && first > 0 ? [...ways, first] : ways;
};
