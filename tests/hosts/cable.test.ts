/** A network that is not there, goes and comes back, or gives another address: said, and recovered from. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { hostNames } from "../../host/cli/hosts.js";
import type { HostName } from "../../host/cli/hosts.js";
import { buildNative } from "../../scripts/native.js";
import { buildWasmtime } from "../../scripts/wasmtime.js";
import type { Outcome } from "./cable/play.js";
import { troubles } from "./cable/troubles.js";
import { Performance } from "./own-network.js";

const player = fileURLToPath(new URL("cable/play.js", import.meta.url));

const builds: Readonly<Record<HostName, () => unknown>> = {
  node: () => undefined,
  wasmtime: buildWasmtime,
  native: () => buildNative("native"),
};

/** All hosts have their troubles at the same time. */
const performances = new Map<HostName, Performance<Outcome>>();

before(() => {
  for (const name of hostNames) builds[name]();
  for (const name of hostNames) performances.set(name, new Performance(player, [name], { ownNetwork: true }));
});

for (const name of hostNames) {
  describe(`the network of a phone on ${name}`, () => {
    for (const trouble of troubles) {
      it(trouble.name, async () => {
        const outcome = await performances.get(name)?.of(trouble.name);
        assert.equal(outcome?.error, undefined, outcome?.error);
      });
    }
  });
}
