import assert from "node:assert/strict";
import { chmodSync, copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { recordsOf, run, testFolder, writeFile } from "../hosts/cli-harness.js";
import type { Finished } from "../hosts/cli-harness.js";
import { EXAMPLES, playExample } from "./scenarios.js";

const folder = testFolder();
const configuration = join(folder, "hung-server.cfg");
copyFileSync(`${EXAMPLES}hung-server.cfg`, configuration);
chmodSync(configuration, 0o600);
const scenario = `${EXAMPLES}hung-server.yaml`;

const simulate = (...words: string[]): Promise<Finished> => run(["simulate", ...words], { folder });

describe("simulate", () => {
  it("writes a line per event as run does, and what came of it; nothing else in a pipe", async () => {
    const { status, out, err } = await simulate(configuration, "--scenario", scenario);
    assert.deepEqual([status, err], [0, ""]);
    const lines = out.split("\n");
    for (const line of [
      "00:05:00.000            primary: stopped, for 10 min",
      "00:05:05.242  phone     udp:192.0.2.1:5060 is down, its probes say",
      "00:05:05.386  1 Ward 1  failover: from udp:192.0.2.1:5060 to udp:192.0.2.2:5060 (K2)",
      "00:05:30.000  1 Ward 1  the user: call sip:2000@voice.example.com",
      "00:05:33.036  1 Ward 1  [1] in a call with sip:2000@voice.example.com by udp:192.0.2.2:5060",
    ]) {
      assert.ok(lines.includes(line), line);
    }
    assert.ok(!out.includes("OPTIONS to"), "probes are left out");
    const summary = lines.slice(lines.findIndex((line) => line.startsWith("A hung server: 30 min, ")));
    assert.deepEqual(summary.slice(1), [
      "",
      "account   without service  longest  times     cover  moves",
      "1 Ward 1            5.5 s    5.4 s      2  99.693 %      2",
      "2 Ward 2            5.5 s    5.4 s      2  99.693 %      2",
      "",
      "requests at  REGISTER  OPTIONS  INVITE  ACK  BYE   all",
      "primary             8     1499       0    0    0  1507",
      "secondary           4      899       1    1    1   906",
      "",
      "00:05:05.386  1 Ward 1: failover from primary to secondary (K2, down)",
      "00:05:05.390  2 Ward 2: failover from primary to secondary (K2, down)",
      "00:15:00.152  2 Ward 2: failback from secondary to primary (B4)",
      "00:15:00.154  1 Ward 1: failback from secondary to primary (B4)",
      "",
      "1 call placed, 1 established",
      "",
    ]);
  });

  it("--quiet writes only what came of it, --verbose everything", async () => {
    const quiet = await simulate(configuration, "--scenario", scenario, "--quiet");
    assert.match(quiet.out, /^A hung server: 30 min/);
    const verbose = await simulate(configuration, "--scenario", scenario, "--verbose");
    assert.match(verbose.out, /OPTIONS to udp:192\.0\.2\.1:5060 \(probe\)/);
    assert.match(verbose.out, /DNS question: SRV of _sip\._udp\.voice\.example\.com/);
  });

  it("--json writes a trace: a header, every record, and what came of it at the end", async () => {
    const { status, out, err } = await simulate(configuration, "--scenario", scenario, "--json", "--verbose");
    assert.deepEqual([status, err], [0, ""]);
    const [header, ...records] = recordsOf(out);
    const summary = records.pop();
    assert.deepEqual(
      [header?.["trace"], header?.["host"], header?.["title"], header?.["seed"]],
      [1, "simulated", "A hung server", 1],
    );
    assert.deepEqual(header?.["accounts"], { "1": "Ward 1", "2": "Ward 2" });
    assert.equal((header["servers"] as Record<string, string>)["udp:192.0.2.2:5060"], "secondary");
    const played = playExample("hung-server");
    assert.deepEqual(
      records.filter(({ event }) => event !== "config"),
      JSON.parse(JSON.stringify(played.trace.filter(({ event }) => event !== "config"))),
    );
    const { duration, ...rest } = played.summary;
    assert.deepEqual(summary, { t: duration, account: 0, event: "summary", ...rest });
  });

  it("the trace is one that timeline draws", async () => {
    const { out } = await simulate(configuration, "--scenario", scenario, "--json", "--verbose");
    const { status, err } = await run(["timeline", "-", "-o", "hung.svg"], { folder, input: out });
    assert.deepEqual([status, err], [0, ""]);
    const picture = readFileSync(join(folder, "hung.svg"), "utf8");
    assert.match(picture, /A hung server/);
    assert.match(picture, /2 failovers · 2 failbacks/);
  });

  it("-o writes all of the trace to a file, and here what came of it", async () => {
    const { status, out, err } = await simulate(configuration, "--scenario", scenario, "-o", "hung.ndjson");
    assert.deepEqual([status, err], [0, ""]);
    assert.match(out, /^A hung server: 30 min/);
    const all = await simulate(configuration, "--scenario", scenario, "--json", "--verbose");
    assert.equal(readFileSync(join(folder, "hung.ndjson"), "utf8"), all.out);
    const events = await simulate(configuration, "--scenario", scenario, "-o", "hung.ndjson", "--verbose");
    assert.match(events.out, /^00:00:00\.000 /);
  });

  it("-o writes what timeline draws, outages by their servers and as long as they were", async () => {
    await simulate(configuration, "--scenario", scenario, "-o", "hung.ndjson");
    const { status } = await run(["timeline", "hung.ndjson", "-o", "hung-file.svg"], { folder });
    assert.equal(status, 0);
    const picture = readFileSync(join(folder, "hung-file.svg"), "utf8");
    assert.match(picture, /stopped, 10 min</);
    assert.ok(picture.includes(">secondary<"));
  });

  it("warns where the scenario has nothing at what the configuration names", async () => {
    const text = readFileSync(scenario, "utf8");
    const other = writeFile(folder, "other.yaml", text.replaceAll("voice.example.com", "voise.example.com"));
    const { status, err } = await simulate(configuration, "--scenario", other, "--quiet");
    assert.equal(status, 0);
    assert.equal(
      err,
      `${other}: warning: no record of "voice.example.com", where accounts 1, 2 would find a server; did you mean "voise.example.com"?\n`,
    );
    const at = writeFile(
      folder,
      "at.cfg",
      "#!version:1.0.0.1\naccount.1.enable = 1\naccount.1.user_name = 1001\naccount.1.sip_server.1.address = 192.0.2.9\n",
    );
    assert.equal(
      (await simulate(at, "--scenario", scenario, "--quiet")).err,
      `${scenario}: warning: no server is at 192.0.2.9, where account 1 would find one; there are 192.0.2.1, 192.0.2.2\n`,
    );
  });

  it("--seed takes another course, the same one each time", async () => {
    const flapping = [
      `${EXAMPLES}flapping-link.cfg`,
      "--scenario",
      `${EXAMPLES}flapping-link.yaml`,
      "--json",
    ];
    const [one, other, same] = await Promise.all([
      simulate(...flapping),
      simulate(...flapping, "--seed", "99"),
      simulate(...flapping, "--seed", "99"),
    ]);
    assert.equal(other.out, same.out);
    assert.notEqual(one.out, other.out);
    assert.equal(recordsOf(other.out)[0]?.["seed"], 99);
  });

  it("--pcap captures the phone's wire in simulated time", async () => {
    const { status } = await simulate(
      configuration,
      "--scenario",
      scenario,
      "--quiet",
      "--pcap",
      "hung.pcap",
    );
    assert.equal(status, 0);
    const capture = readFileSync(join(folder, "hung.pcap"));
    assert.equal(capture.readUInt32LE(0), 0xa1b2c3d4);
    // The first packet, a question to DNS, left when the epoch began.
    assert.deepEqual([capture.readUInt32LE(24), capture.readUInt32LE(28)], [0, 0]);
    let packets = 0;
    let last = 0;
    for (let at = 24; at < capture.length; at += 16 + capture.readUInt32LE(at + 8)) {
      packets++;
      last = capture.readUInt32LE(at);
    }
    assert.ok(packets > 4000, String(packets));
    assert.ok(last <= 1800 && last > 1790, String(last));
  });

  it("writes no password and no digest", async () => {
    const { out } = await simulate(configuration, "--scenario", scenario, "--json", "--verbose");
    assert.ok(!/ward-\d-password|response=/.test(out));
  });
});

describe("simulate that cannot", () => {
  const refused = async (words: readonly string[], status: number, ...sentences: readonly string[]) => {
    const finished = await simulate(...words);
    assert.equal(finished.status, status, finished.err);
    assert.equal(finished.out, "");
    for (const sentence of sentences) assert.ok(finished.err.includes(sentence), finished.err);
  };

  it("use a scenario names each place", async () => {
    const wrong = writeFile(
      folder,
      "wrong.yaml",
      "duration: 1h\nservers: { a: { address: 192.0.2.1 } }\nevents:\n  - { at: 2min, server: b, state: silent }\n  - { at: 1min, link: off }\n",
    );
    await refused(
      [configuration, "--scenario", wrong],
      1,
      `${wrong}:5:23: error: this must be the phone's line: up, down, unreachable, or a mapping with latency, jitter, loss, duplicate; it is "off"`,
    );
    const later = writeFile(folder, "later.yaml", readFileSync(wrong, "utf8").replace("off", "down"));
    await refused(
      [configuration, "--scenario", later],
      1,
      `${later}:4:25: error: unknown server "b"`,
      `${later}:5:11: error: times are out of order: the event before this one happens at 2 min`,
    );
  });

  it("find a file says which", async () => {
    await refused(
      [configuration, "--scenario", "nowhere.yaml"],
      1,
      "nowhere.yaml:1:1: error: nowhere.yaml cannot be read",
    );
    await refused(
      ["nowhere.cfg", "--scenario", scenario],
      1,
      "nowhere.cfg:1:1: error unreadable-file",
      "nothing is played",
    );
  });

  it("use a configuration with errors, unless it is told to", async () => {
    const text = readFileSync(configuration, "utf8");
    const bad = writeFile(folder, "bad.cfg", `${text}account.1.sip_server.1.retry_counts = 30\n`);
    await refused([bad, "--scenario", scenario], 1, "error out-of-range", "--lenient");
    assert.equal((await simulate(bad, "--scenario", scenario, "--lenient", "--quiet")).status, 0);
  });

  it("write a capture says so", async () => {
    await refused(
      [configuration, "--scenario", scenario, "--pcap", "no/where.pcap"],
      1,
      "no/where.pcap cannot be written",
    );
  });

  it("write a trace says so, and that - is no file", async () => {
    await refused(
      [configuration, "--scenario", scenario, "-o", "no/where.ndjson"],
      1,
      "no/where.ndjson cannot be written: there is no such file",
    );
    await refused([configuration, "--scenario", scenario, "-o", "-"], 2, "Write the name of a file");
  });

  it("write over a trace does not, before it knows that it can play", async () => {
    const kept = writeFile(folder, "kept.ndjson", "kept\n");
    const wrong = writeFile(
      folder,
      "account.yaml",
      `${readFileSync(scenario, "utf8")}  - { at: 6min, call: { to: 1, account: 9 } }\n`,
    );
    await refused([configuration, "--scenario", wrong, "-o", kept], 1, "account 9 is not enabled");
    assert.equal(readFileSync(kept, "utf8"), "kept\n");
  });

  it("be used like that tells how", async () => {
    await refused([configuration], 2, "--scenario <FILE>");
    await refused([configuration, "--scenario", scenario, "--seed", "x"], 2, "Write a whole number");
  });
});
