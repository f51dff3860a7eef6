import type { Endpoint } from "../abi/address.js";
import { cancelOf } from "./exchange-client.js";
import type { ClientRequest, ReceivedAnswer } from "./exchange-client.js";
import { Dialog, farRequest } from "./exchange-dialog.js";
import type { FarSide, RequestOptions } from "./exchange-dialog.js";
import { recordRoutesOf } from "./exchange-server.js";
import type { FrontServer } from "./exchange-server.js";
import type { HeaderField, SipMessage } from "./sip.js";

/** Whom a request outside of any dialog is for, and how it goes there. */
export interface Addressee {
  /** The Request-URI. */
  readonly uri: string;
  /** The To header without a tag. */
  readonly to: string;
  /** The From header with its tag. */
  readonly from: string;
  readonly callId: string;
  readonly server: FrontServer;
  readonly end: Endpoint;
}

/** What an outgoing call needs of its exchange. */
export interface CallerSide extends FarSide {
  /** A dialog has begun. */
  remember(dialog: Dialog): void;
}

/** A call of the far end to a phone. Each To tag of an answer is a dialog of its own. */
export class OutgoingCall {
  readonly invite: ClientRequest;
  readonly #far: CallerSide;
  readonly #addressee: Addressee;
  readonly #options: RequestOptions;
  readonly #dialogs = new Map<string, Dialog>();

  constructor(far: CallerSide, addressee: Addressee, options: RequestOptions) {
    this.#far = far;
    this.#addressee = addressee;
    this.#options = options;
    const { server, end } = addressee;
    const message = outsideRequest(far, addressee, "INVITE", { ...options, body: options.body ?? far.body });
    this.invite = far.clients.start(server, message, end, {
      acknowledges: options.acknowledges,
      answered: (answer) => {
        this.#answered(answer);
      },
    });
  }

  /** Its answers, those that came again included. */
  get answers(): readonly ReceivedAnswer[] {
    return this.invite.answers;
  }

  get statuses(): number[] {
    return this.invite.statuses;
  }

  /** The status of its final answer; 0 where it has none. */
  get status(): number {
    return this.invite.status;
  }

  /** Its dialogs, in the order in which they began. */
  get dialogs(): Dialog[] {
    return [...this.#dialogs.values()];
  }

  /**
   * The dialog that stands, or else the first.
   *
   * @throws Error where the phone has not begun one
   */
  get dialog(): Dialog {
    const [first] = this.dialogs;
    const dialog = this.dialogs.find(({ state }) => state === "confirmed") ?? first;
    if (dialog === undefined) throw new Error("the phone has not begun a dialog");
    return dialog;
  }

  cancel(): ClientRequest {
    const { message, server, to } = this.invite;
    return this.#far.clients.start(server, cancelOf(message), to);
  }

  bye(options?: RequestOptions): ClientRequest {
    return this.dialog.bye(options);
  }

  reinvite(body?: string, options?: RequestOptions): ClientRequest {
    return this.dialog.reinvite(body, options);
  }

  update(body?: string, options?: RequestOptions): ClientRequest {
    return this.dialog.update(body, options);
  }

  info(body?: string, options?: RequestOptions): ClientRequest {
    return this.dialog.info(body, options);
  }

  send(method: string, options?: RequestOptions): ClientRequest {
    return this.dialog.send(method, options);
  }

  #answered(answer: ReceivedAnswer): void {
    const { status, message } = answer;
    if (status >= 300) {
      for (const dialog of this.dialogs) dialog.end();
      return;
    }
    if (status === 100 || message.toTag === "") return;
    const { server, end } = this.#addressee;
    const dialog = this.#dialogs.get(message.toTag) ?? this.#begin(answer);
    if (status >= 200 && dialog.state === "early") dialog.state = "confirmed";
    dialog.answered("INVITE", answer, server, end, this.#options);
  }

  #begin({ message }: ReceivedAnswer): Dialog {
    const { server, end, from } = this.#addressee;
    const request = this.invite.message;
    const dialog = new Dialog(this.#far, {
      callId: request.callId,
      local: from,
      remote: message.header("to") ?? "",
      remoteTarget: message.list("contact")[0]?.value ?? "",
      localCseq: request.cseq,
      remoteCseq: NaN,
      server,
      source: end,
      route: request.elements("record-route"),
    });
    this.#dialogs.set(message.toTag, dialog);
    this.#far.remember(dialog);
    return dialog;
  }
}

/** Methods whose requests begin dialogs: a server that stays in the path says so in them. */
const beginsDialog = ["INVITE", "SUBSCRIBE", "REFER"];

/** Writes a request outside of any dialog. */
export const outsideRequest = (
  far: FarSide,
  { uri, to, from, callId, server, end }: Addressee,
  method: string,
  options: RequestOptions,
): SipMessage => {
  const routes = beginsDialog.includes(method) ? recordRoutesOf(server, end) : [];
  return farRequest(
    far,
    server,
    end,
    method,
    uri,
    [
      ...routes.map((route): HeaderField => ["Record-Route", route]),
      ["From", from],
      ["To", to],
      ["Call-ID", callId],
      ["CSeq", `${String(options.cseq ?? 1)} ${method}`],
      ["Contact", `<${far.contact}>`],
      ...(method === "INVITE" ? ([["Supported", "100rel, timer"]] as const) : []),
    ],
    options,
  );
};
