/** What an explanation finds out, as plain data. `--json` writes it as it is. Times are milliseconds. */
import type { ConfigurationRecord } from "../abi/record.js";
import type { FirstAnswer } from "./first-answer.js";
import type { Target, Unfound } from "./locate.js";
import type { Noticed } from "./noticed.js";
import type { Return } from "./returns.js";
import type { SlotSettings } from "./settings.js";
import type { StandingCall, StandingSubscription } from "./standing.js";

/** The version of this shape; it grows when a field changes its meaning or goes away. */
export const EXPLANATION_VERSION = 1;

export interface Findings {
  readonly explanation: typeof EXPLANATION_VERSION;
  /** Paths as they were given. */
  readonly files: readonly string[];
  /** Where the answers about names come from. */
  readonly names: string;
  /** Of the configuration. */
  readonly diagnostics: readonly ConfigurationRecord[];
  /** Questions that DNS has no records for. */
  readonly unfound: readonly Unfound[];
  readonly accounts: readonly AccountFindings[];
}

export interface AccountFindings {
  /** 1 to 16. */
  readonly account: number;
  readonly label: string;
  /** Further accounts that are set the same, but for their users. */
  readonly same: readonly number[];
  readonly slots: readonly SlotSettings[];
  /** In the order of trying, those of slot 1 first; empty where no name leads anywhere. */
  readonly targets: readonly Target[];
  readonly firstAnswers: readonly FirstAnswer[];
  readonly noticed: readonly Noticed[];
  readonly calls: readonly StandingCall[];
  readonly subscriptions: readonly StandingSubscription[];
  readonly returns: readonly Return[];
  readonly advice: readonly Advice[];
}

/** What is not covered, and what to change to get it. */
export interface Advice {
  readonly code: string;
  /** What is so. */
  readonly finding: string;
  /** What to do about it; empty: nothing in the file. */
  readonly change: string;
}

/** Whether every account has a target: the answer of the command. */
export const isGood = ({ accounts }: Findings): boolean =>
  accounts.length > 0 && accounts.every(({ targets }) => targets.length > 0);
