/** The sockets of the native host, driven by a test that plays the core: what `NodeSockets` are for the Node host. */
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import {
  ADDRESS_OCTETS,
  addressOctets,
  addressText,
  endpointText,
  transportNumber,
} from "../../host/abi/address.js";
import type { Endpoint, Transport } from "../../host/abi/address.js";
import { CONTRACT_VERSION, enumerations, exportsOfCore } from "../../host/abi/contract.js";
import type { TlsFiles } from "../../host/abi/core.js";
import type { FlowFailure, SocketEvents, Sockets } from "../../host/abi/engine.js";
import { nativeTestEnvironment, nativeTestProgram } from "./native-build.js";

const NEVER = 0x7fff_ffff_ffff_ffffn;
/** Where `remote_core.c` has them. */
const INPUT = 1024;
const INPUT_SIZE = 16_384;
const ACTION = 32_768;
const MOST_PARAMETERS = 7;
/** Milliseconds. */
const LATER = 5;
const HEAD = 8 + MOST_PARAMETERS * 8;

const exportNames = Object.keys(exportsOfCore) as (keyof typeof exportsOfCore)[];
const failures = Object.keys(enumerations.flowFailure.values) as FlowFailure[];
const { action } = enumerations;

const u16 = (value: number): number[] => [value & 0xff, value >> 8];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
const text = (value: string): number[] => [...u16(Buffer.byteLength(value)), ...Buffer.from(value)];

const encoded = (kind: keyof typeof action.values, ...body: readonly number[]): Buffer =>
  Buffer.from([...u16(action.values[kind]), ...u16(body.length + 4), ...body]);

interface Flow {
  readonly transport: Transport;
  /** Of a datagram from elsewhere: the listening flow, and its source. */
  readonly listener?: number;
  readonly source?: Endpoint;
}

export class NativeSockets implements Sockets {
  readonly #events: SocketEvents;
  readonly #flows = new Map<number, Flow>();
  readonly #actions: Buffer[] = [];
  readonly #child: ChildProcess;
  readonly #answers: Writable;
  #received = Buffer.alloc(0);
  #strangers = 0x4000_0000;
  /** Before that, what it takes are records of the configuration. */
  #hasStarted = false;
  #words = "";
  /** What went wrong with the program: its sanitizers, an end that nobody asked for. */
  problem: string | undefined;
  readonly ended: Promise<void>;

