import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { configure } from "../../host/abi/configure.js";
import type { exportsOfCore } from "../../host/abi/contract.js";
import { enumerations } from "../../host/abi/contract.js";
import { SEED_OCTETS } from "../../host/abi/core.js";
import { WebAssembly } from "../../host/abi/webassembly.js";
import { Core, Random } from "../../host/simulated/index.js";
import type { Endpoint, SimulatedPhone } from "../../host/simulated/index.js";
import { Site, configuration, registered } from "./helpers.js";

const error = enumerations.error.values;
const NEVER = 0x7fff_ffff_ffff_ffffn;
const errors = new Set<number>(Object.values(error));

type Value = number | bigint;
type Raw = Readonly<Record<keyof typeof exportsOfCore, (...values: Value[]) => Value>>;

const module = new WebAssembly.Module(readFileSync(new URL("../../../sip-failover.wasm", import.meta.url)));
const raw = (): Raw => new WebAssembly.Instance(module, {}).exports as unknown as Raw;

interface Action {
  readonly kind: "open" | "listen" | "send" | "close" | "stopped" | "tls";
  readonly flow: number;
}

/** A core driven by hand, with what it asks for. */
class Driven {
  readonly core = new Core();
  readonly actions: Action[] = [];
  now = 0;

  constructor(seed = new Random(1).octets(SEED_OCTETS), settings = {}) {
    const octets = new TextEncoder().encode(
      configuration({ "sip_server.1.address": "192.0.2.1", ...settings }),
    );
    const { errors: found } = configure(this.core, { files: [{ name: "phone.cfg", octets }], seed });
    assert.equal(found, 0);
  }

  /** Drains, and answers what has been asked for since the last time. */
  drain(): Action[] {
    const from = this.actions.length;
    this.core.drain(this.now, {
      open: (flow) => this.actions.push({ kind: "open", flow }),
      listen: (flow) => this.actions.push({ kind: "listen", flow }),
      send: (flow) => this.actions.push({ kind: "send", flow }),
      close: (flow) => this.actions.push({ kind: "close", flow }),
      stopped: () => this.actions.push({ kind: "stopped", flow: 0 }),
      tls: () => this.actions.push({ kind: "tls", flow: 0 }),
      event: () => undefined,
    });
    return this.actions.slice(from);
  }

  /** Starts and opens what is asked for until the REGISTER has gone: the flows of the listener and of the server. */
  begin(): { listener: number; flow: number } {
    assert.equal(this.core.start(0), 0);
    const listener = this.drain().find(({ kind }) => kind === "listen")?.flow ?? 0;
    assert.equal(this.core.flowOpened(0, listener, local), 0);
    const flow = this.drain().find(({ kind }) => kind === "open")?.flow ?? 0;
    return { listener, flow };
  }
}

const local: Endpoint = { transport: "udp", family: 4, address: "198.51.100.1", port: 5060 };

/** A configured core, through the raw exports. */
const configured = (): Raw => {
  const core = raw();
  core.configure_begin();
  assert.equal(core.configure_file(), 0);
  assert.equal(core.configure_end(), 0);
  while (core.next_action(0n) !== 0);
  return core;
};

const started = (): Raw => {
  const core = configured();
  assert.equal(core.start(0n), 0);
  return core;
};

type Call = readonly [name: keyof Raw, values: readonly Value[], answer: Value];

const onFlows: readonly Call[] = [
  ["flow_opened", [0n, 1, 4, 5060], error["stale-flow"]],
  ["flow_failed", [0n, 1, 0], error["stale-flow"]],
  ["flow_bytes", [0n, 1, 10], error["stale-flow"]],
  ["flow_incoming", [0n, 1, 4, 5060], 0],
];

