import { spanLength, spansEqualIgnoreCase } from "../bytes/span";
import {
  DIAGNOSTIC_ACCOUNT_WITHOUT_SERVER,
  DIAGNOSTIC_ACCOUNT_WITHOUT_USER_NAME,
  DIAGNOSTIC_FAILBACK_MODE_WITH_IP_ADDRESS,
  DIAGNOSTIC_FAILBACK_SUBSCRIBE_UNUSED,
  DIAGNOSTIC_FAILBACK_TIMEOUT_UNUSED,
  DIAGNOSTIC_FALLBACK_TIMEOUT_UNUSED,
  DIAGNOSTIC_FALLBACK_WITH_PROXIES,
  DIAGNOSTIC_INCOMPLETE_RECORD,
  DIAGNOSTIC_NAPTR_WITH_IP_ADDRESS,
  DIAGNOSTIC_NAPTR_WITH_PORT,
  DIAGNOSTIC_NO_ACCOUNT_ENABLED,
  DIAGNOSTIC_ONLY_SIGNAL_UNUSED,
  DIAGNOSTIC_OUTBOUND_PROXY_DISABLED,
  DIAGNOSTIC_OUTBOUND_PROXY_WITHOUT_ADDRESS,
  DIAGNOSTIC_SAME_SERVERS,
} from "../contract/constants";
import { MAX_ACCOUNTS, MAX_SLOTS, MAX_STATIC_RECORDS } from "../limits";
import { beginDiagnostic, detailPart, diagnosticsRoom, endDiagnostic, quotePart } from "./diagnostics";
import {
  OF_ACCOUNT,
  OF_ACCOUNT_RECORD,
  OF_PHONE_RECORD,
  OF_PROXY,
  OF_SERVER,
  inherits,
  keyOf,
  scopeWith,
  writeName,
} from "./keys";
import { currentFile } from "./reader";
import { endKeyOf, firstKeyOf, missingKey, recordCell, staticRecord } from "./records";
import {
  CELL_SET,
  CELL_UNTOUCHED,
  Cell,
  accountEnabled,
  accountSetting,
  accountText,
  cellOf,
  proxySetting,
  routeAddress,
  routeSetting,
  usesProxy,
} from "./settings";
import {
  ACCOUNT_KEYS,
  FIRST_ACCOUNT_KEY,
  KEY_ADDRESS,
  KEY_ENABLE,
  KEY_FAILBACK_MODE,
  KEY_FAILBACK_SUBSCRIBE,
  KEY_FAILBACK_TIMEOUT,
  KEY_FALLBACK_REDUNDANCY_TYPE,
  KEY_FALLBACK_TIMEOUT,
  KEY_ONLY_SIGNAL_WITH_REGISTERED,
  KEY_OUTBOUND_PROXY_ENABLE,
  KEY_OUTBOUND_PROXY_FALLBACK_INTERVAL,
  KEY_PORT,
  KEY_REGISTER_ON,
  KEY_TRANSPORT_TYPE,
  KEY_USER_NAME,
  PROXY_KEYS,
  SERVER_KEYS,
} from "./table";
import { isIpAddress } from "./values";

/*
 * What keys say together, once all files are read (parameters.md, section 6). Only keys that a file has set are
 * spoken of, where it set them: one step a key, each of few diagnostics, so that the work can be interrupted.
 */

const MODE_DURATION = 3;
const TRANSPORT_NAPTR = 3;
const SUCCESSIVE = 1;

/** Diagnostics of one step. */
const MAX_STEP_DIAGNOSTICS = 2;

const SLOT_STEPS = SERVER_KEYS + PROXY_KEYS;
const ACCOUNT_STEPS = ACCOUNT_KEYS + MAX_SLOTS * SLOT_STEPS;
const RECORDS_STEP = MAX_ACCOUNTS * ACCOUNT_STEPS;
const LAST_STEP = RECORDS_STEP + MAX_STATIC_RECORDS;
const STEPS = LAST_STEP + 1;

@unmanaged
class Progress {
  step: i32;
}

const progress = changetype<Progress>(memory.data(offsetof<Progress>()));

export function resetLint(): void {
  progress.step = 0;
}

/** Goes on as far as diagnostics find room: the steps that are left, 0 when all is said. */
export function lint(): i32 {
  while (progress.step < STEPS && diagnosticsRoom() >= MAX_STEP_DIAGNOSTICS) takeStep(progress.step++);
  return STEPS - progress.step;
}

