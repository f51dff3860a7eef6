import { Endpoint } from "../bytes/endpoint";
import { MAX_HEALTH } from "../limits";
import { NEVER } from "../time/clock";

/*
 * What is known of a target's health, for all accounts that share it, with a reason and an end: that the server has
 * asked to be left alone until a time (F12), and that it is down, until a probe is answered (K2).
 */

@unmanaged
class Note {
  private target0: u32;
  private target1: u32;
  private target2: u32;
  private target3: u32;
  private target4: u32;
  /** Probes lost in a row. */
  lost: u8;
  down: bool;
  /** Left alone until then; 0: no such wish. */
  until: i64;

  /** None where the note is free. */
  get target(): Endpoint {
    return changetype<Endpoint>(this);
  }

  /** What it is worth when room is needed: how long it holds; nothing where it is free. */
  get worth(): i64 {
    if (!this.target.exists) return -1;
    return this.down ? NEVER : max(this.until, 0);
  }
}

const notes = memory.data(offsetof<Note>() * MAX_HEALTH, 8);

function noteAt(index: i32): Note {
  return changetype<Note>(notes + index * offsetof<Note>());
}

function find(target: Endpoint): Note | null {
  for (let i = 0; i < MAX_HEALTH; i++) {
    const note = noteAt(i);
    if (note.target.equals(target)) return note;
  }
  return null;
}

/** The note of a target. A full table gives up the one that is worth least. */
function noteOf(target: Endpoint): Note {
  const found = find(target);
  if (found != null) return found;
  let note = noteAt(0);
  for (let i = 0; i < MAX_HEALTH; i++) {
    const candidate = noteAt(i);
    if (candidate.worth < note.worth) note = candidate;
  }
  memory.fill(changetype<usize>(note), 0, offsetof<Note>());
  note.target.copyFrom(target);
  return note;
}

export function resetHealth(): void {
  memory.fill(notes, 0, offsetof<Note>() * MAX_HEALTH);
}

/** F12: the target has asked to be left alone until `until`. */
export function leaveAlone(target: Endpoint, until: i64): void {
  noteOf(target).until = until;
}

/** Until when new searches leave the target out; 0, or a time that has passed, where they need not. */
export function leftAloneUntil(target: Endpoint): i64 {
  const note = find(target);
  return note == null ? 0 : note.until;
}

/** K2: a probe of the target was lost; true where that puts it down, with `most` lost in a row. */
export function probeWasLost(target: Endpoint, most: i32): bool {
  const note = noteOf(target);
  if (note.down) return false;
  note.lost++;
  note.down = (note.lost as i32) >= most;
  return note.down;
}

/** K2: a probe of the target was answered; true where that puts it up. */
export function probeWasAnswered(target: Endpoint): bool {
  const note = find(target);
  if (note == null) return false;
  const wasDown = note.down;
  note.lost = 0;
  note.down = false;
  return wasDown;
}

/** K2: searches leave the target out, unless nothing else is left. */
export function isDown(target: Endpoint): bool {
  const note = find(target);
  return note != null && note.down;
}
