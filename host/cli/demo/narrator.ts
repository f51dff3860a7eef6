import type { EventRecord, RecordOf } from "../../abi/record.js";
import type { Paint } from "../paint.js";
import { causeRules, causes, failures } from "../render/reasons.js";
import { counted, shortTime } from "../render/words.js";
import { TTL } from "./configuration.js";
import type { Act } from "./play.js";

/** Something that was said: `what` in colour, and why, with the rule. */
export interface Remark {
  readonly what: string;
  readonly why: string;
  readonly colour: keyof Pick<Paint, "green" | "red" | "yellow" | "cyan" | "reset">;
  /** It is the demo that does this, or a turning point: more than one step among many. */
  readonly isTurn: boolean;
}

const step = (what: string, why = ""): Remark => ({ what, why, colour: "reset", isTurn: false });

const turn = (colour: Remark["colour"], what: string, why = ""): Remark => ({
  what,
  why,
  colour,
  isTurn: true,
});

/** Tells in plain words what a phone does and why. It knows the records, and the TTL. */
export class Narrator {
  readonly #names: ReadonlyMap<string, string>;
  /** When the search that goes on began with its present target, and how often that got the request. */
  #search = { since: 0, sends: 0 };
  #lifetime = 0;
  #challenged = new Set<string>();

  /** @param names of the servers by target */
  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  act(act: Act): Remark {
    return act === "falls-silent"
      ? turn("red", "The primary falls silent.", "It gets every packet and answers none.")
      : turn("green", "The primary answers again.", "Nobody tells the phone, so it stays (F8).");
  }

  /** What there is to say of a record; `undefined` where it goes without saying. */
  record(record: EventRecord): Remark | undefined {
    switch (record.event) {
      case "resolved":
        return step(
          `DNS says: ${record.targets.map((target) => this.#name(target)).join(", then ")}.`,
          "By SRV priority (L5).",
        );
      case "request":
        return this.#request(record);
      case "target-failed":
        return this.#targetFailed(record);
      case "failover":
        return turn(
          "yellow",
          `Failover: the phone has moved to the ${this.#name(record.to)} (${record.rule}).`,
        );
      case "failback-due":
        return record.rule === "B2"
          ? step("The return waits until the phone is idle (B2).")
          : step(
              "Time to try the primary:",
              `the ${String(TTL)} s of the DNS answer are over (${record.rule}).`,
            );
      case "failback":
        return turn("green", `Failback: the ${this.#name(record.to)} has the phone again (${record.rule}).`);
      case "failback-failed":
        return step(
          `The ${this.#name(record.to)} does not accept the trial.`,
          "The phone stays where it is (B5).",
        );
      case "registered":
        return this.#registered(record);
      case "failed":
        return turn("red", `${record.method} failed: ${failures[record.reason]}.`);
      default:
        return undefined;
    }
  }

  #name(target: string): string {
    return this.#names.get(target) ?? target;
  }

  #request({ t, target, attempt, reason }: RecordOf<"request">): Remark | undefined {
    const name = this.#name(target);
    if (attempt === 1) this.#search = { since: t, sends: 1 };
    else this.#search.sends = attempt;
    switch (reason) {
      case "start":
        return step(`REGISTER to the ${name}.`, "The first of the list (F6).");
      case "challenge":
        if (this.#challenged.has(target)) return undefined;
        this.#challenged.add(target);
        return step(`REGISTER with credentials to the ${name}.`, "It asked for them (R3).");
      case "resend":
        return step(
          `No answer for ${shortTime(t - this.#search.since)}: REGISTER again.`,
          `Send ${String(attempt)} (F2).`,
        );
      case "refresh":
        return step(
          `REGISTER to the ${name}.`,
          `A refresh: half of the ${String(this.#lifetime)} s is over (R2).`,
        );
      case "next-target":
        return step(`REGISTER to the ${name}.`, "The next of the list, at once (F1).");
      case "failback":
        return step(`REGISTER to the ${name}, a trial.`, "The secondary still serves (B3).");
      case "stop":
        return step(`The phone stops, and takes its registration off the ${name} (R7).`);
      default:
        return undefined;
    }
  }

  #targetFailed({ t, target, cause }: RecordOf<"target-failed">): Remark {
    const { since, sends } = this.#search;
    const name = this.#name(target);
    return cause === "silent"
      ? turn(
          "yellow",
          `The ${name} has failed:`,
          `${counted(sends, "send")}, ${shortTime(t - since)}, no answer (F2).`,
        )
      : turn("yellow", `The ${name} has failed:`, `${causes[cause]} (${causeRules[cause]}).`);
  }

  /** A registration is told of when it is the first; afterwards the move or the refresh has been. */
  #registered({ target, expires, reason }: RecordOf<"registered">): Remark | undefined {
    this.#lifetime = expires;
    if (reason !== "start") return undefined;
    return turn(
      "green",
      `Registered with the ${this.#name(target)}.`,
      `It grants ${String(expires)} s (R2).`,
    );
  }
}
