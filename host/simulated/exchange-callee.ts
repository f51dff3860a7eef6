import { Dialog, SDP_TYPE } from "./exchange-dialog.js";
import type { FarSide } from "./exchange-dialog.js";
import { Resending, T2, recordRoutesOf } from "./exchange-server.js";
import type { Arrival } from "./exchange-server.js";
import { agreed } from "./exchange-session.js";
import { answerTo } from "./sip.js";
import type { AnswerParts, HeaderField, SipMessage } from "./sip.js";

/** One answer of a far end to an INVITE. */
export interface CalleeStep {
  readonly status: number;
  readonly reason?: string;
  /** Milliseconds after the step before; for a reliable provisional answer, after its PRACK. Default: 0. */
  readonly delay?: number;
  /** Whether a provisional answer is sent again until its PRACK comes (RFC 3262). */
  readonly reliable?: boolean;
  readonly headers?: readonly HeaderField[];
  /** Default: the far end's session description with a 2xx, else none. */
  readonly body?: string;
  /** The body's Content-Type; SDP's where it is left out. */
  readonly type?: string;
  /** Which branch of a fork it comes from: each has a To tag of its own. Default: 0. */
  readonly fork?: number;
}

/** What a far end does with an INVITE, or decides about each. An empty script is silence. */
export type CalleeScript = readonly CalleeStep[] | ((invite: Arrival) => readonly CalleeStep[]);

/** 100 at once, 180 after `ring` ms, then `status` (200) after `answer` ms more. */
export const answering = ({
  ring = 0,
  answer = 0,
  ...final
}: {
  readonly ring?: number;
  readonly answer?: number;
} & Partial<CalleeStep> = {}): readonly CalleeStep[] => [
  { status: 100 },
  { status: 180, delay: ring },
  { status: 200, ...final, delay: answer },
];

/** An INVITE server transaction (RFC 3261, section 17.2.1, and RFC 6026). */
export class InviteTransaction {
  #state: "proceeding" | "completed" | "confirmed" | "accepted" = "proceeding";
  #last: SipMessage | undefined;
  #resending: Resending | undefined;

  constructor(readonly arrival: Arrival) {}

  /** Whether a final answer has gone out. */
  get isAnswered(): boolean {
    return this.#state !== "proceeding";
  }

  /** Whether a refusal has gone out whose ACK has not come. */
  get isUnacknowledged(): boolean {
    return this.#state === "completed";
  }

  provisional(answer: SipMessage): void {
    if (this.isAnswered) return;
    this.#last = answer;
    this.#send(answer);
  }

  /** Refuses; by UDP again and again until the ACK comes (timer G). */
  refuse(answer: SipMessage): void {
    if (this.isAnswered) return;
    this.#state = "completed";
    this.#last = answer;
    this.#send(answer);
    if (this.arrival.source.transport !== "udp") return;
    this.#resending = new Resending(this.arrival.server, T2, () => {
      this.#send(answer);
    });
  }

  /** Sends a 2xx, again and again; whoever has the ACK stops it. */
  accept(answer: SipMessage, givenUp: () => void): Resending {
    this.#state = "accepted";
    this.#send(answer);
    const again = (): void => {
      this.#send(answer);
    };
    return new Resending(this.arrival.server, T2, again, givenUp);
  }

  /** The INVITE has come again. */
  again(): void {
    const answers = this.#state === "proceeding" || this.#state === "completed";
    if (answers && this.#last !== undefined) this.#send(this.#last);
  }

  /** The ACK of a refusal has come; false where it is not awaited. */
  acknowledged(): boolean {
    if (this.#state !== "completed") return this.#state === "confirmed";
    this.#state = "confirmed";
    this.#resending?.stop();
    return true;
  }

  #send(answer: SipMessage): void {
    this.arrival.server.respond(answer, this.arrival);
  }
}

/** What an incoming call needs of its exchange. */
export interface CalleeSide extends FarSide {
  newTag(): string;
  /** A dialog has begun. */
  remember(dialog: Dialog, call: IncomingCall): void;
}

/** A phone's INVITE, within a dialog or outside of any, and the script that answers it. */
export class IncomingCall {
  readonly transaction: InviteTransaction;
  readonly #far: CalleeSide;
  readonly #rest: CalleeStep[];
  readonly #forks = new Map<number, Dialog>();
  #reliable: { readonly rack: string; readonly resending: Resending } | undefined;
  #rseq = 0;
  #isOver = false;

  /** @param dialog of a re-INVITE */
  constructor(far: CalleeSide, arrival: Arrival, steps: readonly CalleeStep[], dialog?: Dialog) {
    this.transaction = new InviteTransaction(arrival);
    this.#far = far;
    this.#rest = [...steps];
    if (dialog !== undefined) this.#forks.set(0, dialog);
  }

  /** Answers as the script says. */
  begin(): void {
    this.#next();
  }

  /** Gives up with a refusal, unless it has a final answer. */
  refuse(parts: AnswerParts): void {
    if (this.transaction.isAnswered) return;
    this.#end();
    const { arrival } = this.transaction;
    const headers = [...(parts.headers ?? []), ...arrival.headers];
    const toTag = this.#forks.get(0)?.localTag ?? this.#far.newTag();
    this.transaction.refuse(answerTo(arrival.message, arrival.source, { toTag, ...parts, headers }));
  }

