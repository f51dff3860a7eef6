import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Exchange } from "../../host/simulated/exchange.js";
import { requireTools } from "../../scripts/command.js";
import { buildNative } from "../../scripts/native.js";
import { writeFile } from "./cli-harness.js";
import { Daemon } from "./native-daemon.js";
import { BAD_USAGE, REFUSED, WELL, file, folder, freePort, server, showsStateLater } from "./native-site.js";

describe("sip-failoverd", () => {
  it("registers with credentials, and un-REGISTERs when it is stopped", async () => {
    const { registrar, port } = await server({ digest: { users: { "1000": "secret" } } });
    const phone = new Daemon([file(port)]);
    await phone.hears("registered");
    assert.equal(registrar.bound(0).length, 1);
    assert.deepEqual(await phone.stop(), WELL);
    assert.deepEqual(registrar.bound(0), []);
    assert.equal(phone.records("unregistered").length, 1);
    assert.equal(phone.words, "");
    assert.deepEqual(phone.strange, []);
    assert.ok(!JSON.stringify(phone.lines).includes("secret"));
  });

  it("stops in good order on SIGINT, when its time is over, and when nobody reads its output", async () => {
    const { registrar, port } = await server();
    const interrupted = new Daemon([file(port)]);
    await interrupted.hears("registered");
    interrupted.signal("SIGINT");
    assert.deepEqual(await interrupted.finished, WELL);
    assert.deepEqual(await new Daemon(["--duration", "0.5", file(port)]).finished, WELL);
    const unread = new Daemon([file(port, "account.1.nat.udp_update_time = 15")]);
    await unread.hears("registered");
    assert.equal(registrar.bound(0).length, 1);
    unread.dropOutput();
    // Something to say.
    const from = createSocket("udp4");
    const listening = Number(unread.records("listening")[0]?.port);
    from.send("OPTIONS sip:x SIP/2.0\r\n\r\n", listening, "127.0.0.1");
    assert.equal((await unread.finished).signal, null);
    from.close();
    assert.deepEqual(registrar.bound(0), []);
  });

  it("is ended at once by a second signal", async () => {
    const { registrar, port } = await server();
    const phone = new Daemon([file(port)]);
    await phone.hears("registered");
    registrar.silent();
    phone.signal("SIGTERM");
    await phone.until("the farewell", () => phone.records("request").some(({ reason }) => reason === "stop"));
    const begun = performance.now();
    phone.signal("SIGINT");
    assert.deepEqual(await phone.finished, { status: 130, signal: null });
    assert.ok(performance.now() - begun < 1000);
  });

  it("ends an orderly stop within 2.5 s where the server is silent", async () => {
    const { registrar, port } = await server();
    const phone = new Daemon([file(port)]);
    await phone.hears("registered");
    registrar.silent();
    const begun = performance.now();
    assert.deepEqual(await phone.stop(), WELL);
    assert.ok(performance.now() - begun < 3500);
  });

  it("leaves a server that refuses at once, and one that is silent after its budget", async () => {
    const first = await server();
    const second = await server(undefined, "127.0.0.2", first.port);
    first.registrar.refuse();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const refused = new Daemon([file(first.port)]);
    await refused.hears("registered");
    const [failed] = refused.records("target-failed");
    assert.equal(failed?.cause, "refused");
    assert.ok(Number(refused.records("registered")[0]?.t) - Number(failed.t) < 50);
    assert.equal(second.registrar.bound(0).length, 1);
    assert.deepEqual(await refused.stop(), WELL);

    first.registrar.up();
    await new Promise((resolve) => setTimeout(resolve, 50));
    first.registrar.silent();
    const silent = new Daemon([file(first.port, "account.1.sip_server.1.retry_counts = 0")]);
    await silent.hears("registered");
    assert.equal(silent.records("target-failed")[0]?.cause, "silent");
    assert.deepEqual(await silent.stop(), WELL);
  });

  it("takes garbage at its ports, drops it and stays registered", async () => {
    const { registrar, port } = await server();
    const phone = new Daemon([file(port, "account.1.sip_server.1.transport_type = 1")]);
    await phone.hears("registered");
    await phone.hears("listening", 2);
    const ports = new Map(phone.records("listening").map((line) => [line.transport, Number(line.port)]));
    const socket = createSocket("udp4");
    const garbage = [
      "",
      "\r\n",
      "\0".repeat(1500),
      "SIP/2.0 200 OK\r\n\r\n",
      `INVITE ${"x".repeat(20_000)}`,
      "INVITE sip:1000@127.0.0.1 SIP/2.0\r\nVia: x\r\nContent-Length: -1\r\n\r\n",
    ];
    for (let round = 0; round < 20; round++) {
      for (const text of garbage) socket.send(text, ports.get("udp") ?? 0, "127.0.0.1");
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    for (const text of [...garbage, "x".repeat(300_000)]) {
      const connection = connect(ports.get("tcp") ?? 0, "127.0.0.1");
      connection.on("error", () => undefined);
      await once(connection, "connect");
      connection.write(text);
      connection.end();
    }
    await phone.until("garbage by TCP", () =>
      phone
        .records("dropped")
        .some(({ reason, source }) => reason === "too-long" && String(source).startsWith("tcp")),
    );
    assert.equal(registrar.bound(0).length, 1);
    assert.deepEqual(await phone.stop(), WELL);
    assert.deepEqual(registrar.bound(0), []);
    socket.close();
  });

  it("is not stopped by errors in its configuration where it is told so", async () => {
    const { port } = await server();
    const bad = file(port, "account.1.sip_server.1.retry_counts = 99");
    const strict = new Daemon([bad]);
    assert.deepEqual(await strict.finished, REFUSED);
    assert.match(strict.words, /^1 error: the phone does not start\. --lenient starts it all the same\.\n$/);
    const [diagnostic] = strict.records("config");
    assert.equal(diagnostic?.code, "out-of-range");
    assert.equal(diagnostic.file, bad);
    const lenient = new Daemon(["--lenient", bad]);
    await lenient.hears("registered");
    assert.deepEqual(await lenient.stop(), WELL);
  });

  it("says why it cannot start", async () => {
    const holder = createSocket("udp4");
    holder.bind(0);
    await once(holder, "listening");
    const { port } = await server();
    const taken = new Daemon([file(port, `sip.listen_port = ${String(holder.address().port)}`)]);
    assert.deepEqual(await taken.finished, REFUSED);
    assert.match(taken.words, /^Port \d+ \(UDP\) is in use by another program: .*sip\.listen_port/);
    holder.close();

    const loading = new Daemon(["--module", "core.wasm", file(port)]);
    assert.deepEqual(await loading.finished, REFUSED);
    assert.equal(loading.words, "The core is compiled in: no module can be loaded.\n");
  });

  it("reads its command line", async () => {
    const { port } = await server();
    const phone = file(port);
    const bad = [
      [],
      ["--nonsense", phone],
      ["--dns", "voice.example.com", phone],
      ["--dns", "127.0.0.1:70000", phone],
      ["--dns", "[::1", phone],
      [...new Array<string>(5).fill("--dns=127.0.0.1"), phone],
      ["--duration", "soon", phone],
      ["--duration", "-1", phone],
      ["--duration"],
      ["--wire", phone],
      ["--syslog", "--control", phone],
    ];
    for (const words of bad) {
      const daemon = new Daemon(words);
      assert.deepEqual(await daemon.finished, BAD_USAGE, words.join(" "));
      assert.match(daemon.words, /^\S*sip-failoverd: .+\n$/, words.join(" "));
      assert.deepEqual(daemon.lines, []);
    }
    const help = new Daemon(["--help"]);
    assert.deepEqual(await help.finished, WELL);
    assert.match(help.strange.join("\n"), /^usage: sip-failoverd /);
    assert.ok(help.strange.every((line) => line.length < 84));
    const version = new Daemon(["-V"]);
    assert.deepEqual(await version.finished, WELL);
    assert.match(version.strange.join("\n"), /^sip-failoverd \d+\.\d+\.\d+ \(wasm2c\)$/);
  });
});

describe("sip-failoverd as it is delivered", () => {
  const program = join(buildNative("native"), "sip-failoverd");

  it("leaves no memory and no descriptor behind", async () => {
    requireTools("looking at memory", { valgrind: "valgrind" });
    const first = await server({ exchange: new Exchange() });
    await server(undefined, "127.0.0.2", first.port);
    // Not quiet: then it would say nothing of descriptors where there is none.
    const valgrind = ["valgrind", "--leak-check=full", "--show-leak-kinds=all", "--track-fds=yes"];
    const words = ["--control", "--wire", file(first.port, "account.1.sip_server.1.transport_type = 1")];
    const phone = new Daemon(words, [...valgrind, "--error-exitcode=99"], program);
    await phone.hears("registered");
    assert.ok(
      (await phone.answer(`1 call_place 1 ${Buffer.from("sip:a@example.com").toString("hex")} - - -`)) > 0,
    );
    await phone.hears("call", 2);
    first.registrar.refuse();
    await phone.hears("failover");
    assert.deepEqual(await phone.stop(), WELL);
    assert.match(phone.words, /FILE DESCRIPTORS: \d+ open/);
    assert.match(phone.words, /All heap blocks were freed -- no leaks are possible/);
    assert.match(phone.words, /ERROR SUMMARY: 0 errors/);
    const leftOpen = phone.words.split(/(?=Open )/).slice(1);
    assert.deepEqual(
      leftOpen.filter((each) => !each.includes("<inherited from parent>")),
      [],
    );
  });

  it("takes 3 MiB of memory at most, with one account and with sixteen", async () => {
    const { registrar, port } = await server();
    for (const count of [1, 16]) {
      const accounts = Array.from({ length: count }, (_, index) =>
        [
          "enable = 1",
          `user_name = ${String(2000 + index)}`,
          "sip_server.1.address = 127.0.0.1",
          `sip_server.1.port = ${String(port)}`,
        ].map((line) => `account.${String(index + 1)}.${line}`),
      );
      const path = writeFile(
        folder,
        "accounts.cfg",
        ["#!version:1.0.0.1", "sip.listen_port = 0", ...accounts.flat(), ""].join("\n"),
      );
      const phone = new Daemon([path], [], program);
      await phone.hears("registered", count);
      assert.equal(registrar.bound(0).length, count);
      assert.ok(phone.resident <= 3 * 1024 * 1024, `${String(phone.resident / 1024)} KiB`);
      assert.deepEqual(await phone.stop(), WELL);
    }
  });
});

describe("sip-failoverd after a trap of its core", () => {
  it("is registered again within a second, and says why", async () => {
    const { registrar, port } = await server();
    // With the same Contact as before, the new binding is in the old one's place.
    const listening = await freePort();
    const phone = new Daemon(["--state", folder, file(port, `sip.listen_port = ${String(listening)}`)]);
    await phone.hears("registered");
    const state = (): unknown => JSON.parse(readFileSync(join(folder, "status"), "utf8"));
    const version = (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;
    const fresh = { version, core: "wasm2c", restarts: 0, trap: "", registered: true };
    assert.deepEqual(state(), fresh);
    const before = registrar.requests("REGISTER").length;
    const begun = performance.now();
    phone.signal("SIGUSR1");
    await phone.hears("registered", 2);
    assert.ok(performance.now() - begun < 1000);
    assert.equal(registrar.requests("REGISTER").length, before + 1);
    const trap = "an instruction that cannot be reached";
    assert.equal(
      phone.words,
      `The core has trapped (${trap}): it is started anew with the same configuration.\n`,
    );
    assert.deepEqual(state(), { ...fresh, restarts: 1, trap });
    const times = phone.lines.map(({ t }) => Number(t));
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    );
    assert.deepEqual(await phone.stop(), WELL);
    assert.deepEqual(registrar.bound(0), []);
  });

  it("listens at the port that it had, where any will do: its binding takes the old one's place", async () => {
    const { registrar, port } = await server();
    const phone = new Daemon([file(port)]);
    await phone.hears("registered");
    phone.signal("SIGUSR1");
    await phone.hears("registered", 2);
    const [before, after] = phone.records("listening").map((record) => record.port);
    assert.equal(after, before);
    assert.equal(registrar.bound(0).length, 1);
    assert.deepEqual(await phone.stop(), WELL);
  });

  it("has no more descriptors and no more memory than before, however often", async () => {
    const { port } = await server();
    const phone = new Daemon([file(port, "account.1.sip_server.1.transport_type = 1")]);
    await phone.hears("registered");
    const { descriptors } = phone;
    for (let round = 2; round <= 8; round++) {
      phone.signal("SIGUSR1");
      await phone.hears("registered", round);
    }
    assert.equal(phone.descriptors, descriptors);
    assert.deepEqual(await phone.stop(), WELL);
  });

  it("can be stopped while the core is down", async () => {
    const { port } = await server();
    const phone = new Daemon([file(port)]);
    await phone.hears("registered");
    phone.signal("SIGUSR1");
    await phone.until("the trap", () => phone.words !== "");
    assert.deepEqual(await phone.stop(), WELL);
    assert.equal(phone.records("registered").length, 1);
  });

  it("goes on where its state folder cannot be written, and says so once", async () => {
    const { port } = await server();
    for (const state of [join(folder, "nowhere"), writeFile(folder, "file", ""), `/${"x".repeat(300)}`]) {
      const phone = new Daemon(["--state", state, file(port)]);
      await phone.hears("registered");
      phone.signal("SIGUSR1");
      await phone.hears("registered", 2);
      assert.deepEqual(await phone.stop(), WELL);
      const sentences = phone.words.split("\n").filter((line) => line.startsWith("The state folder"));
      assert.equal(sentences.length, 1);
      assert.match(
        sentences[0] ?? "",
        /cannot be written \(.+\): the phone works, but nobody is told how\.$/,
      );
    }
  });

  it("writes its state as soon as the folder can be written", async () => {
    await showsStateLater((words) => new Daemon(words));
  });
});
