/** The wall clock is set back, and set right again: a phone goes by the clock that nobody sets. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { hostNames } from "../../host/cli/hosts.js";
import type { HostName } from "../../host/cli/hosts.js";
import { RealServer } from "../../host/node/servers.js";
import { Registrar, Zone } from "../../host/simulated/index.js";
import { command, requireTools } from "../../scripts/command.js";
import { buildNative } from "../../scripts/native.js";
import { buildWasmtime } from "../../scripts/wasmtime.js";
import { Authority } from "./certificates.js";
import { testFolder, writeFile } from "./cli-harness.js";
import { Front } from "./every/front.js";
import { FarPhone } from "./far-phone.js";

const ADDRESS = "127.0.0.1";
const DOMAIN = "voice.example";

/** What the server grants, in seconds: a phone registers anew after half of that. */
const LIFETIME = 4;

/** How late a timer may be, in milliseconds, and the wait after a failed REGISTER as the file has it. */
const LATE = 500;
const RETRY = 1000;

const folder = testFolder();
const library = join(folder, "clock_back.so");
/** While it is there, the clock is a year slow. */
const back = join(folder, "back");

const authority = new Authority("clock");
const certificate = authority.issue({ names: [`DNS:${DOMAIN}`] });

const builds: Readonly<Record<HostName, () => unknown>> = {
  node: () => undefined,
  wasmtime: buildWasmtime,
  native: () => buildNative("native"),
};

const registrar = new Registrar("pbx", { maxExpires: LIFETIME });
const zone = new Zone();
const servers: RealServer[] = [];
let front: Front;

before(async () => {
  requireTools("A clock that is set back", { gcc: "gcc" });
  const source = fileURLToPath(new URL("../../../../tests/native/clock_back.c", import.meta.url));
  const words = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"];
  command("gcc", [...words, source, "-o", library]);
  for (const build of Object.values(builds)) build();
  for (const service of [registrar, zone]) {
    servers.push(
      await RealServer.open(service, { address: ADDRESS, port: 0, now: () => Math.floor(performance.now()) }),
    );
  }
  const port = servers[0]?.port ?? 0;
  front = await Front.open(certificate, ADDRESS, port);
  zone
    .srv(`_sip._udp.${DOMAIN}`, { port, target: "pbx.example" })
    .srv(`_sips._tcp.${DOMAIN}`, { port: front.port, target: "pbx.example" })
    .address("pbx.example", ADDRESS);
});

after(async () => {
  await front.close();
  for (const server of servers) await server.close();
});

const start = (host: HostName, transport: number): FarPhone => {
  const keys = {
    enable: 1,
    user_name: 1001,
    "sip_server.1.address": DOMAIN,
    "sip_server.1.port": 0,
    "sip_server.1.transport_type": transport,
    reg_fail_retry_interval: RETRY / 1000,
    reg_failed_retry_max_time: 0,
  };
  const lines = Object.entries(keys).map(([key, value]) => `account.1.${key} = ${String(value)}`);
  const text = [
    "#!version:1.0.0.1",
    "sip.listen_port = 0",
    `sip.tls_ca = ${authority.certificate}`,
    ...lines,
    "",
  ];
  const environment = ["env", `LD_PRELOAD=${library}`, `CLOCK_BACK=${back}`];
  return new FarPhone(environment, host, folder, text.join("\n"), `${ADDRESS}:${String(servers[1]?.port)}`);
};

const isBound = (): boolean => registrar.bound(performance.now()).length > 0;

for (const host of hostNames) {
  describe(`the clock of a phone on ${host}`, () => {
    it("is set back a year and forward again: it registers anew as if nothing had happened", async () => {
      const phone = start(host, 0);
      await phone.until("it is registered", isBound);
      const from = registrar.received.length;
      const begun = performance.now();
      writeFile(folder, "back", "");
      await pause(LIFETIME * 1000);
      rmSync(back);
      await pause(LIFETIME * 1000);
      assert.equal(phone.said, "");
      const times = registrar.received.slice(from).map(({ t }) => t - begun);
      assert.equal(await phone.stop(), 0);
      assert.ok(times.length >= 3, times.join(", "));
      times.slice(1).forEach((t, index) => {
        const wait = t - (times[index] ?? 0);
        assert.ok(Math.abs(wait - LIFETIME * 500) < LATE, `${wait.toFixed(0)} ms between two REGISTERs`);
      });
      const lost = phone.records.flatMap((record) =>
        record.event === "unregistered" ? [record.reason] : [],
      );
      assert.deepEqual(lost, ["stopped"]);
      const t = phone.records.map((record) => record.t);
      assert.deepEqual(
        t,
        [...t].sort((one, other) => one - other),
      );
    });

    it("is a year slow at first: no certificate is valid, which is said, and is when it is set right", async () => {
      writeFile(folder, "back", "");
      const phone = start(host, 2);
      const sentence = "its certificate is not valid yet, or the clock here is slow.\n";
      await phone.until("it says why", () => phone.said.includes(sentence));
      await pause(2 * RETRY);
      assert.equal(isBound(), false);
      rmSync(back);
      const took = await phone.until("it is registered", isBound);
      assert.ok(took < RETRY + LATE, `${took.toFixed(0)} ms`);
      assert.equal(await phone.stop(), 0);
      assert.equal(phone.said.split(sentence).length, 2, phone.said);
    });
  });
}
