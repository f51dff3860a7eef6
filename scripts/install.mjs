// @ts-check
/*
 * Installs the dependencies where they are missing or are not those of package-lock.json. Only what Node brings is
 * used here: this runs before anything is installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** @typedef {Record<string, { version?: string; integrity?: string; optional?: boolean; link?: boolean }>} Packages */

/**
 * The packages a lock file names.
 * @param {string} file
 * @returns {Packages}
 */
function packagesOf(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/**
 * Whether node_modules holds what package-lock.json asks for. npm leaves its own lock file there as the last step
 * of an installation, so one that was interrupted does not count.
 */
function installed() {
  const found = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(found)) return false;
  const present = packagesOf(found);
  return Object.entries(packagesOf(join(root, "package-lock.json"))).every(([path, wanted]) => {
    if (path === "") return true;
    const here = present[path];
    if (here === undefined) return wanted.optional === true;
    return here.version === wanted.version && here.integrity === wanted.integrity;
  });
}

/** Runs `npm ci` where it is needed; ends the process where that fails. */
export function ensureInstalled() {
  if (installed()) return;
  console.error("installing the dependencies: npm ci");
  // npm names itself to the scripts it runs; without it the command of that name is asked for.
  const npm = process.env["npm_execpath"];
  const { status, error } =
    npm === undefined
      ? spawnSync("npm", ["ci"], { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" })
      : spawnSync(process.execPath, [npm, "ci"], { cwd: root, stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  console.error(`npm ci failed${error ? `: ${error.message}` : ""}`);
  process.exit(1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensureInstalled();
