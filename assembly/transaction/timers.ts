/*
 * The timers of RFC 3261 (17.1.1.1, 17.1.2.1): T1 the round trip, T2 the longest wait between two sends of a
 * non-INVITE request, T4 how long a message may linger in the network. Milliseconds.
 */
@unmanaged
class Timers {
  t1: i64;
  t2: i64;
  t4: i64;
}

const timers = changetype<Timers>(memory.data(offsetof<Timers>(), 8));

export function setTimers(t1: i64, t2: i64, t4: i64): void {
  timers.t1 = t1;
  timers.t2 = t2;
  timers.t4 = t4;
}

export function timerT1(): i64 {
  return timers.t1;
}

export function timerT2(): i64 {
  return timers.t2;
}

export function timerT4(): i64 {
  return timers.t4;
}

/** 64·T1: timers B and F, all the patience that the standard has with a silent server. */
export function patience(): i64 {
  return timers.t1 << 6;
}

/** The interval that follows one of `interval` in timer E: doubled, at most T2. */
export function nextInterval(interval: i64): i64 {
  return min(interval << 1, timers.t2);
}

/**
 * F2: how long a target may stay silent after `resends` repetitions of a request, the interval after the last one
 * included; at most 64·T1. `isInvite`: by timer A, which doubles without T2's limit.
 */
export function shortBudget(resends: i32, isInvite: bool = false): i64 {
  let interval = timers.t1;
  let budget = interval;
  const most = patience();
  for (let i = 0; i < resends && budget < most; i++) {
    interval = isInvite ? interval << 1 : nextInterval(interval);
    budget += interval;
  }
  return min(budget, most);
}
