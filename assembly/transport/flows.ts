import { POOL_TAIL, entryOf, handleOfEntry, takeEntry, usedEntries } from "../bytes/pool";
import { Endpoint } from "../bytes/endpoint";
import { NO_HANDLE, handleIndex, handleOf } from "../bytes/handle";
import { Span, spansEqualIgnoreCase } from "../bytes/span";
import { POOL_FLOWS, TRANSPORT_TLS, TRANSPORT_UDP } from "../contract/constants";
import { askClose, askListen, askOpen, askSend, poolFull } from "../contract/queue";
import { MAX_FLOWS, MAX_INCOMING } from "../limits";
import { dropStream, resetStreams } from "./stream";

/*
 * Flows: what the host gives us instead of sockets. A flow has one owner, which its events go to. Flows of SIP
 * are shared by all who speak with the same target, and closed when the last one has let go.
 *
 *   closed ──open──▶ opening ──opened──▶ open ──failed or closed──▶ closed
 */

export const FLOW_CLOSED: u8 = 0;
export const FLOW_OPENING: u8 = 1;
export const FLOW_OPEN: u8 = 2;

/** Whose a flow is. */
export const OWNER_SIP: u8 = 1;
export const OWNER_DNS: u8 = 2;
export const OWNER_LISTENER: u8 = 3;
export const OWNER_INCOMING: u8 = 4;

@unmanaged
export class Flow {
  generation: u32;
  state: u8;
  owner: u8;
  users: u16;
  /** What it has brought and nobody could use yet (stream.ts). */
  stream: i32;
  /** The owner's own number for it, for example the DNS query it serves. */
  ownerIndex: i32;
  /** When something was sent last to keep it alive (K1). */
  keptAliveAt: i64;
  /** When a pong must have come (pongs.ts); 0: none is awaited. */
  pongBy: i64;
  /** What TLS verifies; a view on what lasts. */
  name: Span;
  /** It has brought a pong. */
  knowsPongs: bool;
  private remote0: u32;
  private remote1: u32;
  private remote2: u32;
  private remote3: u32;
  private remote4: u32;
  private local0: u32;
  private local1: u32;
  private local2: u32;
  private local3: u32;
  private local4: u32;
  private mapped0: u32;
  private mapped1: u32;
  private mapped2: u32;
  private mapped3: u32;
  private mapped4: u32;

  /** The other end. */
  get remote(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Flow>("remote0"));
  }

  /** Our end, known once the flow is open. */
  get local(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Flow>("local0"));
  }

  /** Our end as the other end sees it (`received` and `rport`, RFC 3581); none until it has told us. */
  get mapped(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Flow>("mapped0"));
  }

  /** Our end as it should be written into a Contact. */
  get reachable(): Endpoint {
    return this.mapped.exists ? this.mapped : this.local;
  }
}

const flows = memory.data(offsetof<Flow>() * MAX_FLOWS + POOL_TAIL, 8);

/** Flows that have been in use come first. */
export function flowsUsed(): i32 {
  return usedEntries(flows, offsetof<Flow>(), MAX_FLOWS);
}

export function flowAt(index: i32): Flow {
  return changetype<Flow>(flows + index * offsetof<Flow>());
}

/** All flows closed and forgotten, without a word to the host. */
export function resetFlows(): void {
  memory.fill(flows, 0, offsetof<Flow>() * MAX_FLOWS + POOL_TAIL);
  resetStreams();
}

/** The flow of a handle, `null` where the handle is stale. */
export function flowOf(handle: u32): Flow | null {
  return changetype<Flow | null>(entryOf(flows, offsetof<Flow>(), MAX_FLOWS, handle));
}

export function handleOfFlow(flow: Flow): u32 {
  return handleOfEntry(flows, offsetof<Flow>(), changetype<usize>(flow));
}

/** Takes a flow from the pool; NO_HANDLE, and an event, where all are in use. */
function takeFlow(owner: u8, ownerIndex: i32): u32 {
  const flow = changetype<Flow | null>(takeEntry(flows, offsetof<Flow>(), MAX_FLOWS));
  if (flow == null) {
    poolFull(POOL_FLOWS, 0);
    return NO_HANDLE;
  }
  flow.state = FLOW_OPENING;
  flow.owner = owner;
  flow.ownerIndex = ownerIndex;
  flow.users = 1;
  return handleOfFlow(flow);
}

/**
 * Asks the host for a flow of its own to `remote`, from `localPort` (0: any free port). It has one user, the
 * caller. NO_HANDLE where the pool is full.
 */
