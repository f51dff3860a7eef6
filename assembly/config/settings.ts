import { CellPool } from "../bytes/cells";
import { Span, spanLength } from "../bytes/span";
import { dropText, keepText, textSpan } from "../bytes/texts";
import { CONFIG_TEXT_CELLS, CONFIG_TEXT_CELL_SIZE, MAX_ACCOUNTS, MAX_SLOTS } from "../limits";
import { OF_ACCOUNT, OF_PHONE, OF_PROXY, OF_SERVER, inherits, initialValue, keyOf, readTable } from "./keys";
import {
  ACCOUNT_KEYS,
  FIRST_ACCOUNT_KEY,
  FIRST_GLOBAL_KEY,
  GLOBAL_KEYS,
  KEY_ADDRESS,
  KEY_AUTH_NAME,
  KEY_ENABLE,
  KEY_OUTBOUND_PROXY_ENABLE,
  KEY_USER_NAME,
  PROXY_KEYS,
  SERVER_KEYS,
} from "./table";

/*
 * The settings, each in a cell that remembers where it was assigned. `account` is 1..16, `slot` 1 or 2. The other
 * rooms read them by the functions that have no `Cell` in their signature; keys are those of `table.ts`.
 */

/* What the last assignment of a key was. */
export const CELL_UNTOUCHED = 0;
export const CELL_SET = 1;
/** Blank, %NULL%, or %EMPTY%: the value is the default, or the empty text. */
export const CELL_ERASED = 2;
/** An error: the value is the default. */
export const CELL_INVALID = 3;

@unmanaged
export class Cell {
  /** A number; milliseconds where the key's kind is; the handle of a text. */
  value: i32;
  line: u32;
  column: u16;
  file: u8;
  state: u8;
}

const SLOTS = MAX_ACCOUNTS * MAX_SLOTS;

const phoneCells = memory.data(offsetof<Cell>() * GLOBAL_KEYS);
const accountCells = memory.data(offsetof<Cell>() * MAX_ACCOUNTS * ACCOUNT_KEYS);
const serverCells = memory.data(offsetof<Cell>() * SLOTS * SERVER_KEYS);
const proxyCells = memory.data(offsetof<Cell>() * SLOTS * PROXY_KEYS);

const texts = changetype<CellPool>(memory.data(offsetof<CellPool>(), 8));
const textMarks = memory.data(CONFIG_TEXT_CELLS);
const textCells = memory.data(CONFIG_TEXT_CELLS * CONFIG_TEXT_CELL_SIZE, 8);

/** Every key as if no file had been read. */
export function resetCells(): void {
  readTable();
  texts.reset(textMarks, textCells, CONFIG_TEXT_CELLS, CONFIG_TEXT_CELL_SIZE);
  for (let key = FIRST_GLOBAL_KEY; key < FIRST_GLOBAL_KEY + GLOBAL_KEYS; key++) {
    resetCell(cellOf(OF_PHONE, 0, 0, key), OF_PHONE, key);
  }
  for (let account = 1; account <= MAX_ACCOUNTS; account++) {
    for (let key = FIRST_ACCOUNT_KEY; key < FIRST_GLOBAL_KEY; key++) {
      resetCell(cellOf(OF_ACCOUNT, account, 0, key), OF_ACCOUNT, key);
    }
    for (let slot = 1; slot <= MAX_SLOTS; slot++) {
      for (let key = 0; key < SERVER_KEYS; key++) {
        resetCell(cellOf(OF_SERVER, account, slot, key), OF_SERVER, key);
        if (key < PROXY_KEYS) resetCell(cellOf(OF_PROXY, account, slot, key), OF_PROXY, key);
      }
    }
  }
}

/** A cell that was never assigned, with the key's default. */
export function resetCell(cell: Cell, storage: i32, key: i32): void {
  memory.fill(changetype<usize>(cell), 0, offsetof<Cell>());
  cell.value = initialValue(storage, key);
}

