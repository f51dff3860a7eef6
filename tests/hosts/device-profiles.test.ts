/** Profiles: what they may set, what they cost, and a phone with small pools. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { command } from "../../scripts/command.js";
import { buildDevice } from "../../scripts/device/build.js";
import { buildProfile } from "../../scripts/profiles/build.js";
import { limitsOfCore, limitsWith, readProfile } from "../../scripts/profiles/profile.js";
import { options } from "../../scripts/profiles/options.js";
import { root } from "./device-prefix.js";
import { Daemon } from "./native-daemon.js";
import { WELL, file, server } from "./native-site.js";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "sip-failover-profiles-"));
});
after(() => {
  rmSync(folder, { recursive: true });
});

describe("a profile", () => {
  for (const [what, content, sentence] of [
    ["no object", [], /p\.json: a profile is an object/],
    ["an unknown option", { MAX_TELEPHONES: 1 }, /p\.json: MAX_TELEPHONES is no option/],
    ["a constant that is no option", { MAX_SLOTS: 1 }, /MAX_SLOTS is no option/],
    ["none of something", { MAX_ACCOUNTS: 0 }, /MAX_ACCOUNTS is a whole number from 1 to 16$/],
    ["more than the core has", { MAX_ACCOUNTS: 17 }, /MAX_ACCOUNTS is a whole number from 1 to 16$/],
    ["half of something", { MAX_CALLS: 1.5 }, /MAX_CALLS is a whole number/],
    ["a text", { MAX_CALLS: "1" }, /MAX_CALLS is a whole number/],
    ["no room for one message", { MESSAGE_CELLS: 32 }, /MESSAGE_CELLS, less one, hold a message/],
    ["no room for one answer", { DNS_STREAM_CELLS: 16 }, /DNS_STREAM_CELLS, less one, hold an answer/],
    ["too short a queue", { ACTION_QUEUE_SIZE: 8192 }, /ACTION_QUEUE_SIZE is MAX_MESSAGE_IN \+ /],
    ["strangers only", { MAX_FLOWS: 16 }, /MAX_INCOMING is below MAX_FLOWS/],
  ] as const) {
    it(`with ${what} is refused`, () => {
      assert.throws(() => limitsWith(content, "p.json"), sentence);
    });
  }

  it("that is not there, or is no JSON, is refused", () => {
    assert.throws(() => readProfile("tiny"), /There is no profile tiny: assembly\/profiles\/tiny\.json/);
    const broken = join(folder, "broken.json");
    writeFileSync(broken, "{");
    assert.throws(() => readProfile(broken), /broken\.json: /);
  });

  it("changes what it names, and nothing else", () => {
    const core = limitsOfCore();
    assert.deepEqual(readProfile("default").limits, core);
    assert.deepEqual(limitsWith({ MAX_ACCOUNTS: 3 }, "p.json"), { ...core, MAX_ACCOUNTS: 3 });
    assert.equal(core["MAX_ACCOUNTS"], 16);
  });

  it("of a product's own is built from its file", async () => {
    const own = join(folder, "doorbell.json");
    writeFileSync(own, JSON.stringify({ MAX_ACCOUNTS: 2, MAX_STREAMS: 1 }));
    const { name, report } = await buildProfile(own);
    try {
      assert.equal(name, "doorbell");
      const { report: core } = await buildProfile();
      assert.ok(core.memory - report.memory > 7 * 8192);
      for (const { profile, blocks, memory } of [report, core]) {
        let end = 0;
        for (const { name: block, address, octets } of blocks) {
          assert.ok(address >= end && block !== "", `${profile}: ${block} at ${String(address)}`);
          end = address + octets;
        }
        assert.ok(memory >= end && memory < end + 16);
      }
    } finally {
      rmSync(join(root, "build", "profiles", name), { recursive: true });
    }
  });
});

describe("docs/pools.md", () => {
  it("says of each option what it costs", () => {
    command(process.execPath, [join(root, "build/js/scripts/profiles/document.js"), "--check"], {
      cwd: root,
    });
    assert.ok(options.length > 20);
  });
});

/** The number of the method in the contract. */
const MESSAGE = 12;

const hex = (text: string): string => Buffer.from(text).toString("hex");

describe("a phone with small pools", () => {
  let program = "";
  before(async () => {
    const { prefix } = await buildDevice("x86-64", { profile: "small" });
    program = join(prefix, "bin", "sip-failoverd");
  });

  it("registers, fails over, and comes back with the next request", async () => {
    const digest = { users: { "1000": "secret" } };
    const first = await server({ digest });
    const second = await server({ digest }, "127.0.0.2", first.port);
    first.registrar.refuse();
    const phone = new Daemon(["--control", file(first.port)], [], program);
    await phone.hears("registered");
    assert.equal(phone.records("target-failed")[0]?.cause, "refused");
    assert.equal(second.registrar.bound(0).length, 1);
    first.registrar.up();
    const message = `1 request_send 1 ${String(MESSAGE)} ${hex("sip:1002@voice.example.com")} - - -`;
    assert.ok((await phone.answer(message)) > 0);
    await phone.until("the way back", () =>
      phone
        .records("request")
        .some(
          ({ method, target }) => method !== "REGISTER" && target === `udp:127.0.0.1:${String(first.port)}`,
        ),
    );
    assert.deepEqual(await phone.stop(), WELL);
    assert.deepEqual(phone.records("pool-full"), []);
  });

  it("has one account", async () => {
    const { port } = await server();
    const phone = new Daemon([file(port, "account.2.enable = 1", "account.2.user_name = 1001")], [], program);
    await phone.hears("registered");
    assert.deepEqual(
      phone.records("config").map(({ code, line }) => [code, Number(line) > 0]),
      [
        ["index-out-of-range", true],
        ["index-out-of-range", true],
      ],
    );
    assert.deepEqual(await phone.stop(), WELL);
  });

  it("names the pool that is full, and goes on", async () => {
    const { registrar, port } = await server();
    const phone = new Daemon(["--control", file(port)], [], program);
    await phone.hears("registered");
    const place = (number: number): Promise<number> =>
      phone.answer(`${String(number)} call_place 1 ${hex("sip:1002@voice.example.com")} - - -`);
    const [first, second, third] = await Promise.all([place(1), place(2), place(3)]);
    assert.ok(first > 0 && second > 0);
    assert.equal(third, -7);
    assert.deepEqual(
      phone.records("pool-full").map(({ pool }) => pool),
      ["calls"],
    );
    await phone.until("the end of a call", () =>
      phone.records("call").some(({ state }) => state === "ended"),
    );
    assert.ok((await place(4)) > 0);
    assert.deepEqual(await phone.stop(), WELL);
    assert.deepEqual(registrar.bound(0), []);
  });
});
