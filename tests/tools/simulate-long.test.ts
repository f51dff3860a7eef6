import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { paintFor } from "../../host/cli/paint.js";
import { simulate } from "../../host/cli/simulate.js";
import type { OutputStream, Terminal } from "../../host/cli/terminal.js";
import { testFolder, writeFile } from "../hosts/cli-harness.js";
import { playText } from "./scenarios.js";

/** A phone with all the accounts that there are, whose servers DNS names. */
const configuration = (...more: readonly string[]): string =>
  [
    "#!version:1.0.0.1",
    ...more,
    ...Array.from({ length: 16 }, (_, index) => index + 1).flatMap((account) =>
      [
        "enable = 1",
        `label = Extension ${String(account)}`,
        `user_name = ${String(1000 + account)}`,
        `password = password-${String(account)}`,
        "sip_server.1.address = voice.example.com",
        "sip_server.1.port = 0",
        "sip_server.1.failback_mode = 1",
      ].map((line) => `account.${String(account)}.${line}`),
    ),
    "",
  ].join("\n");

/** An outage of the primary, one of DNS, and a call every five minutes. */
const scenario = (duration: string): string => `title: A day
duration: ${duration}
network: { latency: 10ms }
servers:
  primary: { address: 192.0.2.1, auth: true }
  secondary: { address: 192.0.2.2, auth: true }
dns:
  records:
    - _sip._udp.voice.example.com 300 SRV 10 0 5060 a.voice.example.com
    - _sip._udp.voice.example.com 300 SRV 20 0 5060 b.voice.example.com
    - a.voice.example.com 300 A 192.0.2.1
    - b.voice.example.com 300 A 192.0.2.2
events:
  - { at: 8h, server: primary, state: silent, for: 1h }
  - { at: 14h, dns: silent, for: 30min }
random:
  - { calls: { to: "2000" }, every: 5min, for: [30s, 5min] }
`;

describe("a day of sixteen accounts", () => {
  for (const [name, lines] of [
    ["as they are", []],
    ["with probes", ["sip.probe_max_lost = 2"]],
  ] as const) {
    it(`is played to its end, ${name}`, () => {
      const { summary } = playText(scenario("1d"), configuration(...lines));
      assert.equal(summary.moves.length, 32);
      assert.ok(summary.calls.placed > 200, String(summary.calls.placed));
    });
  }
});

/** A stream that keeps what is written to it. */
class Kept implements OutputStream {
  text = "";

  constructor(readonly isTTY: boolean) {}

  write(text: string): boolean {
    this.text += text;
    return true;
  }

  on(): void {
    // Nothing happens to it.
  }

  off(): void {
    // Nothing happens to it.
  }
}

describe("what takes longer than a second", () => {
  const folder = testFolder();
  const file = writeFile(
    folder,
    "phone.cfg",
    configuration("sip.probe_max_lost = 1", "sip.probe_interval = 1"),
  );
  const long = writeFile(folder, "long.yaml", scenario("3d"));

  const shown = async (out: boolean, err: boolean): Promise<{ out: Kept; err: Kept }> => {
    const streams = { out: new Kept(out), err: new Kept(err) };
    const terminal: Terminal = {
      ...streams,
      input: undefined,
      paint: paintFor(false),
      errorPaint: paintFor(false),
      isLive: false,
      isUnicode: false,
    };
    const output = join(folder, "long.ndjson");
    assert.equal(await simulate([file], { scenario: long, output }, terminal), 0);
    return streams;
  };

  it("tells how far it is at a terminal, and takes that away at the end", async () => {
    const { out, err } = await shown(true, true);
    assert.ok(err.text.includes("\r\u001b[K"));
    assert.match(err.text, /\d+( d )?[\d:.]+ of 3 d 00:00:00\.000: \d+ %/);
    assert.ok(err.text.endsWith("\r\u001b[K"), "nothing is left of it");
    assert.match(out.text, /^A day: 3 d, /);
    assert.ok(readFileSync(join(folder, "long.ndjson"), "utf8").split("\n").length > 100_000);
  });

  it("is quiet in pipes", async () => {
    const { err } = await shown(false, false);
    assert.equal(err.text, "");
  });
});
