import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { readConfiguration } from "../../host/node/files.js";
import type { ConfigurationSource } from "../../host/node/files.js";

const folder = mkdtempSync(join(tmpdir(), "sip-failover-files-"));
const path = (name: string): string => join(folder, name);
const HEADER = "#!version:1.0.0.1\n";

const write = (name: string, text: string, mode = 0o600): string => {
  writeFileSync(path(name), text);
  chmodSync(path(name), mode);
  return path(name);
};

/** Diagnostics without the folder and the sentence: `name:line:column: level code`. */
const diagnosed = ({ diagnostics }: ConfigurationSource): string[] =>
  diagnostics.map(
    ({ file, line, column, level, code }) =>
      `${file.replace(`${folder}/`, "")}:${String(line)}:${String(column)}: ${level} ${code}`,
  );

const namesOf = ({ files }: ConfigurationSource): string[] =>
  files.map(({ name }) => name.replace(`${folder}/`, ""));

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(path("sub"), { recursive: true });
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("configuration files", () => {
  it("are read in the order given", () => {
    const source = readConfiguration([write("b.cfg", "second"), write("a.cfg", "first")]);
    assert.deepEqual(namesOf(source), ["b.cfg", "a.cfg"]);
    assert.deepEqual(
      source.files.map(({ octets }) => Buffer.from(octets).toString()),
      ["second", "first"],
    );
    assert.deepEqual(source.diagnostics, []);
  });

  it("that cannot be read are errors, and the others are read", () => {
    const source = readConfiguration([path("missing.cfg"), path("sub"), write("a.cfg", HEADER)]);
    assert.deepEqual(diagnosed(source), [
      "missing.cfg:1:1: error unreadable-file",
      "sub:1:1: error unreadable-file",
    ]);
    assert.match(source.diagnostics[0]?.message ?? "", /there is no such file/);
    assert.deepEqual(namesOf(source), ["a.cfg"]);
  });

  it("are at most sixteen", () => {
    const names = Array.from({ length: 17 }, (_, index) => write(`${String(index)}.cfg`, HEADER));
    const source = readConfiguration(names);
    assert.equal(source.files.length, 16);
    assert.deepEqual(diagnosed(source), ["16.cfg:1:1: error too-many-files"]);
  });

  for (const [mode, warned] of [
    [0o600, false],
    [0o640, true],
    [0o604, true],
    [0o644, true],
  ] as const) {
    it(
      `with a password and mode ${mode.toString(8)}: ${warned ? "a warning" : "nothing"}`,
      { skip: process.platform === "win32" },
      () => {
        const text = `${HEADER}account.1.label = x\n  account.1.password = secret\n`;
        const source = readConfiguration([write("a.cfg", text, mode)]);
        assert.deepEqual(diagnosed(source), warned ? ["a.cfg:3:3: warning readable-password"] : []);
        assert.doesNotMatch(JSON.stringify(source.diagnostics), /secret/);
      },
    );
  }

  for (const value of ["", "%NULL%", "%EMPTY%"]) {
    it(`with the password ${JSON.stringify(value)} may be read by all`, () => {
      assert.deepEqual(
        diagnosed(readConfiguration([write("a.cfg", `account.1.password = ${value}\nx = 1`, 0o644)])),
        [],
      );
    });
  }
});

describe("boot files", () => {
  it("list files by their paths from where they lie", () => {
    write("common.cfg", "c");
    write("sub/one.cfg", "1");
    const absolute = write("two two.cfg", "2");
    const boot = write(
      "sub/phone.boot",
      `${HEADER}# a comment\n\ninclude:config <../common.cfg>\ninclude:config "one.cfg"\r\noverwrite_mode = 1\n  include:config <${absolute}>\ninclude:config one.cfg\n`,
    );
    const source = readConfiguration([boot]);
    assert.deepEqual(diagnosed(source), []);
    assert.deepEqual(
      source.files.map(({ octets }) => Buffer.from(octets).toString()),
      ["c", "1", "2", "1"],
    );
    assert.deepEqual(namesOf(source), ["common.cfg", "sub/one.cfg", "two two.cfg", "sub/one.cfg"]);
  });

  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    ["a missing file", `${HEADER}include:config <gone.cfg>`, ["p.boot:2:17: error bad-include"]],
    ["an address", `${HEADER}include:config "https://example.com/a.cfg"`, ["p.boot:2:17: error bad-include"]],
    ["a boot file", `${HEADER}include:config other.boot`, ["p.boot:2:16: error bad-include"]],
    ["no path", `${HEADER}include:config <>`, ["p.boot:2:1: error bad-include"]],
    ["no header", "include:config <a.cfg>", ["p.boot:1:1: error missing-header"]],
    [
      "a line that is none",
      `${HEADER}include:config <a.cfg>\n  what is this`,
      ["p.boot:3:3: error bad-boot-line"],
    ],
    [
      "an unfinished path",
      `${HEADER}include:config <a.cfg`,
      ["p.boot:2:1: error bad-boot-line", "p.boot:1:1: error empty-boot-file"],
    ],
    ["nothing listed", HEADER, ["p.boot:1:1: error empty-boot-file"]],
  ];
  for (const [what, text, codes] of wrong) {
    it(`with ${what}: an error with its place`, () => {
      write("a.cfg", HEADER);
      assert.deepEqual(diagnosed(readConfiguration([write("p.boot", text)])), codes);
    });
  }

  it("that cannot be read are errors", () => {
    assert.deepEqual(diagnosed(readConfiguration([path("p.boot")])), ["p.boot:1:1: error unreadable-file"]);
  });
});
