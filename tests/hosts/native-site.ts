/** Servers on loopback, and the file of a phone that is to use them, for tests of sip-failoverd. */
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach } from "node:test";
import { RealServer } from "../../host/node/servers.js";
import { Registrar } from "../../host/simulated/registrar.js";
import type { RegistrarOptions } from "../../host/simulated/registrar.js";
import { testFolder, writeFile } from "./cli-harness.js";
import { endDaemons } from "./native-daemon.js";
import type { Daemon } from "./native-daemon.js";

export const folder = testFolder();
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await endDaemons();
  for (const close of closing.splice(0)) await close();
});

/** A registrar on a port, which is closed when the test is over. */
export const server = async (
  options?: RegistrarOptions,
  address = "127.0.0.1",
  port = 0,
): Promise<{ registrar: Registrar; port: number }> => {
  const registrar = new Registrar(address, options);
  const carried = await RealServer.open(registrar, { address, port });
  closing.push(() => carried.close());
  return { registrar, port: carried.port };
};

/** A phone's file. Its server is a name with two addresses, 127.0.0.1 and 127.0.0.2. */
export const file = (port: number, ...lines: readonly string[]): string =>
  writeFile(
    folder,
    "phone.cfg",
    [
      "#!version:1.0.0.1",
      "sip.listen_port = 0",
      "account.1.enable = 1",
      "account.1.user_name = 1000",
      "account.1.password = secret",
      "account.1.sip_server.1.address = voice.example.com",
      `account.1.sip_server.1.port = ${String(port)}`,
      "account.1.static_cache_pri = 1",
      ...["127.0.0.1", "127.0.0.2"].flatMap((address, index) => [
        `account.1.dns_cache_a.${String(index + 1)}.name = voice.example.com`,
        `account.1.dns_cache_a.${String(index + 1)}.ip = ${address}`,
        `account.1.dns_cache_a.${String(index + 1)}.ttl = 3600`,
      ]),
      ...lines,
      "",
    ].join("\n"),
  );

/** A UDP port that nobody has. */
export const freePort = async (): Promise<number> => {
  const socket = createSocket("udp4");
  socket.bind(0);
  await once(socket, "listening");
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
};

/** A state folder that is not there when the program starts is written to as soon as it is. */
export const showsStateLater = async (start: (words: readonly string[]) => Daemon): Promise<void> => {
  const { port } = await server();
  const state = join(folder, "later");
  rmSync(state, { recursive: true, force: true });
  const phone = start(["--state", state, file(port)]);
  await phone.hears("registered");
  mkdirSync(state);
  await phone.until("the good news", () => phone.words.includes("\n", phone.words.indexOf("\n") + 1));
  assert.match(
    phone.words,
    /^The state folder \S+ cannot be written \(.+\): the phone .+\.\nThe state folder \S+ can be written again\.\n$/,
  );
  const status: unknown = JSON.parse(readFileSync(join(state, "status"), "utf8"));
  assert.equal((status as { readonly registered: boolean }).registered, true);
  assert.deepEqual(await phone.stop(), WELL);
};

/** An OPTIONS in no dialog, of an end of this machine's. */
export const optionsOf = (transport: "UDP" | "TCP", port: number): string =>
  [
    "OPTIONS sip:1000@127.0.0.1 SIP/2.0",
    `Via: SIP/2.0/${transport} 127.0.0.1:${String(port)};branch=z9hG4bK1`,
    "From: <sip:a@example.com>;tag=1",
    "To: <sip:1000@127.0.0.1>",
    "Call-ID: 1",
    "CSeq: 1 OPTIONS",
    "Max-Forwards: 70",
    "Content-Length: 0",
    "",
    "",
  ].join("\r\n");

/** How it ends. */
export const WELL = { status: 0, signal: null };
export const REFUSED = { status: 1, signal: null };
export const BAD_USAGE = { status: 2, signal: null };
