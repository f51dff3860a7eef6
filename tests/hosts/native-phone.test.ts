import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "node:test";
import { NativePhone } from "../../host/native/phone.js";
import type { NativePhoneOptions } from "../../host/native/phone.js";
import { ConfigurationError, StartError } from "../../host/node/index.js";
import { testFolder, writeFile } from "./cli-harness.js";

const folder = testFolder();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const LISTENING = { t: 0, account: 0, event: "listening", transport: "udp", port: 5060 };
const ERROR = { level: "error", code: "out-of-range", key: "k", detail: "", file: "a", line: 1, column: 1 };

const configuration = [
  "#!version:1.0.0.1",
  "account.1.enable = 1",
  "account.1.user_name = 1001",
  "account.1.sip_server.1.address = 192.0.2.1",
  "",
].join("\n");

/**
 * A program that says it has started, then what `then` makes it say and do: `say(line)` writes an object,
 * `answer(take)` calls with the words of each command. It notes its own words in a file.
 */
const phoneWith = (then: string, options: NativePhoneOptions = {}): NativePhone => {
  const path = writeFile(
    folder,
    "program.mjs",
    `import { createInterface } from "node:readline";
     import { readFileSync, writeFileSync } from "node:fs";
     const say = (line) => console.log(JSON.stringify(line));
     const answer = (take) => createInterface(process.stdin).on("line", (line) => take(line.split(" ")));
     const words = process.argv.slice(2);
     const texts = words.slice(words.indexOf("--") + 1).map((path) => readFileSync(path, "utf8"));
     writeFileSync(${JSON.stringify(join(folder, "words.json"))}, JSON.stringify({ words, texts }));
     ${then}`,
  );
  chmodSync(path, 0o700);
  const program = { path, runner: [process.execPath], script: "build:native" };
  const phone = new NativePhone(program, { text: configuration, ...options });
  closing.push(() => phone.stop());
  return phone;
};

const started = `say({ started: 1700000000000 }); say(${JSON.stringify(LISTENING)});`;
const stopping = `answer(([, name]) => name === "stop" && process.exit(0));`;

const warningsOf = (phone: NativePhone): string[] => {
  const sentences: string[] = [];
  phone.on("warning", (sentence) => sentences.push(sentence));
  return sentences;
};

