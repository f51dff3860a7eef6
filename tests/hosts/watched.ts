import assert from "node:assert/strict";
import { after, afterEach } from "node:test";
import type { Endpoint } from "../../host/abi/address.js";
import type { FlowFailure, SocketEvents } from "../../host/abi/engine.js";
import { NodeSockets } from "../../host/node/sockets.js";
import type { NativeSockets } from "./native-sockets.js";

/** Whether the tests are run with the sockets of the native host; `native-sockets.test.ts` does so. */
export const hasNativeSockets = process.env["SIP_FAILOVER_TEST_SOCKETS"] === "native";

/** Loaded where it is wanted only: it brings what builds the native host. */
const TestedSockets = hasNativeSockets ? (await import("./native-sockets.js")).NativeSockets : NodeSockets;

/** How long something may take that is waited for, in milliseconds. */
const PATIENCE = 3000;

/** Sockets whose events can be waited for, each as a line. */
export class Watched implements SocketEvents {
  readonly sockets = new TestedSockets(this, (sentence) => {
    this.warnings.push(sentence);
  });
  readonly heard: string[] = [];
  readonly locals = new Map<number, Endpoint>();
  /** Where connections of others came from, by their flows. */
  readonly sources = new Map<number, Endpoint>();
  readonly warnings: string[] = [];
  /** The flow of the next connection that somebody makes; 0: none is wanted. */
  nextFlow = 100;
  #waiting: (() => void)[] = [];

  opened(flow: number, local: Endpoint): void {
    this.locals.set(flow, local);
    this.#hear(`${String(flow)} opened`);
  }
  failed(flow: number, reason: FlowFailure): void {
    this.#hear(`${String(flow)} failed ${reason}`);
  }
  datagram(flow: number, octets: Uint8Array): void {
    this.#hear(`${String(flow)} datagram ${Buffer.from(octets).toString()}`);
  }
  stream(flow: number, octets: Uint8Array): void {
    this.#hear(`${String(flow)} stream ${Buffer.from(octets).toString()}`);
  }
  incoming(listener: number, source: Endpoint, octets: Uint8Array): void {
    this.#hear(`${String(listener)} incoming ${String(source.port)} ${Buffer.from(octets).toString()}`);
  }
  accepted(listener: number, source: Endpoint, take: (flow: number) => void): void {
    const flow = this.nextFlow === 0 ? 0 : this.nextFlow++;
    this.sources.set(flow, source);
    take(flow);
    this.#hear(`${String(listener)} accepted ${String(flow)}`);
  }

  /** Waits until a line has been heard. */
  async hears(line: string): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (!this.heard.includes(line)) {
      assert.ok(Date.now() < deadline, `"${line}" was not heard, but: ${this.heard.join(" | ")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Waits until so many warnings have been given. */
  async warns(count: number): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    while (this.warnings.length < count && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(this.warnings.length, count);
  }

  /** Waits until what `closeAll` closes is closed. */
  async gone(): Promise<void> {
    if ("ended" in this.sockets) await this.sockets.ended;
  }

  #hear(line: string): void {
    this.heard.push(line);
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

interface Closable {
  close(done?: () => void): unknown;
}

const opened: Closable[] = [];
afterEach(() => {
  for (const each of opened.splice(0).reverse()) each.close();
});

/** Closes something when the test is over. */
export const closing = <T extends Closable>(each: T): T => {
  opened.push(each);
  return each;
};

/** Closes something that `closing` has taken, now. */
export const shut = (each: Closable): Promise<void> => {
  opened.splice(opened.indexOf(each), 1);
  return new Promise((resolve) => each.close(resolve));
};

const natives: NativeSockets[] = [];
after(async () => {
  for (const sockets of natives) {
    await sockets.ended;
    assert.equal(sockets.problem, undefined);
  }
});

/** Sockets that are closed when the test is over. */
export const watched = (): Watched => {
  const watch = new Watched();
  if ("ended" in watch.sockets) natives.push(watch.sockets);
  closing({
    close: () => {
      watch.sockets.closeAll();
    },
  });
  return watch;
};
