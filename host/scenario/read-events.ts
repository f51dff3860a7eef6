import type { Path } from "./document.js";
import { MOST_STEPS } from "./plan.js";
import { authenticationOf, listOf, qualityOf, rangeOf, secondsOf } from "./read-parts.js";
import type { Reading } from "./read-parts.js";
import type { Action, LinkState, RandomCalls, ScenarioEvent } from "./scenario.js";
import type { EventSource, RandomSource } from "./source.js";
import { lengthText, milliseconds } from "./times.js";

/** What a subscription asks for where the scenario does not say: an hour, in seconds. */
const SUBSCRIPTION_EXPIRES = 3600;
/** Whom random calls go to where the scenario does not say. */
const ANYBODY = "1000";
/** How long random calls last, and when they are taken, where the scenario does not say. Milliseconds. */
const CALL_LENGTHS = [30_000, 300_000] as const;
const ANSWERS = [1000, 8000] as const;
/** When the user takes a call that comes in. Milliseconds. */
const ANSWERS_AFTER = 4000;

/** What events of a kind may say beside when they happen. */
const lasting: ReadonlySet<Action["kind"]> = new Set([
  "server-state",
  "dns-state",
  "link",
  "call",
  "incoming",
]);

/** Reads events, one after the other. */
export class EventReader {
  readonly #reading: Reading;
  readonly #duration: number;
  readonly #servers: readonly string[];
  #last = 0;

  /** @param duration of the scenario, in milliseconds */
  constructor(reading: Reading, duration: number, servers: readonly string[]) {
    this.#reading = reading;
    this.#duration = duration;
    this.#servers = servers;
  }

  /** Reads an event; one that says several things of a server is several. */
  take(source: EventSource, index: number): ScenarioEvent[] {
    const path = ["events", index];
    const at = milliseconds(source.at);
    this.#checkTime([...path, "at"], at);
    const actions = this.#actions(path, source);
    const { every, until } = source;
    if (until !== undefined && every === undefined) this.#stray(path, "until", `belongs to "every"`);
    else if (until !== undefined && milliseconds(until) <= at) {
      this.#reading.wrong([...path, "until"], `this must be later than "at"`);
    }
    if (every !== undefined && milliseconds(every) === 0) {
      this.#reading.wrong([...path, "every"], "this must be more than 0");
    }
    return actions.map((action): ScenarioEvent => {
      this.#checkLength(path, source, action);
      return {
        at,
        length: source.for === undefined ? undefined : milliseconds(source.for),
        every: every === undefined ? undefined : Math.max(1, milliseconds(every)),
        until: until === undefined ? this.#duration : milliseconds(until),
        action,
        place: this.#reading.document.placeOf(path),
      };
    });
  }

  /** Reads random calls. */
  takeRandom(source: RandomSource, index: number): RandomCalls {
    const path = ["random", index];
    const { calls, incoming } = source;
    const every = milliseconds(source.every);
    const from = milliseconds(source.from ?? 0);
    const until = source.until === undefined ? this.#duration : milliseconds(source.until);
    const length = rangeOf(source.for ?? (CALL_LENGTHS.map((each) => each / 1000) as [number, number]));
    const answer = incoming?.answer === undefined ? ANSWERS : rangeOf(incoming.answer);
    if (every === 0) {
      this.#reading.wrong([...path, "every"], "this must be more than 0");
    } else if ((until - from) / every > MOST_STEPS) {
      this.#reading.wrong([...path, "every"], `that is too often: ${String(MOST_STEPS)} calls are the most`);
    }
    if (from >= until) this.#reading.wrong([...path, "until"], "this must be after the beginning");
    for (const [key, [shortest, longest]] of [
      ["for", length],
      ["answer", answer],
    ] as const) {
      const place = key === "for" ? [...path, key] : [...path, "incoming", key];
      if (shortest > longest) this.#reading.wrong(place, "the shortest is longer than the longest");
    }
    return {
      kind: calls === undefined ? "incoming" : "calls",
      accounts: (calls ?? incoming)?.accounts,
      to: calls?.to === undefined ? [ANYBODY] : listOf(calls.to),
      answer,
      every: Math.max(1, every),
      length,
      from,
      until,
      place: this.#reading.document.placeOf(path),
    };
  }

