import { errorName } from "../abi/core.js";
import type { Content } from "../abi/core.js";
import { calledUri } from "../cli/call-address.js";
import { FAR_SDP } from "../simulated/index.js";
import type { EventRecord, NameOf, OutgoingCall, RecordOf } from "../simulated/index.js";
import type { Account } from "./accounts.js";
import type { Step } from "./plan.js";
import type { Action } from "./scenario.js";
import { isSiteAction } from "./site.js";
import type { Site, SiteAction } from "./site.js";
import type { Stage } from "./stage.js";
import type { UserRecord } from "./trace.js";

/** Takes what the phone answered: a number, or an error below 0. */
type Told = (answer: number) => void;

/** What a user can do with a phone. It answers at once or later. */
export interface PlayedPhone {
  call(account: number, uri: string, content: Content, told: Told): void;
  respond(call: number, status: number, content: Content, told: Told): void;
  hangUp(call: number, told: Told): void;
  subscribe(account: number, name: NameOf<"package">, uri: string, expires: number, told: Told): void;
}

/** What the user does, not servers, DNS or lines. */
export type UserAction = Exclude<Action, SiteAction>;

/** A step of the user. */
export const isUserStep = (step: Step): step is Step & { readonly action: UserAction } =>
  !isSiteAction(step.action);

/** How long somebody waits whose call the user does not take. Milliseconds. */
const PATIENCE = 60_000;

const OFFER: Content = { type: "application/sdp", body: FAR_SDP };

/** A call as the user knows it. */
interface UserCall {
  readonly name: string | undefined;
  /** How long it lasts once it is established; `undefined`: until it is ended. */
  readonly length: number | undefined;
}

/** A call that is on its way to the phone. */
interface Expected extends UserCall {
  readonly call: OutgoingCall;
  /** When the user takes it; `undefined`: never. */
  readonly answer: number | undefined;
}

/** What became of calls that others made. */
export interface IncomingCounts {
  /** Somebody called. */
  offered: number;
  /** No server could bring the call to the phone. */
  lost: number;
}

/** The user of a phone: places calls, takes them, ends them, subscribes. */
export class User {
  readonly incoming: IncomingCounts = { offered: 0, lost: 0 };
  /** Calls that the phone did not begin. */
  notPlaced = 0;
  readonly #stage: Stage;
  readonly #site: Site;
  readonly #phone: PlayedPhone;
  readonly #accounts: ReadonlyMap<number, Account>;
  readonly #tell: (record: UserRecord) => void;
  readonly #calls = new Map<number, UserCall>();
  /** Calls under way to the phone, by the caller that they come from. */
  readonly #expected = new Map<string, Expected>();
  #callers = 0;

  constructor(
    stage: Stage,
    site: Site,
    phone: PlayedPhone,
    accounts: readonly Account[],
    tell: (record: UserRecord) => void,
  ) {
    this.#stage = stage;
    this.#site = site;
    this.#phone = phone;
    this.#accounts = new Map(accounts.map((account) => [account.number, account]));
    this.#tell = tell;
  }

  /** Does a step of the user's. */
  act({ action, length }: Step & { readonly action: UserAction }): void {
    switch (action.kind) {
      case "call":
        this.#call(action, length);
        break;
      case "incoming":
        this.#comeIn(action, length);
        break;
      case "hang-up":
        this.#hangUp(action.name);
        break;
      case "subscribe":
        this.#subscribe(action);
    }
  }

  /** Takes a record of the phone's. */
  record(record: EventRecord): void {
    if (record.event === "call") this.#callRecord(record);
    else if (record.event === "call-message") this.#message(record);
  }

