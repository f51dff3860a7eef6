import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Phone } from "../../host/node/index.js";
import type { EventRecord } from "../../host/node/index.js";
import { Program, removeFolder, temporaryFolder } from "./programs.js";
import type { Exit } from "./programs.js";
import { Records } from "./records.js";

const COMMAND = fileURLToPath(new URL("../../host/cli/main.js", import.meta.url));

/** An orderly stop takes 2 s at most (R7); the process that ends after it, some more. */
const STOP_LIMIT = 5000;

export interface PhoneSettings {
  /** Accounts, with the users `user1` and so on; 1 where it is left out. */
  readonly accounts?: number;
  readonly password?: string;
  /** Keys of each account, without `account.X.`. */
  readonly account?: Readonly<Record<string, string | number>>;
  /** Keys of the phone. */
  readonly phone?: Readonly<Record<string, string | number>>;
}

/** Keys of a phone both of whose servers have the address `::1`. */
export const ipv6Phone = { "static.network.ip_address_mode": 1, "sip.skip_redundant_failover_addr": 0 };

/** The text of a `<MAC>.cfg` whose accounts register with `example.test`, found by SRV. */
export const phoneText = (settings: PhoneSettings = {}): string => {
  const { accounts = 1, password = "secret", account = {}, phone = {} } = settings;
  const lines = Object.entries({ "sip.listen_port": 0, ...phone }).map(
    ([key, value]) => `${key} = ${String(value)}`,
  );
  for (let number = 1; number <= accounts; number++) {
    const keys = {
      enable: 1,
      user_name: `user${String(number)}`,
      password,
      "sip_server.1.address": "example.test",
      "sip_server.1.port": 0,
      ...account,
    };
    for (const [key, value] of Object.entries(keys)) {
      lines.push(`account.${String(number)}.${key} = ${String(value)}`);
    }
  }
  return ["#!version:1.0.0.1", ...lines, ""].join("\n");
};

/** A phone that a test runs, in this process or as the command. */
export interface RunningPhone {
  readonly records: Records;
  /** An orderly stop; a second one does nothing. */
  stop(): Promise<void>;
}

/** A phone in this process, whose calls a test can make. */
export interface LibraryPhone extends RunningPhone {
  readonly phone: Phone;
}

/** Starts a phone in this process, by the library. */
export const startPhone = async (text: string, dns: string): Promise<LibraryPhone> => {
  const records = new Records();
  const phone = new Phone({ text, dns: [dns] });
  phone.on("record", (record) => {
    records.add(record);
  });
  await phone.start();
  return { phone, records, stop: () => phone.stop() };
};

const recordOf = (text: string): EventRecord | undefined => {
  try {
    return JSON.parse(text) as EventRecord;
  } catch {
    return undefined;
  }
};

/** The command `sip-failover run` as a program. */
export class CommandPhone implements RunningPhone {
  readonly records = new Records();
  readonly program: Program;
  readonly #folder: string;

  /** @param words of the command line, after the file and `--json` */
  constructor(text: string, dns: string, words: readonly string[] = ["--json"]) {
    this.#folder = temporaryFolder();
    const file = join(this.#folder, "001565000001.cfg");
    writeFileSync(file, text, { mode: 0o600 });
    const line = [COMMAND, "run", file, "--dns", dns, ...words];
    this.program = new Program(process.execPath, line, this.#folder, { NO_COLOR: "1" });
    this.program.onLine(({ text: written, stream }) => {
      const record = stream === "stdout" ? recordOf(written) : undefined;
      if (record !== undefined) this.records.add(record);
    });
  }

  /** Ends it as Ctrl-C does, and waits for it. */
  async interrupt(): Promise<Exit> {
    this.program.signal("SIGINT");
    return this.program.exited;
  }

  async stop(): Promise<void> {
    if (this.program.exit === undefined) {
      const limit = setTimeout(() => {
        this.program.signal("SIGKILL");
      }, STOP_LIMIT);
      await this.interrupt();
      clearTimeout(limit);
    }
    removeFolder(this.#folder);
  }
}
