import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Finished {
  /** The exit status; the signal's name where one ended the process. */
  readonly status: number | string;
  /** What it wrote to both outputs, in the order in which it came. */
  readonly output: string;
}

/** Runs Node on a script. Fails only where no process can be started. */
export function runNode(script: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, script, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => (output += text));
    }
    child.on("error", reject);
    child.on("close", (code, signal) => {
      resolve({ status: code ?? signal ?? "no status", output });
    });
  });
}

/** Where Debian puts servers: not in everybody's search path. */
const SERVER_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Lets this process and those that it starts find servers by their names. */
export function extendSearchPath(): void {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const more = SERVER_FOLDERS.filter((folder) => !folders.includes(folder));
  process.env["PATH"] = [...folders, ...more].join(delimiter);
}

/** Whether a program of this name is in the search path. */
export function hasProgram(name: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, name)));
}