/** The cell of a key that is not of a static record. */
export function cellOf(storage: i32, account: i32, slot: i32, key: i32): Cell {
  const place = (account - 1) * MAX_SLOTS + slot - 1;
  let at: usize;
  if (storage == OF_PROXY) at = proxyCells + (place * PROXY_KEYS + key) * offsetof<Cell>();
  else if (storage == OF_SERVER) at = serverCells + (place * SERVER_KEYS + key) * offsetof<Cell>();
  else if (storage == OF_ACCOUNT) {
    at = accountCells + ((account - 1) * ACCOUNT_KEYS + key - FIRST_ACCOUNT_KEY) * offsetof<Cell>();
  } else at = phoneCells + (key - FIRST_GLOBAL_KEY) * offsetof<Cell>();
  return changetype<Cell>(at);
}

/** Gives a key its default again. */
export function clearCell(cell: Cell, storage: i32, key: i32): void {
  if (keyOf(key).isText) dropText(texts, cell.value);
  cell.value = initialValue(storage, key);
}

/** Puts a text into a cell that has none; false where there is no room. */
export function putCellText(cell: Cell, text: Span): bool {
  const handle = keepText(texts, text);
  cell.value = max(handle, 0);
  return handle >= 0;
}

/** The text in a cell; empty where there is none. */
export function cellText(cell: Cell): Span {
  return textSpan(texts, cell.value);
}

/** A number of the phone; milliseconds for the timers of RFC 3261. */
export function globalSetting(key: i32): i32 {
  return cellOf(OF_PHONE, 0, 0, key).value;
}

export function globalText(key: i32): Span {
  return cellText(cellOf(OF_PHONE, 0, 0, key));
}

export function accountSetting(account: i32, key: i32): i32 {
  return cellOf(OF_ACCOUNT, account, 0, key).value;
}

export function accountText(account: i32, key: i32): Span {
  return cellText(cellOf(OF_ACCOUNT, account, 0, key));
}

export function accountEnabled(account: i32): bool {
  return accountSetting(account, KEY_ENABLE) != 0;
}

/** The name for digest authentication: an empty `auth_name` takes `user_name`. */
export function authName(account: i32): Span {
  const name = accountText(account, KEY_AUTH_NAME);
  return spanLength(name) > 0 ? name : accountText(account, KEY_USER_NAME);
}

/** A number of a server. */
export function serverSetting(account: i32, slot: i32, key: i32): i32 {
  return cellOf(OF_SERVER, account, slot, key).value;
}

export function serverText(account: i32, slot: i32, key: i32): Span {
  return cellText(cellOf(OF_SERVER, account, slot, key));
}

/** A number of an outbound proxy as the file has it: -1 where it takes the server's. */
export function proxySetting(account: i32, slot: i32, key: i32): i32 {
  return cellOf(OF_PROXY, account, slot, key).value;
}

export function proxyText(account: i32, slot: i32, key: i32): Span {
  return cellText(cellOf(OF_PROXY, account, slot, key));
}

/** Whether requests of a slot go through an outbound proxy: proxies are on and this one has an address. */
export function usesProxy(account: i32, slot: i32): bool {
  return (
    accountSetting(account, KEY_OUTBOUND_PROXY_ENABLE) != 0 &&
    spanLength(proxyText(account, slot, KEY_ADDRESS)) > 0
  );
}

/**
 * A number that holds for the way that a slot's requests take: the outbound proxy's where they go through it and it
 * has one of its own, otherwise the server's. Transport and lifetime are always the server's.
 */
export function routeSetting(account: i32, slot: i32, key: i32): i32 {
  if (key < PROXY_KEYS && usesProxy(account, slot)) {
    const value = proxySetting(account, slot, key);
    if (!inherits(OF_PROXY, key) || value != -1) return value;
  }
  return serverSetting(account, slot, key);
}

/** Where a slot's requests go: the proxy's address where they go through it, otherwise the server's; may be empty. */
export function routeAddress(account: i32, slot: i32): Span {
  return usesProxy(account, slot)
    ? proxyText(account, slot, KEY_ADDRESS)
    : serverText(account, slot, KEY_ADDRESS);
}
