import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Daemon } from "./native-daemon.js";
import { WELL, file, optionsOf, server } from "./native-site.js";

/** What a program may have open here: its standard descriptors, its sockets and some connections. */
const DESCRIPTORS = 16;

/** More than it can take. */
const CONNECTIONS = 24;

/** A program that has to wait takes less of a second than this; one that asks again and again takes all it gets. */
const MOST_BUSY = 0.15;

/** Hundredths of a second that a process has run so far (proc(5)). */
const ticks = (pid: number): number => {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, "utf8")
      .split(") ")[1]
      ?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
};

const portOf = (phone: Daemon, transport: string): number =>
  Number(phone.records("listening").find((line) => line.transport === transport)?.port);

describe("sip-failoverd without descriptors left", () => {
  it("waits, stays registered, and takes connections again when there are some", async () => {
    const { registrar, port } = await server();
    const limited = ["sh", "-c", `ulimit -n ${String(DESCRIPTORS)}; exec "$0" "$@"`];
    const phone = new Daemon([file(port, "account.1.sip_server.1.transport_type = 1")], limited);
    await phone.hears("registered");
    await phone.until("it listens by TCP", () => portOf(phone, "tcp") > 0);
    const sockets: Socket[] = [];
    for (let i = 0; i < CONNECTIONS; i++) {
      const socket = connect(portOf(phone, "tcp"), "127.0.0.1");
      socket.on("error", () => undefined);
      await once(socket, "connect");
      sockets.push(socket);
    }
    await phone.until("nothing is left", () => phone.descriptors >= DESCRIPTORS);
    const before = ticks(phone.pid);
    await pause(1000);
    const busy = (ticks(phone.pid) - before) / 100;
    assert.ok(busy < MOST_BUSY, `it ran for ${String(busy)} s of a second`);
    assert.equal(registrar.bound(0).length, 1);
    for (const socket of sockets) socket.destroy();
    const late = connect(portOf(phone, "tcp"), "127.0.0.1");
    late.write(optionsOf("TCP", portOf(phone, "tcp")));
    const [answer] = (await once(late, "data", { signal: AbortSignal.timeout(5000) })) as [Buffer];
    assert.match(answer.toString("latin1"), /^SIP\/2\.0 200 /);
    late.destroy();
    assert.deepEqual(await phone.stop(), WELL);
  });
});

describe("sip-failoverd that may listen at any port", () => {
  it("has the same ones after a trap, and one binding", async () => {
    const { registrar, port } = await server();
    const phone = new Daemon([file(port)]);
    await phone.hears("registered");
    const heard = (): Map<unknown, unknown> =>
      new Map(phone.records("listening").map((line) => [line.transport, line.port]));
    const count = phone.records("listening").length;
    const first = heard();
    phone.signal("SIGUSR1");
    await phone.hears("registered", 2);
    await phone.hears("listening", 2 * count);
    assert.deepEqual(heard(), first);
    assert.equal(registrar.bound(0).length, 1);
    assert.deepEqual(await phone.stop(), WELL);
  });
});
