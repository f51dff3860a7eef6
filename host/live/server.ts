import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { familyOf } from "../abi/address.js";
import { Access } from "./access.js";
import type { Refusal } from "./access.js";
import { EventStreams } from "./streams.js";

/** What a button does: takes the body of the request, answers with nothing or a sentence about why not. */
export type Action = (body: Readonly<Record<string, unknown>>) => Promise<string | undefined>;

export interface LiveServerOptions {
  /** An IP address or a name of this machine. */
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** The page; it gets the token with which it may do something. */
  readonly page: (token: string) => string;
  /** What somebody who begins to listen is told first. */
  readonly beginning: () => readonly (readonly [name: string, data: unknown])[];
  /** Actions by the name of their path. */
  readonly actions: Readonly<Record<string, Action>>;
}

/** A body longer than this is none of our page's. Octets. */
const LONGEST_BODY = 4096;

/** No other page may show this one, read from it or be told where it is. */
const headers: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const answer = (response: ServerResponse, status: number, sentence: string): void => {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${sentence}\n`);
};

/** The body of a request as JSON; `undefined` where it is too long or none. */
const bodyOf = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | undefined> => {
  let text = "";
  request.setEncoding("utf8");
  // The answer to a body that is too long goes out all the same.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (text.length > LONGEST_BODY) return undefined;
  }
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) ? body : undefined;
  } catch {
    return undefined;
  }
};

/** Serves the live page: the page itself, a stream of events, and what its buttons do. */
export class LiveServer {
  readonly #options: LiveServerOptions;
  readonly #access: Access;
  readonly #server: Server;
  readonly #streams = new EventStreams();
  #port = 0;

  private constructor(options: LiveServerOptions) {
    this.#options = options;
    this.#access = new Access(options.address);
    this.#server = createServer((request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      this.#serve(request, response).catch(() => {
        response.destroy();
      });
    });
  }

  /** Listens. Rejects with what the system says where the port cannot be opened. */
  static open(options: LiveServerOptions): Promise<LiveServer> {
    const live = new LiveServer(options);
    const server = live.#server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: options.address, port: options.port }, () => {
        server.off("error", reject);
        live.#port = (server.address() as AddressInfo).port;
        resolve(live);
      });
    });
  }

  /** Where a browser finds the page; with the token, where everything takes it. */
  get url(): string {
    const { address } = this.#options;
    const host = familyOf(address) === 6 ? `[${address}]` : address;
    const token = this.#access.isOpen ? "" : `?token=${this.#access.token}`;
    return `http://${host}:${String(this.#port)}/${token}`;
  }

  /** Tells everybody who listens. */
  send(name: string, data: unknown): void {
    this.#streams.send(name, data);
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    await this.#streams.close();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "/" } = request;
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const refuse = ({ status, sentence }: Refusal): void => {
      // What is left of a body is not read.
      response.setHeader("connection", "close");
      answer(response, status, sentence);
    };
    const stranger = this.#access.hostRefusal(request, this.#port);
    if (stranger !== undefined) {
      refuse(stranger);
      return;
    }
    const token = searchParams.get("token");
    const refusal = this.#access.viewRefusal(request, this.#port, token);
    if (refusal !== undefined) refuse(refusal);
    else if (method === "POST") await this.#act(pathname.slice(1), request, response);
    else if (method !== "GET") {
      response.setHeader("allow", "GET, POST");
      answer(response, 405, "That is not done here.");
    } else if (pathname === "/") this.#showPage(token, response);
    else if (pathname === "/events") this.#listen(response);
    else answer(response, 404, "There is no such page.");
  }

  #showPage(token: string | null, response: ServerResponse): void {
    if (token !== null && !this.#access.isOpen) {
      // The token must not stay in the address, which is remembered and shown to others.
      const cookie = `${this.#access.cookieName(this.#port)}=${this.#access.token}; HttpOnly; SameSite=Strict; Path=/`;
      response.writeHead(303, { location: "/", "set-cookie": cookie }).end();
      return;
    }
    response
      .writeHead(200, { "content-type": "text/html; charset=utf-8" })
      .end(this.#options.page(this.#access.token));
  }

  #listen(response: ServerResponse): void {
    if (this.#streams.isFull) answer(response, 503, "Too many browsers look at this phone.");
    else this.#streams.add(response, this.#options.beginning());
  }

  async #act(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = this.#access.actionRefusal(request);
    const action = Object.hasOwn(this.#options.actions, name) ? this.#options.actions[name] : undefined;
    if (refusal !== undefined || action === undefined) {
      response.setHeader("connection", "close");
      answer(response, refusal?.status ?? 404, refusal?.sentence ?? "There is no such action.");
      return;
    }
    const body = await bodyOf(request);
    const problem = body === undefined ? "The request makes no sense." : await action(body);
    if (problem === undefined) response.writeHead(204).end();
    else answer(response, body === undefined ? 400 : 409, problem);
  }
}
