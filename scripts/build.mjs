// @ts-check
/*
 * Builds what is stale: the TypeScript (build/js), the scripts of pages (in there too), and the core
 * (build/sip-failover.wasm and its debug build).
 * Usage: node scripts/build.mjs [js|page|core] [--force] [--size]
 * --size shows the report of the core's size also where nothing was stale.
 *
 * What was built last is known by a hash of its sources in build/stamps.json. This file is no TypeScript because it
 * runs before the compiler is there.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./install.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const stampFile = join(root, "build", "stamps.json");

/** @typedef {{ sources: string[]; except: RegExp; outputs: string[]; make: () => boolean }} Part */

/** @type {Record<string, Part>} */
const parts = {
  js: {
    sources: ["host", "scripts", "tests", "tsconfig.json", "package-lock.json"],
    except: /^tests\/unit\//,
    outputs: ["build/js"],
    make: compileTypeScript,
  },
  page: {
    sources: ["host", "scripts", "package-lock.json"],
    except: /^host\/(?:node|simulated)\//,
    outputs: ["build/js/host/timeline/page/main.js", "build/js/host/fleet/page/main.js"],
    make: () => node(["build/js/scripts/page.js"]),
  },
  core: {
    sources: ["assembly", "scripts", "asconfig.json", "package-lock.json"],
    except: /^$/,
    outputs: ["build/sip-failover.wasm", "build/sip-failover-desktop.wasm", "build/debug/sip-failover.wasm"],
    make: () => node(["build/js/scripts/core.js"]),
  },
};

/**
 * Runs Node on a script of ours or of a dependency.
 * @param {string[]} script
 */
function node(script) {
  return spawnSync(process.execPath, script, { cwd: root, stdio: "inherit" }).status === 0;
}

function compileTypeScript() {
  const compiled = node(["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"]);
  dropOrphans();
  const command = join(root, "build", "js", "host", "cli", "main.js");
  if (existsSync(command)) chmodSync(command, 0o755);
  return compiled;
}

/** Removes outputs whose source is gone, lest something still import them. */
function dropOrphans() {
  const output = join(root, "build", "js");
  for (const file of filesBelow(output)) {
    const source = relative(output, file).replace(/\.(js|js\.map|d\.ts)$/, ".ts");
    if (source.endsWith(".ts") && !existsSync(join(root, source))) rmSync(file);
  }
}

/**
 * Every file in a folder and below it, sorted; a file alone is itself.
 * @param {string} path
 * @returns {string[]}
 */
function filesBelow(path) {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path)
      .sort()
      .flatMap((name) => filesBelow(join(path, name)));
  } catch {
    return [path];
  }
}

/** @param {Part} part */
function hashOf(part) {
  const hash = createHash("sha256");
  for (const file of part.sources.flatMap((source) => filesBelow(join(root, source)))) {
    const name = relative(root, file).split(sep).join("/");
    if (part.except.test(name)) continue;
    hash.update(`${name}\0`).update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return hash.digest("hex");
}

/** @returns {Record<string, string>} */
function readStamps() {
  try {
    return JSON.parse(readFileSync(stampFile, "utf8"));
  } catch {
    return {};
  }
}

const words = process.argv.slice(2);
const only = words.find((word) => !word.startsWith("-"));
if (only !== undefined && !(only in parts)) {
  console.error("usage: node scripts/build.mjs [js|page|core] [--force] [--size]");
  process.exit(2);
}

ensureInstalled();
let failed = false;
mkdirSync(join(root, "build"), { recursive: true });
for (const [name, part] of Object.entries(parts)) {
  if (only !== undefined && only !== name) continue;
  const stamps = readStamps();
  const hash = hashOf(part);
  const fresh = stamps[name] === hash && part.outputs.every((output) => existsSync(join(root, output)));
  if (fresh && !words.includes("--force")) {
    if (name === "core" && words.includes("--size")) {
      process.stdout.write(readFileSync(join(root, "build", "size.txt"), "utf8"));
    }
    continue;
  }
  if (!part.make()) {
    console.error(`the build failed: ${name}`);
    failed = true;
    continue;
  }
  writeFileSync(stampFile, JSON.stringify({ ...readStamps(), [name]: hash }, null, 2) + "\n");
}
process.exitCode = failed ? 1 : 0;