function takeStep(step: i32): void {
  if (step == LAST_STEP) {
    lintPhone();
    return;
  }
  if (step >= RECORDS_STEP) {
    lintRecord(step - RECORDS_STEP);
    return;
  }
  const account = step / ACCOUNT_STEPS + 1;
  const place = step % ACCOUNT_STEPS;
  if (place < ACCOUNT_KEYS) {
    const key = FIRST_ACCOUNT_KEY + place;
    const cell = cellOf(OF_ACCOUNT, account, 0, key);
    if (cell.state == CELL_SET) lintAccount(account, key, cell);
    return;
  }
  const slot = (place - ACCOUNT_KEYS) / SLOT_STEPS + 1;
  const key = (place - ACCOUNT_KEYS) % SLOT_STEPS;
  const isProxy = key >= SERVER_KEYS;
  lintTarget(isProxy ? OF_PROXY : OF_SERVER, account, slot, isProxy ? key - SERVER_KEYS : key);
}

function lintAccount(account: i32, key: i32, cell: Cell): void {
  const value = cell.value;
  const proxies = accountSetting(account, KEY_OUTBOUND_PROXY_ENABLE) != 0;
  switch (key) {
    case KEY_ENABLE:
      if (value == 0) break;
      if (!hasAddress(OF_SERVER, account)) tellAccount(DIAGNOSTIC_ACCOUNT_WITHOUT_SERVER, account, key, cell);
      if (spanLength(accountText(account, KEY_USER_NAME)) == 0) {
        tellAccount(DIAGNOSTIC_ACCOUNT_WITHOUT_USER_NAME, account, key, cell);
      }
      break;
    case KEY_FALLBACK_REDUNDANCY_TYPE:
      if (proxies) tellAccount(DIAGNOSTIC_FALLBACK_WITH_PROXIES, account, key, cell);
      break;
    case KEY_FALLBACK_TIMEOUT:
      if (proxies) tellAccount(DIAGNOSTIC_FALLBACK_WITH_PROXIES, account, key, cell);
      else if (accountSetting(account, KEY_FALLBACK_REDUNDANCY_TYPE) != SUCCESSIVE) {
        tellAccount(DIAGNOSTIC_FALLBACK_TIMEOUT_UNUSED, account, key, cell);
      }
      break;
    case KEY_OUTBOUND_PROXY_FALLBACK_INTERVAL:
      if (!proxies) tellAccount(DIAGNOSTIC_OUTBOUND_PROXY_DISABLED, account, key, cell);
      break;
    case KEY_OUTBOUND_PROXY_ENABLE:
      if (proxies && !hasAddress(OF_PROXY, account)) {
        tellAccount(DIAGNOSTIC_OUTBOUND_PROXY_WITHOUT_ADDRESS, account, key, cell);
      }
  }
}

/** A server or a proxy of the account has an address. */
function hasAddress(storage: i32, account: i32): bool {
  for (let slot = 1; slot <= MAX_SLOTS; slot++) {
    if (cellOf(storage, account, slot, KEY_ADDRESS).value != 0) return true;
  }
  return false;
}

function lintTarget(storage: i32, account: i32, slot: i32, key: i32): void {
  const cell = cellOf(storage, account, slot, key);
  if (cell.state != CELL_SET || (inherits(storage, key) && cell.value == -1)) return;
  if (storage == OF_PROXY && accountSetting(account, KEY_OUTBOUND_PROXY_ENABLE) == 0) {
    begin(DIAGNOSTIC_OUTBOUND_PROXY_DISABLED, storage, account, slot, key);
    end(cell);
    return;
  }
  if (!reachesRoute(storage, account, slot, key)) return;
  const diagnostic = targetDiagnostic(account, slot, key, cell.value);
  if (diagnostic == 0) return;
  begin(diagnostic, storage, account, slot, key);
  switch (diagnostic) {
    case DIAGNOSTIC_FAILBACK_TIMEOUT_UNUSED:
      detailPart().decimal(routeSetting(account, slot, KEY_FAILBACK_MODE));
      break;
    case DIAGNOSTIC_FAILBACK_MODE_WITH_IP_ADDRESS:
      detailPart().decimal(cell.value);
      quotePart(routeAddress(account, slot));
      break;
    case DIAGNOSTIC_NAPTR_WITH_PORT:
      detailPart().decimal(routeSetting(account, slot, KEY_PORT));
      break;
    case DIAGNOSTIC_NAPTR_WITH_IP_ADDRESS:
      quotePart(routeAddress(account, slot));
  }
  end(cell);
}

