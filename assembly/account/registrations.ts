import { Endpoint } from "../bytes/endpoint";
import { POOL_TAIL, usedEntries } from "../bytes/pool";
import { MAX_REGISTRATIONS, MAX_SLOTS } from "../limits";
import { NEVER } from "../time/clock";

/*
 * What is kept of the registration of each slot of each account. Number of a registration:
 * (account - 1) · MAX_SLOTS + slot - 1, with accounts and slots counted from 1.
 */

/** Nothing to do: not configured, or (G2) not this slot's turn. */
export const OFF: u8 = 0;
/** Waits until `wakeAt`, then looks for a target. */
export const WAITING: u8 = 1;
/** The slot's name is being resolved. */
export const LOCATING: u8 = 2;
/** A search is under way. */
export const SEARCHING: u8 = 3;
/** Rests on its binding until the refresh. */
export const REGISTERED: u8 = 4;
/** Slot 1 while slot 2 serves (G2): the trial is at `wakeAt`. */
export const AWAY: u8 = 5;
/** Takes its binding back (R7). */
export const LEAVING: u8 = 6;
/** Does not register, for want of a user name: its requests alone settle on a target, and its trials ask (B3). */
export const UNBOUND: u8 = 7;

@unmanaged
export class Registration {
  state: u8;
  account: u8;
  slot: u8;
  /** Why the next request is sent: REASON_…, for the trace. */
  reason: u8;
  /** R1: older bindings are to be removed first. */
  removeOld: bool;
  /** The search under way is a trial of slot 1 while slot 2 serves (G2). */
  onFallbackTrial: bool;
  /** G2, kept on slot 1: the slots whose searches have failed since the last success, a bit each, 1 and 2. */
  failedSlots: u8;
  /** G2, kept on slot 1: the slot that registered last. */
  workingSlot: u8;
  /** Which searches wait for the target list, a bit each. */
  locatingFor: u8;
  /** Rule of the latest failure of a target in this search. */
  moveRule: u8;
  /** Failures for good in a row (R5). */
  failures: i32;
  cseq: u32;
  callId0: u32;
  callId1: u32;
  callId2: u32;
  callId3: u32;
  fromTag: u32;
  /** Lifetime to ask for, in seconds: the configured one, or a 423's Min-Expires. */
  askedLifetime: u32;
  /** The flow of the binding, NO_HANDLE without one. */
  flow: u32;
  /** R6: texts that the registrar has sent with the binding: routes (RFC 3608), public GRUU (RFC 5627). */
  serviceRoute: i32;
  gruu: i32;
  private bound0: u32;
  private bound1: u32;
  private bound2: u32;
  private bound3: u32;
  private bound4: u32;
  private contact0: u32;
  private contact1: u32;
  private contact2: u32;
  private contact3: u32;
  private contact4: u32;
  private dead0: u32;
  private dead1: u32;
  private dead2: u32;
  private dead3: u32;
  private dead4: u32;
  private home0: u32;
  private home1: u32;
  private home2: u32;
  private home3: u32;
  private home4: u32;
  wakeAt: i64;
  refreshAt: i64;
  expiresAt: i64;
  keepAliveAt: i64;
  /** R5: a Retry-After that a rejection came with; not before. */
  notBefore: i64;

  get index(): i32 {
    return ((changetype<usize>(this) - registrations) / offsetof<Registration>()) as i32;
  }

  /** The target that holds our binding; none without one. */
  get bound(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Registration>("bound0"));
  }

  /** The address that the binding's Contact names. */
  get contact(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Registration>("contact0"));
  }

  /** K3: the target that has just been found dead; the next search leaves it out. */
  get dead(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Registration>("dead0"));
  }

  /** Where the registration was, or was looked for first: what a failover moves away from. */
  get home(): Endpoint {
    return changetype<Endpoint>(changetype<usize>(this) + offsetof<Registration>("home0"));
  }

  get isBound(): bool {
    return this.bound.exists;
  }

  /** Both slots of an account share its fate (G2): the registration of the other one. */
  get other(): Registration {
    return registrationAt(this.index ^ 1);
  }
}

const registrations = memory.data(offsetof<Registration>() * MAX_REGISTRATIONS + POOL_TAIL, 8);

/** Registrations of accounts that are used, and of those before them: the others have nothing to do. */
export function registrationsUsed(): i32 {
  return usedEntries(registrations, offsetof<Registration>(), MAX_REGISTRATIONS);
}

/** Both slots of an account are used from now on. */
export function useRegistrations(account: i32): void {
  store<i32>(registrations + offsetof<Registration>() * MAX_REGISTRATIONS, account * MAX_SLOTS);
}

export function registrationAt(index: i32): Registration {
  return changetype<Registration>(registrations + index * offsetof<Registration>());
}

/** The registration of a slot, 1 or 2, of an account. */
export function registrationOf(account: i32, slot: i32): Registration {
  return registrationAt((account - 1) * MAX_SLOTS + slot - 1);
}

export function resetRegistrations(): void {
  memory.fill(registrations, 0, offsetof<Registration>() * MAX_REGISTRATIONS + POOL_TAIL);
  for (let i = 0; i < MAX_REGISTRATIONS; i++) {
    const registration = registrationAt(i);
    registration.account = (i / MAX_SLOTS + 1) as u8;
    registration.slot = ((i % MAX_SLOTS) + 1) as u8;
    registration.workingSlot = 1;
    registration.wakeAt = NEVER;
    registration.refreshAt = NEVER;
    registration.expiresAt = NEVER;
    registration.keepAliveAt = NEVER;
  }
}
