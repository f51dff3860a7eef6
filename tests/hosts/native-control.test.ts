import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { describe, it } from "node:test";
import { enumerations } from "../../host/abi/contract.js";
import { Exchange } from "../../host/simulated/exchange.js";
import { Daemon } from "./native-daemon.js";
import { REFUSED, WELL, file, folder, optionsOf, server } from "./native-site.js";

describe("the control protocol of sip-failoverd", () => {
  const { error } = enumerations;

  it("answers each command, before the records that follow", async () => {
    const { port } = await server({ exchange: new Exchange() });
    const phone = new Daemon(["--control", file(port)]);
    await phone.hears("registered");
    const hex = (text: string): string => Buffer.from(text).toString("hex");
    const call = await phone.answer(`1 call_place 1 ${hex("sip:1001@example.com")} - - -`);
    assert.ok(call > 0);
    const reply = phone.lines.findIndex(({ reply: number }) => number === 1);
    await phone.hears("call");
    assert.ok(phone.lines.findIndex(({ event }) => event === "call") > reply);
    assert.equal(await phone.answer(`2 call_hang_up ${String(call)}`), 0);
    assert.equal(await phone.answer("3 call_hang_up 9999999"), error.values["stale-call"]);
    assert.equal(await phone.answer("4 set_busy 1"), 0);
    assert.ok((await phone.answer("5 subscribe 1 0 - 600")) > 0);
    assert.ok(
      (await phone.answer(`6 request_send 1 12 ${hex("sip:x@example.com")} - ${hex("text/plain")} 00ff`)) > 0,
    );
    const bad = [
      "7 nonsense",
      "8 call_hang_up",
      "9 call_hang_up 1 2",
      "10 call_hang_up -1",
      "11 call_hang_up 4294967296",
      "12 call_hang_up 1x",
      "13 call_place 1 abc - - -",
      "14 call_place 1 zz - - -",
      "15 call_place 1 00 - - -",
      "16 set_busy  1",
      "17",
      "18 subscribe 1 77 - 600",
    ];
    for (const line of bad) assert.equal(await phone.answer(line), error.values["bad-argument"], line);
    phone.tell("nonsense");
    phone.tell("");
    await phone.until(
      "two without a number",
      () => phone.lines.filter(({ reply }) => reply === 0).length === 2,
    );
    const long = "61".repeat(12_000);
    assert.equal(await phone.answer(`19 call_place 1 ${long} - - -`), error.values["too-long"]);
    assert.equal(
      await phone.answer(`20 call_place 1 ${"61".repeat(100_000)} - - -`),
      error.values["too-long"],
    );
    assert.equal(await phone.answer("21 set_busy 0"), 0);
    phone.signal("SIGUSR1");
    await phone.until("a warning", () => phone.lines.some(({ warning }) => warning !== undefined));
    assert.equal(await phone.answer("22 set_busy 0"), -128);
    await phone.hears("registered", 2);
    assert.equal(await phone.answer("23 set_busy 0"), 0);
    assert.equal(await phone.answer("24 stop"), 0);
    assert.deepEqual(await phone.finished, WELL);
    assert.deepEqual(phone.strange, []);
    assert.equal(phone.words, "");
  });

  it("begins with the wall clock, and ends with the input", async () => {
    const { registrar, port } = await server();
    const phone = new Daemon(["--control", file(port)]);
    await phone.hears("registered");
    assert.ok(Math.abs(Number(phone.lines[0]?.["started"]) - Date.now()) < 10_000);
    phone.endInput();
    assert.deepEqual(await phone.finished, WELL);
    assert.deepEqual(registrar.bound(0), []);
  });

  it("tells what goes over the wire", async () => {
    const { port } = await server();
    const phone = new Daemon(["--control", "--wire", file(port)]);
    await phone.hears("registered");
    const wire = phone.lines.filter((line) => line["wire"] !== undefined);
    const [listen, listening, open, opened, sent, received] = wire;
    const kinds = wire.slice(0, 6).map((line) => line["wire"]);
    assert.deepEqual(kinds, ["listen", "opened", "open", "opened", "sent", "received"]);
    assert.equal(listen?.["flow"], listening?.["flow"]);
    assert.equal(open?.["remote"], `udp:127.0.0.1:${String(port)}`);
    assert.equal(`udp:0.0.0.0:${String(open.port)}`, listening?.["local"]);
    assert.equal(opened?.["local"], `udp:127.0.0.1:${String(open.port)}`);
    assert.ok(Math.abs(Number(sent?.["at"]) - Date.now()) < 10_000);
    const text = (line: typeof sent): string => Buffer.from(String(line?.octets), "hex").toString();
    assert.match(text(sent), /^REGISTER sip:voice\.example\.com/);
    assert.match(text(received), /^SIP\/2\.0 200 /);
    const stranger = createSocket("udp4");
    stranger.bind(0, "127.0.0.1");
    await once(stranger, "listening");
    stranger.send(optionsOf("UDP", stranger.address().port), Number(open.port), "127.0.0.1");
    const [answer] = (await once(stranger, "message")) as [Buffer];
    assert.match(answer.toString(), /^SIP\/2\.0 \d\d\d /);
    stranger.close();
    await phone.until("the answer on the wire", () =>
      phone.lines.some(({ wire: kind }) => kind === "answered"),
    );
    const [incoming, answered] = ["incoming", "answered"].map((kind) =>
      phone.lines.find((line) => line["wire"] === kind),
    );
    assert.match(text(incoming), /^OPTIONS /);
    assert.equal(text(answered), answer.toString());
    assert.equal(incoming?.source, answered?.["remote"]);
    assert.deepEqual(await phone.stop(), WELL);
    assert.ok(phone.lines.some((line) => line["wire"] === "closed"));
  });

  it("says an error where the phone cannot start", async () => {
    const phone = new Daemon(["--control", join(folder, "nowhere.cfg")]);
    assert.deepEqual(await phone.finished, REFUSED);
    assert.match(String(phone.lines.at(-1)?.["error"]), /^1 error: the phone does not start/);
  });
});
