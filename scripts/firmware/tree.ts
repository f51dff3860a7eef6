import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

const EXECUTABLE = 0o100;
const ANYBODYS_EXECUTABLE = 0o111;

/** A tree of files that becomes a file system: the same from the same inputs, whoever makes it and when. */
export class Tree {
  readonly #folder: string;

  /** @param folder an empty one */
  constructor(folder: string) {
    this.#folder = folder;
  }

  folder(path: string): void {
    mkdirSync(join(this.#folder, path), { recursive: true });
  }

  file(path: string, octets: Uint8Array | string, executable = false): void {
    this.folder(dirname(path));
    writeFileSync(join(this.#folder, path), octets);
    chmodSync(join(this.#folder, path), executable ? 0o755 : 0o644);
  }

  /** A file of this machine's under its own rights to be run. */
  copy(path: string, from: string): void {
    this.file(path, readFileSync(from), (statSync(from).mode & EXECUTABLE) !== 0);
  }

  link(path: string, target: string): void {
    this.folder(dirname(path));
    symlinkSync(target, join(this.#folder, path));
  }

  remove(path: string): void {
    rmSync(join(this.#folder, path));
  }

  /** All that is in a folder of this machine. */
  copyAll(from: string): void {
    cpSync(from, this.#folder, { recursive: true });
  }

  /** The names of all there is, sorted by their octets, below the folder. */
  names(): string[] {
    return readdirSync(this.#folder, { recursive: true, encoding: "utf8" }).sort();
  }

  /** Takes away what differs between two makings: times, and rights that come from a umask. */
  settle({ folders = 0o755, files = 0o644 } = {}): void {
    const programs = files | (folders & ANYBODYS_EXECUTABLE);
    for (const name of [".", ...this.names()]) {
      const path = join(this.#folder, name);
      const entry = lstatSync(path);
      if (entry.isDirectory()) chmodSync(path, folders);
      else if (entry.isFile()) chmodSync(path, entry.mode & EXECUTABLE ? programs : files);
      lutimesSync(path, 0, 0);
    }
  }
}
