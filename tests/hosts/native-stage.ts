/*
 * Runs a program in a network and a file system of its own, which whoever runs this has made:
 *   router           to 10.9.1.1 and 10.9.1.2 there is no way, and a router says so by ICMP
 *   resolvers FILE   /etc/resolv.conf is another file
 * Usage: node native-stage.js router|resolvers FILE PROGRAM WORD…
 */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { command } from "../../scripts/command.js";
import { Cable } from "./cable/cable.js";

const [stage = "", file = "", ...program] = process.argv.slice(2);

const ip = (words: string): void => {
  command("ip", words.split(" "));
};

let runner: readonly string[] = [];
if (stage === "router") {
  const cable = new Cable();
  cable.lay();
  writeFileSync("/proc/sys/net/ipv4/ip_forward", "1");
  ip("route add unreachable 10.9.1.1");
  ip("route add prohibit 10.9.1.2");
  runner = cable.atPhone;
  command("ip", ["-n", "phone", "route", "add", "default", "via", cable.servers]);
} else {
  command("mount", ["--bind", file, "/etc/resolv.conf"]);
}
const [path = "", ...words] = [...runner, ...program];
const { status } = spawnSync(path, words, { stdio: "inherit" });
process.exitCode = status ?? 1;
