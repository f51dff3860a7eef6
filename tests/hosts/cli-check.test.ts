import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { recordsOf, run, testFolder, writeFile } from "./cli-harness.js";

const HEADER = "#!version:1.0.0.1";
const PASSWORD = "opensesame42";
const account = [
  "account.1.enable = 1",
  "account.1.user_name = 1001",
  `account.1.password = ${PASSWORD}`,
  "account.1.sip_server.1.address = voice.example",
];
/** A line that is added to this file is its sixth. */
const good = [HEADER, ...account];

/** Lines added to a good file, and the diagnostics: `line:column level code`. */
const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["nothing", [], []],
  ["a line that is none", ["account.1.label Reception"], ["6:1 error not-a-line"]],
  ["an indented line that is none", ["   account.1.label Reception"], ["6:4 error not-a-line"]],
  ["a blank inside a key", ["account.1. label = x"], ["6:1 error not-a-line"]],
  ["an include", ["include:config <x.cfg>"], ["6:1 error include-in-config"]],
  ["a port out of range", ["account.1.sip_server.1.port = 65536"], ["6:31 error out-of-range"]],
  ["a port that is no number", ["account.1.sip_server.1.port=sip"], ["6:29 error not-a-number"]],
  ["a mode out of range", ["account.1.sip_server.1.failback_mode =    4"], ["6:43 error out-of-range"]],
  ["a lifetime below the least", ["account.1.sip_server.1.expires = 29"], ["6:34 error out-of-range"]],
  ["a timer out of range", ["sip.timer_t1 = 0.4"], ["6:16 error out-of-range"]],
  ["an address that is none", ["account.1.sip_server.2.address = sip:pbx"], ["6:34 error bad-address"]],
  [
    "a DNS server that is no address",
    ["static.network.primary_dns = ns.example"],
    ["6:30 error bad-ip-address"],
  ],
  ["a text that is too long", [`account.1.label = ${"x".repeat(100)}`], ["6:19 error text-too-long"]],
  ["a misspelt key", ["account.1.sip_server.1.failback_mod = 1"], ["6:1 warning unknown-key"]],
  ["an account that does not exist", ["account.17.enable = 1"], ["6:1 warning index-out-of-range"]],
  ["a key of another family", ["phone_setting.ring_type = 1"], []],
  ["a key twice", ["account.1.enable = 1"], ["6:1 warning duplicate-key"]],
  [
    "a key blank the second time",
    ["account.1.sip_server.1.address ="],
    ["2:1 warning account-without-server", "6:1 warning blank-duplicate"],
  ],
  [
    "a timeout that is read as 60",
    ["account.1.sip_server.1.failback_mode = 3", "account.1.sip_server.1.failback_timeout = 30"],
    ["7:43 warning failback-timeout-raised"],
  ],
  [
    "a timeout without its mode",
    ["account.1.sip_server.1.failback_timeout = 90"],
    ["6:1 warning failback-timeout-unused"],
  ],
  [
    "a key without the one it depends on",
    ["account.1.sip_server.1.only_signal_with_registered = 1"],
    ["6:1 warning only-signal-unused"],
  ],
  ["NAPTR with a port", ["account.1.sip_server.1.transport_type = 3"], ["6:1 warning naptr-with-port"]],
  [
    "a proxy that is off",
    ["account.1.outbound_proxy.1.address = p.example"],
    ["6:1 warning outbound-proxy-disabled"],
  ],
];

const folder = testFolder();
const file = writeFile(folder, "phone.cfg", "");
const place = /^(.*):(\d+):(\d+): (error|warning) ([a-z-]+): \S.*$/;

/** The diagnostics of a run as `line:column level code`, all of the file. */
const diagnosticsOf = (out: string, name = file): string[] =>
  out.split("\n").flatMap((line) => {
    const [, path, row = "", column = "", level = "", code = ""] = place.exec(line) ?? [];
    if (path === undefined) return [];
    assert.equal(path, name);
    return [`${row}:${column} ${level} ${code}`];
  });

