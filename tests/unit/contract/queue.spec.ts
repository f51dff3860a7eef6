import { Endpoint } from "../../../assembly/bytes/endpoint";
import { span } from "../../../assembly/bytes/span";
import {
  ACTION_CLOSE,
  ACTION_EVENT,
  ACTION_OPEN,
  ACTION_SEND,
  ACTION_STOPPED,
  EVENT_POOL_FULL,
  POOL_ACTIONS,
  POOL_FLOWS,
} from "../../../assembly/contract/constants";
import {
  actionsDrained,
  askClose,
  askOpen,
  askSend,
  poolFull,
  resetActions,
  sayStopped,
} from "../../../assembly/contract/queue";
import { bodyByte, bodyLength, bodyWord, eventOf, nextKind } from "./actions";

const bytes = memory.data(8192);
const remote = changetype<Endpoint>(memory.data(offsetof<Endpoint>(), 4));

describe("action queue", () => {
  beforeEach(() => {
    resetActions();
  });

  it("gives the actions in their order, with their layout", () => {
    store<u8>(bytes, 192);
    remote.set(0, 4, 5060, bytes);
    askOpen(7, remote, 5062, span(bytes, 3));
    askSend(7, bytes, 5);
    askClose(7);
    sayStopped();
    expect(nextKind()).toBe(ACTION_OPEN);
    expect(bodyLength()).toBe(4 + 20 + 2 + 2 + 3);
    expect(bodyWord(0)).toBe(7);
    expect(bodyByte(5)).toBe(4);
    expect(bodyByte(8)).toBe(192);
    expect(nextKind()).toBe(ACTION_SEND);
    expect(bodyLength()).toBe(9);
    expect(nextKind()).toBe(ACTION_CLOSE);
    expect(nextKind()).toBe(ACTION_STOPPED);
    expect(bodyLength()).toBe(0);
    expect(nextKind()).toBe(0);
    expect(actionsDrained()).toBe(true);
  });

  it("leaves out whole what does not fit, and says so when it is drained", () => {
    askSend(1, bytes, 8000);
    askSend(2, bytes, 8000);
    askSend(3, bytes, 8000);
    poolFull(POOL_FLOWS, 1);
    expect(nextKind()).toBe(ACTION_SEND);
    expect(bodyWord(0)).toBe(1);
    expect(nextKind()).toBe(ACTION_SEND);
    expect(bodyWord(0)).toBe(2);
    expect(nextKind()).toBe(ACTION_EVENT);
    expect(bodyByte(2)).toBe(POOL_FLOWS);
    expect(nextKind()).toBe(ACTION_EVENT);
    expect(eventOf()).toBe(EVENT_POOL_FULL);
    expect(bodyByte(2)).toBe(POOL_ACTIONS);
    expect(nextKind()).toBe(0);
  });
});