const phases: Readonly<Record<string, { readonly core: () => Raw; readonly calls: readonly Call[] }>> = {
  "before anything": {
    core: raw,
    calls: [
      ["configure_file", [], error["not-configured"]],
      ["configure_text", [10], error["not-configured"]],
      ["configure_dns", [4, 53], error["not-configured"]],
      ["configure_end", [], error["not-configured"]],
      ["start", [0n], error["not-configured"]],
      ["stop", [0n], error["not-configured"]],
      ["next_action", [0n], 0],
      ["next_deadline", [], NEVER],
      ...onFlows,
    ],
  },
  "while it is configured": {
    core: () => {
      const core = raw();
      core.configure_begin();
      return core;
    },
    calls: [
      ["configure_text", [10], error["not-configured"]],
      ["start", [0n], error["not-configured"]],
      ["stop", [0n], error["not-configured"]],
      ["next_deadline", [], NEVER],
      ...onFlows,
    ],
  },
  "before the start": {
    core: configured,
    calls: [
      ["configure_file", [], error["not-configured"]],
      ["configure_text", [10], error["not-configured"]],
      ["configure_end", [], error["already-started"]],
      ["stop", [0n], error["not-configured"]],
      ["next_action", [0n], 0],
      ["next_deadline", [], NEVER],
      ...onFlows,
    ],
  },
  "after the start": {
    core: started,
    calls: [
      ["start", [0n], error["already-started"]],
      ["configure_dns", [4, 53], error["already-started"]],
      ["configure_file", [], error["not-configured"]],
      ["configure_text", [10], error["not-configured"]],
      ["configure_end", [], error["already-started"]],
      ["flow_opened", [0n, 0xffff_ffff, 4, 5060], error["stale-flow"]],
    ],
  },
  "after the stop": {
    core: () => {
      const core = started();
      assert.equal(core.stop(0n), 0);
      while (core.next_action(0n) !== 0);
      return core;
    },
    calls: [
      ["stop", [0n], 0],
      ["start", [0n], error["already-started"]],
      ["next_action", [10_000n], 0],
      ["next_deadline", [], NEVER],
      ...onFlows,
    ],
  },
};

describe("calls in the wrong phase are answered", () => {
  for (const [phase, { core, calls }] of Object.entries(phases)) {
    test(phase, () => {
      for (const [name, values, answer] of calls) {
        assert.equal(core()[name](...values), answer, `${name}(${values.join(", ")})`);
      }
      // And one after the other, on the same core.
      const one = core();
      for (const [name, values, answer] of calls) assert.equal(one[name](...values), answer, name);
    });
  }
});

