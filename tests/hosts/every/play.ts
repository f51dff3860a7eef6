/*
 * Plays all scenarios on a host, and writes what came of each as a line of JSON.
 * Usage: node play.js HOST CERTIFICATES
 */
import { readFileSync } from "node:fs";
import { endWithOwner } from "../own-network.js";
import { hosts } from "./hosts.js";
import type { Certificates } from "./played.js";
import { play } from "./run.js";
import { playedBy } from "./scenarios.js";

endWithOwner();

const [, , name = "", certificates = ""] = process.argv;
const host = hosts.find((one) => one.name === name);
if (host === undefined) throw new Error(`there is no host ${name}`);
const issued = JSON.parse(readFileSync(certificates, "utf8")) as Certificates;

/** Scenarios that nobody has begun, the longest first. */
const waiting = [...playedBy(host).entries()];

const work = async (): Promise<void> => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const [number, scenario] = next;
    const played = await play(scenario, host.place(number), issued);
    process.stdout.write(`${JSON.stringify(played)}\n`);
  }
};

await Promise.all(Array.from({ length: host.concurrency }, work));
