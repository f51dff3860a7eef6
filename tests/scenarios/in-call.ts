/** A phone in the middle of a call that goes by A, and what others throw at it. */
import assert from "node:assert/strict";
import { SipMessage, parseEndpoint, parseSip, writeSip } from "../../host/simulated/index.js";
import type { Dialog, SimulatedPhone, SimulatedPhoneOptions } from "../../host/simulated/index.js";
import { FAR, SDP, calls, requestsOf } from "./call-helpers.js";
import { Watch } from "./endurance.js";
import { Site, registered } from "./helpers.js";
import type { Settings, SiteOptions } from "./helpers.js";
import { ALL_OVER } from "./recovery.js";
import { name } from "./tcp-helpers.js";

export const A = "192.0.2.1:5060";
export const B = "192.0.2.2:5060";
export const STRANGER = "203.0.113.9:5060";

/** When the call was placed. */
export const PLACED = 1000;

const PHONE = parseEndpoint("198.51.100.1:5060", 5060);

/** A message with some of its fields changed: by name, as they are to be, `undefined` to leave them out. */
export const altered = (
  message: SipMessage,
  changes: Readonly<Record<string, string | undefined>>,
  body = message.body,
): SipMessage => {
  const wanted = new Map(Object.entries(changes).map(([name, value]) => [name.toLowerCase(), value]));
  const kept = message.fields.filter(([name]) => !wanted.has(name.toLowerCase()));
  const added = Object.entries(changes).flatMap(([name, value]) =>
    value === undefined ? [] : ([[name, value]] as const),
  );
  return new SipMessage(message.start, [...kept, ...added], body);
};

export class InCall {
  readonly site: Site;
  readonly phone: SimulatedPhone;
  readonly watch: Watch;
  /** The phone's number of it. */
  readonly call: number;

  constructor(settings: Settings = {}, siteOptions: SiteOptions = {}, options: SimulatedPhoneOptions = {}) {
    this.site = new Site(siteOptions);
    this.phone = this.site.phone({ "nat.udp_update_enable": 0, ...settings }, options);
    this.watch = new Watch(this.phone);
    this.site.s.run(PLACED);
    this.call = this.phone.call(FAR, { type: "application/sdp", body: SDP });
    this.site.s.run(4000);
    assert.equal(calls(this.phone, this.call).at(-1), `${String(PLACED)} established`);
  }

  /** The far end's view of it. */
  get dialog(): Dialog {
    const [first] = this.site.exchange.calls;
    assert.ok(first);
    return first;
  }

  /** Puts octets, or a message, into the network; a millisecond later they have had their effect. */
  inject(what: string | SipMessage | Uint8Array, from = A): void {
    const octets = what instanceof SipMessage ? writeSip(what) : what;
    this.site.s.network.inject(
      parseEndpoint(from, 5060),
      PHONE,
      typeof octets === "string" ? Buffer.from(octets, "latin1") : octets,
    );
    this.site.s.run(1);
  }

  /** As `inject`: what the phone has sent upon it, and to whom. */
  receive(what: string | SipMessage | Uint8Array, from = A): { to: string; message: SipMessage }[] {
    const before = this.phone.wire.length;
    this.inject(what, from);
    return this.phone.wire.slice(before).flatMap(({ direction, to, octets }) => {
      const message = direction === "out" ? parseSip(octets) : undefined;
      return message === undefined ? [] : [{ to, message }];
    });
  }

  /** The statuses that the phone has sent upon a message. */
  answersTo(what: string | SipMessage | Uint8Array, from = A): number[] {
    return this.receive(what, from).map(({ message }) => message.status);
  }

  /** The latest request of a method that has left the phone. */
  sent(method: string): SipMessage {
    const last = requestsOf(this.phone, method).at(-1);
    assert.ok(last, `there was no ${method}`);
    return last.message;
  }

  /** As `registered` of the helpers, by whatever transport. */
  get registered(): string[] {
    return registered(this.phone).map((line) => line.split(" ").map(name).join(" "));
  }

  /** The call is what it was, for both ends, and so is the registration. */
  assertUnharmed(): void {
    const { site, phone, call } = this;
    // A number above those that a test has used.
    const heard = this.dialog.info("are you there", { cseq: 1000 });
    assert.equal(phone.requestInCall(call, "INFO", { type: "text/plain", body: "yes" }), 0);
    site.s.run(ALL_OVER);
    assert.equal(heard.status, 200);
    const last = phone.events("call-message").at(-1);
    assert.equal(`${String(last?.method)} ${String(last?.status)}`, "INFO 200");
    assert.equal(calls(phone, call).at(-1), `${String(PLACED)} established`);
    assert.deepEqual(this.registered, ["1.1 A"]);
    assert.equal(site.a.bound(site.s.now, "1000").length, 1);
    assert.deepEqual(site.exchange.complaints, []);
    assert.deepEqual(this.watch.problems, []);
  }
}

/** A request of the far end in the call, which the phone has had; with another branch, so that it is a new one. */
export const again = (
  one: InCall,
  changes: Readonly<Record<string, string | undefined>> = {},
): SipMessage => {
  const last = one.dialog.requests.at(-1)?.message;
  assert.ok(last);
  return altered(last, { Via: "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKanother", ...changes });
};
