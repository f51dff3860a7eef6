import { Endpoint } from "../bytes/endpoint";
import { MAX_HEALTH } from "../limits";

/*
 * What is known of a target's health, for all accounts that share it. A note has a reason and an end: that a
 * server has asked to be left alone until a time (F12).
 */

@unmanaged
class Note {
  private target0: u32;
  private target1: u32;
  private target2: u32;
  private target3: u32;
  private target4: u32;
  /** Left alone until then; 0 where the note is free. */
  until: i64;

  get target(): Endpoint {
    return changetype<Endpoint>(this);
  }
}

const notes = memory.data(offsetof<Note>() * MAX_HEALTH, 8);

function noteAt(index: i32): Note {
  return changetype<Note>(notes + index * offsetof<Note>());
}

function find(target: Endpoint): i32 {
  for (let i = 0; i < MAX_HEALTH; i++) {
    const note = noteAt(i);
    if (note.until != 0 && note.target.equals(target)) return i;
  }
  return -1;
}

export function resetHealth(): void {
  memory.fill(notes, 0, offsetof<Note>() * MAX_HEALTH);
}

/**
 * F12: the target has asked to be left alone until `until`. A full table gives up the note that ends first:
 * that server is then asked a little early, which it can refuse again.
 */
export function leaveAlone(target: Endpoint, until: i64): void {
  let index = find(target);
  if (index < 0) {
    index = 0;
    for (let i = 1; i < MAX_HEALTH; i++) {
      if (noteAt(i).until < noteAt(index).until) index = i;
    }
  }
  const note = noteAt(index);
  note.target.copyFrom(target);
  note.until = until;
}

/** Until when new searches leave the target out; 0, or a time that has passed, where they need not. */
export function leftAloneUntil(target: Endpoint): i64 {
  const index = find(target);
  return index < 0 ? 0 : noteAt(index).until;
}
