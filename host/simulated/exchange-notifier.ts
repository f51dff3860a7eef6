import { Dialog, dialogId } from "./exchange-dialog.js";
import type { FarSide, RequestOptions } from "./exchange-dialog.js";
import type { ClientRequest } from "./exchange-client.js";
import { recordRoutesOf } from "./exchange-server.js";
import type { Arrival, FrontServer } from "./exchange-server.js";
import { parameterised } from "./sip.js";
import type { AnswerParts, HeaderField } from "./sip.js";

/** The body of a NOTIFY. */
export interface Document {
  readonly type: string;
  readonly body: string;
}

const messageSummary: Document = {
  type: "application/simple-message-summary",
  body: "Messages-Waiting: no\r\nVoice-Message: 0/0 (0/0)\r\n",
};

const dialogInfo: Document = {
  type: "application/dialog-info+xml",
  body:
    '<?xml version="1.0"?>\r\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" ' +
    'entity="sip:far@example.com"/>\r\n',
};

const presence: Document = {
  type: "application/pidf+xml",
  body:
    '<?xml version="1.0"?>\r\n<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:far@example.com">' +
    '<tuple id="1"><status><basic>open</basic></status></tuple></presence>\r\n',
};

/** What a NOTIFY says. */
export interface Notification extends RequestOptions {
  /** The Subscription-State; `active` with the rest of the lifetime where it is left out. */
  readonly state?: string;
}

/** A phone's subscription. */
export class Subscription {
  /** When it ends, in milliseconds. */
  expiresAt = 0;
  isOver = false;
  /** Every NOTIFY in it. */
  readonly notifies: ClientRequest[] = [];

  constructor(
    /** `message-summary`, `dialog`, `presence`. */
    readonly eventPackage: string,
    /** The Request-URI of its first SUBSCRIBE. */
    readonly resource: string,
    readonly dialog: Dialog,
    /** The Event header. */
    readonly event: string,
  ) {}

  /** The server that it came by. */
  get server(): FrontServer {
    return this.dialog.server;
  }

  /** Sends a NOTIFY; `notification.server` says by which server where it is not the subscription's. */
  notify({ state, ...options }: Notification = {}): ClientRequest {
    const server = options.server ?? this.server;
    const rest = Math.max(0, Math.ceil((this.expiresAt - server.now) / 1000));
    const headers: HeaderField[] = [
      ...recordRoutesOf(server, this.dialog.source).map((route): HeaderField => ["Record-Route", route]),
      ["Event", this.event],
      ["Subscription-State", state ?? `active;expires=${String(rest)}`],
      ...(options.headers ?? []),
    ];
    const request = this.dialog.send("NOTIFY", { ...options, headers });
    this.notifies.push(request);
    return request;
  }
}

/** The notifiers of an exchange (RFC 6665). All of it may be changed at any time. */
export class Notifier {
  /** The longest lifetime granted, in seconds. */
  maxExpires = Infinity;
  /** A shorter one is answered 423, in seconds. */
  minExpires = 0;
  /** The answer to a SUBSCRIBE that is taken. */
  status: 200 | 202 = 200;
  /** Whether the first NOTIFY overtakes the answer to its SUBSCRIBE. */
  notifiesFirst = false;
  /** What the NOTIFYs of a package say. A package that is not here is answered 489. */
  documents: Record<string, Document> = { "message-summary": messageSummary, dialog: dialogInfo, presence };
  /** Every subscription there was, in order. */
  readonly all: Subscription[] = [];
  readonly #far: FarSide;
  readonly #newTag: () => string;
  readonly #live = new Map<string, Subscription>();

  constructor(far: FarSide, newTag: () => string) {
    this.#far = far;
    this.#newTag = newTag;
  }