  #checkTime(path: Path, at: number): void {
    if (at < this.#last) {
      const last = lengthText(this.#last);
      this.#reading.wrong(path, `times are out of order: the event before this one happens at ${last}`);
    }
    if (at > this.#duration) {
      this.#reading.wrong(path, `this is after the end, which is at ${lengthText(this.#duration)}`);
    }
    this.#last = Math.max(this.#last, at);
  }

  #checkLength(path: Path, source: EventSource, action: Action): void {
    if (source.for === undefined) return;
    if (!lasting.has(action.kind)) this.#stray(path, "for", "has no meaning here");
    else if (
      "to" in action &&
      typeof action.to === "object" &&
      "state" in action.to &&
      action.to.state === "up"
    ) {
      this.#stray(path, "for", "belongs to trouble: up has no end");
    } else if (milliseconds(source.for) === 0)
      this.#reading.wrong([...path, "for"], "this must be more than 0");
  }

  #actions(path: Path, source: EventSource): Action[] {
    const { server, dns, link, call, incoming, hang_up: hangUp, subscribe } = source;
    if (server === undefined) this.#checkStrays(path, source);
    if (server !== undefined) return this.#serverActions(path, source, server);
    if (dns !== undefined) return [this.#dnsAction(path, source, dns)];
    if (link !== undefined) return [{ kind: "link", to: linkOf(link) }];
    if (call !== undefined) {
      const { to, account = 1, name } = typeof call === "object" ? call : { to: call };
      return [{ kind: "call", account, to: String(to), name }];
    }
    if (incoming !== undefined) {
      const { account = 1, through, answer = ANSWERS_AFTER / 1000, name } = incoming;
      if (through !== undefined) {
        this.#reading.serverNames([...path, "incoming", "through"], through, this.#servers);
      }
      const after = answer === "never" ? undefined : milliseconds(answer);
      return [{ kind: "incoming", account, through, answer: after, name }];
    }
    if (hangUp !== undefined) return [{ kind: "hang-up", name: hangUp }];
    if (subscribe === undefined) return [];
    const { package: name, account = 1, to = "", expires } = subscribe;
    return [
      {
        kind: "subscribe",
        account,
        package: name,
        to,
        expires: expires === undefined ? SUBSCRIPTION_EXPIRES : secondsOf(expires),
      },
    ];
  }

  #serverActions(path: Path, source: EventSource, server: string | readonly string[]): Action[] {
    const servers = this.#reading.serverNames([...path, "server"], server, this.#servers);
    const { state, auth, lifetime } = source;
    const actions: Action[] = [];
    if (state !== undefined) {
      actions.push({ kind: "server-state", servers, to: this.#reading.serverState(path, source) });
    }
    if (auth !== undefined) actions.push({ kind: "server-auth", servers, auth: authenticationOf(auth) });
    if (lifetime !== undefined) {
      this.#reading.lifetime([...path, "lifetime"], secondsOf(lifetime));
      actions.push({ kind: "server-lifetime", servers, lifetime: secondsOf(lifetime) });
    }
    if (actions.length === 0) {
      this.#reading.wrong([...path, "server"], "an event of a server says its state, auth or lifetime");
    }
    return actions;
  }

  #dnsAction(path: Path, source: EventSource, dns: NonNullable<EventSource["dns"]>): Action {
    if (typeof dns === "string") {
      return { kind: "dns-state", to: this.#reading.dnsState([...path, "dns"], dns, source.delay) };
    }
    return {
      kind: "dns-records",
      records: this.#reading.records([...path, "dns", "records"], dns.records ?? []),
      remove: dns.remove === undefined ? [] : listOf(dns.remove),
    };
  }

  /** Keys that say something of servers have nothing to do in other events. */
  #checkStrays(path: Path, source: EventSource): void {
    for (const key of ["state", "retry_after", "loss", "auth", "lifetime"] as const) {
      if (source[key] !== undefined) this.#stray(path, key, `belongs to events of a server`);
    }
    if (source.delay !== undefined && source.dns !== "slow") this.#stray(path, "delay", "belongs to slow");
  }

  #stray(path: Path, key: string, why: string): void {
    this.#reading.problems.push(this.#reading.document.keyProblem([...path, key], `"${key}" ${why}`));
  }
}

const linkOf = (link: NonNullable<EventSource["link"]>): LinkState =>
  typeof link === "string" ? { state: link as "up" | "down" | "unreachable" } : qualityOf(link);
