import { existsSync, mkdirSync } from "node:fs";
import { command } from "../../../scripts/command.js";

/** The network namespace of the phone. */
const PHONE = "phone";

const ours = { device: "server", address: "10.9.0.1" } as const;

/** The address that a phone has at first. */
const FIRST = "10.9.0.2";

const ip = (words: string): void => {
  command("ip", words.split(" "));
};

/** Where the names of network namespaces lie; it is hidden under a folder of our own. */
const NAMES = "/run/netns";

/**
 * A cable between the servers, which are in this process' network, and a phone, whose network is another. This process
 * has a network of its own.
 */
export class Cable {
  readonly servers = ours.address;
  #device = "";
  #count = 0;

  constructor() {
    if (!existsSync(NAMES)) mkdirSync(NAMES, { recursive: true });
    command("mount", ["-t", "tmpfs", "names", NAMES]);
    ip("link set lo up");
    ip(`netns add ${PHONE}`);
    ip(`-n ${PHONE} link set lo up`);
  }

  /** Words before a command that run it at the phone's end. */
  get atPhone(): string[] {
    return ["ip", "netns", "exec", PHONE];
  }

  /** A new cable, plugged in at both ends; the old one is gone. */
  lay(address = FIRST): void {
    this.remove();
    this.#device = `phone${String(++this.#count)}`;
    ip(`link add ${ours.device} type veth peer name ${this.#device} netns ${PHONE}`);
    ip(`address add ${ours.address}/24 dev ${ours.device}`);
    ip(`link set ${ours.device} up`);
    this.address(address);
    this.plug();
  }

  remove(): void {
    if (this.#device !== "") ip(`link delete ${ours.device}`);
    this.#device = "";
  }

  /** Takes the phone's interface down: it has no routes any more. */
  unplug(): void {
    ip(`-n ${PHONE} link set ${this.#device} down`);
  }

  plug(): void {
    ip(`-n ${PHONE} link set ${this.#device} up`);
  }

  /** Takes the cable out at the far end: the phone's interface has no carrier. */
  unplugFarEnd(): void {
    ip(`link set ${ours.device} down`);
  }

  plugFarEnd(): void {
    ip(`link set ${ours.device} up`);
  }

  /** Gives the phone an address instead of those that it has. */
  address(address: string): void {
    ip(`-n ${PHONE} address flush dev ${this.#device}`);
    ip(`-n ${PHONE} address add ${address}/24 dev ${this.#device}`);
  }
}
