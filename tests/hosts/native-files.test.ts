import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readConfiguration } from "../../host/node/files.js";
import { writeFile } from "./cli-harness.js";
import { Daemon } from "./native-daemon.js";
import { WELL, file, folder, server } from "./native-site.js";

describe("configuration files of sip-failoverd", () => {
  /** What it says of files, and what the Node host does. */
  const compare = async (...paths: readonly string[]): Promise<number> => {
    // Without an error it would go on.
    const daemon = new Daemon(["--duration", "0.1", ...paths]);
    await daemon.finished;
    const ours = readConfiguration(paths).diagnostics;
    const found = daemon.records("config").slice(0, ours.length);
    assert.deepEqual(
      found.map((line) => JSON.stringify(line)),
      ours.map((line) => JSON.stringify(line)),
    );
    return ours.length;
  };

  it("that cannot be read are errors, told as the Node host tells them", async () => {
    assert.equal(await compare(join(folder, "nowhere.cfg"), folder, `${import.meta.filename}/x.cfg`), 3);
  });

  it("are read in order, a later one wins", async () => {
    const { registrar, port } = await server();
    const common = writeFile(folder, "common.cfg", "#!version:1.0.0.1\naccount.1.user_name = 2000\n");
    const phone = new Daemon([file(port), common]);
    await phone.hears("registered");
    assert.match(registrar.requests("REGISTER")[0]?.request.header("To") ?? "", /2000@/);
    assert.deepEqual(await phone.stop(), WELL);
  });

  it("come from a boot file, by their paths from where it lies", async () => {
    const { port } = await server();
    file(port);
    const boot = writeFile(
      folder,
      "phone.boot",
      "#!version:1.0.0.1\r\n# one\r\ninclude:config <phone.cfg>\r\n",
    );
    const phone = new Daemon([boot]);
    await phone.hears("registered");
    assert.deepEqual(await phone.stop(), WELL);
  });

  it("what is wrong with a boot file is told as the Node host tells it", async () => {
    const lines = [
      "#!version:1.0.0",
      '  include:config "phone.cfg"  ',
      "include:config phone.cfg",
      "include:config<./phone.cfg>",
      "include:config <>",
      'include:config " "',
      "include:config <nowhere.cfg>",
      "include:config <other.BOOT>",
      "include:config <http://example.com/x.cfg>",
      "include:config <a> b",
      "include:config",
      "include:config <a<b>",
      "  nonsense",
      "key = value",
      "key=",
      " = value",
      "",
      " \t",
      "  # comment",
      `include:config <${folder}/phone.cfg>`,
    ];
    file(1);
    const boot = writeFile(folder, "bad.boot", lines.join("\n"));
    assert.ok((await compare(boot)) >= 10);
    const windows = writeFile(folder, "bad.Boot", lines.join("\r\n"));
    assert.ok((await compare(windows)) >= 10);
    assert.equal(await compare(writeFile(folder, "empty.boot", "")), 2);
    assert.equal(await compare(join(folder, "nowhere.boot")), 1);
    const many = ["#!version:1.0.0.1", ...new Array<string>(18).fill("include:config <phone.cfg>")];
    assert.equal(await compare(writeFile(folder, "many.boot", many.join("\n"))), 2);
  });

  it("that hold a password for all to read are warned of", async () => {
    const texts = [
      "account.1.password = secret\n",
      "#!version:1.0.0.1\n\n \taccount.12.password\t=\tsecret",
      "account.1.password = %NULL%\naccount.1.password = %EMPTY%\naccount.1.password =\n",
      "account.1.password = \naccount.2.password=x\n",
      "account.x.password = secret\naccount.1.passwords = secret\n",
    ];
    const told: number[] = [];
    for (const text of texts) {
      const path = writeFile(folder, "readable.cfg", text);
      chmodSync(path, 0o644);
      told.push(await compare(path));
    }
    assert.deepEqual(told, [1, 1, 0, 1, 0]);
  });
});
