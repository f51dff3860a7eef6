/** An installation whose 16 accounts call, are called, and watch: the same for each seed. */
import { Random, answering } from "../../host/simulated/index.js";
import type {
  CalleeScript,
  RecordOf,
  SimulatedPhone,
  SimulatedPhoneOptions,
} from "../../host/simulated/index.js";
import { SDP } from "./call-helpers.js";
import { ACCOUNTS, Installation, file } from "./endurance.js";
import type { Settings } from "./helpers.js";

const SECOND = 1000;
const OFFER = { type: "application/sdp", body: SDP } as const;

/** Longest time that a call is kept. */
const LONGEST = 180 * SECOND;

const callees: readonly CalleeScript[] = [
  answering({ ring: 100, answer: 3000 }),
  answering({ ring: 100, answer: 3000 }),
  answering(),
  answering({ status: 486 }),
  answering({ status: 503 }),
  [{ status: 100 }],
  [{ status: 180 }],
  [{ status: 183, reliable: true, body: SDP }, { status: 180 }, { status: 200, delay: 2000 }],
  [{ status: 100 }, { status: 200 }, { status: 200, fork: 1 }],
];

/** What accounts watch, and whose sessions have timers. */
const watching = (account: number): Settings => ({
  subscribe_mwi: account <= 8 ? 1 : 0,
  subscribe_mwi_expires: 600,
  ...(account > 8 && account <= 12
    ? { "blf.blf_list_uri": `sip:lamps${String(account)}@sip.example.com` }
    : {}),
  "blf.subscribe_period": 300,
  "failback_subscribe.enable": account % 2,
  "session_timer.enable": account % 2,
  "session_timer.expires": 120,
  // Few keep-alives: a day is long.
  "nat.udp_update_time": account <= 4 ? 30 : 600,
});

/** The configuration of all accounts. */
export const busyFile = (): string => file(watching);

export class Traffic {
  readonly installation: Installation;
  readonly phone: SimulatedPhone;
  /** The calls that have not ended, by their numbers. */
  readonly open = new Set<number>();
  /** How calls have ended, and how often. */
  readonly ends = new Map<string, number>();
  /** How often calls came to which state. */
  readonly states = new Map<string, number>();
  placed = 0;
  offered = 0;
  readonly #random: Random;

  constructor(seed = 1, options: SimulatedPhoneOptions = {}) {
    this.installation = new Installation({ seed, keepWire: false, ...options }, false, busyFile());
    this.phone = this.installation.phone;
    this.#random = new Random(seed);
    const { exchange } = this.installation.s;
    exchange.notifier.maxExpires = 600;
    exchange.sessionTimer = undefined;
    this.phone.on((record) => {
      if (record.event === "call") this.#heard(record);
    });
  }

  /** Has something begin every `pause` milliseconds or so, from one instant to another. */
  plan(from: number, to: number, pause: number): void {
    const { s } = this.installation;
    for (let at = from; at < to; at += 1 + this.#below(2 * pause)) {
      s.at(at, () => {
        this.#begin();
      });
    }
  }

  #below(bound: number): number {
    return Math.floor(this.#random.next() * bound);
  }

  #begin(): void {
    const { s } = this.installation;
    const account = 1 + this.#below(ACCOUNTS);
    s.exchange.callee = callees[this.#below(callees.length)] ?? [];
    if (this.#below(3) === 0) this.#callAccount(account);
    else this.#place(account);
  }

  #place(account: number): void {
    const { s } = this.installation;
    const call = this.phone.call(`sip:${String(7000 + account)}@sip.example.com`, { account, ...OFFER });
    if (call < 0) return;
    this.placed++;
    const lasts = 1000 + this.#below(LONGEST);
    s.scheduler.after(lasts >> 1, () => {
      const method = (["INFO", "INVITE", "REFER", "UPDATE"] as const)[this.#below(4)] ?? "INFO";
      const headers = method === "REFER" ? "Refer-To: <sip:8000@example.com>\r\n" : "";
      this.phone.requestInCall(call, method, { ...OFFER, headers });
    });
    s.scheduler.after(lasts, () => {
      this.phone.hangUp(call);
    });
  }

  #callAccount(account: number): void {
    const { s, servers } = this.installation;
    const user = String(1000 + account);
    const server = servers.find((each) => each.bound(s.now, user).length > 0);
    if (server === undefined) return;
    this.offered++;
    const call = s.exchange.invite(server, { to: user });
    const lasts = 5000 + this.#below(LONGEST);
    const kind = this.#below(4);
    s.scheduler.after(lasts, () => {
      if (kind === 0) call.cancel();
      else if (kind === 1 && call.dialogs.length > 0) call.bye();
    });
    if (kind === 2) {
      s.scheduler.after(lasts >> 1, () => {
        if (call.dialogs.length > 0) call.reinvite(SDP);
      });
    }
  }

  #heard({ call, state, reason }: RecordOf<"call">): void {
    const { s } = this.installation;
    this.states.set(state, (this.states.get(state) ?? 0) + 1);
    if (state === "ended") {
      this.open.delete(call);
      this.ends.set(reason, (this.ends.get(reason) ?? 0) + 1);
      return;
    }
    this.open.add(call);
    if (state !== "incoming") return;
    const answer = [180, 200, 200, 486][this.#below(4)] ?? 200;
    s.scheduler.after(500, () => {
      this.phone.respond(call, answer, answer === 200 ? OFFER : {});
    });
    s.scheduler.after(LONGEST + this.#below(LONGEST), () => {
      this.phone.respond(call, 488);
      this.phone.hangUp(call);
    });
  }
}
