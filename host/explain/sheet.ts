/** An explanation as titles, sentences and tables: what the text for a terminal and the page have in common. */
import { causeRules } from "../cli/render/reasons.js";
import { counted } from "../cli/render/words.js";
import type { AccountFindings, Advice, Findings } from "./findings.js";
import type { FirstAnswer, Question } from "./first-answer.js";
import type { Target, Unfound } from "./locate.js";
import type { Noticed } from "./noticed.js";
import type { Return } from "./returns.js";
import { seconds, span } from "./times.js";
import type { Trouble } from "./world.js";

export interface Table {
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Section {
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly tables: readonly Table[];
  /** Each a finding, and what to do about it, which may be empty. */
  readonly items: readonly (readonly [string, string])[];
}

export interface Chapter {
  readonly title: string;
  readonly sections: readonly Section[];
}

export interface Sheet {
  readonly title: string;
  readonly introduction: readonly string[];
  readonly chapters: readonly Chapter[];
}

const section = (title: string, parts: Partial<Section>): Section => ({
  title,
  paragraphs: [],
  tables: [],
  items: [],
  ...parts,
});

/** Everything that was found, in words. */
export const sheetOf = (findings: Findings): Sheet => ({
  title: `What ${findings.files.join(", ")} does when servers die`,
  introduction: [
    `Names by ${findings.names}. Every time below is what the phone's own core did in simulated time; round trips, and what servers need for an answer, come on top.`,
    ...(findings.accounts.length === 0 ? ["No account is enabled and has a server."] : []),
    ...findings.unfound.filter((each) => isWorthSaying(each, findings)).map(unfoundSentence),
  ],
  chapters: [
    ...findings.accounts.map((account) => chapterOf(account, findings)),
    ...remarks(findings, (key) => !isOfAny(findings.accounts, accountOf(key))),
  ],
});

/** That there is no NAPTR or SRV record is usual; that a name is not there, or not answered for, is not. */
const isWorthSaying = ({ type, trouble }: Unfound, { accounts }: Findings): boolean =>
  trouble === "failed" ||
  accounts.some(({ targets }) => targets.length === 0) ||
  ((type === "A" || type === "AAAA") && trouble === "name-not-found");

const unfoundSentence = ({ name, type, trouble, detail }: Unfound): string => {
  if (trouble === "failed") return `DNS did not answer for ${name} (${type}): ${detail}.`;
  return trouble === "name-not-found"
    ? `The name ${name} does not exist (${type}).`
    : `${name} has no ${type} records.`;
};

const accountOf = (key: string): number => Number(/^account\.(\d+)\./.exec(key)?.[1] ?? 0);

const isOfAny = (accounts: readonly AccountFindings[], number: number): boolean =>
  accounts.some(({ account, same }) => account === number || same.includes(number));

const remarks = (findings: Findings, accept: (key: string) => boolean): Chapter[] => {
  const items = warnings(findings, accept);
  return items.length === 0
    ? []
    : [{ title: "The file", sections: [section("Warnings of check", { items })] }];
};

const warnings = ({ diagnostics }: Findings, accept: (key: string) => boolean): [string, string][] =>
  diagnostics
    .filter(({ key }) => accept(key))
    .map(({ file, line, message, hint }) => [`${file}:${String(line)}: ${message}`, hint]);

const chapterOf = (account: AccountFindings, findings: Findings): Chapter => {
  const also = account.same.length === 0 ? "" : `, and the same for ${account.same.map(String).join(", ")}`;
  const label = account.label === "" ? "" : ` (${account.label})`;
  const title = `Account ${String(account.account)}${label}${also}`;
  if (account.targets.length === 0) {
    const names = account.slots.map(({ address }) => address).join(" and ");
    const paragraphs = [`${names} leads nowhere: the phone has no server to register with.`];
    return { title, sections: [section("Targets", { paragraphs })] };
  }
  const own = warnings(findings, (key) => isOfAny([account], accountOf(key)));
  const sections = [
    targets(account),
    firstAnswers(account),
    moves(account),
    standing(account),
    waysBack(account),
  ];
  const advice = account.advice.map(({ finding, change }: Advice): [string, string] => [finding, change]);
  const items = [...advice, ...own];
  return {
    title,
    sections:
      items.length === 0
        ? sections
        : [...sections, section("What is not covered, and what to change", { items })],
  };
};

const originText = ({ origin }: Target): string => {
  const ttl = origin.ttl === undefined ? "" : `, TTL ${String(origin.ttl)} s`;
  if (origin.kind === "literal") return "the address in the file";
  if (origin.kind === "static") return `${origin.from}, by a static record of the file`;
  if (origin.srv === undefined) return `address of ${origin.name}${ttl}`;
  const { name, priority, weight } = origin.srv;
  return `SRV ${name}, priority ${String(priority)}, weight ${String(weight)}; address of ${origin.name}${ttl}`;
};

const targets = (account: AccountFindings): Section =>
  section("Targets, in order", {
    tables: [
      {
        caption: "",
        head: ["", "target", "slot", "from"],
        rows: account.targets.map((target, index) => [
          String(index + 1),
          target.target,
          `${String(target.slot)}${target.kind === "proxy" ? " (proxy)" : ""}`,
          originText(target),
        ]),
      },
    ],
  });

const columns: readonly (readonly [Question, string])[] = [
  ["register", "REGISTER"],
  ["invite", "INVITE"],
  ["later-invite", "later"],
  ["subscribe", "SUBSCRIBE"],
  ["bye", "BYE"],
  ["bye-by-name", "BYE, name"],
];

/** Begins what says that a request was answered by nobody. */
export const NOBODY = "no";

/** A primary in trouble, for people. */
export const troubleWords: Readonly<Record<Trouble, string>> = {
  silent: "silent",
  refused: "refused",
  "503": "answering 503",
};

const troubleRules = { silent: causeRules.silent, refused: causeRules.refused, "503": causeRules["503"] };

/** `at once`, `7.5 s`; `no 39.5 s` where nobody answered and it was given up after so long, `no` at once. */
export const answerText = ({ result, after }: FirstAnswer): string => {
  if (result === "answered") return after === 0 ? "at once" : seconds(after);
  return after === 0 ? NOBODY : `${NOBODY} ${seconds(after)}`;
};

const firstAnswers = ({ firstAnswers: all, targets: list, slots }: AccountFindings): Section => {
  const asked = columns.filter(([question]) => all.some((each) => each.question === question));
  const most = Math.max(...all.map(({ dead }) => dead));
  const table = (trouble: Trouble): Table => ({
    caption: `The first ones are ${troubleWords[trouble]} (${troubleRules[trouble]})`,
    head: ["dead", ...asked.map(([, title]) => title)],
    rows: Array.from({ length: most + 1 }, (_, dead) => [
      `${String(dead)}/${String(most)}`,
      ...asked.map(([question]) => {
        const isIt = (each: FirstAnswer): boolean =>
          each.question === question && each.trouble === trouble && each.dead === dead;
        const answer = all.find(isIt);
        return answer === undefined ? "" : answerText(answer);
      }),
    ]),
  });
  const hasOther = list.some(({ slot }) => slot === 2) && slots.length > 1;
  return section("Time to the first answer", {
    paragraphs: [
      "REGISTER at the start; the others by a phone that was registered when the servers died. later: the next INVITE, minutes after the first. BYE: in a call that goes by the server's address; BYE, name: by the name of the file. no: nobody answered, and it was given up after so long.",
      ...(hasOther ? ["Dead are counted through slot 1, then slot 2."] : []),
    ],
    tables: [table("silent"), table("refused"), table("503")],
  });
};

const finders: Readonly<Record<Noticed["by"], string>> = {
  refresh: "the refresh",
  "keep-alive": "a keep-alive (K3)",
  probe: "the probes (K2)",
  "": "",
};

const moves = ({ noticed, targets: list, slots }: AccountFindings): Section => {
  const title = "When the primary dies and nobody calls";
  if (noticed.length === 0) {
    const isAlone = list.length < 2 || slots.length < 2;
    return section(title, {
      paragraphs: [
        isAlone
          ? "There is nowhere else to register with, or the phone never refreshes within days."
          : "Slot 1 has no other target; slot 2 stays registered on its own.",
      ],
    });
  }
  return section(title, {
    paragraphs: ["Time until the phone is registered elsewhere, and calls reach it again there:"],
    tables: [
      {
        caption: "",
        head: ["primary is", "at the earliest", "at the latest", "found out by"],
        rows: noticed.map((one) => [
          troubleWords[one.trouble],
          bound(one.earliest, one.watched),
          bound(one.latest, one.watched),
          finders[one.by],
        ]),
      },
    ],
  });
};

const bound = (time: number | undefined, watched: number): string =>
  time === undefined ? `not within ${span(watched)}` : span(time);

const standing = ({ calls, subscriptions, targets: list }: AccountFindings): Section => {
  const rows = calls.map(({ trouble, ended, watched }): string[] => {
    const call = ended === undefined ? `stands for ${span(watched)} or more` : `ends after ${span(ended)}`;
    const subscription = subscriptions.find((each) => each.trouble === trouble);
    if (subscription === undefined) return [troubleWords[trouble], call, "has nowhere to go"];
    const { moved, behindRegistration, watched: waited } = subscription;
    const text =
      moved === undefined
        ? `not elsewhere within ${span(waited)}`
        : `elsewhere after ${span(moved)}${behindRegistration === 0 ? ", with the registration" : ""}`;
    return [troubleWords[trouble], call, text];
  });
  return section("Calls and subscriptions that stand", {
    paragraphs: [
      "A call's sound goes past the servers, and goes on without them. The subscription is one of an hour, made just before.",
      ...(list.length < 2
        ? []
        : ["A phone in a call does not go back to the primary before the call has ended (B2)."]),
    ],
    tables: [{ caption: "", head: ["primary is", "a call", "a subscription"], rows }],
  });
};

const waysBack = ({ returns, slots }: AccountFindings): Section => {
  const mode = slots[0]?.failbackMode ?? 0;
  const title = `The way back (failback_mode ${String(mode)})`;
  if (returns.length === 0) return section(title, { paragraphs: ["There is none: slot 1 has one target."] });
  return section(title, {
    paragraphs: ["Counted from when what was silent answers again, until the phone is registered there:"],
    tables: [
      {
        caption: "",
        head: ["dead was", "phone at", "earliest", "latest", "a trial every", "rule"],
        rows: returns.map((one) => returnRow(one)),
      },
    ],
  });
};

const returnRow = ({ dead, from, earliest, latest, period, rule, watched }: Return): string[] => [
  dead === 1 ? "the primary" : counted(dead, "target"),
  from === "" ? "nowhere" : from.replace(/^(udp|tcp|tls):/, ""),
  bound(earliest, watched),
  bound(latest, watched),
  period === undefined ? "" : span(period),
  rule,
];
