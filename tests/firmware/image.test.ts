import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { EventRecord } from "../../host/abi/record.js";
import { buildFirmware, makeImage } from "../../scripts/firmware/image.js";
import { imageFiles, output } from "../../scripts/firmware/paths.js";
import { CONFIGURATION, PATIENCE, Site, configuration, shell } from "./site.js";

const LISTENING = /"event":"listening"/;
const REGISTERED = /"event":"registered"/;

const runScript = fileURLToPath(new URL("../../scripts/firmware/run.js", import.meta.url));

describe("the firmware image", () => {
  let site: Site;
  let program: string;
  before(async () => {
    program = await buildFirmware();
    site = new Site();
  });
  after(() => site.close());

  it("is the same, octet by octet, from the same inputs", () => {
    const folder = join(site.folder, "another");
    const mask = process.umask(0o077);
    const zone = process.env["TZ"];
    process.env["TZ"] = "Pacific/Auckland";
    process.env["SOURCE_DATE_EPOCH"] = "1000000000";
    try {
      makeImage(folder, program);
    } finally {
      process.umask(mask);
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
      delete process.env["SOURCE_DATE_EPOCH"];
    }
    for (const name of Object.values(imageFiles)) {
      assert.ok(readFileSync(join(folder, name)).equals(readFileSync(join(output, name))), name);
    }
  });

  it("boots, registers, is read-only, and removes its binding when it is switched off", async () => {
    const { registrar, port } = await site.registrar();
    const board = await site.board({ configuration: site.disk(configuration(port)) });
    await board.says(REGISTERED, PATIENCE);
    const [first] = registrar.requests("REGISTER");
    assert.match(first?.request.header("Contact") ?? "", /<sip:1000@10\.0\.2\.15:5060/);
    assert.equal(registrar.bound(0).length, 1);

    const writing = await shell(board, "touch /usr/sbin/mine");
    assert.notEqual(writing.status, 0);
    assert.match(writing.output, /Read-only file system/);
    // The phone is nobody special, and what is in its configuration is for its eyes.
    const owner = await shell(board, "ps -o user,comm | grep '[s]ip-failoverd'; ls -l /config");
    assert.match(owner.output, /phone +sip-failoverd/);
    assert.match(owner.output, new RegExp(`-rw-------.* phone .*${CONFIGURATION}`));

    board.type("poweroff");
    assert.equal(await board.ended, 0);
    assert.deepEqual(registrar.bound(0), []);
    assert.equal(registrar.requests("REGISTER").at(-1)?.request.header("Expires"), "0");
  });

  it("starts the phone again when it is killed, and says why it was", async () => {
    const { registrar, port } = await site.registrar({});
    const board = await site.board({ configuration: site.disk(configuration(port)) });
    await board.says(REGISTERED, PATIENCE);
    await shell(board, "true");
    board.type("killall -SEGV sip-failoverd");
    await board.says(/sip-failoverd was ended by signal 11; it is started again/, PATIENCE);
    await board.says(LISTENING, PATIENCE);
    await board.says(REGISTERED, PATIENCE);
    // And so it is when the one who supervises it is killed: the old one does not stay beside the new one.
    const { output: old } = await shell(board, "echo old: $(pidof sip-failoverd)");
    const [, process = ""] = /old: (\d+)/.exec(old) ?? [];
    board.type("killall -KILL phone");
    await board.says(LISTENING, PATIENCE);
    await board.says(REGISTERED, PATIENCE);
    const gone = await shell(board, `ls /proc/${process}/exe`);
    assert.notEqual(gone.status, 0);
    assert.equal(registrar.bound(0).length, 1);
  });

  it("says what is missing where there is no configuration disk, and none of its MAC address", async () => {
    const bare = await site.board({});
    await bare.says(/there is no configuration disk/, PATIENCE);
    await bare.says(/no configuration: \/config has no 001565aabbcc\.cfg/, PATIENCE);
    await bare.cut();
    const other = await site.board({
      configuration: site.disk(configuration(5060)),
      mac: "00:15:65:00:00:01",
    });
    await other.says(/no configuration: \/config has no 001565000001\.cfg/, PATIENCE);
    await other.cut();
  });

  it("is led by standard input and output: npm run firmware -- --control FILE", async () => {
    const { registrar, port } = await site.registrar();
    const folder = join(site.folder, "led");
    mkdirSync(folder);
    const file = join(folder, CONFIGURATION);
    writeFileSync(file, configuration(port));
    const child = spawn(process.execPath, [runScript, "--control", "--wire", file], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    site.atEnd(() => {
      child.kill();
    });
    const ended = once(child, "close");
    const lines: (EventRecord | { wire: string } | { reply: number; result: number })[] = [];
    for await (const line of createInterface(child.stdout)) {
      const said = JSON.parse(line) as (typeof lines)[number];
      lines.push(said);
      if ("event" in said && said.event === "registered") child.stdin.write("7 stop\n");
    }
    assert.deepEqual((await ended)[0], 0);
    assert.ok(lines.some((line) => "wire" in line && line.wire === "sent"));
    assert.deepEqual(
      lines.find((line) => "reply" in line),
      { reply: 7, result: 0 },
    );
    const events = lines.flatMap((line) => ("event" in line ? [line.event] : []));
    assert.deepEqual(events.filter((event) => event !== "config").slice(0, 2), ["listening", "resolved"]);
    assert.equal(events.at(-1), "unregistered");
    assert.deepEqual(registrar.bound(0), []);
  });
});
