/** A phone with calls and subscriptions whose messages are damaged on their way, both ways: the same for each seed. */
import { answering } from "../../host/simulated/index.js";
import type {
  CalleeScript,
  Endpoint,
  NameOf,
  OutgoingCall,
  Registrar,
  SimulatedPhone,
} from "../../host/simulated/index.js";
import { FAR, SDP } from "./call-helpers.js";
import { Watch } from "./endurance.js";
import { Site } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";
import { Mutator } from "./mutator.js";

const PHONE = "198.51.100.1";
const OFFER = { type: "application/sdp", body: SDP } as const;

/** Messages kept to be thrown in again, damaged. */
const KEPT = 64;

const callees: readonly CalleeScript[] = [
  answering(),
  answering({ ring: 200, answer: 2000 }),
  answering({ status: 486 }),
  answering({ status: 503, headers: [["Retry-After", "2"]] }),
  [{ status: 100 }],
  [],
  [{ status: 180 }, { status: 200 }, { status: 200, fork: 1 }],
  [{ status: 183, reliable: true, body: SDP }, { status: 200 }],
  [{ status: 302, headers: [["Contact", "<sip:other@192.0.2.2>"]] }],
];

const inCall = ["INVITE", "UPDATE", "INFO", "REFER", "NOTIFY", "MESSAGE", "OPTIONS"] as const;
const alone = ["MESSAGE", "OPTIONS", "PUBLISH", "INFO", "REFER"] as const;
const packages = ["message-summary", "dialog", "presence"] as const;
const statuses = [100, 180, 183, 200, 202, 302, 404, 486, 488, 603, 699] as const;

export interface StormSetting {
  readonly name: string;
  readonly site: SiteOptions;
  readonly settings: Settings;
}

export class Storm {
  readonly site: Site;
  readonly phone: SimulatedPhone;
  readonly watch: Watch;
  /** The calls that have not ended, by their numbers. */
  readonly open = new Set<number>();
  /** Errors that the phone has answered the application, and how often; `0`: none. */
  readonly answers = new Map<number, number>();
  readonly #mutator: Mutator;
  readonly #kept: { from: Endpoint; to: Endpoint; octets: Uint8Array }[] = [];
  #far: OutgoingCall[] = [];
  #lasts = true;

  constructor({ site, settings }: StormSetting, seed: number) {
    this.#mutator = new Mutator(seed);
    this.site = new Site({ maxExpires: 60, ...site });
    const { exchange } = this.site;
    exchange.notifier.maxExpires = 60;
    exchange.referProgress = ["SIP/2.0 100 Trying", "SIP/2.0 200 OK"];
    this.phone = this.site.phone(
      { "nat.udp_update_time": 15, subscribe_mwi: 1, ...settings },
      { seed, keepWire: false },
    );
    this.watch = new Watch(this.phone);
    this.phone.on((record) => {
      if (record.event !== "call") return;
      if (record.state === "ended") this.open.delete(record.call);
      else this.open.add(record.call);
    });
    this.#damageDatagrams();
    this.#damageStreams();
    this.#leaveOutNonsense();
  }

  /** Messages damaged so far. */
  get made(): number {
    return this.#mutator.made;
  }

