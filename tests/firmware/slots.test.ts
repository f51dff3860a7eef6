import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { copyFileSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { overwrite, readRecord, recordOctets } from "../../scripts/firmware/disk.js";
import { ImagePackages, buildFirmware, rootInputs } from "../../scripts/firmware/image.js";
import { imageFiles, output } from "../../scripts/firmware/paths.js";
import { makeRoot } from "../../scripts/firmware/root.js";
import type { RunningBoard } from "../../scripts/firmware/running-board.js";
import type { Tree } from "../../scripts/firmware/tree.js";
import { HOST, PATIENCE, Site, configuration, shell } from "./site.js";

const REGISTERED = /"event":"registered"/;

/** Seconds that an update has to come up: a healthy one needs a few, one that is broken need not be waited for. */
const TRIAL = 60;
const BROKEN_TRIAL = 6;

/** Boards beside each other: most of the time they wait. */
const BOARDS = 3;

/** Boots of a slot that does not come up, `MOST_BOOTS` of the initramfs. */
const MOST_BOOTS = 3;

const VERSION = "etc/os-release";

describe("the two slots", { concurrency: BOARDS }, () => {
  let site: Site;
  let configurationDisk: string;
  let program: string;
  before(async () => {
    program = await buildFirmware();
    site = new Site();
    const { port } = await site.registrar({});
    configurationDisk = site.disk(configuration(port));
  });
  after(() => site.close());

  /** A disk as it is delivered. */
  const freshDisk = (name: string): string => {
    const disk = join(site.folder, `${name}.img`);
    copyFileSync(join(output, imageFiles.disk), disk);
    return disk;
  };

  const boot = (disk: string, trialSeconds = TRIAL): Promise<RunningBoard> =>
    site.board({ configuration: configurationDisk, disk, trialSeconds });

  /** Serves a root by HTTP: the words of the command that takes it. */
  const offered = async (name: string, change: (tree: Tree) => void): Promise<string> => {
    const file = join(site.folder, `${name}.squashfs`);
    makeRoot(rootInputs(new ImagePackages(), program), file, change);
    const octets = readFileSync(file);
    const server = createServer((_request, response) => response.end(octets)).listen(0, "127.0.0.1");
    await once(server, "listening");
    site.atEnd(() => {
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const sum = createHash("sha256").update(octets).digest("hex");
    return `update http://${HOST}:${String(port)}/root ${sum}`;
  };

  it("boots an update on trial, confirms it when the phone has registered, and keeps it", async () => {
    const disk = freshDisk("update");
    const update = await offered("good", (tree) => {
      tree.file(VERSION, "VERSION_ID=next\n");
    });
    const board = await boot(disk);
    await board.says(/slot a, boot 1, confirmed: yes/, PATIENCE);
    await board.says(REGISTERED, PATIENCE);
    await shell(board, "true");
    board.type(update);
    await board.says(/slot b has a new root: it is booted on trial/, PATIENCE);
    await board.says(/slot b, boot 1, confirmed: no/, PATIENCE);
    await board.says(/slot b has come up and is confirmed/, PATIENCE);
    const { output: version } = await shell(board, `cat /${VERSION}`);
    assert.match(version, /VERSION_ID=next/);
    board.type("reboot");
    await board.says(/slot b, boot 1, confirmed: yes/, PATIENCE);
    await board.says(REGISTERED, PATIENCE);
    await board.cut();
    assert.equal(readRecord(disk)?.slot, "b");
  });

  it("does not use an update that came with another sum", async () => {
    const disk = freshDisk("sum");
    const update = await offered("damaged", () => undefined);
    const board = await boot(disk);
    await board.says(REGISTERED, PATIENCE);
    const { status, output: said } = await shell(
      board,
      update.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
    );
    assert.equal(status, 1);
    assert.match(said, /slot b is not used/);
    await board.cut();
    assert.equal(readRecord(disk)?.slot, "a");
  });

  const broken = {
    "whose phone ends as soon as it starts": (tree: Tree): void => {
      tree.file("usr/sbin/sip-failoverd", "#!/bin/sh\nexit 1\n", true);
    },
    "that hangs before it starts anything": (tree: Tree): void => {
      tree.file("etc/init.d/start", "#!/bin/sh\nwhile true; do sleep 1; done\n", true);
    },
  };
  for (const [index, [how, change]] of Object.entries(broken).entries()) {
    it(`goes back from an update ${how}`, async () => {
      const disk = freshDisk(`broken-${String(index)}`);
      const update = await offered(`broken-${String(index)}`, change);
      const board = await boot(disk, BROKEN_TRIAL);
      await board.says(REGISTERED, PATIENCE);
      await shell(board, "true");
      board.type(update);
      for (let count = 1; count <= MOST_BOOTS; count++) {
        await board.says(new RegExp(`slot b, boot ${String(count)}, confirmed: no`), PATIENCE);
      }
      await board.says(/slot b did not come up 3 times: slot a is booted instead/, PATIENCE);
      await board.says(/slot b was given up; this is slot a/, PATIENCE);
      await board.says(REGISTERED, PATIENCE);
      await board.cut();
      const record = readRecord(disk);
      assert.deepEqual([record?.slot, record?.confirmed, record?.refused], ["a", true, "b"]);
    });
  }

  it("goes back at once from an update that is no file system, or has no first program", async () => {
    const disk = freshDisk("unreadable");
    const update = await offered("empty", (tree) => {
      tree.remove("sbin/init");
    });
    const board = await boot(disk);
    await board.says(REGISTERED, PATIENCE);
    await shell(board, "true");
    board.type(update);
    await board.says(/slot b cannot be read: slot a is booted instead/, PATIENCE);
    await board.says(REGISTERED, PATIENCE);
    await board.cut();
  });

  it("boots the other slot where its own is damaged, and as delivered where the record is", async () => {
    const disk = freshDisk("damage");
    overwrite(disk, "a", Buffer.alloc(4096, 0xff));
    overwrite(disk, "record", Buffer.alloc(8192, 0xff));
    assert.equal(readRecord(disk), undefined);
    const board = await boot(disk);
    await board.says(/slot a cannot be read: slot b is booted instead/, PATIENCE);
    await board.says(REGISTERED, PATIENCE);
    await board.cut();
    assert.equal(readRecord(disk)?.slot, "b");
  });

  it("goes back to a slot that was given up on trial only", async () => {
    const disk = freshDisk("refused");
    const record = { slot: "a", boots: MOST_BOOTS, confirmed: true, refused: "b" } as const;
    overwrite(disk, "record", recordOctets(record));
    const board = await boot(disk);
    await board.says(/slot a did not come up 3 times: slot b is booted instead/, PATIENCE);
    await board.says(/slot b, boot 1, confirmed: no/, PATIENCE);
    await board.says(/slot b has come up and is confirmed/, PATIENCE);
    await board.cut();
    const confirmed = { slot: "b", boots: 0, confirmed: true, refused: undefined };
    assert.deepEqual(readRecord(disk), confirmed);
  });

  it("leaves a slot that the power fails three times in before the phone has run, and not before", async () => {
    const disk = freshDisk("power");
    for (let count = 1; count <= MOST_BOOTS; count++) {
      const board = await boot(disk);
      await board.says(new RegExp(`slot a, boot ${String(count)},`), PATIENCE);
      await board.cut();
    }
    const board = await boot(disk);
    await board.says(/slot a did not come up 3 times: slot b is booted instead/, PATIENCE);
    await board.says(REGISTERED, PATIENCE);
    // It has run for a while: its boots are forgotten.
    for (let tries = 0; readRecord(disk)?.boots !== 0; tries++) {
      assert.ok(tries < PATIENCE, "the boots are not forgotten");
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    await board.cut();
  });
});
