/** Everything that goes into a core and comes out of it, to be compared and played again. */
import { createHash } from "node:crypto";
import type { Core } from "../../host/simulated/index.js";

const inputs = [
  "start",
  "stop",
  "setBusy",
  "flowOpened",
  "flowFailed",
  "flowBytes",
  "flowIncoming",
  "callPlace",
  "callRespond",
  "callHangUp",
  "callRequest",
  "requestSend",
  "subscribe",
] as const;

type Input = (typeof inputs)[number];

interface Step {
  readonly name: Input | "drain";
  readonly values: readonly unknown[];
}

/** What `drain` brought at one time: every action with all its octets, as a digest; and when to come again. */
const drained = (
  core: Core,
  drain: Core["drain"],
  now: number,
  handler?: Parameters<Core["drain"]>[1],
): string => {
  const hash = createHash("sha256");
  const note = (kind: string, values: readonly unknown[], octets?: Uint8Array): void => {
    hash.update(`${kind} ${JSON.stringify(values)} ${String(octets?.length ?? "")}`);
    if (octets !== undefined) hash.update(octets);
  };
  drain(now, {
    open: (...values) => {
      note("open", values);
      handler?.open(...values);
    },
    listen: (...values) => {
      note("listen", values);
      handler?.listen(...values);
    },
    send: (flow, octets) => {
      note("send", [flow], octets);
      handler?.send(flow, octets);
    },
    close: (flow) => {
      note("close", [flow]);
      handler?.close(flow);
    },
    event: (octets) => {
      note("event", [], octets);
      handler?.event(octets);
    },
    stopped: () => {
      note("stopped", []);
      handler?.stopped();
    },
    tls: (files) => {
      note("tls", [files]);
      handler?.tls(files);
    },
  });
  return `${hash.digest("hex")} ${String(now)} ${String(core.nextDeadline())}`;
};

/** Records a core from now on. */
export class Recording {
  readonly steps: Step[] = [];
  /** What came of each step: the answer of an input, or what was drained. */
  readonly results: (string | number)[] = [];

  constructor(readonly core: Core) {
    for (const name of inputs) {
      const call = core[name].bind(core) as (...values: unknown[]) => number;
      Object.assign(core, {
        [name]: (...values: unknown[]): number => {
          this.steps.push({
            name,
            values: values.map((value) => (value instanceof Uint8Array ? value.slice() : value)),
          });
          const answer = call(...values);
          this.results.push(answer);
          return answer;
        },
      });
    }
    const drain = core.drain.bind(core);
    core.drain = (now, handler) => {
      this.steps.push({ name: "drain", values: [now] });
      // What the handler does comes after all that the core has said, as the engine has it.
      this.results.push(drained(core, drain, now, handler));
    };
  }

  /** Takes the steps from `from` on with another core, and answers what came of them. */
  replay(core: Core, from = 0): (string | number)[] {
    return this.steps
      .slice(from)
      .map(({ name, values }) =>
        name === "drain"
          ? drained(core, core.drain.bind(core), values[0] as number)
          : (core[name] as (...all: readonly unknown[]) => number).call(core, ...values),
      );
  }
}

/** A digest of the whole memory. */
export const digestOf = (core: Core): string => createHash("sha256").update(core.snapshot()).digest("hex");
