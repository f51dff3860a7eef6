import { NO_HANDLE } from "../../../assembly/bytes/handle";
import { NO_SPAN } from "../../../assembly/bytes/span";
import {
  ACTION_CLOSE,
  ACTION_OPEN,
  ACTION_SEND,
  EVENT_POOL_FULL,
} from "../../../assembly/contract/constants";
import { resetActions } from "../../../assembly/contract/queue";
import {
  OWNER_SIP,
  closeFlows,
  flowHasFailed,
  flowHasOpened,
  flowOf,
  holdFlow,
  openFlow,
  releaseFlow,
  resetFlows,
  sendOnFlow,
  shareFlow,
} from "../../../assembly/transport/flows";
import { countKind, eventOf, nextKind } from "../contract/actions";
import { target } from "../redundancy/helper";

describe("flows", () => {
  beforeEach(() => {
    resetFlows();
    resetActions();
  });

  it("one flow serves all who speak with the same target; the last one to leave closes it", () => {
    const first = shareFlow(target(1, 5060), 5060, NO_SPAN);
    const second = shareFlow(target(1, 5060), 5060, NO_SPAN);
    expect(second).toBe(first);
    expect(countKind(ACTION_OPEN)).toBe(1);
    releaseFlow(first);
    expect(countKind(ACTION_CLOSE)).toBe(0);
    releaseFlow(second);
    expect(countKind(ACTION_CLOSE)).toBe(1);
    expect(flowOf(first) == null).toBe(true);
  });

  it("another port or address is another flow", () => {
    const first = shareFlow(target(1, 5060), 5060, NO_SPAN);
    expect(shareFlow(target(1, 5070), 5060, NO_SPAN)).not.toBe(first);
    expect(shareFlow(target(2, 5060), 5060, NO_SPAN)).not.toBe(first);
  });

  it("a stale handle names nothing, and harms nothing, when its place is taken again", () => {
    const old = shareFlow(target(1, 5060), 5060, NO_SPAN);
    releaseFlow(old);
    const fresh = shareFlow(target(2, 5060), 5060, NO_SPAN);
    resetActions();
    expect(flowOf(old) == null).toBe(true);
    expect(holdFlow(old)).toBe(NO_HANDLE);
    releaseFlow(old);
    sendOnFlow(old, 0, 0);
    expect(nextKind()).toBe(0);
    expect(flowOf(fresh) == null).toBe(false);
  });

  it("a failed flow is gone at once, without asking the host to close it", () => {
    const handle = shareFlow(target(1, 5060), 5060, NO_SPAN);
    resetActions();
    flowHasFailed(flowOf(handle)!);
    expect(flowOf(handle) == null).toBe(true);
    releaseFlow(handle);
    expect(nextKind()).toBe(0);
  });

  it("sends in the order asked, also before it is open", () => {
    const handle = openFlow(OWNER_SIP, 0, target(1, 5060), 0, NO_SPAN);
    sendOnFlow(handle, changetype<usize>(target(1, 5060)), 4);
    expect(nextKind()).toBe(ACTION_OPEN);
    expect(nextKind()).toBe(ACTION_SEND);
  });

  it("is reachable at its own end, or where the other end sees it (RFC 3581)", () => {
    const flow = flowOf(shareFlow(target(1, 5060), 5060, NO_SPAN))!;
    flowHasOpened(flow, 4, 5060, target(3, 5060).address);
    expect(flow.reachable.equals(target(3, 5060))).toBe(true);
    flow.mapped.copyFrom(target(4, 40_000));
    expect(flow.reachable.equals(target(4, 40_000))).toBe(true);
  });

  it("a full pool is an event that names it, and closing makes room", () => {
    for (let i = 0; i < 64; i++)
      expect(openFlow(OWNER_SIP, i, target(1, 5060), 0, NO_SPAN)).not.toBe(NO_HANDLE);
    resetActions();
    expect(openFlow(OWNER_SIP, 0, target(1, 5060), 0, NO_SPAN)).toBe(NO_HANDLE);
    nextKind();
    expect(eventOf()).toBe(EVENT_POOL_FULL);
    closeFlows();
    expect(countKind(ACTION_CLOSE)).toBe(64);
    expect(openFlow(OWNER_SIP, 0, target(1, 5060), 0, NO_SPAN)).not.toBe(NO_HANDLE);
  });
});
