import { Span, span, spanLength, spanStart } from "../../../assembly/bytes/span";
import { ACTION_SEND, METHOD_CANCEL, METHOD_INVITE } from "../../../assembly/contract/constants";
import { resetActions } from "../../../assembly/contract/queue";
import { NEVER } from "../../../assembly/time/clock";
import { seedRandom } from "../../../assembly/time/random";
import {
  ClientTransaction,
  FULL_BUDGET,
  TIMED_OUT,
  abandonTransaction,
  branchOf,
  earliestTransaction,
  endTransaction,
  matchTransaction,
  resetTransactions,
  startCancel,
  startTransaction,
  takeTransaction,
  transactionDue,
  transactionOf,
  transactionResponse,
  transactionsDeadline,
} from "../../../assembly/transaction/client";
import { setTimers, shortBudget } from "../../../assembly/transaction/timers";
import { flowHasOpened, flowOf, resetFlows, shareFlow } from "../../../assembly/transport/flows";
import { bodyByte, nextKind } from "../contract/actions";
import { target } from "../redundancy/helper";
import { INVITE, OK, bytesOf, parse } from "../sip/messages";

const branchBlock = memory.data(64);
let flow: u32 = 0;

/** The first letters of what was sent since the last time: `I` for INVITE, `A` for ACK, `C` for CANCEL. */
function sent(): string {
  let text = "";
  for (let kind = nextKind(); kind != 0; kind = nextKind()) {
    if (kind == ACTION_SEND) text += String.fromCharCode(bodyByte(4));
  }
  return text;
}

function begin(budget: i64): ClientTransaction {
  const transaction = takeTransaction(METHOD_INVITE, flow, 1, 7)!;
  startTransaction(transaction, bytesOf(INVITE), budget, 0);
  resetActions();
  return transaction;
}

/** What an event means to the owner (Nothing, Provisional, Final, final aGain, Stray), and what is sent because of it. */
function happens(transaction: ClientTransaction, event: string, now: i64): string {
  if (event == "abandon") {
    abandonTransaction(transaction.handle, now);
    return "-" + sent();
  }
  parse(OK.replace("200 OK", event + " Whatever").replace("REGISTER", "INVITE"));
  const outcome = transactionResponse(transaction, i32.parse(event), now);
  return "NPF-GS".charAt(outcome) + sent();
}

/** Brings a fresh transaction into a state. */
function bring(state: string): ClientTransaction {
  const transaction = begin(FULL_BUDGET);
  if (state == "proceeding" || state == "cancelled") happens(transaction, "180", 10);
  if (state == "completed") happens(transaction, "486", 10);
  if (state == "accepted") happens(transaction, "200", 10);
  if (state == "abandoned" || state == "cancelled") happens(transaction, "abandon", 20);
  return transaction;
}

/** What each event means in a state, in the order of EVENTS. */
function row(state: string): string {
  let text = "";
  for (let i = 0; i < EVENTS.length; i++) {
    resetTransactions();
    const transaction = bring(state);
    text += (i > 0 ? " " : "") + happens(transaction, EVENTS[i], 30);
  }
  return text;
}

const EVENTS: string[] = ["180", "200", "486", "abandon"];

/** Lets time pass from the first deadline on: the instants of the sends, and when the silence is over. */
function play(transaction: ClientTransaction): string {
  let text = "";
  for (let now = transactionsDeadline(); now != NEVER; now = transactionsDeadline()) {
    const outcome = transactionDue(earliestTransaction()!, now);
    if (sent().length > 0) text += now.toString() + " ";
    if (outcome == TIMED_OUT) {
      endTransaction(transaction.handle);
      text += "out " + now.toString();
    }
  }
  return text;
}

describe("client transaction of an INVITE", () => {
  beforeEach(() => {
    seedRandom(memory.data(32));
    setTimers(500, 4_000, 5_000);
    resetActions();
    resetFlows();
    resetTransactions();
    flow = shareFlow(target(1, 5060), 5060, 0);
    flowHasOpened(flowOf(flow)!, 4, 5060, target(2, 5060).address);
    resetActions();
  });

  it("each event in each state", () => {
    expect(row("trying")).toBe("P F FA -");
    expect(row("proceeding")).toBe("P F FA -C");
    expect(row("completed")).toBe("N N NA -");
    expect(row("accepted")).toBe("N G N -");
    expect(row("abandoned")).toBe("NC S NA -");
    expect(row("cancelled")).toBe("N S NA -");
  });

  it("F2: timer A doubles without an upper limit", () => {
    expect(play(begin(FULL_BUDGET))).toBe("500 1500 3500 7500 15500 31500 out 32000");
    expect(play(begin(shortBudget(4, true)))).toBe("500 1500 3500 7500 out 15500");
  });

  it("F2: the budgets of an INVITE", () => {
    expect(shortBudget(1, true)).toBe(1_500);
    expect(shortBudget(3, true)).toBe(7_500);
    expect(shortBudget(4, true)).toBe(15_500);
    expect(shortBudget(5, true)).toBe(31_500);
    expect(shortBudget(9, true)).toBe(32_000);
  });

  it("F4: after a provisional answer it waits without an end", () => {
    const transaction = bring("proceeding");
    expect(transactionsDeadline()).toBe(NEVER);
    expect(transactionOf(transaction.handle) == transaction).toBe(true);
  });

  it("17.1.1.2, RFC 6026: timers D and M: what is answered is acknowledged for as long as it may come again", () => {
    const refused = bring("completed");
    expect(transactionsDeadline()).toBe(32_010);
    transactionDue(refused, 32_010);
    bring("accepted");
    expect(transactionsDeadline()).toBe(32_010);
  });

  it("an abandoned one is kept as long as its answer may be on its way, and a cancelled one as long again", () => {
    expect(bring("abandoned").ends).toBe(32_000);
    expect(bring("cancelled").ends).toBe(32_020);
  });

  it("9.1: CANCEL has the INVITE's branch, and its answer matches it and not the INVITE", () => {
    const invite = bring("proceeding");
    startCancel(invite, 40);
    const branch = wholeBranch(invite);
    expect(matchTransaction(flow, branch, METHOD_INVITE) == invite).toBe(true);
    const cancel = matchTransaction(flow, branch, METHOD_CANCEL);
    expect(cancel != null && cancel != invite).toBe(true);
  });
});

/** The branch as it stands in a Via. */
function wholeBranch(transaction: ClientTransaction): Span {
  const digits = branchOf(transaction);
  memory.copy(branchBlock, changetype<usize>(String.UTF8.encode("z9hG4bK")), 7);
  memory.copy(branchBlock + 7, spanStart(digits), spanLength(digits));
  return span(branchBlock, 7 + spanLength(digits));
}
