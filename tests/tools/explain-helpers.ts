/** What the tests of `explain` share: a configuration whose name has addresses, and what was found of account 1. */
import assert from "node:assert/strict";
import { explain, fixedSource } from "../../host/explain/index.js";
import type { AccountFindings, FirstAnswer, Findings, Question, Trouble } from "../../host/explain/index.js";
import { Zone } from "../../host/simulated/index.js";
import type { ZoneRecord } from "../../host/simulated/index.js";
import { DOMAIN, addressOf, configuration, only } from "../scenarios/helpers.js";
import type { ServerName, Settings } from "../scenarios/helpers.js";

/** The address records of `DOMAIN`. */
export const addresses = (list: readonly ServerName[], ttl = 86_400): readonly ZoneRecord[] =>
  new Zone().address(DOMAIN, list.map(addressOf), ttl).records;

/** Explains the configuration of the scenarios. */
export const explained = (settings: Settings = {}, records = addresses(["A", "B"])): Promise<Findings> =>
  explain({
    files: [{ name: "phone.cfg", octets: Buffer.from(configuration(settings)) }],
    names: fixedSource("the test", records),
  });

/** What was found of the only account. */
export const account = async (
  settings: Settings = {},
  records: readonly ZoneRecord[] = addresses(["A", "B"]),
): Promise<AccountFindings> => {
  const { accounts } = await explained(settings, records);
  return only(accounts);
};

/** The answer to a question with so many dead. */
export const answer = (
  { firstAnswers }: AccountFindings,
  question: Question,
  trouble: Trouble,
  dead: number,
): FirstAnswer => {
  const isIt = (each: FirstAnswer): boolean =>
    each.question === question && each.trouble === trouble && each.dead === dead;
  return only(firstAnswers.filter(isIt));
};

/** `7500 udp:192.0.2.2:5060`, `39500 no-target-left`, for 0, 1, 2 … dead. */
export const course = (found: AccountFindings, question: Question, trouble: Trouble): string[] =>
  found.firstAnswers
    .filter((each) => each.question === question && each.trouble === trouble)
    .map(({ dead, after, target, reason }, index) => {
      assert.equal(dead, index);
      return `${String(after)} ${target === "" ? reason : target.replace(/^udp:|:5060$/g, "")}`;
    });
