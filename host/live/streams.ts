import type { ServerResponse } from "node:http";
import { setTimeout } from "node:timers/promises";

/** Browsers at the same time; more are turned away. */
const MOST = 16;
/** Proxies and browsers take a connection on which nothing is said for dead. Milliseconds. */
const HEARTBEAT = 15_000;
/** A reader that is so far behind is let go; it comes back by itself and gets the whole. Octets. */
const MOST_BEHIND = 16 << 20;

/** How long readers have to take what was said last. Milliseconds. */
const GRACE = 500;

/** Server-sent events (HTML, 9.2) to everybody who listens. */
export class EventStreams {
  readonly #responses = new Set<ServerResponse>();
  readonly #heartbeat: NodeJS.Timeout;

  constructor() {
    this.#heartbeat = setInterval(() => {
      this.#write(":\n\n");
    }, HEARTBEAT);
    this.#heartbeat.unref();
  }

  get isFull(): boolean {
    return this.#responses.size >= MOST;
  }

  /** Lets a response listen, from the first event on that `begin` gives. */
  add(response: ServerResponse, begin: readonly (readonly [name: string, data: unknown])[]): void {
    response.writeHead(200, { "content-type": "text/event-stream", connection: "keep-alive" });
    response.write("retry: 1000\n\n");
    for (const [name, data] of begin) response.write(eventText(name, data));
    this.#responses.add(response);
    response.on("close", () => {
      this.#responses.delete(response);
    });
  }

  /** Tells everybody. */
  send(name: string, data: unknown): void {
    if (this.#responses.size > 0) this.#write(eventText(name, data));
  }

  /** Ends every stream; resolves when what was said has gone out, or soon after. */
  async close(): Promise<void> {
    clearInterval(this.#heartbeat);
    const ended = [...this.#responses].map(
      (response) =>
        new Promise<void>((resolve) => {
          response.on("close", resolve).end(resolve);
        }),
    );
    this.#responses.clear();
    await Promise.race([Promise.all(ended), setTimeout(GRACE, undefined, { ref: false })]);
  }

  #write(text: string): void {
    for (const response of this.#responses) {
      if (response.writableLength > MOST_BEHIND) response.destroy();
      else response.write(text);
    }
  }
}

/** An event on the wire. JSON has no line breaks outside of its texts, where they are written `\n`. */
const eventText = (name: string, data: unknown): string =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
