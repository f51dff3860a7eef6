import type { EventRecord } from "../../abi/record.js";
import { Phone } from "../../node/index.js";
import { History } from "./history.js";
import type { Stage } from "./stage.js";

/** When the primary falls silent, after the phone has registered with it. Milliseconds, as those below. */
const SERVICE_TIME = 4000;
/** When it answers again, after the phone has registered with the secondary. */
const OUTAGE_AFTER_FAILOVER = 2500;
/** When the demo ends, after the phone has returned. */
const EPILOGUE = 2500;
/** When it ends in any case. */
const LONGEST = 36_000;

/** Something that the demo does to the primary. */
export type Act = "falls-silent" | "answers-again";

/** Who follows the demo. Times are milliseconds since the phone's start. */
export interface Audience {
  record(record: EventRecord): void;
  act(act: Act, t: number): void;
  warning(sentence: string): void;
}

/** A demo that is being played. */
export interface Performance {
  readonly history: History;
  /** Milliseconds since the phone's start. */
  readonly now: () => number;
  /** Resolves when everything has been shown, or the time is over, and the phone has stopped. */
  readonly ended: Promise<void>;
  /** Ends before its time. */
  readonly end: () => void;
}

/**
 * Plays the demo: a phone registers with the primary, which then falls silent, and comes back after the phone has
 * moved. What happens next is the phone's affair; nothing here tells it.
 */
export const play = (stage: Stage, file: string, audience: Audience): Performance => {
  const { primary, secondary } = stage;
  const phone = new Phone({ files: [file], dns: [stage.dns] });
  const history = new History(new Map([primary, secondary].map(({ target, name }) => [target, name])));
  const timers = new Set<NodeJS.Timeout>();
  let origin = performance.now();
  let scene: "before" | "service" | "outage" | "after" = "before";

  const now = (): number => Math.round(performance.now() - origin);
  const after = (wait: number, action: () => void): void => {
    timers.add(setTimeout(action, wait));
  };
  const end = (): void => {
    for (const timer of timers) clearTimeout(timer);
    void phone.stop();
  };
  const silence = (): void => {
    primary.registrar.silent();
    history.fallsSilent(primary.target, now());
    audience.act("falls-silent", now());
  };
  const recover = (): void => {
    primary.registrar.up();
    history.answersAgain(primary.target, now());
    audience.act("answers-again", now());
  };

  /** The next scene begins when the phone has done its part of this one. */
  const direct = (record: EventRecord): void => {
    if (record.event === "listening") origin = performance.now() - record.t;
    if (record.event === "registered" && record.target === primary.target && scene === "before") {
      scene = "service";
      after(SERVICE_TIME, silence);
    } else if (record.event === "registered" && record.target === secondary.target && scene === "service") {
      scene = "outage";
      after(OUTAGE_AFTER_FAILOVER, recover);
    } else if (record.event === "failback" && scene === "outage") {
      scene = "after";
      after(EPILOGUE, end);
    }
  };

  phone.on("record", (record) => {
    history.add(record);
    audience.record(record);
    direct(record);
  });
  phone.on("warning", (sentence) => {
    audience.warning(sentence);
  });
  const stopped = new Promise<void>((resolve) => {
    phone.once("stopped", resolve);
  });
  after(LONGEST, end);
  const ended = phone.start().then(
    () => stopped,
    (error: unknown) => {
      end();
      throw error;
    },
  );
  return { history, now, ended, end };
};
