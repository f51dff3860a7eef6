import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { configure } from "../../host/abi/configure.js";
import { SEED_OCTETS } from "../../host/abi/core.js";
import { Core, Random, desktopModule } from "../../host/simulated/index.js";
import { Installation, file } from "./endurance.js";
import { sent } from "./helpers.js";
import { Recording, digestOf } from "./recording.js";

const HOUR = 3_600_000;
const SEED = 77;

interface Course {
  readonly installation: Installation;
  readonly recording: Recording;
  /** The state after three hours, and how many steps had been taken by then. */
  readonly middle: Uint8Array;
  readonly steps: number;
}

/** Six hours with 60 outages. */
const course = (seed = SEED): Course => {
  const installation = new Installation({ seed, keepWire: false }, false);
  const recording = new Recording(installation.phone.core);
  installation.plan(9, 60, 60_000, 5 * HOUR);
  installation.s.runUntil(3 * HOUR);
  const middle = installation.phone.core.snapshot();
  const steps = recording.steps.length;
  installation.s.runUntil(6 * HOUR);
  return { installation, recording, middle, steps };
};

const first = course();

/** Fails at the first step that differs; the whole lists are too long to show. */
const assertSame = (found: readonly unknown[], expected: readonly unknown[]): void => {
  const at = found.findIndex((one, index) => one !== expected[index]);
  assert.equal(at, -1, `step ${String(at)}`);
  assert.equal(found.length, expected.length);
};

describe("the state is the memory, and nothing else", () => {
  test("the course is one worth repeating", () => {
    const { phone } = first.installation;
    assert.ok(first.recording.steps.length > 20_000, String(first.recording.steps.length));
    assert.ok(phone.events("failover").length > 50);
    assert.ok(phone.events("failback").length > 50);
  });

  test("two runs of the same inputs are equal, octet for octet", () => {
    const second = course();
    assert.deepEqual(second.recording.steps.length, first.recording.steps.length);
    assertSame(second.recording.results, first.recording.results);
    assert.equal(Buffer.compare(second.middle, first.middle), 0);
    assert.equal(digestOf(second.recording.core), digestOf(first.recording.core));
    assert.equal(
      JSON.stringify(second.installation.phone.records),
      JSON.stringify(first.installation.phone.records),
    );
  });

  test("the inputs alone, given to another core, give the same", () => {
    const core = new Core();
    const octets = new TextEncoder().encode(file());
    configure(core, {
      files: [{ name: "phone.cfg", octets }],
      seed: new Random(SEED).octets(SEED_OCTETS),
      resolvers: ["192.0.2.53:53"],
    });
    assertSame(first.recording.replay(core), first.recording.results);
    assert.equal(digestOf(core), digestOf(first.recording.core));
  });

  test("so does the build for desktops", () => {
    const core = new Core(desktopModule());
    const octets = new TextEncoder().encode(file());
    configure(core, {
      files: [{ name: "phone.cfg", octets }],
      seed: new Random(SEED).octets(SEED_OCTETS),
      resolvers: ["192.0.2.53:53"],
    });
    assertSame(first.recording.replay(core), first.recording.results);
  });

  test("a core that is restored from a state in the middle goes on as the first did", () => {
    const core = new Core();
    core.restore(first.middle);
    assertSame(first.recording.replay(core, first.steps), first.recording.results.slice(first.steps));
    assert.equal(digestOf(core), digestOf(first.recording.core));
  });

  test("so does one with a history of its own", () => {
    const other = new Installation({ seed: 4 });
    other.s.runUntil(HOUR);
    other.phone.core.restore(first.middle);
    assertSame(
      first.recording.replay(other.phone.core, first.steps),
      first.recording.results.slice(first.steps),
    );
  });

  test("configured anew, a core remembers nothing of the life before", () => {
    const configured = (core: Core): Core => {
      const octets = new TextEncoder().encode(file());
      configure(core, {
        files: [{ name: "phone.cfg", octets }],
        seed: new Random(SEED).octets(SEED_OCTETS),
        resolvers: ["192.0.2.53:53"],
      });
      return core;
    };
    const used = new Core();
    used.restore(first.middle);
    assertSame(first.recording.replay(configured(used)), first.recording.results);
  });
});

describe("another seed", () => {
  /** Everything that is to be unguessable in the requests and questions of ten minutes. */
  const identifiers = (seed: number): Record<string, Set<string>> => {
    const installation = new Installation({ seed }, true);
    const { zone } = installation.s;
    zone.log = true;
    installation.s.runUntil(600_000);
    const requests = sent(installation.phone).map(({ message }) => message);
    const quoted = (name: string): string[] =>
      requests.flatMap((message) => {
        const found = new RegExp(`${name}="?([^",]+)`).exec(message.header("authorization") ?? "")?.[1];
        return found === undefined ? [] : [found];
      });
    return {
      "Call-ID": new Set(requests.map(({ callId }) => callId)),
      "From tag": new Set(requests.map(({ fromTag }) => fromTag)),
      branch: new Set(requests.map(({ branch }) => branch.slice("z9hG4bK00".length))),
      cnonce: new Set(quoted("cnonce")),
      "DNS identifier": new Set(zone.received.map(({ id }) => String(id))),
    };
  };

  test("gives other identifiers, the same seed the same", () => {
    const [one, two, again] = [identifiers(1), identifiers(2), identifiers(1)];
    for (const [name, values] of Object.entries(one)) {
      assert.ok(values.size >= 16 || name === "DNS identifier", `${name}: ${String(values.size)}`);
      assert.deepEqual(again[name], values, name);
      const common = [...values].filter((value) => two[name]?.has(value));
      // Of 16 bits two runs may well have some in common.
      assert.ok(name === "DNS identifier" ? common.length < values.size / 4 : common.length === 0, name);
    }
  });

  test("no identifier is used twice by 16 accounts", () => {
    const { "Call-ID": callIds, "From tag": tags } = identifiers(1);
    // Accounts 5, 6, 13 and 14 have a second slot; those of 5 and 13 are silent while slot 1 serves.
    assert.equal(callIds?.size, 18);
    assert.equal(tags?.size, 18);
  });
});