  /** The subscriptions that stand. */
  get live(): Subscription[] {
    return [...this.#live.values()];
  }

  /** The subscription of a dialog. */
  find(id: string): Subscription | undefined {
    return this.#live.get(id);
  }

  /** Forgets every subscription without a word, as a restart does. */
  forget(): void {
    for (const subscription of this.live) this.#end(subscription);
  }

  /** Ends a subscription with a NOTIFY that says why (RFC 6665, section 4.2.2). */
  terminate(subscription: Subscription, reason = "noresource"): ClientRequest {
    const request = this.notify(subscription, { state: `terminated;reason=${reason}` });
    this.#end(subscription);
    return request;
  }

  /** Sends a NOTIFY with the package's document, unless the notification has a body. */
  notify(subscription: Subscription, notification: Notification = {}): ClientRequest {
    const { body, type } = this.documents[subscription.eventPackage] ?? messageSummary;
    return subscription.notify({ type, body, ...notification });
  }

  /** Answers a SUBSCRIBE. */
  take(arrival: Arrival, respond: (parts: AnswerParts) => void): void {
    const { message } = arrival;
    const name = parameterised(message.header("event") ?? "").value;
    if (!Object.hasOwn(this.documents, name)) {
      respond({ status: 489, headers: [["Allow-Events", Object.keys(this.documents).join(", ")]] });
      return;
    }
    const asked = Number(message.header("expires") ?? DEFAULT_EXPIRES);
    if (asked > 0 && asked < this.minExpires) {
      respond({ status: 423, headers: [["Min-Expires", String(this.minExpires)]] });
      return;
    }
    const known = this.#live.get(dialogId(message.callId, message.toTag, message.fromTag));
    if (message.toTag !== "" && known === undefined) {
      respond({ status: 481 });
      return;
    }
    if (known?.dialog.accept(arrival) === false) {
      respond({ status: 500 });
      return;
    }
    this.#grant(known ?? this.#begin(arrival, name), Math.min(asked, this.maxExpires), arrival, respond);
  }

  #grant(
    subscription: Subscription,
    expires: number,
    { message, server, source, local, t }: Arrival,
    respond: (parts: AnswerParts) => void,
  ): void {
    const { dialog } = subscription;
    subscription.expiresAt = t + expires * 1000;
    const routes = message.toTag === "" ? recordRoutesOf(server, source, message, local) : [];
    const answer = (): void => {
      respond({
        status: this.status,
        toTag: dialog.localTag,
        headers: [
          ...routes.map((route): HeaderField => ["Record-Route", route]),
          ["Contact", `<${dialog.localTarget}>`],
          ["Expires", String(expires)],
        ],
      });
    };
    if (!this.notifiesFirst) answer();
    if (expires === 0) this.terminate(subscription, "timeout");
    else {
      this.notify(subscription);
      this.#expire(subscription, expires);
    }
    if (this.notifiesFirst) answer();
  }

  #expire(subscription: Subscription, expires: number): void {
    const { expiresAt } = subscription;
    subscription.server.after(expires * 1000, () => {
      const isRefreshed = subscription.expiresAt !== expiresAt;
      if (!isRefreshed && !subscription.isOver) this.terminate(subscription, "timeout");
    });
  }

  #begin({ message, server, source, local }: Arrival, name: string): Subscription {
    const dialog = new Dialog(this.#far, {
      callId: message.callId,
      local: `${message.header("to") ?? ""};tag=${this.#newTag()}`,
      remote: message.header("from") ?? "",
      remoteTarget: message.list("contact")[0]?.value ?? "",
      localCseq: 0,
      remoteCseq: message.cseq,
      server,
      source,
      route: recordRoutesOf(server, source, message, local).reverse(),
    });
    dialog.state = "confirmed";
    const subscription = new Subscription(name, message.uri, dialog, message.header("event") ?? name);
    this.#live.set(dialog.id, subscription);
    this.all.push(subscription);
    return subscription;
  }

  /** Takes note of a dialog that is over. */
  ended(dialog: Dialog): void {
    const subscription = this.#live.get(dialog.id);
    if (subscription !== undefined) subscription.isOver = true;
    this.#live.delete(dialog.id);
  }

  #end(subscription: Subscription): void {
    if (!subscription.isOver) subscription.dialog.end();
  }
}

/** Lifetime where a SUBSCRIBE asks for none, in seconds. */
const DEFAULT_EXPIRES = 3600;
