import { POOL_TAIL, entryOf, handleOfEntry, takeEntry } from "../../bytes/pool";
import { Endpoint } from "../../bytes/endpoint";
import { NO_SPAN } from "../../bytes/span";
import { POOL_REQUESTS } from "../../contract/constants";
import { poolFull } from "../../contract/queue";
import { MAX_REGISTRATIONS, MAX_REQUESTS } from "../../limits";
import { Search, searchAt } from "../../redundancy/search";
import { random32 } from "../../time/random";
import { Attempt, attemptAt } from "../attempt";
import { NO_RULE } from "../binding";
import { forgetChallenges } from "../challenges";
import { Dialog, dialogAt } from "../call/dialog";
import { Registration, registrationOf } from "../registrations";
import { content } from "../content";
import { drop, keep } from "../texts";

/*
 * A request other than REGISTER that looks for a target that answers it: a call's, a subscription's, or the
 * application's own. Its number is also that of its search and its attempt, behind those of the registrations.
 */

const FREE: u8 = 0;
/** Its slot's name is being resolved. */
export const LOCATING: u8 = 1;
/** A search is under way. */
export const SEARCHING: u8 = 2;
/** F7: the registration is looking for a target just now, and the request goes where it will be. */
export const HELD: u8 = 3;
/** Its owner hears just now how it has ended. */
export const ENDED: u8 = 4;

/** Who is told how it ends. */
export const OF_NOBODY: u8 = 0;
export const OF_CALL: u8 = 1;
export const OF_SUBSCRIPTION: u8 = 2;
export const OF_APPLICATION: u8 = 3;
/** The end of a subscription that has moved on. */
export const OF_PARTING: u8 = 4;

/** No dialog: the request stands alone. */
export const NO_DIALOG: i32 = -1;

@unmanaged
export class Request {
  generation: u32;
  state: u8;
  owner: u8;
  method: u8;
  account: u8;
  /** The slot whose targets it tries, and those that it has tried, a bit each, 1 and 2. */
  slot: u8;
  slots: u8;
  reason: u8;
  /** Of a BYE: the reason that its call ends for. */
  endsAs: u8;
  /** F11: it never moves to another target. */
  cancelled: bool;
  /** Its dialog is there, so that the route says where it goes. */
  isInDialog: bool;
  /** F13: it has one target, which the route names. */
  direct: bool;
  /** The rule by which the latest target was left. */
  moveRule: u8;
  ownerIndex: i32;
  /** The dialog it belongs to, or begins. */
  dialog: i32;
  cseq: u32;
  /** Outside of a dialog: From tag and Call-ID, the same for every try (F5). */
  tag: u32;
  callIdHigh: u32;
  callIdLow: u32;
  /** What a PRACK acknowledges: RSeq and CSeq. */
  rseq: u32;
  rackCseq: u32;
  /** Texts: Request-URI outside of a dialog, header lines, type and body. */
  uri: i32;
  headers: i32;
  type: i32;
  body: i32;
  private hop0: u32;
  private hop1: u32;
  private hop2: u32;
  private hop3: u32;
  private hop4: u32;

  get index(): i32 {
    return ((changetype<usize>(this) - requests) / offsetof<Request>()) as i32;
  }

  /** Above 0. */
  get number(): i32 {
    return handleOfEntry(requests, offsetof<Request>(), changetype<usize>(this)) as i32;
  }

  get isFree(): bool {
    return this.state == FREE;
  }

  /** The registration of its slot. */
  get registration(): Registration {
    return registrationOf(this.account, this.slot);
  }

  get search(): Search {
    return searchAt(2 * MAX_REGISTRATIONS + this.index);
  }

  get attempt(): Attempt {
    return attemptAt(2 * MAX_REGISTRATIONS + this.index);
  }

  /** F13: the literal address that the route names. */
  get hop(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Request>("hop0"));
  }

  get hasDialog(): bool {
    return this.dialog >= 0;
  }

  get itsDialog(): Dialog {
    return dialogAt(this.dialog);
  }

  /** Keeps what goes with it; false where there is no room. */
  keepContent(): bool {
    this.headers = keep(content.headers);
    this.type = keep(content.type);
    this.body = keep(content.body);
    return this.headers >= 0 && this.type >= 0 && this.body >= 0;
  }

  free(): void {
    drop(this.uri);
    drop(this.headers);
    drop(this.type);
    drop(this.body);
    this.state = FREE;
  }
}

const requests = memory.data(offsetof<Request>() * MAX_REQUESTS + POOL_TAIL, 8);

export function requestAt(index: i32): Request {
  return changetype<Request>(requests + index * offsetof<Request>());
}

export function resetRequests(): void {
  memory.fill(requests, 0, offsetof<Request>() * MAX_REQUESTS + POOL_TAIL);
}

/** Takes a request, to be filled and started within the same input; `null`, and an event, where all are in use. */
export function takeRequest(
  owner: u8,
  ownerIndex: i32,
  account: i32,
  method: i32,
  dialog: i32,
): Request | null {
  const request = changetype<Request | null>(takeEntry(requests, offsetof<Request>(), MAX_REQUESTS));
  if (request == null) {
    poolFull(POOL_REQUESTS, account);
    return null;
  }
  request.state = LOCATING;
  request.owner = owner;
  request.ownerIndex = ownerIndex;
  request.account = account as u8;
  request.slot = 1;
  request.method = method as u8;
  request.dialog = dialog;
  request.isInDialog = request.hasDialog && request.itsDialog.remoteTag != NO_SPAN;
  request.moveRule = NO_RULE;
  request.tag = random32();
  request.callIdHigh = random32();
  request.callIdLow = random32();
  forgetChallenges(request.attempt.index);
  return request;
}

/** The request of a number, `null` where that is stale. */
export function requestOf(number: i32): Request | null {
  return changetype<Request | null>(entryOf(requests, offsetof<Request>(), MAX_REQUESTS, number));
}
