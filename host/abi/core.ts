import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ADDRESS_OCTETS, addressOctets, addressText, transportName } from "./address.js";
import type { Endpoint, Family, Transport } from "./address.js";
import { CONTRACT_VERSION, enumerations, exportsOfCore } from "./contract.js";
import { WebAssembly } from "./webassembly.js";
import type { WebAssemblyMemory, WebAssemblyModule } from "./webassembly.js";

/** Octets of the seed. */
export const SEED_OCTETS = 32;

/** The numbers of the actions, `enumerations.action`. */
const action = enumerations.action.values;

/** The largest i64 stands for "never". */
const NEVER = 0x7fff_ffff_ffff_ffffn;

/** Octets of a flow's number and of an endpoint in an `open` action. */
const ACTION_HEADER = 4;

/** What the core asks of its host. `octets` are a view, good until the handler returns: copy what is kept. */
export interface ActionHandler {
  /** Open a flow to `remote` from `localPort` (0: any); `name` is what TLS verifies. */
  open(flow: number, remote: Endpoint, localPort: number, name: string): void;
  /** Open the listening port; 0: any free one. */
  listen(flow: number, transport: Transport, port: number): void;
  send(flow: number, octets: Uint8Array): void;
  close(flow: number): void;
  /** An event record, for `decodeRecord`. */
  event(octets: Uint8Array): void;
  /** The orderly stop is done. */
  stopped(): void;
  /** Before the first flow is opened, where any may be of TLS. */
  tls(files: TlsFiles): void;
}

/** What goes with a request or an answer of the application. */
export interface Content {
  /** Further header lines, each with its line end. */
  readonly headers?: string | undefined;
  /** The body's type, such as `application/sdp`. */
  readonly type?: string | undefined;
  readonly body?: string | undefined;
}

/** The files of TLS as the configuration names them; empty: none. */
export interface TlsFiles {
  readonly verify: boolean;
  readonly trustAnchors: string;
  readonly certificate: string;
  readonly key: string;
}

interface Results {
  u32: number;
  i32: number;
  address: number;
  time: bigint;
  void: undefined;
}

/** The exports of the module as WebAssembly has them: times are BigInt, everything else numbers. */
type Exports = {
  readonly [Name in keyof typeof exportsOfCore]: (
    ...values: (number | bigint)[]
  ) => Results[(typeof exportsOfCore)[Name]["result"]];
};

/** The core cannot be used, or was used wrongly; the message says how. */
export class CoreError extends Error {
  override readonly name = "CoreError";
}

/** The modules of the build, once compiled. They lie two folders above the compiled hosts. */
const compiled = new Map<string, WebAssemblyModule>();

const moduleNamed = (name: string): WebAssemblyModule => {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const module = compileFile(fileURLToPath(new URL(`../../../${name}`, import.meta.url)));
  compiled.set(name, module);
  return module;
};

const compileFile = (path: string): WebAssemblyModule => {
  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  let octets: Uint8Array;
  try {
    octets = readFileSync(path);
  } catch (error) {
    throw new CoreError(`${path} cannot be read (${reasonOf(error)}): "npm run build" makes it`);
  }
  try {
    return new WebAssembly.Module(octets);
  } catch (error) {
    throw new CoreError(`${path} is not a whole WebAssembly module (${reasonOf(error)}): build it anew`);
  }
};

const defaultModule = (): WebAssemblyModule => moduleNamed("sip-failover.wasm");

/**
 * The build for desktops: faster, larger, and with the linter, which says more of a configuration: what keys mean
 * together. Otherwise it does the same, to the octet.
 */
export const desktopModule = (): WebAssemblyModule => moduleNamed("sip-failover-desktop.wasm");

const errorNames = new Map(
  Object.entries(enumerations.error.values).map(([name, value]) => [value as number, name]),
);

/**
 * The core as a class: numbers and octets go in and come out, times are milliseconds, whole and never smaller than
 * before. It does no I/O and has no clock. Inputs answer 0 or more, or a number of `enumerations.error`; the core
 * stays in order either way.
 */
export class Core {
  readonly #exports: Exports;
  readonly #memory: WebAssemblyMemory;
  readonly #input: number;
  /** Octets that the input area holds. */
  readonly inputSize: number;
  #octets: Uint8Array;
  #view: DataView;

  /** @param module the compiled core; the build for devices where it is left out */
  constructor(module: WebAssemblyModule = defaultModule()) {
    const { exports } = new WebAssembly.Instance(module, {});
    const missing = Object.keys(exportsOfCore).filter((name) => typeof exports[name] !== "function");
    if (!(exports["memory"] instanceof WebAssembly.Memory)) missing.push("memory");
    if (missing.length > 0) {
      throw new CoreError(`this is not a core of sip-failover: it lacks ${missing.join(", ")}`);
    }
    this.#exports = exports as unknown as Exports;
    this.#memory = exports["memory"] as WebAssemblyMemory;
    const version = this.#exports.contract_version() >>> 0;
    if (version !== CONTRACT_VERSION) {
      throw new CoreError(
        `the core speaks version ${String(version)} of the contract, this host ${String(CONTRACT_VERSION)}: build both anew`,
      );
    }
    this.#octets = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
    this.#input = this.#exports.input() >>> 0;
    this.inputSize = this.#exports.input_size() >>> 0;
  }

