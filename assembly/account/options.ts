import {
  accountEnabled,
  accountSetting,
  accountText,
  globalSetting,
  routeAddress,
  routeSetting,
  serverSetting,
  serverText,
  usesProxy,
} from "../config/settings";
import {
  KEY_ADDRESS,
  KEY_EXPIRES,
  KEY_FAILBACK_MODE,
  KEY_FAILBACK_SUBSCRIBE,
  KEY_FAILBACK_SURGE_PREVENTION,
  KEY_FALLBACK_REDUNDANCY_TYPE,
  KEY_FALLBACK_TIMEOUT,
  KEY_INVITE_RETRY_COUNTS,
  KEY_ONLY_SIGNAL_WITH_REGISTERED,
  KEY_OUTBOUND_PROXY_FALLBACK_INTERVAL,
  KEY_PASSWORD,
  KEY_PROBE_INTERVAL,
  KEY_PROBE_MAX_LOST,
  KEY_REDUNDANCY_WITH_REG_FAIL,
  KEY_REGISTER_EXPIRES_OVERLAP,
  KEY_REGISTER_ON,
  KEY_REG_FAILED_RETRY_MAX_TIME,
  KEY_REG_FAILED_RETRY_MIN_TIME,
  KEY_REG_FAIL_RETRY_INTERVAL,
  KEY_REG_SURGE_PREVENTION,
  KEY_RETRY_COUNTS,
  KEY_SIP_TRUST_CTRL,
  KEY_SKIP_REDUNDANT_FAILOVER_ADDR,
  KEY_UDP_UPDATE_ENABLE,
  KEY_UDP_UPDATE_TIME,
  KEY_UNREGISTER_ON_REBOOT,
  KEY_USER_NAME,
  KEY_USE_OUT_BOUND_IN_DIALOG,
} from "../config/table";
import { Span, spanLength } from "../bytes/span";
import { NEVER, SECOND } from "../time/clock";

/* The settings that registrations act on, in the units they act in: times in milliseconds. */

function seconds(value: i32): i64 {
  return (value as i64) * SECOND;
}

/** The account is on and has a name to register, and the slot has somewhere to go. */
export function slotRegisters(account: i32, slot: i32): bool {
  return (
    accountEnabled(account) &&
    spanLength(accountText(account, KEY_USER_NAME)) > 0 &&
    spanLength(routeAddress(account, slot)) > 0
  );
}

/** The slot has somewhere to go, registered or not. */
export function slotServes(account: i32, slot: i32): bool {
  return accountEnabled(account) && spanLength(routeAddress(account, slot)) > 0;
}

/** F7: before a request goes to a target without our registration, it gets a REGISTER. */
export function registersFirst(account: i32, slot: i32): bool {
  return slotRegisters(account, slot) && routeSetting(account, slot, KEY_REGISTER_ON) != 0;
}

/** F9: requests go to the target that holds the registration, and to no other. */
export function signalsRegisteredOnly(account: i32, slot: i32): bool {
  return (
    registersFirst(account, slot) &&
    routeSetting(account, slot, KEY_FAILBACK_MODE) != 0 &&
    routeSetting(account, slot, KEY_ONLY_SIGNAL_WITH_REGISTERED) != 0
  );
}

/** `sip_trust_ctrl`: requests are taken from the account's current targets only. */
export function trustsTargetsOnly(account: i32): bool {
  return accountSetting(account, KEY_SIP_TRUST_CTRL) != 0;
}

/** F13: requests inside a dialog keep the outbound proxy. */
export function keepsProxyInDialog(): bool {
  return globalSetting(KEY_USE_OUT_BOUND_IN_DIALOG) != 0;
}

/** F2: how often a silent target gets an INVITE again. */
export function inviteRetries(account: i32, slot: i32): i32 {
  return routeSetting(account, slot, KEY_INVITE_RETRY_COUNTS);
}

/** The secret of digest authentication; never to be shown. */
export function passwordOf(account: i32): Span {
  return accountText(account, KEY_PASSWORD);
}

/** The name that the account has at its registrar: that of the slot's server, or of slot 1's where it has none. */
export function domainOf(account: i32, slot: i32): Span {
  const own = serverText(account, slot, KEY_ADDRESS);
  return spanLength(own) > 0 ? own : serverText(account, 1, KEY_ADDRESS);
}

