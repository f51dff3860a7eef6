import type { Agenda, Procedure } from "./agenda.js";
import { LONGEST, budgetOf } from "./budget.js";
import type { CaseSettings, Failure, Line, Method, TargetName } from "./course.js";

/** `reg_fail_retry_interval` (R5, its back-off is off in the cases) and `sub_fail_retry_interval`, in milliseconds. */
const RETRY = 30_000;

/** What a server does with a request that comes now; `undefined`: it answers. */
export type ServerState = (target: TargetName) => Failure | undefined;

/** A REGISTER on its way along the list. */
interface RegisterSearch {
  readonly failed: Set<TargetName>;
  isOver: boolean;
}

/**
 * R2: milliseconds until a registration or a subscription is refreshed whose lifetime is so many seconds: half of it
 * below 1200 s, else up to 600 s before its end.
 */
const refreshAfter = (lifetime: number): number => (lifetime < 1200 ? lifetime / 2 : lifetime - 600) * 1000;

/**
 * The reference: a phone with one account and one slot, as the rules describe it, with servers that answer in no time.
 * It says what has to be on the wire; it has nothing in common with the core but the rules.
 */
export class ModelPhone {
  readonly requests: Line[] = [];
  readonly failures: Line[] = [];
  /** The target that holds the registration: that of the last 200. */
  #bound: TargetName | undefined;
  #refreshAt = Infinity;
  /** The REGISTER that is looking for a target, at the start, for a refresh, or because the bound target died (K3). */
  #registering: RegisterSearch | undefined;
  #current: TargetName;
  #currentSince = 0;
  /** When the answer of DNS came that serves now. */
  #resolvedAt = 0;
  #lastFailedTrial = -Infinity;
  /** A failback has been due since, and waits until the phone is idle (B2). */
  #isTrialDue = false;
  /** For each call the server that it was set up through. */
  readonly #calls: TargetName[] = [];

  constructor(
    private readonly settings: CaseSettings,
    private readonly list: readonly TargetName[],
    private readonly agenda: Agenda,
    private readonly nextHop: "name" | "address",
    private readonly server: ServerState,
  ) {
    this.#current = this.#primary;
  }

  /** Registers, and comes back to the primary when a failback is due, for as long as the agenda runs. */
  start(): void {
    this.agenda.begin(this.#registration());
    this.agenda.begin(this.#failback());
  }

  /** An INVITE, and the call when it is answered. */
  *call(): Procedure {
    const target = yield* this.#request("INVITE", this.#order());
    if (target !== undefined) this.#calls.push(target);
  }

  /** The BYE of the oldest call. */
  *hangUp(): Procedure {
    const setUpThrough = this.#calls.shift();
    if (setUpThrough !== undefined) yield* this.#inDialog("BYE", setUpThrough);
  }

  /**
   * A subscription for some time, in seconds. It goes the way that the registration went (S1): not before there is one, and
   * first to the target that holds it. Refreshes stay in its dialog (S1); where one fails, a new SUBSCRIBE goes by F (S2). One
   * that fails is tried again after `sub_fail_retry_interval`; one that had nowhere to go (F9), with the next registration.
   */
  *subscribe(expires: number): Procedure {
    yield* this.#untilRegistered();
    for (;;) {
      const canBegin = this.#canBegin;
      const target = yield* this.#request("SUBSCRIBE", this.#order(this.#bound));
      if (target === undefined) yield* canBegin ? this.#wait(RETRY) : this.#untilRegistered();
      else {
        do yield* this.#wait(refreshAfter(expires));
        while (yield* this.#inDialog("SUBSCRIBE", target));
      }
    }
  }

  /** K3: the flow to a target is dead. A registration that it carried is moved at once, to any target but that one. */
  flowFailed(target: TargetName): void {
    if (this.#bound !== target) return;
    this.#bound = undefined;
    this.#refreshAt = Infinity;
    this.#registering ??= { failed: new Set([target]), isOver: false };
  }

  get #primary(): TargetName {
    const [primary] = this.list;
    if (primary === undefined) throw new RangeError("an empty target list");
    return primary;
  }

  get #isSticky(): boolean {
    return this.settings.mode !== 0;
  }

  /** F9 counts only with F7's key, and in modes 1 to 3. */
  get #signalsOnlyWithRegistered(): boolean {
    const { onlySignalWithRegistered, registerOnEnable } = this.settings;
    return onlySignalWithRegistered && registerOnEnable && this.#isSticky;
  }

  /** F6: `first` (modes 1 to 3: the current target), then the list from its top without it. */
  #order(first = this.#isSticky ? this.#current : undefined): TargetName[] {
    return first === undefined ? [...this.list] : [first, ...this.list.filter((target) => target !== first)];
  }

