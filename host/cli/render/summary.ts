import type { AccountSummary, CallSummary, Move, ServerSummary, Summary } from "../../scenario/summary.js";
import { instantText, lengthText } from "../../scenario/times.js";
import type { Paint } from "../paint.js";
import { causeRules, causes, failures } from "./reasons.js";
import { accountLabel } from "./status.js";
import { counted, printable, shortTime } from "./words.js";
import { width } from "./wrap.js";

/** More moves than this are told by how many there were of a kind. */
const MOST_MOVES = 16;

/** Rows as columns that are as wide as they have to be; from the second one on they go to the right. */
export const table = (rows: readonly (readonly string[])[], indent = ""): string[] => {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ""))),
  );
  return rows.map((row) =>
    (
      indent +
      row
        .map((cell, column) => {
          const blanks = " ".repeat((widths[column] ?? 0) - width(cell));
          return column === 0 ? cell + blanks : blanks + cell;
        })
        .join("  ")
    ).trimEnd(),
  );
};

const percent = (share: number): string => {
  const text = (share * 100).toFixed(3);
  // What is not whole must not look whole.
  return share < 1 && text === "100.000" ? "99.999 %" : `${text.replace(/\.?0+$/, "")} %`;
};

const nameOf = ({ account, name }: AccountSummary): string => accountLabel(account, name);

const accountRow = (summary: AccountSummary, moves: readonly Move[], paint: Paint): string[] => {
  const { account, without, longest, gapCount, cover, registered } = summary;
  const text = shortTime(without);
  const own = moves.filter((move) => move.account === account).length;
  return [
    nameOf(summary),
    registered === null ? paint.red("never registered") : without >= 1000 ? paint.yellow(text) : text,
    shortTime(longest),
    String(gapCount),
    percent(cover),
    String(own),
  ];
};

const accountLines = ({ accounts, moves }: Summary, paint: Paint): string[] => {
  const head = ["account", "without service", "longest", "times", "cover", "moves"].map(paint.dim);
  return table([head, ...accounts.map((account) => accountRow(account, moves, paint))]);
};

const serverLines = (servers: readonly ServerSummary[], paint: Paint): string[] => {
  const methods = [...new Set(servers.flatMap(({ requests }) => Object.keys(requests)))];
  const head = ["requests at", ...methods, "all"].map(paint.dim);
  const rows = servers.map(({ server, requests, total }) => [
    server,
    ...methods.map((method) => String(requests[method] ?? 0)),
    String(total),
  ]);
  return table([head, ...rows]);
};

const whyText = ({ rule, cause }: Move): string =>
  // A target that was silent failed by F2: the rule of the cause says more than that of the move.
  cause === undefined ? rule : `${causeRules[cause]}, ${causes[cause]}`;

const moveText = (move: Move, nameOfTarget: (target: string) => string): string => {
  const from = move.from === "" ? "none" : nameOfTarget(move.from);
  return `${move.event} from ${from} to ${nameOfTarget(move.to)} (${whyText(move)})`;
};

/** Moves one by one; of many, those that are alike together, with the first and the last instant. */
const moveLines = (
  { moves, accounts }: Summary,
  nameOfTarget: (target: string) => string,
  paint: Paint,
): string[] => {
  const labels = new Map(accounts.map((account) => [account.account, nameOf(account)]));
  if (moves.length <= MOST_MOVES) {
    return moves.map(
      (move) =>
        `${paint.dim(instantText(move.t))}  ${labels.get(move.account) ?? String(move.account)}: ${moveText(move, nameOfTarget)}`,
    );
  }
  const kinds = new Map<string, Move[]>();
  for (const move of moves) {
    const kind = moveText(move, nameOfTarget);
    kinds.set(kind, [...(kinds.get(kind) ?? []), move]);
  }
  return [...kinds].map(([kind, alike]) => {
    const [first, last] = [alike[0], alike.at(-1)];
    const times =
      alike.length === 1
        ? instantText(first?.t ?? 0)
        : `${instantText(first?.t ?? 0)} to ${instantText(last?.t ?? 0)}`;
    return `${String(alike.length)} × ${kind} ${paint.dim(times)}`;
  });
};

const failureName = (reason: string): string =>
  reason in failures ? failures[reason as keyof typeof failures] : reason;

const callLines = ({ placed, established, failed, incoming, answered, lost }: CallSummary): string[] => {
  const lines: string[] = [];
  if (placed > 0) lines.push(`${counted(placed, "call")} placed, ${String(established)} established`);
  if (incoming > 0) {
    const missing = lost === 0 ? "" : `, ${String(lost)} that no server could bring`;
    lines.push(`${counted(incoming, "call")} from others, ${String(answered)} answered${missing}`);
  }
  const reasons = Object.entries(failed).map(
    ([reason, count]) => `${String(count)} × ${failureName(reason)}`,
  );
  if (reasons.length > 0) lines.push(`ended otherwise: ${reasons.join(", ")}`);
  return lines;
};

/**
 * What came of a scenario, for people.
 *
 * @param nameOfTarget the name of the server that a target is of
 */
export const summaryLines = (
  summary: Summary,
  nameOfTarget: (target: string) => string,
  paint: Paint,
): string[] => {
  const title = summary.title === "" ? "" : `${printable(summary.title)}: `;
  const head = `${title}${lengthText(summary.duration)}, ${counted(summary.events, "event")}, seed ${String(summary.seed)}`;
  const moves = moveLines(summary, nameOfTarget, paint);
  const calls = callLines(summary.calls);
  return [
    paint.bold(head),
    "",
    ...accountLines(summary, paint),
    "",
    ...serverLines(summary.servers, paint),
    ...(moves.length === 0 ? [] : ["", ...moves]),
    ...(calls.length === 0 ? [] : ["", ...calls]),
  ];
};