  /** Whether a provisional answer waits for that PRACK (RFC 3262, section 3). */
  expectsPrack(rack: string): boolean {
    return this.#reliable?.rack === rack;
  }

  /** Takes a PRACK and goes on with the script. */
  acknowledgedProvisional(rack: string): void {
    if (!this.expectsPrack(rack)) return;
    this.#reliable?.resending.stop();
    this.#reliable = undefined;
    this.#next();
  }

  #next(): void {
    const step = this.#isOver ? undefined : this.#rest.shift();
    if (step === undefined) return;
    this.transaction.arrival.server.after(step.delay ?? 0, () => {
      if (!this.#isOver) this.#do(step);
    });
  }

  #do(step: CalleeStep): void {
    if (step.status >= 300) this.refuse({ ...this.#parts(step), headers: step.headers });
    else if (step.status >= 200) this.#accept(step);
    else if (step.status === 100) this.#try(step);
    else this.#ring(step);
  }

  #try(step: CalleeStep): void {
    const { arrival } = this.transaction;
    this.transaction.provisional(answerTo(arrival.message, arrival.source, this.#parts(step)));
    this.#next();
  }

  #ring(step: CalleeStep): void {
    const { message } = this.transaction.arrival;
    const isRequired = message.elements("require").includes("100rel");
    if (!isRequired && step.reliable !== true) {
      this.transaction.provisional(this.#answer(step, []));
      this.#next();
    } else if (isRequired || message.elements("supported").includes("100rel")) this.#ringReliably(step);
    else this.refuse({ status: 421, headers: [["Require", "100rel"]] });
  }

  #ringReliably(step: CalleeStep): void {
    const { arrival } = this.transaction;
    const rseq = String(++this.#rseq);
    const answer = this.#answer(step, [
      ["Require", "100rel"],
      ["RSeq", rseq],
    ]);
    const again = (): void => {
      this.transaction.provisional(answer);
    };
    again();
    // RFC 3262, section 3: without a PRACK in 64·T1 the INVITE is refused with a 5xx.
    const resending = new Resending(arrival.server, Infinity, again, () => {
      this.refuse({ status: 504 });
    });
    this.#reliable = { rack: `${rseq} ${arrival.message.header("cseq") ?? ""}`, resending };
  }

  #accept(step: CalleeStep): void {
    const { message } = this.transaction.arrival;
    const dialog = this.#dialog(step.fork ?? 0);
    if (dialog.state === "ended") return;
    const timer = this.#far.sessionTimer ?? dialog.sessionTimer;
    const session = agreed(message, timer);
    const answer = this.#answer({ body: this.#far.body, ...step }, [
      ...(session?.headers ?? []),
      ...this.transaction.arrival.headers,
    ]);
    dialog.state = "confirmed";
    const resending = this.transaction.accept(answer, () => {
      // RFC 3261, 13.3.1.4: a session without an ACK is ended.
      if (dialog.state === "confirmed") dialog.bye();
    });
    dialog.awaitAck(message.cseq, resending);
    if (session !== undefined) {
      dialog.keepSession(session.expires, session.isFarRefresher, timer?.method ?? "UPDATE");
    }
    this.#next();
  }

  /** An answer that begins a dialog, or is part of it. */
  #answer(step: CalleeStep, headers: readonly HeaderField[]): SipMessage {
    const { message, server, source, local } = this.transaction.arrival;
    const dialog = this.#dialog(step.fork ?? 0);
    const routes = message.toTag === "" ? recordRoutesOf(server, source, message, local) : [];
    const parts = this.#parts(step);
    return answerTo(message, source, {
      ...parts,
      toTag: dialog.localTag,
      headers: [
        ...routes.map((route): HeaderField => ["Record-Route", route]),
        ["Contact", `<${dialog.localTarget}>`],
        ["Allow", FAR_ALLOW],
        ["Supported", "100rel, timer"],
        ...headers,
        ...(step.headers ?? []),
      ],
    });
  }

  #parts({ status, reason, body = "", type = SDP_TYPE }: CalleeStep): AnswerParts {
    return { status, reason, body, type: body === "" ? undefined : type };
  }

  #dialog(fork: number): Dialog {
    const known = this.#forks.get(fork);
    if (known !== undefined) return known;
    const { message, server, source, local } = this.transaction.arrival;
    const contact = message.list("contact")[0]?.value ?? "";
    const dialog = new Dialog(this.#far, {
      callId: message.callId,
      local: `${message.header("to") ?? ""};tag=${this.#far.newTag()}`,
      remote: message.header("from") ?? "",
      remoteTarget: contact,
      localCseq: 0,
      remoteCseq: message.cseq,
      server,
      source,
      // RFC 3261, 12.1.2: a caller goes by the Record-Routes in reverse.
      route: recordRoutesOf(server, source, message, local).reverse(),
    });
    this.#forks.set(fork, dialog);
    this.#far.remember(dialog, this);
    return dialog;
  }

  #end(): void {
    this.#isOver = true;
    this.#reliable?.resending.stop();
    for (const dialog of this.#forks.values()) {
      if (dialog.state === "early") dialog.end();
    }
  }
}

/** What a far end can do. */
export const FAR_ALLOW =
  "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK, REFER, NOTIFY, SUBSCRIBE, MESSAGE, PUBLISH";