/** The key has a say in how the slot's requests go: a proxy that takes the server's place may inherit it, or not. */
function reachesRoute(storage: i32, account: i32, slot: i32, key: i32): bool {
  if (usesProxy(account, slot) == (storage == OF_PROXY)) return true;
  return key == KEY_TRANSPORT_TYPE || (inherits(OF_PROXY, key) && proxySetting(account, slot, key) == -1);
}

/** What is to be said of a key of a server or proxy that is on the slot's way; 0 for nothing. */
function targetDiagnostic(account: i32, slot: i32, key: i32, value: i32): i32 {
  const mode = routeSetting(account, slot, KEY_FAILBACK_MODE);
  const literal = isIpAddress(routeAddress(account, slot));
  switch (key) {
    case KEY_FAILBACK_TIMEOUT:
      return mode != MODE_DURATION ? DIAGNOSTIC_FAILBACK_TIMEOUT_UNUSED : 0;
    case KEY_ONLY_SIGNAL_WITH_REGISTERED:
      return value != 0 && (mode == 0 || routeSetting(account, slot, KEY_REGISTER_ON) == 0)
        ? DIAGNOSTIC_ONLY_SIGNAL_UNUSED
        : 0;
    case KEY_FAILBACK_SUBSCRIBE:
      return value != 0 && mode == 0 ? DIAGNOSTIC_FAILBACK_SUBSCRIBE_UNUSED : 0;
    case KEY_FAILBACK_MODE:
      return mode != 0 && literal ? DIAGNOSTIC_FAILBACK_MODE_WITH_IP_ADDRESS : 0;
    case KEY_TRANSPORT_TYPE:
      if (value != TRANSPORT_NAPTR) return 0;
      if (routeSetting(account, slot, KEY_PORT) != 0) return DIAGNOSTIC_NAPTR_WITH_PORT;
      return literal ? DIAGNOSTIC_NAPTR_WITH_IP_ADDRESS : 0;
    case KEY_ADDRESS:
      return slot == MAX_SLOTS && leadToTheSame(account) ? DIAGNOSTIC_SAME_SERVERS : 0;
    default:
      return 0;
  }
}

/** Slot 2's way is that of slot 1: address, port and transport. */
function leadToTheSame(account: i32): bool {
  return (
    spansEqualIgnoreCase(routeAddress(account, 1), routeAddress(account, 2)) &&
    routeSetting(account, 1, KEY_PORT) == routeSetting(account, 2, KEY_PORT) &&
    routeSetting(account, 1, KEY_TRANSPORT_TYPE) == routeSetting(account, 2, KEY_TRANSPORT_TYPE)
  );
}

function lintRecord(place: i32): void {
  const record = staticRecord(place);
  if (record.kind == 0) return;
  const missing = missingKey(record);
  if (missing < 0) return;
  for (let key = firstKeyOf(record.kind); key < endKeyOf(record.kind); key++) {
    const cell = recordCell(record, key);
    if (cell.state != CELL_SET) continue;
    begin(
      DIAGNOSTIC_INCOMPLETE_RECORD,
      record.account == 0 ? OF_PHONE_RECORD : OF_ACCOUNT_RECORD,
      record.account,
      record.index,
      key,
    );
    detailPart().span(keyOf(missing).tail);
    end(cell);
    return;
  }
}

/** No account enabled: told where a file disables one, or where the last file begins. */
function lintPhone(): void {
  let disabled: Cell | null = null;
  for (let account = MAX_ACCOUNTS; account > 0; account--) {
    if (accountEnabled(account)) return;
    const cell = cellOf(OF_ACCOUNT, account, 0, KEY_ENABLE);
    if (cell.state != CELL_UNTOUCHED) disabled = cell;
  }
  beginDiagnostic(DIAGNOSTIC_NO_ACCOUNT_ENABLED, 0);
  if (disabled != null) end(disabled);
  else endDiagnostic(currentFile(), 1, 1);
}

/** Begins a diagnostic of a key. */
function begin(diagnostic: i32, storage: i32, account: i32, index: i32, key: i32): void {
  writeName(beginDiagnostic(diagnostic, account), scopeWith(storage, key), key, account, index);
}

function end(cell: Cell): void {
  endDiagnostic(cell.file, cell.line, cell.column);
}

function tellAccount(diagnostic: i32, account: i32, key: i32, cell: Cell): void {
  begin(diagnostic, OF_ACCOUNT, account, 0, key);
  end(cell);
}
