/** Every host there is, each as something that makes phones. */
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NativePhone } from "../../../host/native/phone.js";
import { nativePrograms } from "../../../host/native/program.js";
import type { BasePhone } from "../../../host/node/base-phone.js";
import { Phone } from "../../../host/node/index.js";
import type { PhoneOptions } from "../../../host/node/index.js";
import { command, requireTools } from "../../../scripts/command.js";
import { buildDevice, devices } from "../../../scripts/device/build.js";
import { targets } from "../../../scripts/device/targets.js";
import { buildFirmware } from "../../../scripts/firmware/image.js";
import { buildNative } from "../../../scripts/native.js";
import { buildWasmtime } from "../../../scripts/wasmtime.js";

/** What a phone of a test is started with. */
export type StartOptions = Required<Pick<PhoneOptions, "files" | "dns">>;

/** Where a scenario takes place. */
export interface Place {
  /** The address of all servers. */
  readonly servers: string;
  /** The address of the phone. */
  readonly phone: string;
  /** `sip.listen_port`; 0 where several phones are at the same address. */
  readonly listenPort: number;
  /** A phone that is not started. All of the folder of its file is there for it. */
  readonly create: (options: StartOptions) => BasePhone;
  /** What a file of that folder is called in its configuration. */
  readonly path: (folder: string, name: string) => string;
}

export interface Host {
  readonly name: string;
  /** How late a timer may be there, in milliseconds. */
  readonly late: number;
  /** How long an answer may take, and all that has to happen before something can be sent by a connection. Milliseconds. */
  readonly answer: number;
  /** Scenarios at the same time. */
  readonly concurrency: number;
  /** Whether it wants a network of its own, as root of it. */
  readonly ownNetwork: boolean;
  /** Whether it reads files that come into its folder while it runs. */
  readonly sharesFiles: boolean;
  /** Makes what phones need; throws a sentence, or rejects with one, where that cannot be done. */
  readonly build: () => unknown;
  /** The place of the scenario with that number, from 0. */
  readonly place: (number: number) => Place;
}

/** How late a program of this machine may be that has a processor for itself most of the time. */
const LATE = 300;

/** How long an answer to it may take, the handshake of TLS among what it is waited for. */
const ANSWER = 1000;

/** All of it on this machine's loopback. */
const loopback = (create: (options: StartOptions) => BasePhone): Place => ({
  servers: "127.0.0.1",
  phone: "127.0.0.1",
  listenPort: 0,
  create,
  path: join,
});

/** How late a program may be whose processor is emulated. */
const LATE_EMULATED = 400;

/** The program for a device, its processor emulated, with the sockets of this machine. */
const emulated = (name: string, device: "armv7" | "aarch64"): Host => {
  const [emulator, inPackage] = targets[device].runner;
  const path = join(devices, device, "bin", "sip-failoverd");
  const program = { path, runner: [emulator], script: "build:device" };
  return {
    name,
    late: LATE_EMULATED,
    answer: ANSWER,
    concurrency: 3,
    ownNetwork: false,
    sharesFiles: true,
    build: () => {
      requireTools(`The program for ${name}`, { [emulator]: inPackage });
      return buildDevice(device);
    },
    place: () => loopback((options) => new NativePhone(program, options)),
  };
};

/** How late an emulated board may be, which shares the processors with everything else here. */
const LATE_ON_A_BOARD = 400;

/**
 * A handshake of TLS takes all of an emulated processor for 0.15 s, with ECDHE and two signatures on P-256. Other boards
 * that start meanwhile and the other hosts leave it a fraction of one.
 */
const ANSWER_ON_A_BOARD = 3000;

const boardProgram = fileURLToPath(new URL("board.js", import.meta.url));

const buildBoard = async (): Promise<void> => {
  await buildFirmware();
  // Run by its own name, as every program of the control protocol is.
  chmodSync(boardProgram, 0o755);
};

/** A board on a wire of its own, which is a network of this namespace: the servers are at our end of it. */
const boardPlace = (number: number): Place => {
  const tap = `board${String(number)}`;
  const network = `10.0.${String(number)}`;
  const [servers, phone] = [`${network}.1`, `${network}.2`];
  // What is at our end of the wire goes to itself by the loopback.
  command("ip", ["link", "set", "lo", "up"]);
  command("ip", ["tuntap", "add", "dev", tap, "mode", "tap"]);
  command("ip", ["address", "add", `${servers}/24`, "dev", tap]);
  command("ip", ["link", "set", tap, "up"]);
  const runner = [process.execPath, boardProgram, tap, phone, servers];
  const program = { path: boardProgram, runner, script: "build:firmware" };
  return {
    servers,
    phone,
    listenPort: 5060,
    create: (options) => new NativePhone(program, options),
    path: (_folder, name) => name,
  };
};

export const hosts: readonly Host[] = [
  {
    name: "Node",
    late: LATE,
    answer: ANSWER,
    concurrency: 3,
    ownNetwork: false,
    sharesFiles: true,
    build: () => undefined,
    place: () => loopback((options) => new Phone(options)),
  },
  {
    name: "wasmtime",
    late: LATE,
    answer: ANSWER,
    concurrency: 3,
    ownNetwork: false,
    sharesFiles: true,
    build: buildWasmtime,
    place: () => loopback((options) => new NativePhone(nativePrograms.wasmtime, options)),
  },
  {
    name: "native",
    late: LATE,
    answer: ANSWER,
    concurrency: 3,
    ownNetwork: false,
    sharesFiles: true,
    build: () => buildNative("native"),
    place: () => loopback((options) => new NativePhone(nativePrograms.native, options)),
  },
  emulated("ARMv7", "armv7"),
  emulated("AArch64", "aarch64"),
  {
    name: "the firmware image",
    late: LATE_ON_A_BOARD,
    answer: ANSWER_ON_A_BOARD,
    concurrency: 3,
    ownNetwork: true,
    sharesFiles: false,
    build: buildBoard,
    place: boardPlace,
  },
];