  /** Lets the storm last so many milliseconds, and then end: everybody hangs up. */
  rage(milliseconds: number): void {
    const { s } = this.site;
    const until = s.now + milliseconds;
    while (s.now < until) {
      s.run(1 + this.#mutator.below(700));
      this.#act();
      if (this.#mutator.below(4) === 0) this.#throwIn();
    }
    this.#lasts = false;
    this.site.exchange.callee = answering();
    for (const call of this.#far) this.#quietly(() => (call.dialogs.length > 0 ? call.bye() : call.cancel()));
    for (const call of this.open) this.phone.hangUp(call);
    for (const name of packages) for (const uri of ["", FAR]) this.phone.subscribe(name, { uri, expires: 0 });
  }

  /** Every second or so, either side does something. */
  #act(): void {
    const { site, phone } = this;
    const below = (bound: number): number => this.#mutator.below(bound);
    const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
    const content = pick([
      {},
      OFFER,
      { type: "text/plain", body: "x".repeat(below(1500)) },
      { headers: "Subject: x\r\n" },
    ]);
    const call = this.open.size === 0 ? below(1000) : pick([...this.open]);
    site.exchange.callee = pick(callees);
    const asApplication: readonly (() => number)[] = [
      () => phone.call(pick([FAR, "sip:7001@192.0.2.2", "tel:+4930123"]), content),
      () => phone.respond(call, pick(statuses), content),
      () => phone.respond(call, 200, OFFER),
      () => phone.hangUp(call),
      () => phone.requestInCall(call, pick<NameOf<"method">>(inCall), content),
      () => phone.sendRequest(pick<NameOf<"method">>(alone), FAR, content),
      () => phone.subscribe(pick(packages), { uri: pick(["", FAR]), expires: pick([0, 30, 600]) }),
    ];
    const asFar: readonly (() => void)[] = [
      () => {
        this.#invite();
      },
      () => {
        this.#notify();
      },
      ...this.#inTheirCalls(),
    ];
    if (below(2) === 0) {
      pick(asFar)();
      return;
    }
    const error = Math.min(pick(asApplication)(), 0);
    this.answers.set(error, (this.answers.get(error) ?? 0) + 1);
  }

  /** A server that has a binding to send calls to. */
  #server(): Registrar | undefined {
    const { a, b, s } = this.site;
    return [a, b].find((server) => server.bound(s.now, "1000").length > 0);
  }

  #invite(): void {
    const server = this.#server();
    if (server === undefined) return;
    this.#quietly(() => {
      this.#far = [...this.#far.slice(-3), this.site.exchange.invite(server, { to: "1000" })];
    });
  }

  /** What the far end of one of its calls may do in it. */
  #inTheirCalls(): (() => void)[] {
    const call = this.#far[this.#mutator.below(this.#far.length + 1)];
    if (call === undefined || call.dialogs.length === 0) return [];
    const requests = [
      () => call.bye(),
      () => call.reinvite(SDP),
      () => call.update(),
      () => call.update(SDP),
      () => call.info("x"),
      () => call.send("REFER", { headers: [["Refer-To", "<sip:8000@example.com>"]] }),
      () => call.cancel(),
    ];
    return requests.map((send) => () => {
      this.#quietly(send);
    });
  }

  #notify(): void {
    const { subscriptions } = this.site.exchange;
    const one = subscriptions[this.#mutator.below(subscriptions.length)];
    if (one !== undefined) this.#quietly(() => this.site.exchange.notify(one));
  }

  /** What the phone is told to be reached at may be damaged, and then the far end cannot write there. */
  #quietly(act: () => unknown): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }

  #damageDatagrams(): void {
    const { network, scheduler } = this.site.s;
    const inject = network.inject.bind(network);
    network.inject = (from, to, octets, sender) => {
      const isSip = this.#lasts && (from.port === 5060 || to.port === 5060) && octets.length > 10;
      if (!isSip) {
        inject(from, to, octets, sender);
        return;
      }
      if (this.#kept.length === KEPT) this.#kept.splice(this.#mutator.below(KEPT), 1);
      this.#kept.push({ from, to, octets: octets.slice() });
      if (this.#mutator.below(8) > 0) inject(from, to, octets, sender);
      for (let copies = this.#mutator.below(4); copies > 1; copies--) {
        const damaged = this.#mutator.mutate(octets);
        scheduler.after(this.#mutator.below(400), () => {
          if (damaged.length > 0) inject(from, to, damaged, sender);
        });
      }
    };
  }

  /** A far end that cannot read a lifetime does nothing at the end of it. */
  #leaveOutNonsense(): void {
    const { scheduler } = this.site.s;
    const at = scheduler.at.bind(scheduler);
    scheduler.at = (instant, action) => {
      if (!Number.isNaN(instant)) at(instant, action);
    };
  }

  /** Over a connection, damage mostly ends it. */
  #damageStreams(): void {
    const { core } = this.phone;
    const take = core.flowBytes.bind(core);
    core.flowBytes = (now, flow, octets) => {
      const damages = this.#lasts && octets.length > 10 && this.#mutator.below(25) === 0;
      return take(now, flow, damages ? this.#mutator.mutate(octets).subarray(0, core.inputSize) : octets);
    };
  }

  /** An old message comes again, damaged or as it was, from where it came from or from elsewhere. */
  #throwIn(): void {
    const old = this.#kept[this.#mutator.below(this.#kept.length)];
    if (old === undefined) return;
    const octets = this.#mutator.below(3) === 0 ? old.octets : this.#mutator.mutate(old.octets);
    const from = [old.from, { ...old.from, port: 5070 }, { ...old.from, address: "203.0.113.9" }][
      this.#mutator.below(4)
    ];
    const to = { ...old.to, address: PHONE, port: 5060 };
    if (from !== undefined && octets.length > 0) this.site.s.network.inject(from, to, octets);
  }
}
