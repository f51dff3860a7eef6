/** What may become of a phone's network, and what the phone is to make of it. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Registrar } from "../../../host/simulated/index.js";
import type { Cable } from "./cable.js";
import type { FarPhone } from "../far-phone.js";

export const DOMAIN = "voice.example";

/** The users of the accounts: one by UDP, one by TCP. */
export const users = { udp: "1001", tcp: "1002" } as const;

export type User = keyof typeof users;

/** A phone, its cable, and the server at the other end. */
export interface Scene {
  readonly cable: Cable;
  readonly registrar: Registrar;
  readonly phone: FarPhone;
}

export interface Trouble {
  readonly name: string;
  /** Seconds that the server grants; the phone registers anew after half of them. */
  readonly lifetime: number;
  /** Whether the cable is there before the phone. */
  readonly startsPlugged: boolean;
  /** Seconds between keep-alives. */
  readonly keepAlive?: number;
  readonly play: (scene: Scene) => Promise<void>;
}

/** Short enough to see several lifetimes, in seconds. */
const SHORT = 4;

/** A wait of R5 in milliseconds, as the file has it; and as long as a program may need for something else. */
const RETRY = 1000;
const LATE = 1500;

/** What a host may take to start, all hosts at the same time, before a trouble begins. Milliseconds. */
const START = 10_000;

/** Timer E when a request has gone unanswered for a while: the longest wait between two (T2). Milliseconds. */
const T2 = 4000;

/** Between two keep-alives, the least that there is; and the wait for a pong. Milliseconds. */
const KEEP_ALIVE = 15_000;
const PONG = 10_000;

/** A request to a server that has gone silent is given up after that long (F2). Milliseconds. */
const TIMER_F = 32_000;

const NO_WAY =
  /There is no way to 10\.9\.0\.1: the network is down, there is no route, or this machine's address has changed\.\n/;

const isBound = ({ registrar }: Scene, user: User): boolean =>
  registrar.bound(performance.now(), users[user]).length > 0;

const contactOf = ({ registrar }: Scene, user: User): string =>
  registrar.bound(performance.now(), users[user]).at(-1)?.contact ?? "";

/** Both accounts have a binding, within so many milliseconds. */
const registers = async (scene: Scene, within: number): Promise<void> => {
  const took = await scene.phone.until(
    "it is registered",
    () => isBound(scene, "udp") && isBound(scene, "tcp"),
  );
  assert.ok(
    took < within,
    `it was registered after ${took.toFixed(0)} ms, expected ${String(within)} at most`,
  );
};

/** Neither has. */
const loses = async (scene: Scene): Promise<void> => {
  await scene.phone.until("its bindings are over", () => !isBound(scene, "udp") && !isBound(scene, "tcp"));
};

const says = async ({ phone }: Scene, sentence: RegExp): Promise<void> => {
  await phone.until(`it says ${String(sentence)}`, () => sentence.test(phone.said));
  const again = new RegExp(sentence, "g");
  assert.equal(phone.said.match(again)?.length, 1, `it is said once:\n${phone.said}`);
};

export const troubles: readonly Trouble[] = [
  {
    name: "no network when it starts",
    lifetime: SHORT,
    startsPlugged: false,
    play: async (scene) => {
      await says(scene, /The DNS server 10\.9\.0\.1:\d+ cannot be reached: .* there is no way to it\.\n/);
      await says(scene, NO_WAY);
      await pause(RETRY);
      scene.cable.lay();
      await registers(scene, RETRY + T2 + LATE);
    },
  },
  {
    name: "the interface goes down and up",
    lifetime: SHORT,
    startsPlugged: true,
    play: async (scene) => {
      await registers(scene, START);
      scene.cable.unplug();
      await loses(scene);
      await says(scene, NO_WAY);
      scene.cable.plug();
      await registers(scene, TIMER_F + RETRY + LATE);
      await pause(SHORT * 1000);
      await registers(scene, LATE);
    },
  },
  {
    name: "the cable is out at its other end, and in again",
    lifetime: SHORT,
    startsPlugged: true,
    play: async (scene) => {
      await registers(scene, START);
      scene.cable.unplugFarEnd();
      await loses(scene);
      await pause(2 * RETRY);
      scene.cable.plugFarEnd();
      await registers(scene, TIMER_F + RETRY + LATE);
    },
  },
  {
    name: "its address changes",
    lifetime: 600,
    startsPlugged: true,
    keepAlive: KEEP_ALIVE / 1000,
    play: async (scene) => {
      const { phone, registrar } = scene;
      await registers(scene, START);
      // A connection that has brought no pong so far may be one to a server that knows none (RFC 5626, 4.4.1).
      const isPing = ({ source }: { source: string }): boolean => source.startsWith("tcp:");
      await phone.until("the connection has been tried", () => registrar.keepAlives.some(isPing));
      await pause(LATE);
      scene.cable.address("10.9.0.3");
      const isMoved = (user: User): boolean => contactOf(scene, user).includes("@10.9.0.3:");
      const udp = await phone.until("UDP has the new address", () => isMoved("udp"));
      assert.ok(udp < KEEP_ALIVE + LATE, `UDP had the new address after ${udp.toFixed(0)} ms`);
      await says(scene, NO_WAY);
      const tcp = udp + (await phone.until("TCP has the new address", () => isMoved("tcp")));
      assert.ok(tcp < KEEP_ALIVE + PONG + LATE, `TCP had the new address after ${tcp.toFixed(0)} ms`);
    },
  },
];
