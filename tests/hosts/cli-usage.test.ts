import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { InvalidArgumentError } from "commander";
import { dnsServer, durationInMilliseconds } from "../../host/cli/arguments.js";
import { accountNames, readAccounts } from "../../host/cli/names.js";
import { run, testFolder, writeFile } from "./cli-harness.js";

const folder = testFolder();

/** Bad usage, and what it is answered. */
const misuses: readonly (readonly [string, RegExp])[] = [
  ["", /^Usage: sip-failover/],
  ["chek phone.cfg", /unknown command 'chek'\n\(Did you mean check\?\)/],
  ["run", /missing required argument 'FILE'/],
  ["check", /missing required argument 'FILE'/],
  ["run phone.cfg --duratoin 5", /unknown option '--duratoin'\n\(Did you mean --duration\?\)/],
  ["run phone.cfg --duration 0", /argument '0' is invalid\. Write seconds above 0/],
  ["run phone.cfg --duration 1e9", /argument '1e9' is invalid/],
  ["run phone.cfg --dns localhost", /argument 'localhost' is invalid\. Write an IP address and a port/],
  ["run phone.cfg --dns", /option '--dns <ADDR:PORT>' argument missing/],
  ["run phone.cfg --host deno", /'deno' is invalid\. Allowed choices are node, wasmtime, native\./],
  ["run phone.cfg --pcap", /option '--pcap <FILE>' argument missing/],
  ["check phone.cfg --quick", /unknown option '--quick'/],
  ["demo phone.cfg", /too many arguments for 'demo'/],
];

describe("the command line", () => {
  for (const [words, answer] of misuses) {
    it(`answers "sip-failover ${words}" with exit status 2 and a sentence`, async () => {
      const { status, out, err } = await run(words.split(" ").filter(Boolean));
      assert.equal(status, 2);
      assert.equal(out, "");
      assert.match(err, answer);
    });
  }

  it("writes its version", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    assert.deepEqual(await run(["--version"]), { status: 0, signal: null, out: `${version}\n`, err: "" });
  });

  for (const words of [
    ["--help"],
    ["help", "run"],
    ["run", "--help"],
    ["check", "--help"],
    ["demo", "--help"],
  ]) {
    it(`writes help for "${words.join(" ")}", in 80 columns`, async () => {
      const { status, out, err } = await run(words);
      assert.equal(status, 0);
      assert.equal(err, "");
      assert.match(out, /^Usage: sip-failover[^]*Exit status: 0 /);
      for (const line of out.split("\n")) assert.ok(line.length <= 80, line);
    });
  }
});

describe("arguments", () => {
  it("are DNS servers by address and port, one after the other", () => {
    assert.deepEqual(dnsServer("192.0.2.1:5353"), ["192.0.2.1:5353"]);
    assert.deepEqual(dnsServer("[2001:db8::1]:53", ["192.0.2.1"]), ["192.0.2.1", "[2001:db8::1]:53"]);
    for (const text of [
      "",
      "example.com",
      "192.0.2.1:99999",
      "192.0.2.1:",
      "tcp:192.0.2.1:53",
      "[2001:db8::1",
    ]) {
      assert.throws(() => dnsServer(text), InvalidArgumentError, text);
    }
  });

  it("are seconds, with decimals", () => {
    assert.equal(durationInMilliseconds("2.5"), 2500);
    assert.equal(durationInMilliseconds("86400"), 86_400_000);
    for (const text of ["", "0", "-1", "5s", "1e3", "Infinity", "3000000"]) {
      assert.throws(() => durationInMilliseconds(text), InvalidArgumentError, text);
    }
  });
});

describe("the names of accounts", () => {
  it("are labels, or user names; the last assignment counts", () => {
    const common = writeFile(folder, "common.cfg", "account.1.user_name = 100\naccount.2.user_name=200\r\n");
    const own = writeFile(
      folder,
      "own.cfg",
      "  account.1.user_name =  101 \naccount.2.label = Front desk\naccount.3.label = %NULL%\naccount.4.label = \u001b[31mred\n",
    );
    assert.deepEqual(
      [...accountNames(readAccounts([common, own]))],
      [
        [1, "101"],
        [2, "Front desk"],
        [4, "?[31mred"],
      ],
    );
  });
});