  /** Linear memory in octets. It does not grow. */
  get memorySize(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Forgets everything and begins a configuration. `seed`: 32 octets, from real entropy outside of tests. */
  configureBegin(seed: Uint8Array): void {
    if (seed.length !== SEED_OCTETS) throw new CoreError(`a seed has ${String(SEED_OCTETS)} octets`);
    this.#put(seed);
    this.#exports.configure_begin();
  }

  /** Begins the next file: its index, or an error where there are too many. */
  configureFile(): number {
    return this.#exports.configure_file();
  }

  /** Reads on in the file: how many octets were taken. Drain, then give the rest. At most `inputSize` octets. */
  configureText(octets: Uint8Array): number {
    this.#put(octets);
    return this.#exports.configure_text(octets.length);
  }

  /** Adds a DNS server. */
  configureDns(family: Family, address: string, port: number): number {
    this.#put(addressOctets(address));
    return this.#exports.configure_dns(family, port);
  }

  /** Ends the files; drain and call again while it answers above 0. */
  configureEnd(): number {
    return this.#exports.configure_end();
  }

  /** Errors in the configuration so far. */
  configureErrors(): number {
    return this.#exports.configure_errors() >>> 0;
  }

  /** Begins to work at `now`. */
  start(now: number): number {
    return this.#exports.start(BigInt(now));
  }

  /** A flow is open; `local` is our end of it. */
  flowOpened(now: number, flow: number, local: Endpoint): number {
    this.#put(addressOctets(local.address));
    return this.#exports.flow_opened(BigInt(now), flow, local.family, local.port);
  }

  /** A flow failed for a reason of `enumerations.flowFailure`. */
  flowFailed(now: number, flow: number, reason: number): number {
    return this.#exports.flow_failed(BigInt(now), flow, reason);
  }

  /** Octets arrived. A datagram that is longer than the input area is cut, and its whole length told. */
  flowBytes(now: number, flow: number, octets: Uint8Array): number {
    this.#put(octets.length > this.inputSize ? octets.subarray(0, this.inputSize) : octets);
    return this.#exports.flow_bytes(BigInt(now), flow, octets.length);
  }

  /** Something from elsewhere reached a listening flow: the number of its new flow, or 0 where it is not wanted. */
  flowIncoming(now: number, listener: number, source: Endpoint): number {
    this.#put(addressOctets(source.address));
    return this.#exports.flow_incoming(BigInt(now), listener, source.family, source.port) >>> 0;
  }

  /** Calls that the application has in hand (B2). */
  setBusy(now: number, calls: number): number {
    return this.#exports.set_busy(BigInt(now), calls);
  }

  /** Begins an orderly stop (R7). */
  stop(now: number): number {
    return this.#exports.stop(BigInt(now));
  }

  /** Places a call: its number, or an error. */
  callPlace(now: number, account: number, uri: string, content: Content = {}): number {
    const { headers, type, body } = content;
    return this.#withTexts([uri, headers, type, body], (...lengths) =>
      this.#exports.call_place(BigInt(now), account, ...lengths),
    );
  }

