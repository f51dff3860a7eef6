import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { delimiter, join } from "node:path";

export interface Finished {
  /** The exit status; the signal's name where one ended the process. */
  readonly status: number | string;
  /** What it wrote to both outputs, in the order in which it came. */
  readonly output: string;
}

export interface Conditions {
  /** Added to this process's environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Milliseconds after which the process is asked to end, and soon after that is ended. */
  readonly timeout?: number;
  /** Whether what holds real time against bounds goes first: then it has the processor only while nothing else wants it. */
  readonly patient?: boolean;
}

/** The nice value of what is patient, and of all that it starts. */
const PATIENT = 10;

/** Milliseconds that a process has to end when it is asked to. */
const GRACE = 5_000;

/** Milliseconds to read what a process has written when it has ended. */
const DRAIN = 1_000;

/** Runs Node on a script. Fails only where no process can be started. */
export function runNode(
  script: readonly string[],
  { environment, timeout, patient = false }: Conditions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, script, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (patient && child.pid !== undefined) setPriority(child.pid, Math.max(getPriority(), PATIENT));
    let output = "";
    let late = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => (output += text));
    }
    const timers: NodeJS.Timeout[] = [];
    const endAfter = (delay: number, signal: NodeJS.Signals): void => {
      const end = (): void => {
        late = `${signal} after ${String(delay / 1000)} s`;
        child.kill(signal);
      };
      timers.push(setTimeout(end, delay));
    };
    if (timeout !== undefined) {
      endAfter(timeout, "SIGTERM");
      endAfter(timeout + GRACE, "SIGKILL");
    }
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      for (const timer of timers) clearTimeout(timer);
      // Its outputs end with it, unless something that it started and left behind holds them.
      const leave = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
      }, DRAIN);
      child.on("close", () => {
        clearTimeout(leave);
        resolve({ status: late === "" ? (code ?? signal ?? "no status") : late, output });
      });
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
