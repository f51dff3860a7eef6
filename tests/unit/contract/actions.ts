import { ACTION_EVENT } from "../../../assembly/contract/constants";
import { takeAction } from "../../../assembly/contract/queue";

/** The kind of the next action, 0 where there is none; its body begins at `body`. */
let action: usize = 0;

export function nextKind(): i32 {
  action = takeAction();
  return action == 0 ? 0 : (load<u16>(action) as i32);
}

/** Octets of the body of the action taken last. */
export function bodyLength(): i32 {
  return (load<u16>(action, 2) as i32) - 4;
}

export function bodyByte(offset: i32): i32 {
  return load<u8>(action + 4 + offset) as i32;
}

export function bodyWord(offset: i32): u32 {
  return load<u32>(action + 4 + offset);
}

/** The event of the action taken last, 0 where it is none. */
export function eventOf(): i32 {
  return load<u16>(action) == (ACTION_EVENT as u16) ? (load<u8>(action, 4) as i32) : 0;
}

/** Takes all actions that wait: how many are of this kind. */
export function countKind(kind: i32): i32 {
  let count = 0;
  for (let next = nextKind(); next != 0; next = nextKind()) {
    if (next == kind) count++;
  }
  return count;
}