export function openFlow(owner: u8, ownerIndex: i32, remote: Endpoint, localPort: i32, tlsName: Span): u32 {
  const handle = takeFlow(owner, ownerIndex);
  if (handle == NO_HANDLE) return NO_HANDLE;
  const flow = flowAt(handleIndex(handle));
  flow.remote.copyFrom(remote);
  flow.name = tlsName;
  askOpen(handle, remote, localPort, tlsName);
  return handle;
}

/**
 * The flow of SIP to `remote`, with one user more: the one there is, be it a connection that the other end has opened,
 * or a new one. TLS to the same server under another name is another flow. NO_HANDLE where the pool is full. Give it
 * back by `releaseFlow`.
 */
export function shareFlow(remote: Endpoint, localPort: i32, tlsName: Span): u32 {
  for (let i = 0; i < flowsUsed(); i++) {
    const flow = flowAt(i);
    if (flow.state == FLOW_CLOSED || !flow.remote.equals(remote)) continue;
    const isTls = remote.transport == TRANSPORT_TLS;
    if (flow.owner == OWNER_INCOMING ? isTls || remote.transport == TRANSPORT_UDP : flow.owner != OWNER_SIP)
      continue;
    if (isTls && !spansEqualIgnoreCase(flow.name, tlsName)) continue;
    flow.users++;
    return handleOf(i, flow.generation);
  }
  return openFlow(OWNER_SIP, 0, remote, remote.transport == TRANSPORT_UDP ? localPort : 0, tlsName);
}

/** One user more. */
export function holdFlow(handle: u32): u32 {
  const flow = flowOf(handle);
  if (flow == null) return NO_HANDLE;
  flow.users++;
  return handle;
}

/** One user less; the flow is closed when the last one leaves. A stale handle is left alone. */
export function releaseFlow(handle: u32): void {
  const flow = flowOf(handle);
  if (flow == null || --flow.users > 0) return;
  flowHasFailed(flow);
  askClose(handle);
}

/** Closes every flow. */
export function closeFlows(): void {
  for (let i = 0; i < flowsUsed(); i++) {
    const flow = flowAt(i);
    if (flow.state == FLOW_CLOSED) continue;
    flow.users = 1;
    releaseFlow(handleOf(i, flow.generation));
  }
}

/** Opens the listening port. */
export function listenFlow(transport: i32, port: i32): u32 {
  const handle = takeFlow(OWNER_LISTENER, port);
  if (handle == NO_HANDLE) return NO_HANDLE;
  flowAt(handleIndex(handle)).remote.transport = transport as u8;
  askListen(handle, transport, port);
  return handle;
}

/** A flow that another end began: open at once, `ownerIndex` is the listener's index. NO_HANDLE where the pool is full. */
export function acceptFlow(listener: u32, transport: i32, family: i32, port: i32, address: usize): u32 {
  const isConnection = transport != TRANSPORT_UDP;
  if (isConnection && connectionsAccepted() >= MAX_INCOMING) return NO_HANDLE;
  const handle = takeFlow(OWNER_INCOMING, handleIndex(listener));
  if (handle == NO_HANDLE) return NO_HANDLE;
  const flow = flowAt(handleIndex(handle));
  flow.remote.set(transport, family, port, address);
  flow.state = FLOW_OPEN;
  // A connection is the other end's to close; a datagram's flow is held while something of it is to be answered.
  flow.users = isConnection ? 1 : 0;
  return handle;
}

/** Connections that others have opened to us. */
function connectionsAccepted(): i32 {
  let count = 0;
  for (let i = 0; i < flowsUsed(); i++) {
    const flow = flowAt(i);
    const isConnection = flow.owner == OWNER_INCOMING && flow.remote.transport != TRANSPORT_UDP;
    if (flow.state != FLOW_CLOSED && isConnection) count++;
  }
  return count;
}

/** The host has opened it: our end is `family`, `port`, `address`. */
export function flowHasOpened(flow: Flow, family: i32, port: i32, address: usize): void {
  flow.state = FLOW_OPEN;
  flow.local.set(flow.remote.transport, family, port, address);
}

/** The host says that it is gone. Handles to it are stale from now on. */
export function flowHasFailed(flow: Flow): void {
  flow.state = FLOW_CLOSED;
  dropStream(flow.stream);
  flow.stream = 0;
}

/** Sends on an open or opening flow; the host keeps what comes before the flow is open. */
export function sendOnFlow(handle: u32, message: usize, length: i32): void {
  if (flowOf(handle) != null) askSend(handle, message, length);
}
