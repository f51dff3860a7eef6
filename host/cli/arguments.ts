import { InvalidArgumentError } from "commander";
import { isDnsServer } from "../abi/configure.js";

/** The longest run that timers can measure, in seconds. */
const LONGEST = 2 ** 31 / 1000;

/** Reads `--dns ADDR:PORT`, which may be said several times. */
export const dnsServer = (text: string, before: readonly string[] = []): string[] => {
  if (!isDnsServer(text) || /^(udp|tcp|tls):/i.test(text)) {
    throw new InvalidArgumentError("Write an IP address and a port, as 192.0.2.1:53 or [2001:db8::1]:53.");
  }
  return [...before, text];
};

/** Reads `--duration S`, seconds above 0, decimals allowed: milliseconds. */
export const durationInMilliseconds = (text: string): number => {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds >= LONGEST) {
    throw new InvalidArgumentError(
      `Write seconds above 0 and below ${String(Math.floor(LONGEST))}, as 60 or 2.5.`,
    );
  }
  return Math.round(seconds * 1000);
};
