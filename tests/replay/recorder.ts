import { addressOctets } from "../../host/abi/address.js";
import type { Endpoint } from "../../host/abi/address.js";
import { Core } from "../../host/abi/core.js";
import type { Content } from "../../host/abi/core.js";
import { drainStep, exportStep } from "./format.js";
import type { ExportName, Step } from "./format.js";

/** Texts one after the other in the input area, and the length of each. */
const joined = (...texts: readonly (string | undefined)[]): { octets: Buffer; lengths: number[] } => {
  const encoded = texts.map((text) => Buffer.from(text ?? "", "utf8"));
  return { octets: Buffer.concat(encoded), lengths: encoded.map(({ length }) => length) };
};

const contentOf = ({ headers, type, body }: Content = {}): (string | undefined)[] => [headers, type, body];

const addressed = (name: ExportName, now: number, flow: number, end: Endpoint): Step =>
  exportStep(name, [now, flow, end.family, end.port], addressOctets(end.address));

type Encoders = {
  readonly [Name in keyof Core]?: Core[Name] extends (...values: infer Values) => unknown
    ? (...values: Values) => Step
    : never;
};

/** What each method of `Core` that is an input makes of its arguments. */
const encoders: Encoders = {
  configureBegin: (seed) => exportStep("configure_begin", [], seed),
  configureFile: () => exportStep("configure_file"),
  configureText: (octets) => exportStep("configure_text", [octets.length], octets),
  configureDns: (family, address, port) =>
    exportStep("configure_dns", [family, port], addressOctets(address)),
  configureEnd: () => exportStep("configure_end"),
  start: (now) => exportStep("start", [now]),
  stop: (now) => exportStep("stop", [now]),
  setBusy: (now, calls) => exportStep("set_busy", [now, calls]),
  flowOpened: (now, flow, local) => addressed("flow_opened", now, flow, local),
  flowFailed: (now, flow, reason) => exportStep("flow_failed", [now, flow, reason]),
  flowIncoming: (now, listener, source) => addressed("flow_incoming", now, listener, source),
  flowBytes: (now, flow, octets) => exportStep("flow_bytes", [now, flow, octets.length], octets),
  callPlace: (now, account, uri, content) => {
    const { octets, lengths } = joined(uri, ...contentOf(content));
    return exportStep("call_place", [now, account, ...lengths], octets);
  },
  callRespond: (now, call, status, content) => {
    const { octets, lengths } = joined(...contentOf(content));
    return exportStep("call_respond", [now, call, status, ...lengths], octets);
  },
  callHangUp: (now, call) => exportStep("call_hang_up", [now, call]),
  callRequest: (now, call, method, content) => {
    const { octets, lengths } = joined(...contentOf(content));
    return exportStep("call_request", [now, call, method, ...lengths], octets);
  },
  requestSend: (now, account, method, uri, content) => {
    const { octets, lengths } = joined(uri, ...contentOf(content));
    return exportStep("request_send", [now, account, method, ...lengths], octets);
  },
  subscribe: (now, account, eventPackage, uri, expires) => {
    const { octets, lengths } = joined(uri);
    return exportStep("subscribe", [now, account, eventPackage, ...lengths, expires], octets);
  },
  drain: (now) => drainStep(now),
};

const recordings = new WeakMap<Core, Step[]>();

/**
 * Records what goes into every core from now on, from its configuration on. Texts that are too long for the input area
 * never get to the core, and are not recorded.
 */
export const recordCores = (): void => {
  for (const [name, encode] of Object.entries(encoders)) {
    const methods = Core.prototype as unknown as Record<string, (...values: unknown[]) => unknown>;
    const method = methods[name] as (...values: unknown[]) => unknown;
    const asStep = encode as (...values: unknown[]) => Step;
    methods[name] = function recorded(this: Core, ...values: unknown[]): unknown {
      const step = asStep(...values);
      const octets = step.octets.slice(0, name === "flowBytes" ? this.inputSize : undefined);
      const steps = recordings.get(this) ?? [];
      if (octets.length <= this.inputSize) steps.push({ ...step, octets });
      recordings.set(this, steps);
      return method.apply(this, values);
    };
  }
};

/** What has gone into a core so far. */
export const stepsOf = (core: Core): readonly Step[] => recordings.get(core) ?? [];