describe("a phone in a program of its own", () => {
  it("starts when its port is open, knows when that was, and stops with its program", async () => {
    const phone = phoneWith(started + stopping);
    const events: string[] = [];
    phone.on("record", ({ event }) => events.push(event));
    await phone.start();
    assert.equal(phone.startedAt?.getTime(), 1_700_000_000_000);
    assert.deepEqual(events.slice(-1), ["listening"]);
    const begun = performance.now();
    await phone.stop();
    assert.ok(performance.now() - begun < 2000);
  });

  it("gives its program files, DNS servers and a text that nobody else can read", async () => {
    const file = writeFile(folder, "common.cfg", "#!version:1.0.0.1\n");
    const boot = writeFile(folder, "phone.boot", "#!version:1.0.0.1\ninclude:config <common.cfg>\n");
    const phone = phoneWith(started + stopping, { files: [boot], dns: ["192.0.2.53", "[2001:db8::1]:5353"] });
    await phone.start();
    const { words, texts } = JSON.parse(readFileSync(join(folder, "words.json"), "utf8")) as {
      words: string[];
      texts: string[];
    };
    assert.deepEqual(words.slice(0, -1), [
      "--control",
      "--lenient",
      ...["--dns", "192.0.2.53:53", "--dns", "[2001:db8::1]:5353"],
      "--",
      file,
    ]);
    assert.deepEqual(texts, ["#!version:1.0.0.1\n", configuration]);
    await phone.stop();
    assert.throws(() => readFileSync(words.at(-1) ?? ""), { code: "ENOENT" });
  });

  it("tells the diagnostics of the Node host, not those of its program", async () => {
    const config = JSON.stringify({ t: 0, account: 0, event: "config", ...ERROR });
    const phone = phoneWith(`say(${config}); ${started} ${stopping}`, {
      text: `${configuration}account.1.sip_server.1.failback_mod = 1\n`,
    });
    const codes: string[] = [];
    phone.on("config", ({ code, file, line }) => codes.push(`${file}:${String(line)} ${code}`));
    await phone.start();
    assert.deepEqual(codes, ["(text):5 unknown-key"]);
  });

  it("does not start its program where the configuration has errors", async () => {
    const phone = phoneWith("process.exit(3)", { text: `${configuration}sip.listen_port = 70000\n` });
    await assert.rejects(phone.start(), ConfigurationError);
  });

  it("says how to build a program that is not there", async () => {
    const program = { path: join(folder, "nothing"), script: "build:native" };
    const phone = new NativePhone(program, { text: configuration });
    await assert.rejects(phone.start(), (error) => {
      assert.ok(error instanceof StartError);
      assert.match(
        error.message,
        /nothing is not built: in the sources of sip-failover, "npm run build:native" builds it\.$/,
      );
      return true;
    });
  });

  it("cannot start where the program says why, or ends", async () => {
    const saying = phoneWith(`say({ error: "There is no way." }); process.exitCode = 1;`);
    await assert.rejects(saying.start(), { name: "StartError", message: "There is no way." });
    const ending = phoneWith(`console.error("no libfoo"); process.exit(127);`);
    const message = "program.mjs has ended (exit status 127): no libfoo";
    await assert.rejects(ending.start(), { name: "StartError", message });
    const busy = JSON.stringify({ ...LISTENING, event: "listen-failed", reason: "address-in-use" });
    const failing = phoneWith(`say({ started: 1 }); say(${busy}); say({ error: "It is." }); ${stopping}`);
    const warnings = warningsOf(failing);
    await assert.rejects(failing.start(), /Port 5060 \(UDP\) is in use by another program/);
    assert.deepEqual(warnings, []);
  });

  it("stops, and says so, when its program is gone", async () => {
    const phone = phoneWith(`${started} setTimeout(() => process.kill(process.pid, "SIGKILL"), 50);`);
    const warnings = warningsOf(phone);
    const stopped = once(phone, "stopped");
    await phone.start();
    await stopped;
    assert.deepEqual(warnings, ["program.mjs has ended (by SIGKILL)."]);
    await assert.rejects(phone.call("sip:a@example.com"), /the phone is not running/);
  });

  it("ends a program that does not stop", async () => {
    const phone = phoneWith(`${started} setInterval(() => {}, 1000);`);
    await phone.start();
    const begun = performance.now();
    await phone.stop();
    assert.ok(performance.now() - begun < 3000);
  });

  it("passes warnings on, and what is no line of the protocol", async () => {
    const phone = phoneWith(`${started} say({ warning: "It rains." }); console.log("segment"); ${stopping}`);
    const warnings = warningsOf(phone);
    await phone.start();
    while (warnings.length < 2) await once(phone, "warning");
    assert.deepEqual(warnings, ["It rains.", `The phone's program says "segment".`]);
  });

  it("asks by commands, and takes their answers", async () => {
    const phone = phoneWith(
      `${started}
       answer(([id, name, ...words]) => {
         if (name === "stop") process.exit(0);
         else if (name === "call_hang_up") say({ reply: Number(id), result: -9 });
         else if (name === "subscribe") say({ reply: Number(id), result: -128 });
         else { say({ warning: [name, ...words].join(" ") }); say({ reply: Number(id), result: 7 }); }
       });`,
    );
    const warnings = warningsOf(phone);
    await phone.start();
    const content = { headers: "X: é\r\n", type: "t/s", body: "v=0" };
    const octets = [Buffer.from("X: é\r\n").toString("hex"), "742f73", "763d30"].join(" ");
    assert.equal(await phone.call("sip:b@c", { account: 2, ...content }), 7);
    await phone.respond(5, 200, content);
    await phone.requestInCall(5, "INFO");
    assert.equal(await phone.sendRequest("MESSAGE", "sip:b@c", content), 7);
    phone.setBusy(1);
    await assert.rejects(phone.hangUp(5), /there is no such call any more \(stale-call\)/);
    await assert.rejects(phone.subscribe("dialog"), /the phone is being started anew/);
    assert.deepEqual(warnings, [
      `call_place 2 7369703a624063 ${octets}`,
      `call_respond 5 200 ${octets}`,
      "call_request 5 9 - - -",
      `request_send 1 12 7369703a624063 ${octets}`,
      "set_busy 1",
    ]);
  });

  it("refuses what is not answered when it stops", async () => {
    const phone = phoneWith(started + stopping);
    await phone.start();
    const asked = phone.call("sip:b@c");
    const refused = assert.rejects(asked, /has stopped before it could be asked/);
    await phone.stop();
    await refused;
  });
});