  /** Answers a call, or a request in it that waits for an answer. */
  callRespond(now: number, call: number, status: number, content: Content = {}): number {
    const { headers, type, body } = content;
    return this.#withTexts([headers, type, body], (...lengths) =>
      this.#exports.call_respond(BigInt(now), call, status, ...lengths),
    );
  }

  /** Ends a call. */
  callHangUp(now: number, call: number): number {
    return this.#exports.call_hang_up(BigInt(now), call);
  }

  /** Sends a request within a call; `method` of `enumerations.method`. */
  callRequest(now: number, call: number, method: number, content: Content = {}): number {
    const { headers, type, body } = content;
    return this.#withTexts([headers, type, body], (...lengths) =>
      this.#exports.call_request(BigInt(now), call, method, ...lengths),
    );
  }

  /** Sends a request outside of a call: its number, or an error. */
  requestSend(now: number, account: number, method: number, uri: string, content: Content = {}): number {
    const { headers, type, body } = content;
    return this.#withTexts([uri, headers, type, body], (...lengths) =>
      this.#exports.request_send(BigInt(now), account, method, ...lengths),
    );
  }

  /** Subscribes for `expires` seconds; `eventPackage` of `enumerations.package`. Its number, or an error. */
  subscribe(now: number, account: number, eventPackage: number, uri: string, expires: number): number {
    return this.#withTexts([uri], (...lengths) =>
      this.#exports.subscribe(BigInt(now), account, eventPackage, ...lengths, expires),
    );
  }

  /** When the core has something to do next, in milliseconds; `Infinity`: never. */
  nextDeadline(): number {
    const deadline = this.#exports.next_deadline();
    return deadline === NEVER ? Infinity : Number(deadline);
  }

  /** Hands every action there is at `now` to `handler`. The handler must not call the core. */
  drain(now: number, handler: ActionHandler): void {
    const time = BigInt(now);
    for (;;) {
      const at = this.#exports.next_action(time) >>> 0;
      if (at === 0) return;
      this.#refresh();
      const kind = this.#view.getUint16(at, true);
      const size = this.#view.getUint16(at + 2, true);
      this.#dispatch(kind, at + ACTION_HEADER, at + size, handler);
    }
  }

  /** It says of a configuration what keys mean together, and knows the names of the keys. */
  get lints(): boolean {
    return this.#exports.known_keys() > 0;
  }

  /** The names of the keys that a core with the linter knows, with X, Y and N for their numbers. */
  knownKeys(): string[] {
    return Array.from({ length: this.#exports.known_keys() >>> 0 }, (_, index) => {
      const length = this.#exports.known_key(index) >>> 0;
      this.#refresh();
      return this.#text(this.#input, length);
    });
  }

  /** A copy of the whole state. */
  snapshot(): Uint8Array {
    this.#refresh();
    return this.#octets.slice();
  }

  /** Puts a state back that `snapshot` of this or another instance of the same module has given. */
  restore(state: Uint8Array): void {
    this.#refresh();
    if (state.length !== this.#octets.length) throw new CoreError("this state is not of the same core");
    this.#octets.set(state);
  }

  #dispatch(kind: number, body: number, end: number, handler: ActionHandler): void {
    if (kind === action.event) {
      handler.event(this.#octets.subarray(body, end));
      return;
    }
    if (kind === action.stopped) {
      handler.stopped();
      return;
    }
    if (kind === action.tls) {
      handler.tls(this.#tlsFiles(body));
      return;
    }
    const flow = this.#view.getUint32(body, true);
    const rest = body + 4;
    if (kind === action.send) handler.send(flow, this.#octets.subarray(rest, end));
    else if (kind === action.close) handler.close(flow);
    else if (kind === action.listen) {
      handler.listen(flow, transportName(this.#view.getUint8(rest)), this.#view.getUint16(rest + 2, true));
    } else if (kind === action.open) {
      const tail = rest + 4 + ADDRESS_OCTETS;
      const name = this.#text(tail + 4, this.#view.getUint16(tail + 2, true));
      handler.open(flow, this.#endpoint(rest), this.#view.getUint16(tail, true), name);
    } else throw new CoreError(`the core asks for action ${String(kind)}, which this host does not know`);
  }

  #endpoint(at: number): Endpoint {
    const family = this.#view.getUint8(at + 1) === 6 ? 6 : 4;
    return {
      transport: transportName(this.#view.getUint8(at)),
      family,
      address: addressText(family, this.#octets, at + 4),
      port: this.#view.getUint16(at + 2, true),
    };
  }

  #tlsFiles(at: number): TlsFiles {
    const texts: string[] = [];
    for (let next = at + 2; texts.length < 3;) {
      const length = this.#view.getUint16(next, true);
      texts.push(this.#text(next + 2, length));
      next += 2 + length;
    }
    const [trustAnchors = "", certificate = "", key = ""] = texts;
    return { verify: this.#view.getUint8(at) !== 0, trustAnchors, certificate, key };
  }

  /** Calls with texts in the input area, one after the other, and with their lengths in octets; `too-long`: no room. */
  #withTexts(texts: readonly (string | undefined)[], call: (...lengths: number[]) => number): number {
    const encoded = texts.map((text) => Buffer.from(text ?? "", "utf8"));
    const octets = Buffer.concat(encoded);
    if (octets.length > this.inputSize) return enumerations.error.values["too-long"];
    this.#put(octets);
    return call(...encoded.map(({ length }) => length));
  }

  #text(at: number, length: number): string {
    return new TextDecoder().decode(this.#octets.subarray(at, at + length));
  }

  #put(octets: Uint8Array): void {
    if (octets.length > this.inputSize) throw new CoreError("more octets than the input area holds");
    this.#refresh();
    this.#octets.set(octets, this.#input);
  }

  /** Memory does not grow; should it all the same, the old views are detached. */
  #refresh(): void {
    if (this.#octets.buffer === this.#memory.buffer) return;
    this.#octets = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
  }
}

/** An error of the contract in words, for a negative answer. */
export const errorName = (answer: number): string => errorNames.get(answer) ?? String(answer);
