import type { RecordOf } from "../../host/node/index.js";
import { targetsOf } from "./expect.js";
import type { LibraryPhone, PhoneSettings } from "./phone.js";
import type { WaitOptions } from "./records.js";
import type { Site } from "./site.js";

/** Somebody whom the far end answers for: no phone of that name is registered. */
export const FAR = "sip:far@example.test";

/** Where nobody is: for servers whose calls go to registered phones alone. */
export const NOBODY = "127.0.0.1:9";

/** What a phone offers, or answers. The media are nobody's business here: nothing listens at the port. */
export const session = (direction: "sendrecv" | "sendonly" | "recvonly" = "sendrecv") => ({
  type: "application/sdp",
  body: [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "c=IN IP4 127.0.0.1",
    "t=0 0",
    "m=audio 9 RTP/AVP 0",
    `a=${direction}`,
    "",
  ].join("\r\n"),
});

export type CallState = RecordOf<"call">["state"];

/** A call of a phone, from its records. */
export class Call {
  constructor(
    readonly phone: LibraryPhone,
    readonly number: number,
  ) {}

  /** Places one, with an offer. */
  static async place(phone: LibraryPhone, uri = FAR): Promise<Call> {
    return new Call(phone, await phone.phone.call(uri, session()));
  }

  /** Waits for the next one that comes in. */
  static async incoming(phone: LibraryPhone): Promise<Call> {
    const { call } = await phone.records.waitFor("call", ({ state }) => state === "incoming");
    return new Call(phone, call);
  }

  /** Waits until it has a state. */
  until(wanted: CallState, options?: WaitOptions): Promise<RecordOf<"call">> {
    return this.phone.records.waitFor(
      "call",
      ({ call, state }) => call === this.number && state === wanted,
      options,
    );
  }

  hangUp(): Promise<void> {
    return this.phone.phone.hangUp(this.number);
  }

  /** Its states so far. */
  get states(): CallState[] {
    return this.phone.records.of("call", ({ call }) => call === this.number).map(({ state }) => state);
  }
}

/** A phone that has registered with the primary. */
export const registeredPhone = async (site: Site, settings?: PhoneSettings): Promise<LibraryPhone> => {
  const phone = await site.phone(settings);
  await phone.records.waitFor("registered", ({ target }) => target === site.primary.target);
  return phone;
};

/** The servers that a phone's requests of a method went to, resends included. */
export const asked = (site: Site, { records }: LibraryPhone, wanted: string): string =>
  targetsOf(
    records.of("request", ({ method }) => method === wanted),
    site.names,
  );