  /** Start, refresh, R5 and K3: the registration's whole life. */
  *#registration(): Procedure {
    for (;;) {
      const search = (this.#registering ??= { failed: new Set(), isOver: false });
      const accepted = yield* this.#register(search);
      search.isOver = true;
      this.#registering = undefined;
      if (!accepted) this.#fail("REGISTER", "no-target-left");
      const retryAt = this.agenda.now + RETRY;
      yield () => {
        if (this.#registering !== undefined) return this.agenda.now;
        return this.#refreshAt < Infinity ? this.#refreshAt : retryAt;
      };
    }
  }

  *#register({ failed }: RegisterSearch): Procedure<boolean> {
    this.#resolve();
    this.#refreshAt = Infinity;
    const isTrial = this.#isRefreshATrial();
    const targets = (isTrial ? [...this.list] : this.#order()).filter((target) => !failed.has(target));
    for (const [index, target] of targets.entries()) {
      const isLast = index === targets.length - 1;
      if (yield* this.#try("REGISTER", target, isLast ? Infinity : this.settings.retryCounts)) {
        this.#registered(target);
        return true;
      }
      failed.add(target);
      if (isTrial && this.list.indexOf(target) < this.list.indexOf(this.#current)) {
        this.#lastFailedTrial = this.agenda.now;
      }
    }
    return false;
  }

  /**
   * Mode 2: the refresh of the registration with the current target is a failback (B1): the targets ahead of the current
   * one, then that one, then the others, which is the list from its top. Not so in a call (B2), nor sooner than 64·T1
   * after one that failed (B5).
   */
  #isRefreshATrial(): boolean {
    const { mode } = this.settings;
    if (mode !== 2 || this.#bound !== this.#current || this.#current === this.#primary) return false;
    if (this.agenda.now < this.#lastFailedTrial + LONGEST) return false;
    this.#isTrialDue = this.#calls.length > 0;
    return !this.#isTrialDue;
  }

  /** Modes 1 and 3, and mode 2 after a call: trials beside everything else (B3). */
  *#failback(): Procedure {
    for (;;) {
      yield () => this.#nextTrial();
      this.#resolve();
      this.#isTrialDue = false;
      let hasReturned = false;
      for (const target of this.list.slice(0, this.list.indexOf(this.#current))) {
        hasReturned = yield* this.#try("REGISTER", target, this.settings.retryCounts);
        if (!hasReturned) continue;
        this.#registered(target);
        break;
      }
      if (!hasReturned) this.#lastFailedTrial = this.agenda.now;
    }
  }

  /** B1, B2 and B5: when the next trial begins. */
  #nextTrial(): number {
    const { mode, failbackTimeout } = this.settings;
    if (this.#current === this.#primary || this.#calls.length > 0) return Infinity;
    const floor = this.#lastFailedTrial + LONGEST;
    if (this.#isTrialDue) return Math.max(this.agenda.now, floor);
    if (mode === 1) return Math.max(this.#answerEndsAt, floor);
    if (mode !== 3 || failbackTimeout === 0) return Infinity;
    return Math.max(this.#currentSince, this.#lastFailedTrial) + failbackTimeout * 1000;
  }

  get #answerEndsAt(): number {
    return this.#resolvedAt + this.settings.ttl * 1000;
  }

  /** L7: an answer of DNS serves for its TTL. A fresh one does not undo that mode 1's failback is due (B1). */
  #resolve(): void {
    const { now } = this.agenda;
    if (now < this.#answerEndsAt) return;
    const isBehind = this.settings.mode === 1 && this.#current !== this.#primary;
    if (isBehind && now >= this.#lastFailedTrial + LONGEST) this.#isTrialDue = true;
    this.#resolvedAt = now;
  }

  /** F9: a request has somewhere to go. */
  get #canBegin(): boolean {
    return !this.#signalsOnlyWithRegistered || this.#bound !== undefined;
  }

  *#untilRegistered(): Procedure {
    yield () => (this.#bound === undefined ? Infinity : this.agenda.now);
  }

  /** A request outside of a dialog: the target that answered it, or its failure by name. */
  *#request(method: Method, targets: readonly TargetName[]): Procedure<TargetName | undefined> {
    const canBegin = this.#canBegin;
    const target = canBegin ? yield* this.#search(method, targets) : undefined;
    if (target === undefined) this.#fail(method, canBegin ? "no-target-left" : "not-registered");
    return target;
  }

  /** F6, F7 and F10: one request along the targets; the one that answered. */
  *#search(method: Method, targets: readonly TargetName[]): Procedure<TargetName | undefined> {
    const { registerOnEnable, retryCounts, inviteRetryCounts } = this.settings;
    this.#resolve();
    for (const [index, target] of targets.entries()) {
      const isLast = index === targets.length - 1;
      if (registerOnEnable && !(yield* this.#hasRegistration(target, isLast))) continue;
      const resends = method === "INVITE" ? inviteRetryCounts : retryCounts;
      if (!(yield* this.#try(method, target, isLast ? Infinity : resends))) continue;
      // F8: with F7's key, only a REGISTER makes a target the current one.
      if (!registerOnEnable) this.#makeCurrent(target);
      return target;
    }
    return undefined;
  }

  /**
   * F13: a request in a dialog; whether it was answered. Where the next hop is the slot's name it goes by F; where it is
   * the address of the server that the dialog was set up through, that is the only target. F9: it ends without a word
   * where no target holds the registration, or where the only one does not.
   */
  *#inDialog(method: Method, setUpThrough: TargetName): Procedure<boolean> {
    const isByName = this.nextHop === "name";
    if (this.#signalsOnlyWithRegistered) {
      if (this.#bound === undefined || (!isByName && this.#bound !== setUpThrough)) return false;
    }
    if (isByName) return (yield* this.#search(method, this.#order())) !== undefined;
    return yield* this.#try(method, setUpThrough, Infinity);
  }

  /** F7: the target holds the registration, or takes it now. A REGISTER that is on its way is waited for. */
  *#hasRegistration(target: TargetName, isLast: boolean): Procedure<boolean> {
    const search = this.#registering;
    if (this.#bound !== target && search !== undefined) {
      yield () => (search.isOver || search.failed.has(target) ? this.agenda.now : Infinity);
      if (search.failed.has(target)) return false;
    }
    if (this.#bound === target) return true;
    const accepted = yield* this.#try("REGISTER", target, isLast ? Infinity : this.settings.retryCounts);
    if (accepted) this.#registered(target);
    return accepted;
  }

  /** F1, F2, F3: one request at one target; whether it answered. */
  *#try(method: Method, target: TargetName, resends: number): Procedure<boolean> {
    const { transport } = this.settings;
    const { sends, end } = budgetOf(method, resends, transport);
    const begin = this.agenda.now;
    for (const after of sends) {
      yield () => begin + after;
      const failure = this.server(target);
      // A connection that cannot be made carries nothing.
      const isSent = transport === "udp" || failure !== "refused";
      if (isSent) this.requests.push({ t: this.agenda.now, method, rest: target });
      if (failure === undefined) return true;
      if (failure === "503") return false;
      if (failure === "silent") continue;
      this.flowFailed(target);
      return false;
    }
    yield () => begin + end;
    return false;
  }

  *#wait(milliseconds: number): Procedure {
    const end = this.agenda.now + milliseconds;
    yield () => end;
  }

  /** R2, F8: a 200 to a REGISTER. */
  #registered(target: TargetName): void {
    this.#bound = target;
    this.#refreshAt = this.agenda.now + refreshAfter(this.settings.lifetime);
    this.#makeCurrent(target);
  }

  #makeCurrent(target: TargetName): void {
    if (!this.#isSticky || target === this.#current) return;
    this.#current = target;
    this.#currentSince = this.agenda.now;
    this.#isTrialDue = false;
  }

  #fail(method: Method, rest: string): void {
    this.failures.push({ t: this.agenda.now, method, rest });
  }
}