  #call({ account, to, name }: Extract<Action, { kind: "call" }>, length: number | undefined): void {
    const uri = calledUri(to, this.#accounts.get(account)?.domain ?? "") ?? to;
    this.#say(account, "call", uri);
    this.#phone.call(account, uri, OFFER, (answer) => {
      if (answer >= 0) this.#calls.set(answer, { name, length });
      else {
        this.notPlaced++;
        this.#say(account, "call not placed", errorName(answer));
      }
    });
  }

  #subscribe({ account, package: name, to, expires }: Extract<Action, { kind: "subscribe" }>): void {
    this.#say(account, "subscribe", to === "" ? name : `${name} of ${to}`);
    this.#phone.subscribe(account, name, to, expires, (answer) => {
      if (answer < 0) this.#say(account, "not subscribed", errorName(answer));
    });
  }

  #hangUp(name: string): void {
    const [call] = [...this.#calls].find(([, each]) => each.name === name) ?? [];
    if (call === undefined) this.#say(0, "hang-up", `${name}, which is over`);
    else this.#end(call, name);
  }

  /** Somebody calls: by the server that was said, or the first one that can bring the call to the phone. */
  #comeIn({ account, through, answer, name }: Extract<Action, { kind: "incoming" }>, length?: number): void {
    this.incoming.offered++;
    const user = this.#accounts.get(account)?.user ?? "";
    const server = this.#site.servers.find(
      (each) => each.isOfUse && (through === undefined || each.name === through) && this.#reaches(each, user),
    );
    if (server === undefined) {
      this.incoming.lost++;
      this.#say(account, "incoming call lost", "no server could bring it to the phone");
      return;
    }
    const { exchange } = this.#site;
    const caller = `sip:caller-${String(++this.#callers)}@${this.#accounts.get(account)?.domain ?? "example.com"}`;
    exchange.address = caller;
    const call = exchange.invite(server.registrar, { to: user });
    this.#expected.set(caller, { call, name, length, answer });
    this.#say(account, "incoming call", `by ${server.name}`);
    this.#stage.at(this.#stage.now + PATIENCE, () => {
      this.#expected.delete(caller);
      if (call.status === 0) call.cancel();
    });
  }

  #reaches({ registrar }: Site["servers"][number], user: string): boolean {
    const known = registrar.onlyOwnUsers ? [registrar] : this.#site.servers.map((each) => each.registrar);
    return known.some((each) => each.lookUp(user) !== undefined);
  }

  #callRecord({ call, account, state, peer }: RecordOf<"call">): void {
    if (state === "incoming") this.#ring(call, account, peer);
    else if (state === "ended") this.#calls.delete(call);
    else if (state === "established") {
      const length = this.#calls.get(call)?.length;
      if (length === undefined) return;
      this.#later(length, call, () => {
        this.#end(call, undefined, account);
      });
    }
  }

  #ring(call: number, account: number, peer: string): void {
    const [, caller = ""] = /<([^>]*)>/.exec(peer) ?? [];
    const expected = this.#expected.get(caller);
    this.#expected.delete(caller);
    this.#calls.set(call, { name: expected?.name, length: expected?.length });
    this.#later(0, call, () => {
      this.#phone.respond(call, 180, {}, () => undefined);
    });
    if (expected?.answer === undefined) return;
    this.#later(expected.answer, call, () => {
      this.#say(account, "answer", caller);
      this.#phone.respond(call, 200, OFFER, () => undefined);
    });
  }

  /** What the far end asks for within a call is granted. */
  #message({ call, status, answer, method }: RecordOf<"call-message">): void {
    if (status !== 0 || answer !== 1 || !this.#calls.has(call) || method === "INVITE") return;
    this.#later(0, call, () => {
      this.#phone.respond(call, 200, {}, () => undefined);
    });
  }

  #end(call: number, name?: string, account = 0): void {
    this.#say(account, "hang-up", name);
    this.#phone.hangUp(call, () => undefined);
  }

  /** Does something after a wait, as long as the call is not over. */
  #later(wait: number, call: number, action: () => void): void {
    this.#stage.at(this.#stage.now + wait, () => {
      if (this.#calls.has(call)) action();
    });
  }

  #say(account: number, action: string, detail?: string): void {
    const record = { t: this.#stage.now, account, event: "user", action } as const;
    this.#tell(detail === undefined ? record : { ...record, detail });
  }
}
