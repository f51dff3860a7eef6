import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { delimiter, join } from "node:path";
import type { TestContext } from "node:test";
import { loopbackAddress } from "./addresses.js";
import { Program, removeFolder, temporaryFolder } from "./programs.js";

const SIP_PORT = 5060;
const CONTROL_PORT = 4444;

/** One codec, and a cable from mouth to ear: no device is opened. */
const MODULES = ["g711", "aubridge"];
const APPLICATIONS = ["ctrl_tcp", "menu"];

/** Its modules are beside the folder that the program is in, and it has to be told. */
const modulePath = (): string => {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const program = folders.find((folder) => existsSync(join(folder, "baresip"))) ?? "/usr/bin";
  return join(program, "../lib/baresip/modules");
};

/** What baresip tells: an event of a call or a registration. */
export interface BaresipEvent {
  readonly type: string;
  readonly peeruri?: string;
}

interface ControlMessage extends Partial<BaresipEvent> {
  readonly event?: boolean;
  readonly response?: boolean;
  readonly ok?: boolean;
  readonly data?: string;
}

/** The whole netstrings at the beginning of a text, and what is left of it: `12:{"event":1},`. */
const netstrings = (text: string): { readonly whole: readonly string[]; readonly rest: string } => {
  const whole: string[] = [];
  let rest = text;
  for (;;) {
    const [head, length] = /^(\d+):/.exec(rest) ?? [];
    if (head === undefined || rest.length <= head.length + Number(length)) return { whole, rest };
    whole.push(rest.slice(head.length, head.length + Number(length)));
    rest = rest.slice(head.length + Number(length) + 1);
  }
};

/** A baresip without screen, keyboard and sound, registered at `example.test`, on an address of its own. */
export class Baresip {
  readonly events: BaresipEvent[] = [];
  readonly #answers: ControlMessage[] = [];
  readonly #address = loopbackAddress();
  readonly #folder = temporaryFolder();
  readonly #program: Program;
  #control: Socket | undefined;
  #unread = "";

  private constructor(
    readonly user: string,
    dns: string,
  ) {
    const lines = [
      `sip_listen ${this.#address}:${String(SIP_PORT)}`,
      `net_interface ${this.#address}`,
      `dns_server ${dns}`,
      `ctrl_tcp_listen ${this.#address}:${String(CONTROL_PORT)}`,
      "audio_source aubridge,nobody",
      "audio_player aubridge,nobody",
      "audio_alert aubridge,nobody",
      `module_path ${modulePath()}`,
      ...MODULES.map((name) => `module ${name}.so`),
      "module_tmp account.so",
      ...APPLICATIONS.map((name) => `module_app ${name}.so`),
    ];
    writeFileSync(join(this.#folder, "config"), `${lines.join("\n")}\n`);
    const account = `<sip:${user}@example.test>;auth_pass=secret;answermode=manual;regint=600`;
    writeFileSync(join(this.#folder, "accounts"), `${account}\n`);
    this.#program = new Program("baresip", ["-f", this.#folder, "-v"], this.#folder);
  }

  /**
   * Starts one and waits until it is registered; it ends with the test.
   *
   * @param dns `ADDRESS:PORT` of the DNS server that it asks
   */
  static async start(test: TestContext, user: string, dns: string): Promise<Baresip> {
    const baresip = new Baresip(user, dns);
    test.after(() => baresip.#stop());
    await baresip.#program.until(() => baresip.#program.text.includes("baresip is ready"), "readiness");
    await baresip.#connect();
    await baresip.#program.until(() => /\b200 OK\b/.test(baresip.#program.text), "registration");
    return baresip;
  }

  /** Its address of record. */
  get uri(): string {
    return `sip:${this.user}@example.test`;
  }

  /**
   * Has it do something: `dial` somebody, `accept`, `hold`, `hangup`.
   *
   * @throws Error where it refuses to
   */
  async tell(command: string, params = ""): Promise<void> {
    const text = JSON.stringify({ command, params });
    const known = this.#answers.length;
    this.#control?.write(`${String(text.length)}:${text},`);
    await this.#program.until(() => this.#answers.length > known, `answer to ${command}`);
    const answer = this.#answers[known];
    if (answer?.ok !== true) throw new Error(`baresip: ${command}: ${answer?.data ?? ""}`);
  }

  /** Waits until it tells of an event. */
  async has(type: string): Promise<void> {
    await this.#program.until(() => this.events.some((event) => event.type === type), type);
  }

  /** The events of calls so far: `CALL_INCOMING CALL_ESTABLISHED CALL_CLOSED`. */
  get story(): string {
    const types = this.events.map(({ type }) => type);
    return types.filter((type) => /^CALL_(?!RTCP|LOCAL_SDP|REMOTE_SDP)/.test(type)).join(" ");
  }

  async #connect(): Promise<void> {
    const control = connect(CONTROL_PORT, this.#address);
    this.#control = control;
    control.setEncoding("utf8");
    control.on("data", (text: string) => {
      const { whole, rest } = netstrings(this.#unread + text);
      this.#unread = rest;
      for (const message of whole) this.#told(JSON.parse(message) as ControlMessage);
    });
    control.on("error", () => {
      control.destroy();
    });
    await once(control, "connect");
  }

  #told(message: ControlMessage): void {
    if (message.event === true) this.events.push({ ...message, type: message.type ?? "" });
    else if (message.response === true) this.#answers.push(message);
  }

  async #stop(): Promise<void> {
    this.#control?.destroy();
    await this.#program.kill();
    removeFolder(this.#folder);
  }
}
