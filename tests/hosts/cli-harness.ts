import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";

const command = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));

/** A run that takes longer hangs, in milliseconds. */
const LONGEST = 60_000;

/** A folder for the files of a test; it is gone when the tests are over. */
export const testFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sip-failover-test-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
};

/** Writes a file that nobody else can read; its path. */
export const writeFile = (folder: string, name: string, text: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

/** The file of a phone whose account 1 is bob, 1001, at any port; the lines say what its servers are. */
export const bobFile = (folder: string, lines: readonly string[]): string =>
  writeFile(
    folder,
    "phone.cfg",
    [
      "#!version:1.0.0.1",
      "account.1.enable = 1",
      "account.1.label = bob",
      "account.1.user_name = 1001",
      "sip.listen_port = 0",
      ...lines,
      "",
    ].join("\n"),
  );

/** What a run of the command wrote, and its exit status. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** The command while it runs. */
export interface Running {
  readonly process: ChildProcess;
  /** What it wrote to its standard output so far. */
  readonly out: () => string;
  readonly finished: Promise<Finished>;
  /** Resolves when the output matches; rejects when the command ends before. */
  readonly says: (pattern: RegExp) => Promise<void>;
}

/** Starts the command as a shell would, its output into pipes. */
export const start = (
  words: readonly string[],
  {
    input = "",
    environment = {},
    folder,
  }: { input?: string; environment?: NodeJS.ProcessEnv; folder?: string } = {},
): Running => {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [command, ...words], {
    env: { ...inherited, ...environment },
    cwd: folder,
    timeout: LONGEST,
    killSignal: "SIGKILL",
  });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  child.stdin.end(input);
  const finished = new Promise<Finished>((resolve) => {
    child.once("close", (status, signal) => {
      resolve({ status, signal, out, err });
    });
  });
  const says = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(out)) return;
        child.stdout.off("data", look);
        resolve();
      };
      child.stdout.on("data", look);
      void finished.then(() => {
        reject(new Error(`it ended without ${String(pattern)}:\n${out}\n${err}`));
      });
      look();
    });
  return { process: child, out: () => out, finished, says };
};

/** Runs the command to its end. */
export const run = (...parameters: Parameters<typeof start>): Promise<Finished> =>
  start(...parameters).finished;

/** The records of output with `--json`. */
export const recordsOf = (out: string): Record<string, unknown>[] =>
  out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