describe("check", () => {
  for (const [name, added, expected] of cases) {
    it(`says where: ${name}`, async () => {
      writeFile(folder, "phone.cfg", [...good, ...added, ""].join("\n"));
      const { status, out, err } = await run(["check", file]);
      assert.deepEqual(diagnosticsOf(out), expected);
      assert.equal(status, expected.some((line) => line.includes(" error ")) ? 1 : 0);
      assert.equal(err, "");
      const count = (level: string): number => expected.filter((line) => line.includes(` ${level} `)).length;
      const counted = (level: string): string =>
        `${count(level) === 0 ? "no" : String(count(level))} ${level}${count(level) === 1 ? "" : "s"}`;
      assert.equal(out.trimEnd().split("\n").at(-1), `${counted("error")}, ${counted("warning")}`);
      assert.ok(!out.includes(PASSWORD));
    });
  }

  it("says that the header is missing, and that no account is enabled", async () => {
    const path = writeFile(folder, "empty.cfg", "account.1.label = x\n");
    const { status, out } = await run(["check", path]);
    assert.equal(status, 1);
    assert.deepEqual(diagnosticsOf(out, path), ["1:1 error missing-header", "1:1 error no-account-enabled"]);
  });

  it("names the nearest known key, and what is allowed", async () => {
    writeFile(
      folder,
      "phone.cfg",
      [
        ...good,
        "account.1.sip_server.1.failback_mod = 1",
        "account.1.naptr_build = 2",
        "account.1.enabel = 1",
        "",
      ].join("\n"),
    );
    const { out } = await run(["check", file]);
    assert.match(out, /unknown-key: .*\n {4}hint: Did you mean account\.1\.sip_server\.1\.failback_mode\?\n/);
    assert.match(
      out,
      /out-of-range: account\.1\.naptr_build = 2 is out of range.*\n {4}hint: Allowed: 0\.\.1\.\n/,
    );
    assert.match(out, /:8:1: note unknown-key-elsewhere: .*\n {4}hint: Did you mean account\.1\.enable\?\n/);
  });

  it("exits with 1 for warnings only with --strict", async () => {
    writeFile(folder, "phone.cfg", [...good, "account.1.enable = 1", ""].join("\n"));
    assert.equal((await run(["check", file])).status, 0);
    assert.equal((await run(["check", "--strict", file])).status, 1);
  });

  it("writes records with --json", async () => {
    writeFile(folder, "phone.cfg", [...good, "account.1.sip_server.1.port = 65536", ""].join("\n"));
    const { status, out } = await run(["check", "--json", file]);
    const [record, ...more] = recordsOf(out);
    assert.equal(status, 1);
    assert.deepEqual(more, []);
    const { t, account: of, event, level, code, key, line, column } = record ?? {};
    assert.deepEqual(
      { t, of, event, level, code, key, line, column },
      {
        t: 0,
        of: 1,
        event: "config",
        level: "error",
        code: "out-of-range",
        key: "account.1.sip_server.1.port",
        line: 6,
        column: 31,
      },
    );
  });

  it("reads several files as one configuration, a later one wins", async () => {
    const common = writeFile(folder, "common.cfg", [HEADER, ...account, ""].join("\n"));
    const own = writeFile(folder, "own.cfg", [HEADER, "account.1.user_name =", ""].join("\n"));
    const { status, out } = await run(["check", common, own]);
    assert.equal(status, 0);
    assert.match(out, /own\.cfg:2:1: warning blank-in-later-file: /);
  });

  it("reads the files that a boot file lists", async () => {
    writeFile(folder, "listed.cfg", [...good, "account.1.sip_server.1.port = x", ""].join("\n"));
    const boot = writeFile(
      folder,
      "001565abcdef.boot",
      `${HEADER}\ninclude:config <listed.cfg>\ninclude:config "gone.cfg"\n`,
    );
    const { status, out } = await run(["check", boot]);
    assert.equal(status, 1);
    assert.match(out, /listed\.cfg:6:31: error not-a-number: /);
    assert.match(out, /001565abcdef\.boot:3:17: error bad-include: .*gone\.cfg/);
  });

  it("reads standard input", async () => {
    const { status, out } = await run(["check", "-"], { input: [...good, "nonsense", ""].join("\n") });
    assert.equal(status, 1);
    assert.deepEqual(diagnosticsOf(out, "(standard input)"), ["6:1 error not-a-line"]);
  });

  it("says why a file cannot be read", async () => {
    const path = join(folder, "nowhere.cfg");
    const { status, out } = await run(["check", path]);
    assert.equal(status, 1);
    assert.match(out, /nowhere\.cfg:1:1: error unreadable-file: .*there is no such file/);
  });

  it("warns of a password that others may read", { skip: process.platform === "win32" }, async () => {
    const path = writeFile(folder, "open.cfg", [...good, ""].join("\n"));
    chmodSync(path, 0o644);
    const { status, out } = await run(["check", path]);
    assert.equal(status, 0);
    assert.deepEqual(diagnosticsOf(out, path), ["4:1 warning readable-password"]);
    assert.ok(!out.includes(PASSWORD));
  });
});

describe("run, with errors in the file", () => {
  const words = (...more: string[]): string[] => ["run", file, "--duration", "0.2", ...more];
  const bad = [...good, "sip.listen_port = 0", "account.1.sip_server.1.port = x", ""].join("\n");

  it("does not start, and says why", async () => {
    writeFile(folder, "phone.cfg", bad);
    const { status, out, err } = await run(words());
    assert.equal(status, 1);
    assert.equal(out, "");
    assert.match(
      err,
      /phone\.cfg:7:31: error not-a-number: .*\n.*\n1 error, no warnings: the phone does not start\./,
    );
    assert.ok(!err.includes(PASSWORD));
  });

  it("writes them as records with --json", async () => {
    writeFile(folder, "phone.cfg", bad);
    const { status, out } = await run(words("--json"));
    assert.equal(status, 1);
    assert.deepEqual(
      recordsOf(out).map(({ event, line, column }) => [event, line, column]),
      [["config", 7, 31]],
    );
  });
});