describe("flow handles", () => {
  test("any number that is no open flow is stale", () => {
    const driven = new Driven();
    const { listener, flow } = driven.begin();
    const open = new Set([listener, flow]);
    const numbers = Array.from({ length: 256 }, (_, index) => index);
    const random = new Random(5);
    const guesses = [
      ...numbers,
      ...numbers.map((n) => (n << 8) >>> 0),
      ...numbers.map((n) => (flow ^ (1 << (n % 32))) >>> 0),
      ...numbers.map(() => Math.floor(random.next() * 0x1_0000_0000)),
      0xffff_ffff,
    ].filter((handle) => !open.has(handle));
    for (const handle of guesses) {
      assert.equal(driven.core.flowOpened(0, handle, local), error["stale-flow"]);
      assert.equal(driven.core.flowFailed(0, handle, 0), error["stale-flow"]);
      assert.equal(driven.core.flowBytes(0, handle, new Uint8Array(1)), error["stale-flow"]);
      if (handle !== listener) assert.equal(driven.core.flowIncoming(0, handle, local), 0);
    }
    assert.deepEqual(driven.drain(), []);
    assert.equal(driven.core.flowOpened(0, flow, local), 0);
    assert.deepEqual(driven.drain(), [{ kind: "send", flow }]);
  });

  test("a flow is opened once, and fails once", () => {
    const driven = new Driven();
    const { flow } = driven.begin();
    const { core } = driven;
    assert.equal(core.flowBytes(0, flow, new Uint8Array(1)), error["flow-state"]);
    assert.equal(core.flowOpened(0, flow, { ...local, family: 5 as 4 }), error["bad-argument"]);
    assert.equal(core.flowOpened(0, flow, local), 0);
    assert.equal(core.flowOpened(0, flow, local), error["flow-state"]);
    for (const reason of [11, 12, 255, 0x7fff_ffff, 0xffff_ffff]) {
      assert.equal(core.flowFailed(0, flow, reason), error["bad-argument"]);
    }
    assert.deepEqual(driven.drain(), [{ kind: "send", flow }]);
    assert.equal(core.flowFailed(0, flow, 0), 0);
    assert.equal(core.flowFailed(0, flow, 0), error["stale-flow"]);
    assert.equal(core.flowBytes(0, flow, new Uint8Array(1)), error["stale-flow"]);
    assert.deepEqual(driven.drain(), []);
  });

  test("the number of a flow that is gone is not given to the next one", () => {
    const driven = new Driven();
    const seen = new Set<number>();
    let { flow } = driven.begin();
    for (let round = 0; round < 500; round++) {
      assert.ok(!seen.has(flow));
      seen.add(flow);
      assert.equal(driven.core.flowFailed(driven.now, flow, 0), 0);
      driven.drain();
      driven.now = driven.core.nextDeadline();
      const old = flow;
      flow = driven.drain().find(({ kind }) => kind === "open")?.flow ?? 0;
      assert.notEqual(flow, 0);
      assert.equal(driven.core.flowOpened(driven.now, old, local), error["stale-flow"]);
    }
  });

  test("what comes from elsewhere needs a listener and an address of a known family", () => {
    const driven = new Driven();
    const { listener, flow } = driven.begin();
    const { core } = driven;
    assert.equal(core.flowOpened(0, flow, local), 0);
    assert.equal(core.flowIncoming(0, flow, local), 0);
    assert.equal(core.flowIncoming(0, listener, { ...local, family: 7 as 4 }), 0);
    const incoming = core.flowIncoming(0, listener, local);
    assert.notEqual(incoming, 0);
    assert.equal(core.flowBytes(0, incoming, Buffer.from("garbage")), 0);
    assert.equal(core.flowBytes(0, incoming, Buffer.from("garbage")), error["stale-flow"]);
  });

  test("flows that never get their octets fill the pool, and no more", () => {
    const driven = new Driven();
    const { listener, flow } = driven.begin();
    let taken = 0;
    while (driven.core.flowIncoming(0, listener, local) !== 0) taken++;
    assert.equal(taken, 62);
    driven.drain();
    assert.equal(driven.core.flowOpened(0, flow, local), 0);
    assert.deepEqual(driven.drain(), [{ kind: "send", flow }]);
  });
});

