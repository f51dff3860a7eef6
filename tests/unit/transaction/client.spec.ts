import { MAX_TRANSACTIONS } from "../../../assembly/limits";
import { NO_SPAN, Span, span, spanLength, spanStart } from "../../../assembly/bytes/span";
import {
  ACTION_SEND,
  EVENT_POOL_FULL,
  METHOD_OPTIONS,
  METHOD_REGISTER,
} from "../../../assembly/contract/constants";
import { resetActions } from "../../../assembly/contract/queue";
import { NEVER } from "../../../assembly/time/clock";
import { seedRandom } from "../../../assembly/time/random";
import {
  ClientTransaction,
  FINAL,
  FULL_BUDGET,
  NOTHING,
  PROVISIONAL,
  TIMED_OUT,
  branchOf,
  earliestTransaction,
  endTransaction,
  matchTransaction,
  resetTransactions,
  startTransaction,
  takeTransaction,
  transactionDue,
  transactionOf,
  transactionResponse,
  transactionsDeadline,
  waitingOnFlow,
} from "../../../assembly/transaction/client";
import { setTimers } from "../../../assembly/transaction/timers";
import { flowHasOpened, flowOf, resetFlows, shareFlow } from "../../../assembly/transport/flows";
import { countKind, eventOf, nextKind } from "../contract/actions";
import { target } from "../redundancy/helper";

const request = memory.data(500);
const branchBlock = memory.data(64);
let flow: u32 = 0;

function begin(budget: i64): ClientTransaction {
  const transaction = takeTransaction(METHOD_REGISTER, flow, 1, 7)!;
  startTransaction(transaction, span(request, 500), budget, 0);
  resetActions();
  return transaction;
}

/** The branch as it stands in a Via. */
function wholeBranch(transaction: ClientTransaction): Span {
  const digits = branchOf(transaction);
  memory.copy(branchBlock, changetype<usize>(String.UTF8.encode("z9hG4bK")), 7);
  memory.copy(branchBlock + 7, spanStart(digits), spanLength(digits));
  return span(branchBlock, 7 + spanLength(digits));
}

/** Lets time pass: the instants of the sends until the transaction is over, and what it came to, at which instant. */
function play(transaction: ClientTransaction): string {
  let text = "";
  for (let now = transactionsDeadline(); now != NEVER; now = transactionsDeadline()) {
    const outcome = transactionDue(earliestTransaction()!, now);
    if (countKind(ACTION_SEND) > 0) text += now.toString() + " ";
    if (outcome == TIMED_OUT) {
      endTransaction(transaction.handle);
      text += "out " + now.toString();
    }
  }
  return text;
}

describe("client transaction", () => {
  beforeEach(() => {
    seedRandom(memory.data(32));
    setTimers(500, 4_000, 5_000);
    resetActions();
    resetFlows();
    resetTransactions();
    flow = shareFlow(target(1, 5060), 5060, NO_SPAN);
    flowHasOpened(flowOf(flow)!, 4, 5060, target(2, 5060).address);
    resetActions();
  });

  it("F2: sends again at the intervals of timer E until its short budget is over", () => {
    expect(play(begin(7_500))).toBe("500 1500 3500 out 7500");
  });

  it("goes on to 64 T1 with the full budget", () => {
    expect(play(begin(FULL_BUDGET))).toBe("500 1500 3500 7500 11500 15500 19500 23500 27500 31500 out 32000");
  });

  it("a provisional answer ends the silence: timer E at T2, timer F in full", () => {
    const transaction = begin(7_500);
    expect(transactionResponse(transaction, 100, 200)).toBe(PROVISIONAL);
    expect(play(transaction)).toBe("4200 8200 12200 16200 20200 24200 28200 out 32000");
  });

  it("a final answer ends it; repetitions within timer K are nothing, later ones match nothing", () => {
    const transaction = begin(7_500);
    const handle = transaction.handle;
    expect(transactionResponse(transaction, 200, 1_000)).toBe(FINAL);
    expect(transactionResponse(transaction, 200, 1_100)).toBe(NOTHING);
    expect(transactionsDeadline()).toBe(6_000);
    expect(transactionDue(transaction, 6_000)).toBe(NOTHING);
    expect(transactionOf(handle) == null).toBe(true);
  });

  it("F15: once ended, its branch matches nothing", () => {
    const transaction = begin(7_500);
    const branch = wholeBranch(transaction);
    expect(matchTransaction(flow, branch, METHOD_REGISTER) == transaction).toBe(true);
    endTransaction(transaction.handle);
    expect(matchTransaction(flow, branch, METHOD_REGISTER) == null).toBe(true);
  });

  it("matches by flow, branch and method, and only the whole of them", () => {
    const transaction = begin(7_500);
    const branch = wholeBranch(transaction);
    expect(matchTransaction(flow + 1, branch, METHOD_REGISTER) == null).toBe(true);
    expect(matchTransaction(flow, branch, METHOD_OPTIONS) == null).toBe(true);
    expect(
      matchTransaction(flow, span(spanStart(branch), spanLength(branch) - 1), METHOD_REGISTER) == null,
    ).toBe(true);
    for (let i = 7; i < spanLength(branch); i++) {
      const at = spanStart(branch) + i;
      const byte = load<u8>(at);
      store<u8>(at, byte == 0x30 ? 0x31 : 0x30);
      expect(matchTransaction(flow, branch, METHOD_REGISTER) == null).toBe(true);
      store<u8>(at, byte);
    }
    expect(matchTransaction(flow, branch, METHOD_REGISTER) == transaction).toBe(true);
  });

  it("F5: each has a branch of its own", () => {
    const first = begin(7_500);
    const old = String.UTF8.decodeUnsafe(spanStart(branchOf(first)), 18);
    endTransaction(first.handle);
    const second = begin(7_500);
    expect(String.UTF8.decodeUnsafe(spanStart(branchOf(second)), 18)).not.toBe(old);
  });

  it("keeps its flow open until it is over", () => {
    const transaction = begin(7_500);
    expect(flowOf(flow)!.users).toBe(2);
    endTransaction(transaction.handle);
    expect(flowOf(flow)!.users).toBe(1);
  });

  it("is found when its flow fails, unless it was answered", () => {
    const transaction = begin(7_500);
    const answered = begin(7_500);
    transactionResponse(answered, 200, 100);
    expect(waitingOnFlow(flow) == transaction).toBe(true);
    endTransaction(transaction.handle);
    expect(waitingOnFlow(flow) == null).toBe(true);
  });

  it("a clock that jumps brings one repetition, then the end", () => {
    const transaction = begin(7_500);
    expect(transactionDue(earliestTransaction()!, 1_000_000)).toBe(TIMED_OUT);
    expect(transactionOf(transaction.handle) == transaction).toBe(true);
  });

  it("full pools are events; without room for its message a request is sent once", () => {
    let last: ClientTransaction | null = null;
    for (let i = 0; i < MAX_TRANSACTIONS; i++) {
      last = takeTransaction(METHOD_REGISTER, flow, 1, i);
      startTransaction(last!, span(request, 700), 7_500, 0);
      if (i < 80) resetActions();
    }
    // Six cells each, of 448 of which the first is never given: 74 are kept, and the last 16 sends are looked at.
    expect(countKind(ACTION_SEND)).toBe(16);
    expect(last!.nextSend).toBe(NEVER);
    expect(takeTransaction(METHOD_REGISTER, flow, 1, 0) == null).toBe(true);
    nextKind();
    expect(eventOf()).toBe(EVENT_POOL_FULL);
  });
});
