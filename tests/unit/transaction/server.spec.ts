import { bodyByte, nextKind } from "../contract/actions";
import { ACTION_SEND } from "../../../assembly/contract/constants";
import { resetActions } from "../../../assembly/contract/queue";
import { MAX_SERVER_TRANSACTIONS } from "../../../assembly/limits";
import { topVia, topmost } from "../../../assembly/sip/fields";
import { NEVER } from "../../../assembly/time/clock";
import { resetTransactions } from "../../../assembly/transaction/client";
import {
  ServerTransaction,
  earliestServerTransaction,
  endServerTransaction,
  endServerTransactions,
  matchServerTransaction,
  resetServerTransactions,
  serverTransactionOf,
  takeServerTransaction,
} from "../../../assembly/transaction/server";
import { setTimers } from "../../../assembly/transaction/timers";
import { flowHasOpened, flowOf, resetFlows, shareFlow } from "../../../assembly/transport/flows";
import { put } from "../bytes/memory";
import { target } from "../redundancy/helper";
import { INVITE, parse } from "../sip/messages";

const via = topmost;
let flow: u32 = 0;

function request(method: string): string {
  return INVITE.replace("INVITE sip", method + " sip").replace("314159 INVITE", "314159 " + method);
}

function begin(method: string): ServerTransaction {
  parse(request(method));
  topVia();
  return takeServerTransaction(flow, via)!;
}

/** How many responses were sent since the last time. */
function sends(): i32 {
  let count = 0;
  for (let kind = nextKind(); kind != 0; kind = nextKind()) {
    if (kind == ACTION_SEND && bodyByte(4) == 0x53) count++;
  }
  return count;
}

function respond(transaction: ServerTransaction, status: i32, reliable: bool, now: i64): void {
  transaction.respond(status, put("SIP/2.0 " + status.toString()), reliable, now);
}

/** Lets time pass: the instants of the resends, and when it is over; `!` where nobody has acknowledged. */
function play(): string {
  let text = "";
  sends();
  for (let i = 0; i < 40; i++) {
    const transaction = earliestServerTransaction();
    if (transaction == null) break;
    const now = transaction.deadline;
    const unacknowledged = transaction.due(now);
    if (sends() > 0) text += now.toString() + " ";
    else text += (unacknowledged ? "!" : "over ") + now.toString();
  }
  return text;
}

describe("server transaction", () => {
  beforeEach(() => {
    setTimers(500, 4_000, 5_000);
    resetActions();
    resetFlows();
    resetTransactions();
    resetServerTransactions();
    flow = shareFlow(target(1, 5060), 5060, 0);
    flowHasOpened(flowOf(flow)!, 4, 5060, target(2, 5060).address);
    resetActions();
  });

  it("17.2.3: matches by branch, sent-by, Call-ID and number; ACK and CANCEL match their INVITE", () => {
    const transaction = begin("INVITE");
    const methods: string[] = ["INVITE", "ACK", "CANCEL"];
    for (let i = 0; i < methods.length; i++) {
      parse(request(methods[i]));
      topVia();
      expect(matchServerTransaction(via) == transaction).toBe(true);
    }
    const others: string[] = [
      "77ef.1|77ef.2",
      "192.0.2.1:5060|192.0.2.1:5062",
      "1j9F|2j9F",
      "314159|314160",
      "INVITE|OPTIONS",
    ];
    for (let i = 0; i < others.length; i++) {
      const parts = others[i].split("|");
      parse(INVITE.replaceAll(parts[0], parts[1]));
      topVia();
      expect(matchServerTransaction(via) == null).toBe(true);
    }
  });

  it("a repeated request has the last response again; before there is one, nothing", () => {
    const transaction = begin("INVITE");
    transaction.repeat();
    expect(sends()).toBe(0);
    respond(transaction, 180, false, 0);
    respond(transaction, 486, false, 10);
    sends();
    transaction.repeat();
    expect(sends()).toBe(1);
    transaction.acknowledged(20);
    transaction.repeat();
    expect(sends()).toBe(0);
  });

  it("what was only prepared is not sent", () => {
    const transaction = begin("UPDATE");
    expect(transaction.prepare(put("SIP/2.0 100"))).toBe(true);
    transaction.repeat();
    expect(sends()).toBe(0);
  });

  it("timer J: another request's answer is repeated for 64 T1", () => {
    respond(begin("BYE"), 200, false, 0);
    expect(play()).toBe("over 32000");
  });

  it("timers G and H: a refusal is sent again until the ACK, at most 64 T1", () => {
    respond(begin("INVITE"), 486, false, 0);
    expect(play()).toBe("500 1500 3500 7500 11500 15500 19500 23500 27500 31500 over 32000");
  });

  it("timer I: after the ACK, T4", () => {
    const transaction = begin("INVITE");
    respond(transaction, 486, false, 0);
    transaction.acknowledged(1_000);
    expect(play()).toBe("over 6000");
  });

  it("13.3.1.4: a 2xx is sent again until its ACK; without one its owner is told", () => {
    respond(begin("INVITE"), 200, false, 0);
    expect(play()).toBe("500 1500 3500 7500 11500 15500 19500 23500 27500 31500 !32000");
    const other = begin("INVITE");
    respond(other, 200, false, 0);
    other.acknowledged(600);
    expect(play()).toBe("over 32000");
  });

  it("RFC 3262: a reliable provisional answer is sent again until its PRACK, or 64 T1", () => {
    const transaction = begin("INVITE");
    respond(transaction, 180, true, 0);
    expect(transaction.due(500)).toBe(false);
    transaction.acknowledged(700);
    expect(transaction.deadline).toBe(NEVER);
    expect(transaction.isOpen).toBe(true);
    respond(transaction, 183, true, 1_000);
    for (let now = transaction.deadline; now < 33_000; now = transaction.deadline) transaction.due(now);
    expect(transaction.due(33_000)).toBe(true);
    expect(transaction.isOpen).toBe(true);
  });

  it("a full pool is none; one that was let go is free, with its answer repeated meanwhile", () => {
    for (let i = 0; i < MAX_SERVER_TRANSACTIONS; i++) begin("INVITE");
    parse(request("INVITE"));
    topVia();
    expect(takeServerTransaction(flow, via) == null).toBe(true);
    const first = earliestServerTransaction();
    expect(first == null).toBe(true);
    endServerTransactions(flow);
    const open = begin("INVITE");
    const handle = open.handle;
    endServerTransaction(handle);
    expect(serverTransactionOf(handle) == null).toBe(true);
    const answered = begin("INVITE");
    respond(answered, 486, false, 0);
    endServerTransaction(answered.handle);
    expect(serverTransactionOf(answered.handle) == answered).toBe(true);
  });
});