describe("arguments out of their range", () => {
  const huge = [8193, 65_536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

  test("lengths beyond the input area", () => {
    const core = raw();
    core.configure_begin();
    assert.equal(core.configure_file(), 0);
    for (const length of huge) assert.equal(core.configure_text(length), error["bad-argument"]);
    assert.equal(core.configure_end(), 0);
    assert.equal(core.start(0n), 0);
    const driven = new Driven();
    const { flow } = driven.begin();
    driven.core.flowOpened(0, flow, local);
    assert.equal(driven.core.flowBytes(0, flow, new Uint8Array(100_000)), 0);
    assert.deepEqual(
      driven.drain().filter(({ kind }) => kind !== "send"),
      [],
    );
  });

  test("families, indices and ports", () => {
    const core = raw();
    core.configure_begin();
    for (const family of [0, 1, 5, 7, 255, 0xffff_ffff]) {
      assert.equal(core.configure_dns(family, 53), error["bad-argument"]);
    }
    for (const index of [0, 1, ...huge]) assert.equal(core.known_key(index), 0);
    for (let server = 0; server < 4; server++) assert.equal(core.configure_dns(4, 65_535), 0);
    assert.equal(core.configure_dns(4, 53), error["pool-full"]);
  });

  test("files without end", () => {
    const core = raw();
    core.configure_begin();
    const answers = Array.from({ length: 40 }, () => {
      while (core.next_action(0n) !== 0);
      return Number(core.configure_file());
    });
    assert.ok(answers.includes(15));
    assert.ok(answers.every((answer) => answer >= 0 || errors.has(answer)));
    assert.equal(answers.at(-1), error["pool-full"]);
  });

  test("a seed of nothing but zeros serves like any other", () => {
    const site = new Site();
    const driven = new Driven(new Uint8Array(SEED_OCTETS));
    const { flow } = driven.begin();
    driven.core.flowOpened(0, flow, local);
    assert.deepEqual(driven.drain(), [{ kind: "send", flow }]);
    assert.deepEqual(registered(runFor(site, site.phone({}, { seed: 0 }))), ["1.1 A"]);
  });

  test("a seed of another length is refused by the class", () => {
    const core = new Core();
    assert.throws(() => {
      core.configureBegin(new Uint8Array(0));
    }, /32/);
  });
});

const runFor = (site: Site, phone: SimulatedPhone): SimulatedPhone => {
  site.s.run(100_000);
  return phone;
};

describe("state survives misuse", () => {
  test("a phone whose host calls wrongly every 100 ms sends what an undisturbed one sends", () => {
    const course = (misused: boolean): string[] => {
      const site = new Site({ digest: { users: { "1000": "secret" } } });
      const phone = site.phone({ "sip_server.1.expires": 60, "sip_server.1.failback_mode": 2 });
      site.s.at(50_000, () => {
        site.a.silent();
      });
      site.s.at(150_000, () => {
        site.a.up();
      });
      const { core } = phone;
      const misuse = (): void => {
        const { now } = site.s;
        const answers = [
          core.start(now),
          core.configureFile(),
          core.configureText(Buffer.from("account.1.enable = 0\n")),
          core.configureEnd(),
          core.flowOpened(now, 0, local),
          core.flowOpened(now, 0xabcd_ef01, local),
          core.flowFailed(now, 0xffff_ffff, 3),
          core.flowBytes(now, 0x1234_5678, new Uint8Array(20_000)),
          core.flowIncoming(now, 77, local) === 0 ? error["stale-flow"] : 0,
        ];
        for (const answer of answers) assert.ok(errors.has(answer), String(answer));
      };
      if (misused) for (let t = 50; t < 300_000; t += 100) site.s.at(t, misuse);
      site.s.run(300_000);
      return phone.wire.map(
        ({ t, from, to, octets }) => `${String(t)} ${from} ${to} ${Buffer.from(octets).toString("hex")}`,
      );
    };
    assert.deepEqual(course(true), course(false));
  });

  test("a configuration that is begun in mid-course forgets everything, and the core serves again", () => {
    const driven = new Driven();
    const { flow, listener } = driven.begin();
    const { core } = driven;
    core.flowOpened(0, flow, local);
    driven.drain();
    core.configureBegin(new Uint8Array(SEED_OCTETS));
    assert.equal(core.start(0), error["not-configured"]);
    assert.equal(core.flowBytes(0, listener, new Uint8Array(1)), error["stale-flow"]);
    assert.equal(core.nextDeadline(), Infinity);
    assert.deepEqual(driven.drain(), []);
    const octets = new TextEncoder().encode(configuration({ "sip_server.1.address": "192.0.2.9" }));
    configure(core, { files: [{ name: "phone.cfg", octets }], seed: new Uint8Array(SEED_OCTETS) });
    const again = driven.begin();
    assert.equal(core.flowOpened(0, again.flow, local), 0);
    assert.deepEqual(driven.drain(), [{ kind: "send", flow: again.flow }]);
  });
});
