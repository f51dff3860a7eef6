/**
 * What one process builds at a time. The lock is the kernel's, on an open file: it ends with the process that holds it,
 * however that ends, so that none is ever left behind.
 */
import { spawn, spawnSync } from "node:child_process";
import type { StdioOptions } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { Trouble, requireTools } from "./command.js";

/** Node has no flock(2). A file that is locked by a child is so for as long as the one who opened it keeps it open. */
const FLOCK = "flock";
const CHILDS_FILE = 3;
const WORDS = ["--exclusive", String(CHILDS_FILE)];

const withFile = (file: number): { stdio: StdioOptions } => ({
  stdio: ["ignore", "ignore", "inherit", file],
});

const lockFile = (path: string): number => {
  requireTools("Building", { [FLOCK]: "util-linux" });
  mkdirSync(dirname(path), { recursive: true });
  return openSync(`${path}.lock`, "a");
};

const requireLocked = (path: string, status: number | null): void => {
  if (status !== 0)
    throw new Trouble(`${path}.lock could not be locked: ${FLOCK} ended with ${String(status)}`);
};

/**
 * Does what nobody else may do to a path meanwhile, in this process or another; waits until it may.
 *
 * @param path a file or folder, there or not; beside it is the file PATH.lock
 */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const file = lockFile(path);
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(FLOCK, WORDS, withFile(file));
      child.once("error", reject);
      child.once("close", resolve);
    });
    requireLocked(path, status);
    return await work();
  } finally {
    closeSync(file);
  }
}

/** As `locked`, for work that ends before it answers. It must not wait for a lock that this process holds. */
export function lockedSync<T>(path: string, work: () => T): T {
  const file = lockFile(path);
  try {
    requireLocked(path, spawnSync(FLOCK, WORDS, withFile(file)).status);
    return work();
  } finally {
    closeSync(file);
  }
}
