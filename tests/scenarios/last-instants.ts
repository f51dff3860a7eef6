/*
 * Runs a core at an instant near the end of time, and prints how many actions came of it. A process of its own: a
 * core that loops for ever can only be ended from outside.
 * Usage: node last-instants.js INSTANT
 */
import { readFileSync } from "node:fs";
import { WebAssembly } from "../../host/abi/webassembly.js";
import type { WebAssemblyMemory } from "../../host/abi/webassembly.js";
import { configuration } from "./helpers.js";

const MOST = 1000;

const { exports } = new WebAssembly.Instance(
  new WebAssembly.Module(readFileSync(new URL("../../../sip-failover.wasm", import.meta.url))),
  {},
);
const memory = exports["memory"] as WebAssemblyMemory;
const call = (name: string, ...values: (number | bigint)[]): number =>
  Number((exports[name] as (...all: (number | bigint)[]) => number | bigint)(...values));
const put = (octets: Uint8Array | readonly number[]): void => {
  new Uint8Array(memory.buffer).set(octets, call("input"));
};

const text = Buffer.from(configuration());
call("configure_begin");
put([192, 0, 2, 53]);
call("configure_dns", 4, 53);
call("configure_file");
put(text);
call("configure_text", text.length);
while (call("configure_end") > 0) while (call("next_action", 0n) !== 0);

const now = BigInt(process.argv[2] ?? 0);
call("start", now);
let actions = 0;
/** Flows to be opened, from `ACTION_OPEN` and `ACTION_LISTEN`. */
let asked: number[] = [];
const drain = (): void => {
  for (let at = call("next_action", now); at !== 0 && actions < MOST; at = call("next_action", now)) {
    const view = new DataView(memory.buffer);
    if (view.getUint16(at, true) <= 2) asked.push(view.getUint32(at + 4, true));
    actions++;
  }
};
for (let round = 0; round < 5 && actions < MOST; round++) {
  drain();
  const flows = asked;
  asked = [];
  for (const flow of flows) {
    put([198, 51, 100, 1]);
    call("flow_opened", now, flow, 4, 5060);
  }
}
process.stdout.write(String(actions));
