/** QEMU's `mps2-an386` board, a Cortex-M4, with the phone in it. */
import { existsSync } from "node:fs";
import { Trouble } from "../command.js";
import { bareMetalProgram } from "./paths.js";

/** The network interface that the board has. */
export const NETWORK_MODEL = "lan9118";

export interface BareMetalOptions {
  /** The configuration's name in QEMU's working folder. */
  readonly configuration: string;
  /** Of the board, ADDRESS/PREFIX, and of its gateway; by DHCP where they are left out. */
  readonly address?: string | undefined;
  readonly gateway?: string | undefined;
  /** QEMU's words for the network; without any, its own user network. */
  readonly network?: readonly string[] | undefined;
}

/** The command line of QEMU; the serial port is its standard input and output. Throws `Trouble` where the program is missing. */
export function bareMetalWords({ configuration, address, gateway, network }: BareMetalOptions): string[] {
  if (!existsSync(bareMetalProgram)) throw new Trouble("There is no program: npm run build:bare-metal");
  const words = ["phone", configuration, address, gateway].filter((word) => word !== undefined);
  // The program reads its words from one line, as blanks part them.
  if (words.some((word) => /[\s,]/.test(word))) throw new Trouble("A word has a blank or a comma in it.");
  return [
    ...["-M", "mps2-an386", "-display", "none", "-monitor", "none", "-serial", "stdio"],
    ...["-semihosting-config", ["enable=on", "target=native", ...words.map((word) => `arg=${word}`)].join()],
    ...["-kernel", bareMetalProgram],
    ...(network ?? ["-nic", `user,model=${NETWORK_MODEL}`]),
  ];
}