/** F2: how often a silent target gets a request other than INVITE again. */
export function retries(account: i32, slot: i32): i32 {
  return routeSetting(account, slot, KEY_RETRY_COUNTS);
}

/** The lifetime to ask for, in seconds. */
export function askedLifetime(account: i32, slot: i32): u32 {
  return serverSetting(account, slot, KEY_EXPIRES);
}

/** `register_expires_overlap`, in seconds; -1: by the lifetime. */
export function refreshOverlap(account: i32): i64 {
  return accountSetting(account, KEY_REGISTER_EXPIRES_OVERLAP) as i64;
}

/** L6. */
export function skipsDuplicates(): bool {
  return globalSetting(KEY_SKIP_REDUNDANT_FAILOVER_ADDR) != 0;
}

/** F1: rejected REGISTERs move on as well. */
export function movesOnRejection(account: i32): bool {
  return accountSetting(account, KEY_REDUNDANCY_WITH_REG_FAIL) != 0;
}

/** G2, G3: slot 2 serves only while slot 1 cannot; outbound proxies are always so. */
export function isSuccessive(account: i32): bool {
  if (!slotRegisters(account, 2)) return false;
  return usesProxy(account, 2) || accountSetting(account, KEY_FALLBACK_REDUNDANCY_TYPE) != 0;
}

/** G2, G3: the period of the trials of slot 1 while slot 2 serves; NEVER where there are none. */
export function fallbackTimeout(account: i32): i64 {
  if (!usesProxy(account, 2)) return seconds(accountSetting(account, KEY_FALLBACK_TIMEOUT));
  const interval = accountSetting(account, KEY_OUTBOUND_PROXY_FALLBACK_INTERVAL);
  return interval == 0 ? NEVER : seconds(interval);
}

/** R1. */
export function startSurge(): i64 {
  return seconds(globalSetting(KEY_REG_SURGE_PREVENTION));
}

/** S2: subscriptions follow the registration at once. */
export function subscriptionsFollow(account: i32, slot: i32): bool {
  return (
    routeSetting(account, slot, KEY_FAILBACK_MODE) != 0 &&
    routeSetting(account, slot, KEY_FAILBACK_SUBSCRIBE) != 0
  );
}

/** B8. */
export function failbackSurge(): i64 {
  return seconds(globalSetting(KEY_FAILBACK_SURGE_PREVENTION));
}

/** R1. */
export function removesOldBindings(account: i32): bool {
  return accountSetting(account, KEY_UNREGISTER_ON_REBOOT) != 0;
}

/** R5: the fixed wait. */
export function retryFixed(account: i32): i64 {
  return seconds(accountSetting(account, KEY_REG_FAIL_RETRY_INTERVAL));
}

/** R5: the base of the back-off. */
export function retryBase(account: i32): i64 {
  return seconds(accountSetting(account, KEY_REG_FAILED_RETRY_MIN_TIME));
}

/** R5: the ceiling of the back-off. */
export function retryCeiling(account: i32): i64 {
  return seconds(accountSetting(account, KEY_REG_FAILED_RETRY_MAX_TIME));
}

export const KEEP_ALIVE_OFF: i32 = 0;
export const KEEP_ALIVE_CRLF: i32 = 1;
export const KEEP_ALIVE_OPTIONS: i32 = 2;
export const KEEP_ALIVE_NOTIFY: i32 = 3;

/** K1: what is sent to keep a binding's flow alive. */
export function keepAliveKind(account: i32): i32 {
  return accountSetting(account, KEY_UDP_UPDATE_ENABLE);
}

/** K1: its period; 0 where it is off. */
export function keepAlivePeriod(account: i32): i64 {
  return keepAliveKind(account) == KEEP_ALIVE_OFF ? 0 : seconds(accountSetting(account, KEY_UDP_UPDATE_TIME));
}

/** K2: lost probes in a row that put a target down; 0: no probing. */
export function mostLostProbes(): i32 {
  return globalSetting(KEY_PROBE_MAX_LOST);
}

/** K2: the period of the probes; that of the account's keep-alive where it has none of its own. */
export function probeInterval(account: i32): i64 {
  const interval = globalSetting(KEY_PROBE_INTERVAL);
  return seconds(interval > 0 ? interval : accountSetting(account, KEY_UDP_UPDATE_TIME));
}
