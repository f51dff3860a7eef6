import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { ConfigurationFile } from "../abi/configure.js";
import { diagnosticSentence } from "../abi/record.js";
import type { ConfigurationRecord } from "../abi/record.js";

/** Files that a core takes, `MAX_CONFIG_FILES` of `assembly/limits.ts`. */
const MOST_FILES = 16;

/** Rights of anybody but the owner to read. */
const OTHERS_MAY_READ = 0o044;

/** What was found on the disk: the files for the core in order, and what is wrong with files as such. */
export interface ConfigurationSource {
  readonly files: readonly ConfigurationFile[];
  readonly diagnostics: readonly ConfigurationRecord[];
}

/** Where something was found; lines and columns count from 1. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A diagnostic that the host finds, in the form of those of the core. */
const hostDiagnostic = (
  level: ConfigurationRecord["level"],
  code: string,
  { file, line, column }: Place,
  { key = "", detail = "" } = {},
): ConfigurationRecord => ({
  t: 0,
  account: 0,
  event: "config",
  level,
  code,
  key,
  detail,
  file,
  line,
  column,
  ...diagnosticSentence(code, key, detail),
});

const causes: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "there is no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ELOOP: "too many symbolic links",
};

/** Why a file cannot be read, for people. */
export const causeOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return causes[code ?? ""] ?? message;
};

/** What an `include:config` line names: `<path>`, `"path"`, or the path alone; `undefined` where it is no such line. */
const included = (line: string): { path: string; column: number } | undefined => {
  const parts = /^\s*include:config\s*(?:<([^<>]*)>|"([^"]*)"|([^\s<>"]+))\s*$/.exec(line);
  if (parts === null) return undefined;
  const path = (parts[1] ?? parts[2] ?? parts[3] ?? "").trim();
  return { path, column: line.indexOf(path === "" ? "include" : path) + 1 };
};

const isHarmless = (line: string): boolean => /^\s*(#.*)?$/.test(line) || /^\s*[^\s=]+\s*=/.test(line);

/** Where a file gives an account a password; `undefined` where it gives none. */
const passwordIn = (text: string): { line: number; column: number; key: string } | undefined => {
  const found = /^([ \t]*)(account\.\d+\.password)[ \t]*=[ \t]*(?!%NULL%|%EMPTY%)\S/m.exec(text);
  if (found === null) return undefined;
  const line = text.slice(0, found.index).split("\n").length;
  return { line, column: (found[1] ?? "").length + 1, key: found[2] ?? "" };
};

class Reader {
  readonly files: ConfigurationFile[] = [];
  readonly diagnostics: ConfigurationRecord[] = [];

  /** Reads a file that the user has named. */
  take(path: string): void {
    const place = { file: path, line: 1, column: 1 };
    if (/\.boot$/i.test(path)) this.#takeBootFile(path);
    else if (this.#hasRoom(place)) {
      const octets = this.#read(path);
      if (typeof octets === "string") this.#error("unreadable-file", place, octets);
      else this.#add(path, octets);
    }
  }

  /** Reads a boot file: the files that it lists, by their paths from where it lies. */
  #takeBootFile(path: string): void {
    const octets = this.#read(path);
    if (typeof octets === "string") {
      this.#error("unreadable-file", { file: path, line: 1, column: 1 }, octets);
      return;
    }
    const lines = octets.toString("utf8").split(/\r?\n/);
    if (lines[0] !== "#!version:1.0.0.1") this.#error("missing-header", { file: path, line: 1, column: 1 });
    let listed = 0;
    lines.forEach((line, index) => {
      const include = included(line);
      if (include !== undefined) {
        listed++;
        this.#include(path, include.path, { file: path, line: index + 1, column: include.column });
      } else if (!isHarmless(line)) {
        this.#error("bad-boot-line", { file: path, line: index + 1, column: line.search(/\S/) + 1 });
      }
    });
    if (listed === 0) this.#error("empty-boot-file", { file: path, line: 1, column: 1 });
  }

  #include(bootFile: string, path: string, place: Place): void {
    const refuse = (detail: string): void => {
      this.#error("bad-include", place, `${path === "" ? "<>" : path}\n${detail}`);
    };
    if (path === "") refuse("it names no file");
    else if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) refuse("only files can be included");
    else if (/\.boot$/i.test(path)) refuse("it is a boot file itself");
    else if (this.#hasRoom(place)) {
      const file = isAbsolute(path) ? path : join(dirname(bootFile), path);
      const octets = this.#read(file);
      if (typeof octets === "string") refuse(octets);
      else this.#add(file, octets);
    }
  }

  /** The octets of a file, or why it cannot be read. */
  #read(path: string): Buffer | string {
    try {
      return readFileSync(path);
    } catch (error) {
      return causeOf(error);
    }
  }

  #add(path: string, octets: Buffer): void {
    this.files.push({ name: path, octets });
    this.#warnOfReaders(path, octets);
  }

  #hasRoom(place: Place): boolean {
    if (this.files.length < MOST_FILES) return true;
    this.#error("too-many-files", place, String(MOST_FILES));
    return false;
  }

  #error(code: string, place: Place, detail = ""): void {
    this.diagnostics.push(hostDiagnostic("error", code, place, { detail }));
  }

  /** Warns of a password that others may read. Systems without such rights say that all may. */
  #warnOfReaders(path: string, octets: Buffer): void {
    if (process.platform === "win32" || (statSync(path).mode & OTHERS_MAY_READ) === 0) return;
    const password = passwordIn(octets.toString("latin1"));
    if (password === undefined) return;
    const { key, ...place } = password;
    this.diagnostics.push(hostDiagnostic("warning", "readable-password", { file: path, ...place }, { key }));
  }
}

/**
 * Reads configuration files and boot files (`*.boot`), in the order given. What cannot be read is an error among the
 * diagnostics, and the rest is read all the same.
 */
export const readConfiguration = (paths: readonly string[]): ConfigurationSource => {
  const reader = new Reader();
  for (const path of paths) reader.take(path);
  return { files: reader.files, diagnostics: reader.diagnostics };
};
