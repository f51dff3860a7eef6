import { decisionOf } from "./decisions.js";
import type { Decision } from "./decisions.js";
import { Exchanges } from "./exchanges.js";
import { CallRows } from "./call-rows.js";
import { Lane, decisionKinds, stripOf } from "./lane.js";
import type { DecisionKind, LaneKind, Row, Sign, Strip } from "./lane.js";
import { placers } from "./placing.js";
import { placeScenario } from "./scenario.js";
import { Series } from "./series.js";
import { serviceOf } from "./service.js";
import type { Spans } from "./spans.js";
import type { Trace } from "./trace.js";

const laneOrder: readonly LaneKind[] = ["decisions", "service", "user", "target", "dns", "scenario", "phone"];

/**
 * A trace as lanes with rows, bars and signs. It takes in what the trace has grown by whenever it is asked to, and
 * knows nothing of how it is drawn.
 */
export class Model {
  readonly trace: Trace;
  /** The only account that is shown; `undefined`: all. */
  readonly account: number | undefined;
  readonly exchanges = new Exchanges();
  readonly decisions: Readonly<Record<DecisionKind, Series>>;
  /** Everything shown, in order of time. */
  readonly events = new Series();
  readonly accounts = new Set<number>();
  readonly calls = new CallRows();
  /** Where the registrations are, by account and slot. */
  readonly registrations = new Map<string, Row>();
  /** Where the subscriptions are, by account and number. */
  readonly subscriptions = new Map<string, Row>();
  failovers = 0;
  failbacks = 0;
  requests = 0;
  /** When the last binding was removed by an orderly stop; `undefined` while there is none. */
  stopped: number | undefined;
  readonly #lanes = new Map<string, Lane>();
  readonly #rows: (Row | undefined)[] = [];
  readonly #strips: (Strip | undefined)[] = [];
  readonly #answers = new Map<number, number>();
  #service: Lane | undefined;
  #done = 0;

  constructor(trace: Trace, account?: number) {
    this.trace = trace;
    this.account = account;
    this.decisions = Object.fromEntries(decisionKinds.map((kind) => [kind, new Series()])) as Record<
      DecisionKind,
      Series
    >;
    this.update();
  }

  /** Takes in what the trace has grown by: whether that was anything. */
  update(): boolean {
    const { trace } = this;
    const from = this.#done;
    for (; this.#done < trace.length; this.#done++) this.#take(this.#done);
    if (this.#done > from) this.#service = serviceOf(this);
    return this.#done > from;
  }

  /** The lanes that hold something, from top to bottom. */
  get lanes(): Lane[] {
    const service = this.#service === undefined ? [] : [this.#service];
    return [...service, ...this.#lanes.values()]
      .filter(({ rows }) => rows.length > 0)
      .sort(
        (one, other) =>
          laneOrder.indexOf(one.kind) - laneOrder.indexOf(other.kind) ||
          // Infinity less Infinity is no number.
          (one.rank === other.rank ? 0 : one.rank - other.rank),
      );
  }

  /** A lane by its kind and name; made where there is none. */
  lane(kind: LaneKind, name: string = kind): Lane {
    const key = `${kind} ${name}`;
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, (lane = new Lane(kind, name)));
    return lane;
  }

  /** The lane of a target that has been named before. */
  knownTarget(name: string): Lane | undefined {
    return this.#lanes.get(`target ${name}`);
  }

  /** The row in which an event is; `undefined` where it is not shown. */
  rowOf(event: number): Row | undefined {
    return this.#rows[event];
  }

  /** Where in its row an event is. */
  stripAt(event: number): Strip {
    return this.#strips[event] ?? "bar";
  }

  /** Puts an event into a row; without a sign it is told by a bar. */
  put(event: number, row: Row, sign?: Sign): void {
    this.#rows[event] = row;
    if (sign !== undefined) this.#strips[event] = stripOf(sign);
    row.add(this.trace.timeAt(event), event, sign);
  }

  /** Puts an event into a row that draws it later, when its answer is known. */
  putWaiting(event: number, row: Row): void {
    this.#rows[event] = row;
    this.#strips[event] = "sent";
    row.events.add(this.trace.timeAt(event), event);
  }

  /** Notes that a request was answered by an event. */
  setAnswer(request: number, answer: number): void {
    this.#answers.set(request, answer);
  }

  /** The answer to a request; `undefined` where there is none. */
  answerTo(request: number): number | undefined {
    return this.#answers.get(request);
  }

  /** The name by which people know a target: that of the trace, else its address without what goes without saying. */
  readonly nameOf = (target: string): string =>
    this.trace.header.servers?.[target] ?? target.replace(/^udp:/, "").replace(/:5060$/, "");

  /** When the phone could be reached, and by how many of its accounts. */
  get service(): Spans | undefined {
    return this.#service?.rows[0]?.bars;
  }

  /** What was decided by an event, or `undefined`. */
  decisionAt(event: number): Decision | undefined {
    return this.trace.isKnownAt(event) ? decisionOf(this.trace.recordAt(event), this.nameOf) : undefined;
  }

  #take(event: number): void {
    const { trace } = this;
    const record = trace.recordAt(event);
    const { account } = record;
    if (account > 0) this.accounts.add(account);
    if (this.account !== undefined && account !== 0 && account !== this.account) return;
    const t = trace.timeAt(event);
    this.events.add(t, event);
    const decision = this.decisionAt(event);
    if (decision !== undefined) {
      this.decisions[decision.kind].add(t, event);
      this.lane("decisions").row(0).events.add(t, event);
    }
    if (trace.isKnownAt(event)) placers[record.event]?.(this, record, event, t);
    else placeScenario(this, record, event, t);
    if (this.#rows[event] !== undefined) return;
    if (decision !== undefined) this.#rows[event] = this.lane("decisions").row(0);
    else this.put(event, this.lane("phone").row(0), "note");
  }
}
