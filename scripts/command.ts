import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Something that whoever started a script can mend: the sentence is all there is to say. */
export class Trouble extends Error {}

/** What a tool that is missing is called in Debian. */
export type Tools = Readonly<Record<string, string>>;

/** Folders where Debian has tools for administrators, which are not in everybody's search path. */
const ADMINISTRATORS = ["/usr/sbin", "/sbin"];

const hasTool = (tool: string): boolean =>
  [...(process.env["PATH"] ?? "").split(delimiter), ...ADMINISTRATORS].some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Throws `Trouble` where tools are missing, with the packages that have them. */
export function requireTools(purpose: string, tools: Tools): void {
  const missing = Object.entries(tools).filter(([tool]) => !hasTool(tool));
  if (missing.length === 0) return;
  const names = missing.map(([tool]) => tool).join(", ");
  const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
  throw new Trouble(`${purpose} needs ${names}; on Debian: apt-get install ${packages}`);
}

export interface CommandOptions {
  readonly cwd?: string;
  /** Variables of its environment that are not ours; `undefined`: it has none of that name. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: Uint8Array | string;
  /** What it says goes to our standard error as it comes, and is not answered. */
  readonly shown?: boolean;
}

/** Runs a command to its end: its standard output. Throws `Trouble` with what it said where it fails. */
export function command(
  name: string,
  words: readonly string[],
  { cwd, env, input, shown = false }: CommandOptions = {},
): Buffer {
  const { status, signal, stdout, stderr, error } = spawnSync(name, words, {
    cwd,
    env: { ...process.env, LC_ALL: "C", ...env },
    input,
    stdio: ["pipe", shown ? 2 : "pipe", shown ? 2 : "pipe"],
    maxBuffer: 1 << 30,
  });
  if (error !== undefined) throw new Trouble(`${name} could not be run: ${error.message}`);
  if (status === 0) return shown ? Buffer.alloc(0) : stdout;
  const said = shown ? "" : `:\n${stderr.toString().trim()}`;
  const end =
    status === null ? `was ended by ${signal ?? "a signal"}` : `failed with status ${String(status)}`;
  throw new Trouble(`${[name, ...words].join(" ")} ${end}${said}`);
}

/** Runs the script that a file is; `Trouble` becomes its sentence and exit status 1. */
export async function runScript(main: () => void | Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