  constructor(events: SocketEvents, warn: (sentence: string) => void) {
    this.#events = events;
    const stdio = ["pipe", "pipe", "pipe", "pipe", "pipe"] as const;
    this.#child = spawn(nativeTestProgram("sockets"), ["--control", "/dev/null"], {
      stdio: [...stdio],
      env: { ...nativeTestEnvironment, ...process.env },
    });
    const [, out, err, calls, answers] = this.#child.stdio as unknown as [
      Writable,
      Readable,
      Readable,
      Readable,
      Writable,
    ];
    this.#answers = answers;
    answers.on("error", () => undefined);
    this.#child.stdin?.on("error", () => undefined);
    err.setEncoding("utf8").on("data", (words: string) => (this.#words += words));
    createInterface(out).on("line", (line) => {
      const { warning } = JSON.parse(line) as { warning?: string };
      if (warning !== undefined) warn(warning);
    });
    calls.on("data", (octets: Buffer) => {
      this.#received = Buffer.concat([this.#received, octets]);
      while (this.#takeCall()) continue;
    });
    this.ended = new Promise((resolve) => {
      this.#child.once("close", (status, signal) => {
        if (status !== 0) this.problem = `it ended with ${String(status ?? signal)}:\n${this.#words}`;
        resolve();
      });
    });
  }

  open(flow: number, remote: Endpoint, localPort: number, name = ""): void {
    const { transport, family, address, port } = remote;
    this.#flows.set(flow, { transport });
    const end = [transportNumber(transport), family, ...u16(port), ...addressOctets(address)];
    this.#act(encoded("open", ...u32(flow), ...end, ...u16(localPort), ...text(name)));
  }

  listen(flow: number, transport: Transport, port: number): void {
    this.#flows.set(flow, { transport });
    this.#act(encoded("listen", ...u32(flow), transportNumber(transport), 0, ...u16(port)));
  }

  send(flow: number, octets: Uint8Array): void {
    this.#act(encoded("send", ...u32(flow), ...octets));
  }

  sendFrom(listener: number, remote: Endpoint, octets: Uint8Array): void {
    const key = endpointText(remote);
    for (const [flow, { listener: known, source }] of this.#flows) {
      if (known === listener && source !== undefined && endpointText(source) === key) this.send(flow, octets);
    }
  }

  close(flow: number): void {
    this.#act(encoded("close", ...u32(flow)));
  }

  /** An orderly stop, and its end at once. */
  closeAll(): void {
    this.#act(encoded("stopped"));
  }

  tls({ verify, trustAnchors, certificate, key }: TlsFiles): void {
    const files = [trustAnchors, certificate, key].flatMap(text);
    this.#act(encoded("tls", verify ? 1 : 0, 0, ...files));
  }

  /** Has the program take an action: a command wakes it. */
  #act(octets: Buffer): void {
    this.#actions.push(octets);
    this.#child.stdin?.write("1 set_busy 0\n");
  }

  #takeCall(): boolean {
    const call = this.#received;
    if (call.length < HEAD || call.length < HEAD + call.readUInt32LE(4)) return false;
    const name = exportNames[call.readUInt32LE(0)];
    const end = HEAD + call.readUInt32LE(4);
    const words = Array.from({ length: MOST_PARAMETERS }, (_, index) =>
      Number(call.readBigInt64LE(8 + index * 8)),
    );
    this.#received = call.subarray(end);
    let next: Buffer | undefined;
    let result = 0n;
    if (name === "start") this.#hasStarted = true;
    if (name === "next_action") next = this.#hasStarted ? this.#actions.shift() : undefined;
    else if (name === "next_deadline") result = NEVER;
    else if (name !== undefined)
      result = BigInt(this.#answerTo(name, words, Buffer.from(call.subarray(HEAD, end))));
    const answer = Buffer.alloc(12);
    answer.writeBigInt64LE(next === undefined ? result : BigInt(ACTION));
    answer.writeUInt32LE(next?.length ?? 0, 8);
    this.#answers.write(Buffer.concat([answer, next ?? Buffer.alloc(0)]));
    return true;
  }

  /** What the program says before it tells of a flow comes by another pipe: that goes first. */
  #later(tell: () => void): void {
    setTimeout(tell, LATER);
  }

  #answerTo(name: keyof typeof exportsOfCore, words: readonly number[], input: Buffer): number {
    const [, flow = 0, third = 0, port = 0] = words;
    switch (name) {
      case "contract_version":
        return CONTRACT_VERSION;
      case "input":
        return INPUT;
      case "input_size":
        return INPUT_SIZE;
      case "flow_opened":
        this.#later(() => {
          this.#events.opened(flow, this.#end(flow, third, port, input));
        });
        return 0;
      case "flow_failed":
        this.#later(() => {
          this.#events.failed(flow, failures[third] ?? "other");
        });
        return 0;
      case "flow_bytes":
        this.#later(() => {
          this.#bytes(flow, input);
        });
        return 0;
      case "flow_incoming":
        return this.#incoming(flow, this.#end(flow, third, port, input));
      default:
        return 0;
    }
  }

  #end(flow: number, family: number, port: number, input: Buffer): Endpoint {
    const { transport } = this.#flows.get(flow) ?? { transport: "udp" };
    const address = addressText(family, input.subarray(0, ADDRESS_OCTETS));
    return { transport, family: family === 6 ? 6 : 4, address, port };
  }

  #bytes(number: number, octets: Buffer): void {
    const flow = this.#flows.get(number);
    if (flow?.listener !== undefined && flow.source !== undefined) {
      this.#events.incoming(flow.listener, flow.source, octets);
    } else if (flow?.transport === "udp") this.#events.datagram(number, octets);
    else this.#events.stream(number, octets);
  }

  #incoming(listener: number, source: Endpoint): number {
    if (source.transport === "udp") {
      this.#flows.set(++this.#strangers, { transport: "udp", listener, source });
      return this.#strangers;
    }
    let taken = 0;
    // Its number is wanted now; who hears of it may close it then.
    this.#events.accepted(listener, source, (flow) => {
      taken = flow;
      this.#flows.set(flow, { transport: source.transport });
    });
    return taken;
  }
}
